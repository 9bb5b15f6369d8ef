"""Refusals of a live room. Each has a code that the browser knows and the data that its words need."""

from typing import ClassVar

from school.errors import SchoolError


class Refused(SchoolError):  # noqa: N818 -- refusals are named after what happened
    """This person may not enter this session now; `outcome` says why (`rooms.admission.Outcome`)."""

    code: ClassVar[str] = "refused"

    @property
    def outcome(self) -> str:
        return str(self.data["outcome"])


class BadTicket(SchoolError):  # noqa: N818 -- as above
    """The ticket was not written by this organisation's server."""

    code = "bad_ticket"


class TakenOver(SchoolError):  # noqa: N818 -- as above
    """A later device of the same person holds the seat (R7)."""

    code = "taken_over"


class NotJoined(SchoolError):  # noqa: N818 -- as above
    """The request makes sense only for somebody who is in the room."""

    code = "not_joined"


class NoRight(SchoolError):  # noqa: N818 -- as above
    """The person is in the room, but may not do this; `right` names what is missing."""

    code = "no_right"


class Unknown(SchoolError):  # noqa: N818 -- as above
    """No transport, producer or consumer with this `id` is the asker's to use."""

    code = "not_found"


class TooMany(SchoolError):  # noqa: N818 -- as above
    """The person holds as many of these (`what`) as one person may."""

    code = "too_many"


class AlreadyPublished(SchoolError):  # noqa: N818 -- as above
    """The person sends this `source` already."""

    code = "already_published"


class Mismatch(SchoolError):  # noqa: N818 -- as above
    """The thing named is of another sort than the request needs; `what` says which."""

    code = "mismatch"


class Flood(SchoolError):  # noqa: N818 -- as above
    """Too many requests; `retry_after` is in seconds."""

    code = "flood"


class Busy(SchoolError):  # noqa: N818 -- as above
    """Too many requests of this person wait for their turn."""

    code = "busy"


class NoMedia(SchoolError):  # noqa: N818 -- as above
    """A session of this form carries no audio or video."""

    code = "no_media"


class MediaUnavailable(SchoolError):  # noqa: N818 -- as above
    """The media worker is not running at the moment; it is being started again."""

    code = "media_unavailable"


class Occupied(SchoolError):  # noqa: N818 -- as above
    """Another family is in the conversation: it ends first (`lobby.next`)."""

    code = "occupied"
