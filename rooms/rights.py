"""What a person may do in a room: a table of form × kind × role (cl. 3.2; R14, R15)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from school.schedule.models import Form, Kind
from school.sessions.models import RoomRole

Source = Literal["microphone", "camera", "screen"]


class Rights(msgspec.Struct, frozen=True):
    """Each is checked by the server at the event it governs; the browser is only shown them."""

    publish_audio: bool = False
    publish_video: bool = False
    publish_screen: bool = False
    write: bool = False
    moderate: bool = False
    set_topic: bool = False


Right = Literal["publish_audio", "publish_video", "publish_screen", "write", "moderate", "set_topic"]

RIGHT_OF_SOURCE: Final[Mapping[Source, Right]] = MappingProxyType(
    {"microphone": "publish_audio", "camera": "publish_video", "screen": "publish_screen"}
)

_LISTENER = Rights(write=True)
_SPEAKER = Rights(publish_audio=True, publish_video=True, publish_screen=True, write=True)
_WRITING_COHOST = Rights(write=True, moderate=True)
_WRITING_HOST = Rights(write=True, moderate=True, set_topic=True)
_SPEAKING_COHOST = Rights(
    publish_audio=True, publish_video=True, publish_screen=True, write=True, moderate=True
)
# The topic is the worker's own to choose (cl. 3.5): nobody else has `set_topic`.
_SPEAKING_HOST = Rights(
    publish_audio=True, publish_video=True, publish_screen=True, write=True, moderate=True, set_topic=True
)

_LECTURE: Final = {
    RoomRole.HOST: _SPEAKING_HOST,
    RoomRole.COHOST: _SPEAKING_COHOST,
    RoomRole.STUDENT: _LISTENER,
    RoomRole.PARENT: _LISTENER,
}
_CONVERSATION: Final = {
    RoomRole.HOST: _SPEAKING_HOST,
    RoomRole.COHOST: _SPEAKING_COHOST,
    RoomRole.STUDENT: _SPEAKER,
    RoomRole.PARENT: _SPEAKER,
}
_WRITING: Final = {
    RoomRole.HOST: _WRITING_HOST,
    RoomRole.COHOST: _WRITING_COHOST,
    RoomRole.STUDENT: _LISTENER,
    RoomRole.PARENT: _LISTENER,
}

TABLE: Final[Mapping[tuple[Form, Kind], Mapping[RoomRole, Rights]]] = MappingProxyType(
    {
        (Form.WEBINAR, Kind.GROUP): _LECTURE,
        (Form.WEBINAR, Kind.INDIVIDUAL): _CONVERSATION,
        (Form.VIDEOCONFERENCE, Kind.GROUP): _CONVERSATION,
        (Form.VIDEOCONFERENCE, Kind.INDIVIDUAL): _CONVERSATION,
        (Form.CHAT, Kind.GROUP): _WRITING,
        (Form.CHAT, Kind.INDIVIDUAL): _WRITING,
    }
)


def rights_of(form: Form, kind: Kind, role: RoomRole) -> Rights:
    """Look the rights up; every combination stands in the table."""
    return TABLE[form, kind][role]


def carries_media(form: Form) -> bool:
    """Say whether sessions of this form have audio and video at all."""
    return form is not Form.CHAT
