"""Refusals about the organisation."""

from school.errors import Conflict


class NotSetUp(Conflict):
    """There are no settings yet: `create-admin` or the demo makes them."""

    code = "not_set_up"
