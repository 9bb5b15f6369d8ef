"""Seats: what a room remembers of a person (R48)."""
