"""Refusals about links."""

from school.errors import Forbidden


class BadToken(Forbidden):
    """The token is not one of ours; nothing more is said to whoever tries tokens out."""

    code = "bad_token"


class NotEntitled(Forbidden):
    """The person may not be in this session as asked: `session_id`, `person_id`."""

    code = "not_entitled"
