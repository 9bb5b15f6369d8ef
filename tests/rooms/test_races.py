"""Two things at once: what one awaits, the other has changed (R7, R45, R48)."""

import asyncio

import pytest

from rooms import entry, floor, hosting, views
from rooms.errors import Refused, TakenOver, Unknown
from school.db import Database
from school.seats import queries as seat_queries
from school.sessions.models import Scope, TopicBasis
from tests.rooms.house import House, Visit


@pytest.fixture
async def house(sqlite_database: Database) -> House:
    return await House.build(sqlite_database)


async def held(visit: Visit) -> asyncio.Task[views.Snapshot | views.Door]:
    """They knock, and get no further than the room's lock, which the test holds."""
    knocking = asyncio.create_task(visit.join())
    await asyncio.sleep(0)
    return knocking


async def test_a_removal_reaches_the_device_that_took_the_seat_over_meanwhile(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    async with teacher.room.changing:
        removing = asyncio.create_task(
            floor.remove(house.registry, teacher.room, teacher.peer, house.school.student, may_return=True)
        )
        await asyncio.sleep(0)
        second = await house.connect(house.school.student)
    await removing
    assert second.ear.heard[-1] == ("over", views.Over("removed"))
    assert second.ear.hung_up
    assert house.school.student not in teacher.room.attached


async def test_who_knocks_while_the_room_is_closed_hears_that_it_is_over(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.connect(house.school.student)
    async with teacher.room.changing:
        knocking = await held(student)
        await hosting.close(house.registry, teacher.room, teacher.peer)
    with pytest.raises((TakenOver, Refused)):
        await knocking
    assert student.ear.last("over") == views.Over("closed")
    assert await house.stays(house.school.student) == []
    assert house.registry.rooms == {}


async def test_two_devices_at_once_leave_one_presence(house: House) -> None:
    """Whatever the order in which their tickets arrive, the later ticket has the seat."""
    tickets = [await house.ticket(house.school.teacher) for _ in range(6)]
    shuffled = [tickets[at] for at in (3, 5, 0, 4, 1, 2)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_device(house, ticket)) for ticket in shuffled]
    there = [visit for task in tasks if (visit := task.result()) is not None]
    room = house.registry.rooms[house.session]
    (last,) = [visit for visit in there if not visit.peer.gone]
    assert last.peer.identity.number == 6
    assert room.attached == {house.school.teacher: last.peer}
    open_stays = [stay for stay in await house.stays(house.school.teacher) if stay.left_at is None]
    assert len(open_stays) == len(room.peers) <= 1


async def _device(house: House, ticket: str) -> Visit | None:
    """Connect and come in; None for who was too late."""
    try:
        visit = await house.connect(house.school.teacher, ticket)
    except TakenOver:
        return None
    try:
        await visit.join()
    except TakenOver:
        assert visit.peer.gone
    return visit


async def test_an_old_row_undoes_nothing_that_the_host_has_set(sqlite_database: Database) -> None:
    """The doorman read the session, then the host set its topic, then the doorman goes on."""
    house = await House.build(sqlite_database, topic=False)
    teacher = await house.enter(house.school.teacher)
    student = await house.connect(house.school.student)
    await student.knock()
    reading = asyncio.Event()
    read = house.database.read

    class Slow:
        """The doorman's way to the database, held after the reading."""

        def __init__(self) -> None:
            self.opened = read()

        async def __aenter__(self) -> object:
            return await self.opened.__aenter__()

        async def __aexit__(self, *error: object) -> None:
            await self.opened.__aexit__(None, None, None)
            reading.set()
            await told.wait()

    told = asyncio.Event()
    house.doorman._database = _With(house.database, Slow)  # type: ignore[assignment]  # as much as it uses
    going = asyncio.create_task(house.doorman.round(house.clock.now))
    await reading.wait()
    await hosting.set_topic(
        house.registry,
        teacher.room,
        teacher.peer,
        topic="Дроби",
        basis=TopicBasis.PERFORMANCE,
        scope=Scope.OVERVIEW,
    )
    told.set()
    await going
    assert teacher.room.session.topic == "Дроби"
    assert [data.topic for event, data in teacher.ear.heard if isinstance(data, views.Session)][-1] == "Дроби"
    await student.enter()


class _With:
    def __init__(self, database: Database, read: type) -> None:
        self.read, self.begin = read, database.begin


async def test_who_is_removed_while_the_media_are_made_ready_is_not_let_in(loud: House) -> None:
    """Nor noted as let in, nor as present: they asked for a new picture and were in until then."""
    teacher = await loud.enter(loud.school.teacher)
    student = await loud.enter(loud.school.student)
    keeper = loud.registry.keepers[0]
    keeper._started.clear()
    knocking = asyncio.create_task(student.join())
    async with loud.database.begin():  # a transaction's length, so that the knock has got as far as the media
        pass
    await floor.remove(loud.registry, teacher.room, teacher.peer, loud.school.student, may_return=False)
    keeper._started.set()
    with pytest.raises((TakenOver, Refused)):
        await knocking
    async with loud.database.read() as db:
        seat = await seat_queries.of_person(db, loud.session, loud.school.student)
    assert seat is not None
    assert (seat.is_barred, seat.let_in_at) == (True, None)
    assert [stay.left_at for stay in await loud.stays(loud.school.student)] == [loud.clock.now]


async def test_no_router_is_left_of_a_room_that_is_closed_while_it_is_made(loud: House) -> None:
    teacher = await loud.connect(loud.school.teacher)
    media = teacher.room.media
    assert media is not None
    making = asyncio.create_task(media.capabilities())
    await asyncio.sleep(0)
    await media.close()
    await making
    (told,) = await loud.registry.totals()
    assert told is not None
    assert told["routers"] == 0


async def test_nothing_is_made_for_who_left_while_the_worker_was_started_again(loud: House) -> None:
    teacher = await loud.enter(loud.school.teacher)
    media = teacher.room.media
    assert media is not None
    lost = loud.registry.keepers[0].current
    assert lost is not None
    await lost.close()
    loud.registry.keepers[0]._died()
    making = asyncio.create_task(media.create_transport(teacher.peer, "send"))
    await asyncio.sleep(0)
    await entry.gone(loud.registry, teacher.room, teacher.peer)
    with pytest.raises(Unknown):
        await making
    assert media.connection(teacher.peer) is None
