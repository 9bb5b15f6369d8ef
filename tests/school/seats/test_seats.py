"""One seat for a person, held by the device that came last (R7, R48)."""

from datetime import timedelta

import pytest

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import NotFound
from school.seats import actions, queries
from school.seats.queries import SeatRow
from school.sessions.models import RoomRole
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.races import race, winners


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school)


async def take(db: Db, school: School, session_id: int) -> SeatRow:
    return await actions.take(
        db, NOW, session_id=session_id, person_id=school.student, role=RoomRole.STUDENT, child_id=None
    )


async def test_a_seat_is_found_as_it_was_left(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        seat = await take(db, school, session_id)
        number = await actions.issue_ticket(db, seat.id)
        await actions.use_ticket(db, seat.id, number)
        again = await actions.take(
            db,
            NOW + timedelta(minutes=5),
            session_id=session_id,
            person_id=school.student,
            role=RoomRole.STUDENT,
            child_id=None,
        )
        assert (again.id, again.taken_at, again.tickets, again.ticket) == (seat.id, NOW, 1, 1)
        assert await queries.seat(db, seat.id) == again
        assert await queries.of_person(db, session_id, school.student) == again
        assert await queries.of_person(db, session_id, school.parent) is None


async def test_a_later_device_takes_the_seat_over(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        seat = await take(db, school, session_id)
        first, second = [await actions.issue_ticket(db, seat.id) for _ in range(2)]
        assert (first, second) == (1, 2)
        assert await actions.use_ticket(db, seat.id, first)
        assert await actions.use_ticket(db, seat.id, first)  # the same device comes back
        assert await actions.use_ticket(db, seat.id, second)
        assert not await actions.use_ticket(db, seat.id, first)
        assert await actions.use_ticket(db, seat.id, second)


async def test_a_ticket_that_was_never_given_out_is_refused(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        seat = await take(db, school, session_id)
        assert not await actions.use_ticket(db, seat.id, 1)
        assert not await actions.use_ticket(db, seat.id + 1, 0)
        with pytest.raises(NotFound):
            await actions.issue_ticket(db, seat.id + 1)


async def test_removal_without_return_bars_the_seat(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        seat = await take(db, school, session_id)
        terms = {"seat_id": seat.id, "by": school.teacher}
        assert await actions.remove(db, NOW, may_return=True, **terms)
        found = await queries.seat(db, seat.id)
        assert found is not None
        assert not found.is_barred
        assert await actions.remove(db, NOW, may_return=False, **terms)
        assert not await actions.remove(db, NOW, may_return=False, **terms)
        assert (await take(db, school, session_id)).is_barred
    async with database.read() as db:
        (row, *_) = await latest(db, 1)
    assert (row.action, row.actor_id) == ("removed_from_room", school.teacher)


async def test_50_take_one_seat(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, _: int) -> int:
        return (await take(db, school, session_id)).id

    results = winners(await race(database, run))
    assert (len(results), len(set(results))) == (50, 1)


async def test_50_tickets_are_50_numbers(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        seat = await take(db, school, session_id)

    async def run(db: Db, _: int) -> int:
        return await actions.issue_ticket(db, seat.id)

    assert sorted(winners(await race(database, run))) == list(range(1, 51))


async def test_of_50_devices_the_last_ticket_holds_the_seat(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        seat = await take(db, school, session_id)
        for _ in range(50):
            await actions.issue_ticket(db, seat.id)

    async def run(db: Db, number: int) -> bool:
        return await actions.use_ticket(db, seat.id, number + 1)

    results = await race(database, run)
    assert results[-1] is True
    async with database.read() as db:
        found = await queries.seat(db, seat.id)
    assert found is not None
    assert found.ticket == 50
