"""What joins several features in one step, such as approving a schedule."""
