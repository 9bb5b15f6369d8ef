"""The directory: everybody as the administrator sees, finds and changes them (R7, R11, R12)."""
