"""Refusals of polls."""

from school.errors import Conflict


class PollGoesOn(Conflict):
    """A session has one open poll at a time; this one is to be closed first."""

    code = "poll_goes_on"


class PollClosed(Conflict):
    """The poll is not open, or not this session's: nothing can be answered any more."""

    code = "poll_closed"
