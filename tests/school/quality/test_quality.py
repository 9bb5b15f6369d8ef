"""Minutes are kept once, whatever is written again, and forgotten in time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from school.db import Database
from school.quality import actions, queries
from school.quality.queries import SessionQuality
from school.quality.rules import KEPT, Summary
from school.sessions import queries as sessions
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.quality import GOOD, seen

LATER = NOW + timedelta(minutes=1)
BAD = seen(up_lost=600)


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school)


async def test_minutes_come_back_as_they_were_kept(
    database: Database, school: School, session_id: int
) -> None:
    nothing = seen(round_trip_ms=None, layer=None, outgoing_kbit=None, way=None)
    kept = {
        (session_id, school.student, NOW): GOOD,
        (session_id, school.student, LATER): BAD,
        (session_id, school.teacher, NOW): nothing,
    }
    async with database.begin() as db:
        await actions.keep(db, kept)
    async with database.read() as db:
        assert await queries.minutes(db, session_id) == {
            school.student: {NOW: GOOD, LATER: BAD},
            school.teacher: {NOW: nothing},
        }
        assert await queries.by_person(db, session_id) == {
            school.student: Summary(1, 0, 1),
            school.teacher: Summary(1, 0, 0),
        }


async def test_a_minute_written_again_is_one_minute_and_the_fuller_one_stays(
    database: Database, school: School, session_id: int
) -> None:
    key = (session_id, school.student, NOW)
    half, whole = replace(BAD, seconds=30), seen(seconds=50)
    for written in (half, half, whole, half, whole):
        async with database.begin() as db:
            await actions.keep(db, {key: written})
    async with database.read() as db:
        assert await queries.minutes(db, session_id) == {school.student: {NOW: whole}}
        assert await queries.by_person(db, session_id) == {school.student: Summary(1, 0, 0)}


async def test_no_minutes_and_many_are_kept_too(database: Database, school: School, session_id: int) -> None:
    many = {(session_id, school.student, NOW + timedelta(minutes=number)): GOOD for number in range(1_300)}
    async with database.begin() as db:
        await actions.keep(db, {})
        await actions.keep(db, many)
    async with database.read() as db:
        assert await queries.by_person(db, session_id) == {school.student: Summary(1_300, 0, 0)}


async def test_sessions_are_told_in_numbers_the_latest_first(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        day = timedelta(days=1)
        first = (await sessions.session(db, session_id)).starts_at
        second = await add_session(db, school, starts_at=first + day)
        await add_session(db, school, starts_at=first + 2 * day)  # nobody reported
        await actions.keep(
            db,
            {
                (session_id, school.student, NOW): GOOD,
                (session_id, school.teacher, NOW): BAD,
                (second, school.student, NOW): GOOD,
            },
        )
    async with database.read() as db:
        assert await queries.of_sessions(db, first, first + 3 * day) == [
            SessionQuality(second, 1, Summary(1, 0, 0)),
            SessionQuality(session_id, 2, Summary(1, 0, 1)),
        ]
        assert await queries.of_sessions(db, first, first + day) == [
            SessionQuality(session_id, 2, Summary(1, 0, 1))
        ]


async def test_after_ninety_days_a_minute_is_forgotten(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await actions.keep(db, {(session_id, school.student, at): GOOD for at in (NOW, LATER)})
        assert await actions.forget(db, NOW + KEPT) == 0
        assert await actions.forget(db, NOW + KEPT + timedelta(seconds=1)) == 1
        assert await queries.minutes(db, session_id) == {school.student: {LATER: GOOD}}
