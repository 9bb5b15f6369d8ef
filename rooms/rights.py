"""What a person may do in a room: a table of form × kind × role (cl. 3.2; R14, R15), then floor and place.

The table says what a role may do; a seat may have been given the floor or forbidden a microphone (R45), and
a full room gives less to those who came last (R49).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, Protocol

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
    lead: bool = False
    raise_hand: bool = False
    receive_audio: bool = False
    receive_video: bool = False


Right = Literal[
    "publish_audio",
    "publish_video",
    "publish_screen",
    "write",
    "moderate",
    "set_topic",
    "lead",
    "raise_hand",
    "receive_audio",
    "receive_video",
]


class Place(StrEnum):
    """How much of a room somebody has, when not everything is left for everybody (R49)."""

    WHOLE = "whole"
    AUDIO = "audio"
    CHAT = "chat"


RIGHT_OF_SOURCE: Final[Mapping[Source, Right]] = MappingProxyType(
    {"microphone": "publish_audio", "camera": "publish_video", "screen": "publish_screen"}
)

_LISTENER = Rights(write=True, raise_hand=True, receive_audio=True, receive_video=True)
_SPEAKER = msgspec.structs.replace(_LISTENER, publish_audio=True, publish_video=True, publish_screen=True)
_SPEAKING_COHOST = msgspec.structs.replace(_SPEAKER, moderate=True, raise_hand=False)
# The topic is the worker's own to choose (cl. 3.5), and who helps is too: nobody else has these rights.
_SPEAKING_HOST = msgspec.structs.replace(_SPEAKING_COHOST, set_topic=True, lead=True)
_WRITER = Rights(write=True)
_WRITING_COHOST = Rights(write=True, moderate=True)
_WRITING_HOST = Rights(write=True, moderate=True, set_topic=True, lead=True)

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
    RoomRole.STUDENT: _WRITER,
    RoomRole.PARENT: _WRITER,
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


class Standing(Protocol):
    """What a seat says of somebody's rights."""

    @property
    def floor(self) -> bool:
        """Whether a host has given the floor."""

    @property
    def microphone_stopped(self) -> bool:
        """Whether a host has forbidden the microphone."""

    @property
    def camera_stopped(self) -> bool:
        """Whether a host has forbidden the camera, and the screen with it."""


def rights_now(
    form: Form, kind: Kind, role: RoomRole, seat: Standing | None = None, place: Place = Place.WHOLE
) -> Rights:
    """Give the rights of a role as the floor and the place change them; a host's own are never changed."""
    rights = rights_of(form, kind, role)
    if seat is None or rights.moderate:
        return rights
    if seat.floor and carries_media(form):
        rights = _SPEAKER
    if seat.microphone_stopped:
        rights = msgspec.structs.replace(rights, publish_audio=False)
    if seat.camera_stopped or place is not Place.WHOLE:
        rights = msgspec.structs.replace(rights, publish_video=False, publish_screen=False)
    if place is not Place.WHOLE:
        rights = msgspec.structs.replace(rights, receive_video=False)
    if place is Place.CHAT:
        rights = msgspec.structs.replace(rights, publish_audio=False, receive_audio=False)
    return rights


def carries_media(form: Form) -> bool:
    """Say whether sessions of this form have audio and video at all."""
    return form is not Form.CHAT
