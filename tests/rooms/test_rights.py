"""Rights by form, kind and role (cl. 3.2; R14, R15)."""

from dataclasses import dataclass
from itertools import product

import pytest
from msgspec.structs import replace

from rooms.rights import TABLE, Place, Rights, carries_media, rights_now, rights_of
from school.schedule.models import Form, Kind
from school.sessions.models import RoomRole

GUESTS = (RoomRole.STUDENT, RoomRole.PARENT)
LISTENS = Rights(write=True, raise_hand=True, receive_audio=True, receive_video=True)
SPEAKS = replace(LISTENS, publish_audio=True, publish_video=True, publish_screen=True)
HOLDS = replace(SPEAKS, raise_hand=False, moderate=True, set_topic=True, lead=True)
WEBINAR = (Form.WEBINAR, Kind.GROUP, RoomRole.STUDENT)


@dataclass(frozen=True)
class Standing:
    floor: bool = False
    microphone_stopped: bool = False
    camera_stopped: bool = False


def test_every_form_kind_and_role_stands_in_the_table() -> None:
    cells = {(form, kind, role) for (form, kind), roles in TABLE.items() for role in roles}
    assert cells == set(product(Form, Kind, RoomRole))


@pytest.mark.parametrize("role", GUESTS)
def test_the_audience_of_a_group_webinar_listens_and_writes(role: RoomRole) -> None:
    assert rights_of(Form.WEBINAR, Kind.GROUP, role) == LISTENS


@pytest.mark.parametrize("role", GUESTS)
@pytest.mark.parametrize("kind", Kind)
def test_everybody_publishes_in_a_videoconference(kind: Kind, role: RoomRole) -> None:
    assert rights_of(Form.VIDEOCONFERENCE, kind, role) == SPEAKS


@pytest.mark.parametrize("role", GUESTS)
def test_everybody_publishes_in_an_individual_webinar(role: RoomRole) -> None:
    assert rights_of(Form.WEBINAR, Kind.INDIVIDUAL, role) == SPEAKS


@pytest.mark.parametrize(("kind", "role"), list(product(Kind, RoomRole)))
def test_nobody_publishes_media_in_a_chat_and_everybody_writes(kind: Kind, role: RoomRole) -> None:
    rights = rights_of(Form.CHAT, kind, role)
    assert (rights.publish_audio, rights.publish_video, rights.publish_screen) == (False, False, False)
    assert rights.write


@pytest.mark.parametrize(("form", "kind"), [(form, kind) for form, kind in TABLE if form is not Form.CHAT])
def test_the_host_may_do_everything_where_there_are_media(form: Form, kind: Kind) -> None:
    assert rights_of(form, kind, RoomRole.HOST) == HOLDS


def test_only_hosts_set_the_topic_and_only_they_and_co_hosts_moderate() -> None:
    for roles in TABLE.values():
        assert [role for role, rights in roles.items() if rights.set_topic] == [RoomRole.HOST]
        assert [role for role, rights in roles.items() if rights.lead] == [RoomRole.HOST]
        assert {role for role, rights in roles.items() if rights.moderate} == {RoomRole.HOST, RoomRole.COHOST}


def test_only_a_chat_carries_no_media() -> None:
    assert {form for form in Form if not carries_media(form)} == {Form.CHAT}


def test_a_listener_with_the_floor_speaks_and_one_without_it_listens_again() -> None:
    assert rights_now(*WEBINAR, Standing(floor=True)) == SPEAKS
    assert rights_now(*WEBINAR, Standing()) == LISTENS


def test_the_floor_gives_no_media_where_there_are_none() -> None:
    given = rights_now(Form.CHAT, Kind.GROUP, RoomRole.STUDENT, Standing(floor=True))
    assert given == Rights(write=True)


@pytest.mark.parametrize(
    ("seat", "kept"),
    [
        (Standing(microphone_stopped=True), replace(SPEAKS, publish_audio=False)),
        (Standing(camera_stopped=True), replace(SPEAKS, publish_video=False, publish_screen=False)),
        (Standing(floor=True, microphone_stopped=True), replace(SPEAKS, publish_audio=False)),
    ],
)
def test_what_a_host_has_stopped_is_no_right_any_more(seat: Standing, kept: Rights) -> None:
    assert rights_now(Form.VIDEOCONFERENCE, Kind.GROUP, RoomRole.STUDENT, seat) == kept


@pytest.mark.parametrize(
    ("place", "publishes", "receives"),
    [
        (Place.WHOLE, (True, True, True), (True, True)),
        (Place.AUDIO, (True, False, False), (True, False)),
        (Place.CHAT, (False, False, False), (False, False)),
    ],
)
def test_a_full_room_gives_sound_then_only_the_chat(
    place: Place, publishes: tuple[bool, ...], receives: tuple[bool, ...]
) -> None:
    given = rights_now(Form.VIDEOCONFERENCE, Kind.GROUP, RoomRole.PARENT, Standing(), place)
    assert (given.publish_audio, given.publish_video, given.publish_screen) == publishes
    assert (given.receive_audio, given.receive_video) == receives
    assert given.write


@pytest.mark.parametrize("role", [RoomRole.HOST, RoomRole.COHOST])
def test_those_who_moderate_are_never_narrowed(role: RoomRole) -> None:
    stopped = Standing(microphone_stopped=True, camera_stopped=True)
    given = rights_now(Form.WEBINAR, Kind.GROUP, role, stopped, Place.CHAT)
    assert given == rights_of(Form.WEBINAR, Kind.GROUP, role)
