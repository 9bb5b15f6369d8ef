"""Refusals of the board."""

from school.errors import Conflict


class BoardFull(Conflict):
    """The board shows as many strokes as it can (`limit`): it is to be cleared first."""

    code = "board_full"
