"""How many a room holds, and what the next ones get (R49)."""

from dataclasses import replace

import pytest

from rooms import views
from rooms.places import place_of
from rooms.rights import Place
from school.db import Database
from school.organisation import actions as organisation
from school.organisation import queries as organisation_queries
from school.organisation.queries import OrganisationRow
from school.organisation.rules import Settings
from school.schedule.models import Form
from tests import builders
from tests.rooms.house import START, House


async def settings(house: House) -> OrganisationRow:
    async with house.database.read() as db:
        return await organisation_queries.settings(db)


async def places(house: House, number: int) -> None:
    """The organisation's setting, for every form."""
    here = await settings(house)
    changed = Settings(
        name=here.name,
        short_name=here.short_name,
        zone=here.zone,
        webinar_places=number,
        videoconference_places=number,
        chat_places=number,
    )
    async with house.database.begin() as db:
        await organisation.change_settings(db, START, by=None, settings=changed)


@pytest.mark.parametrize(
    ("number", "place"),
    [
        (0, Place.WHOLE),
        (9, Place.WHOLE),
        (10, Place.AUDIO),
        (14, Place.AUDIO),
        (15, Place.CHAT),
        (29, Place.CHAT),
    ],
)
async def test_half_as_many_again_hear_and_three_times_as_many_write(
    sqlite_database: Database, number: int, place: Place
) -> None:
    here = replace(await settings(await House.build(sqlite_database)), videoconference_places=10)
    assert place_of(number, Form.VIDEOCONFERENCE, here) is place
    assert place_of(30, Form.VIDEOCONFERENCE, here) is None


async def test_a_chat_is_full_at_once(sqlite_database: Database) -> None:
    here = replace(await settings(await House.build(sqlite_database)), chat_places=2)
    assert [place_of(number, Form.CHAT, here) for number in range(3)] == [Place.WHOLE, Place.WHOLE, None]


async def test_a_full_room_gives_less_then_makes_wait_and_opens_when_somebody_leaves(
    sqlite_database: Database,
) -> None:
    house = await House.build(sqlite_database)
    await places(house, 2)
    async with house.database.begin() as db:
        people = [
            await builders.add_student(db, group_id=house.school.group, family_name=f"Ученик{number}")
            for number in range(7)
        ]
    teacher = await house.enter(house.school.teacher)
    visits = []
    for person in people[:6]:
        visits.append(await house.enter(person))
        house.clock.pass_(seconds=1)
    seen = [(one.peer.rights.receive_audio, one.peer.rights.receive_video) for one in visits]
    assert seen == [(True, True)] * 2 + [(True, False)] + [(False, False)] * 3
    assert teacher.peer.rights.receive_video
    late = await house.connect(people[6])
    assert (await late.knock()).why == "full"
    await visits[0].drop()
    # Those who came next move up, and are told.
    assert visits[2].ear.names()[-2:] == ["peer.left", "rights"]
    assert [one.peer.place for one in visits[1:4]] == [Place.WHOLE, Place.WHOLE, Place.AUDIO]
    await house.doorman.round(house.clock.now)
    assert "admitted" in late.ear.names()
    await late.enter()


async def test_a_host_always_finds_a_place(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database, form=Form.CHAT)
    await places(house, 1)
    teacher = await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    parent = await house.connect(house.school.parent)
    assert (await parent.knock()).why == "full"
    await teacher.drop()
    await house.enter(house.school.teacher)
    assert isinstance(await parent.join(), views.Door)
