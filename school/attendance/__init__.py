"""Attendance taken by the server and confirmed by the host (R57)."""
