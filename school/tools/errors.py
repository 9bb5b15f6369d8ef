"""Refusals about what is put up."""

from school.errors import Conflict


class NoSlides(Conflict):
    """No document is shown whose page could be turned."""

    code = "no_slides"
