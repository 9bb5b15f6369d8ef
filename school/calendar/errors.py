"""Refusals about the calendar."""

from school.errors import Conflict


class Overlaps(Conflict):
    """Two terms, or two breaks, would share days: `name` is the one in the way."""

    code = "overlaps"
