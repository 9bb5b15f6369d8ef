"""How many a room holds, and what the next ones get (R49)."""

from dataclasses import replace

import pytest

from rooms import entry, floor, views
from rooms.places import place_of
from rooms.registry import Registry
from rooms.rights import Place
from school.db import Database
from school.organisation import actions as organisation
from school.organisation import queries as organisation_queries
from school.organisation.queries import OrganisationRow
from school.organisation.rules import Settings
from school.schedule.models import Form
from tests import builders
from tests.rooms.house import SECRET, START, House, Visit


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
    await entry.leave(house.registry, visits[0].room, visits[0].peer)
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


# -- a place is kept for who comes back (R48, R49) --------------------------------------------------


async def a_class(house: House, number: int) -> list[int]:
    async with house.database.begin() as db:
        return [
            await builders.add_student(db, group_id=house.school.group, family_name=f"Ученик{one}")
            for one in range(number)
        ]


async def in_turn(house: House, people: list[int]) -> list[Visit]:
    visits = []
    for person in people:
        visits.append(await house.enter(person))
        house.clock.pass_(seconds=1)
    return visits


async def test_nobody_takes_a_lost_persons_place_for_two_minutes(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database)
    await places(house, 2)
    people = await a_class(house, 7)
    await house.enter(house.school.teacher)
    visits = await in_turn(house, people[:6])
    late = await house.connect(people[6])
    assert (await late.knock()).why == "full"
    await visits[0].drop()
    house.clock.pass_(seconds=110)
    await house.doorman.round(house.clock.now)
    assert (await late.knock()).why == "full"
    assert [one.peer.place for one in visits[1:4]] == [Place.WHOLE, Place.AUDIO, Place.CHAT]
    back = await house.enter(people[0])
    assert (back.peer.place, back.peer.rights.receive_video) == (Place.WHOLE, True)
    assert visits[1].peer.place is Place.WHOLE
    assert "admitted" not in late.ear.names()


async def test_after_two_minutes_the_next_ones_move_up(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database)
    await places(house, 2)
    people = await a_class(house, 7)
    await house.enter(house.school.teacher)
    visits = await in_turn(house, people[:6])
    late = await house.connect(people[6])
    await late.knock()
    await visits[0].drop()
    house.clock.pass_(minutes=2)
    await house.doorman.round(house.clock.now)
    assert visits[2].peer.place is Place.WHOLE
    assert "admitted" in late.ear.names()
    await late.enter()
    # Who comes back too late is the last.
    assert (await (await house.connect(people[0])).knock()).why == "full"


async def test_places_are_kept_over_a_restart_of_the_server(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database, form=Form.CHAT)
    await places(house, 1)
    first, second = await a_class(house, 2)
    teacher = await house.enter(house.school.teacher)
    await house.enter(first)
    await house.registry.close()
    house.clock.pass_(seconds=20)
    house.registry = Registry(house.database, house.clock, SECRET, None)
    teacher = await house.enter(house.school.teacher)
    assert (await (await house.connect(second)).knock()).why == "full"
    await house.enter(first)
    assert set(teacher.room.peers) == {house.school.teacher, first}


async def test_who_was_removed_keeps_no_place(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database, form=Form.CHAT)
    await places(house, 1)
    first, second = await a_class(house, 2)
    teacher = await house.enter(house.school.teacher)
    await house.enter(first)
    await floor.remove(house.registry, teacher.room, teacher.peer, first, may_return=True)
    await house.enter(second)


async def test_a_second_device_takes_the_place_over(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database)
    await places(house, 1)
    await house.enter(house.school.teacher)
    first, second = await in_turn(house, await a_class(house, 2))
    assert (first.peer.place, second.peer.place) == (Place.WHOLE, Place.CHAT)
    device = await house.enter(first.peer.id)
    assert (device.peer.place, second.peer.place) == (Place.WHOLE, Place.CHAT)
