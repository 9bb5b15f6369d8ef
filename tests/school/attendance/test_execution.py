"""How the schedule is carried out: what became of each session of a period."""

from datetime import UTC, datetime, timedelta

import pytest

from school.attendance import actions as attendance
from school.attendance.execution import Outcome, counts, execution
from school.db import Database
from school.sessions import actions as sessions
from school.sessions.models import RoomRole
from tests.builders import NOW
from tests.consultations import School, add_session, open_school

STARTS = NOW + timedelta(hours=1)
DAY = (datetime(2026, 9, 7, tzinfo=UTC), datetime(2026, 9, 8, tzinfo=UTC))


async def seen(database: Database, now: datetime) -> set[Outcome]:
    async with database.read() as db:
        (row,) = await execution(db, now, *DAY)
    return set(row.outcomes) - {Outcome.PLANNED}


async def come(database: Database, school: School, session: int, at: datetime) -> None:
    async with database.begin() as db:
        await attendance.joined(
            db, at, session_id=session, person_id=school.teacher, role=RoomRole.HOST, child_id=None
        )


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (timedelta(minutes=-5), {Outcome.HELD}),
        (timedelta(seconds=59), {Outcome.HELD}),
        (timedelta(minutes=1), {Outcome.HELD, Outcome.LATE}),
    ],
)
async def test_a_host_who_came_has_held_it_and_a_whole_minute_is_late(
    database: Database, late: timedelta, expected: set[Outcome]
) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session = await add_session(db, school, starts_at=STARTS)
    await come(database, school, session, STARTS + late)
    assert await seen(database, STARTS + timedelta(minutes=10)) == expected


async def test_nothing_is_said_of_a_session_whose_time_is_not_over(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session = await add_session(db, school, starts_at=STARTS)
    assert await seen(database, STARTS + timedelta(minutes=44)) == {Outcome.AHEAD}
    await come(database, school, session, STARTS - timedelta(minutes=3))
    assert await seen(database, STARTS - timedelta(minutes=2)) == {Outcome.AHEAD}


async def test_a_host_who_never_came_did_not_show_up_though_others_did(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session = await add_session(db, school, starts_at=STARTS)
        await attendance.joined(
            db, STARTS, session_id=session, person_id=school.student, role=RoomRole.STUDENT, child_id=None
        )
    assert await seen(database, STARTS + timedelta(hours=2)) == {Outcome.NO_SHOW}


async def test_a_cancelled_session_is_neither_held_nor_missed(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session = await add_session(db, school, starts_at=STARTS)
        await sessions.cancel(db, NOW, session_id=session, by=school.administrator, reason="Болезнь")
    assert await seen(database, STARTS + timedelta(hours=2)) == {Outcome.CANCELLED}


async def test_what_is_counted_is_what_starts_in_the_period(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        for starts_at in (STARTS, STARTS + timedelta(hours=3), DAY[1]):
            await add_session(db, school, starts_at=starts_at)
    async with database.read() as db:
        found = counts(await execution(db, DAY[1] - timedelta(hours=1), *DAY))
    assert {outcome: number for outcome, number in found.items() if number} == {
        Outcome.PLANNED: 2,
        Outcome.NO_SHOW: 2,
    }
