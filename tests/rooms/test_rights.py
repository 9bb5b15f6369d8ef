"""Rights by form, kind and role (cl. 3.2; R14, R15)."""

from itertools import product

import pytest

from rooms.rights import TABLE, Rights, carries_media, rights_of
from school.schedule.models import Form, Kind
from school.sessions.models import RoomRole

GUESTS = (RoomRole.STUDENT, RoomRole.PARENT)
WRITES = Rights(write=True)
SPEAKS = Rights(publish_audio=True, publish_video=True, publish_screen=True, write=True)
HOLDS = Rights(
    publish_audio=True, publish_video=True, publish_screen=True, write=True, moderate=True, set_topic=True
)


def test_every_form_kind_and_role_stands_in_the_table() -> None:
    cells = {(form, kind, role) for (form, kind), roles in TABLE.items() for role in roles}
    assert cells == set(product(Form, Kind, RoomRole))


@pytest.mark.parametrize("role", GUESTS)
def test_the_audience_of_a_group_webinar_listens_and_writes(role: RoomRole) -> None:
    assert rights_of(Form.WEBINAR, Kind.GROUP, role) == WRITES


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
        assert {role for role, rights in roles.items() if rights.moderate} == {RoomRole.HOST, RoomRole.COHOST}


def test_only_a_chat_carries_no_media() -> None:
    assert {form for form in Form if not carries_media(form)} == {Form.CHAT}
