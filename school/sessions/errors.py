"""Refusals about sessions."""

from school.errors import Conflict, Forbidden, Invalid


class AddresseesRefused(Invalid):
    """The people addressed are not what this kind of help allows (R15): `reason` says which rule."""

    code = "addressees_refused"


class NotTheHost(Forbidden):
    """Only the host of the session may do this, an administrator neither (cl. 3.5): `session_id`."""

    code = "not_the_host"


class SessionCancelled(Conflict):
    """The session was cancelled: `session_id`."""

    code = "session_cancelled"


class SessionOver(Conflict):
    """The session has ended: `session_id`."""

    code = "session_over"


class SessionStarted(Conflict):
    """The session is being held already: `session_id`."""

    code = "session_started"
