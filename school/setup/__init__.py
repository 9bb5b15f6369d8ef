"""A first set-up: what of it is there, by the facts."""
