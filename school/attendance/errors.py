"""Refusals about attendance."""

from school.errors import Conflict


class NotOverYet(Conflict):
    """Attendance is confirmed after the session: `session_id`."""

    code = "session_not_over"
