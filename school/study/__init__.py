"""What is studied: programmes and their subjects, with the periods in which they are taught."""
