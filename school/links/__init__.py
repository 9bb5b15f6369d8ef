"""Personal join links (R7)."""
