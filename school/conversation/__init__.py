"""Chat kept with its session (R46)."""
