"""The demo school: believable people, a published schedule, and rooms that are open at any hour."""
