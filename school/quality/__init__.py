"""How well people heard and saw each other: what their browsers reported, minute by minute (R33, R58)."""
