"""The organisation: its settings and its local act (R1)."""
