"""Minutes are kept once, whatever is written again, and forgotten in time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from school.db import Database
from school.quality import actions, queries
from school.quality.queries import SessionQuality
from school.quality.rules import KEPT, Summary
from school.quality.served import Served, joined, missing_share, resent_share
from school.sessions import queries as sessions
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.quality import GOOD, SENT, seen, sent

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


async def test_what_the_server_sent_is_kept_beside_and_the_fuller_minute_stays(
    database: Database, school: School, session_id: int
) -> None:
    key = (session_id, school.student, NOW)
    half = sent(packets=6_000, lost_per_mille=None, round_trip_ms=None)
    for written in (half, SENT, half):
        async with database.begin() as db:
            await actions.keep_served(db, {})
            await actions.keep_served(db, {key: written, (session_id, school.teacher, NOW): half})
    async with database.read() as db:
        assert await queries.served(db, session_id) == {
            school.student: {NOW: SENT},
            school.teacher: {NOW: half},
        }


def test_parts_of_a_minute_are_added_up_and_of_the_line_the_worst_stays() -> None:
    wide = sent(packets=3_000, resent=30, lost_per_mille=None, round_trip_ms=40)
    narrow = sent(packets=1_000, resent=10, lost_per_mille=80, round_trip_ms=None, limit_kbit=400, held=1)
    whole = joined(joined(joined(None, wide), narrow), sent(packets=0, limit_kbit=900, pictures=3))
    whole = joined(whole, Served(missing=60, late_ms=300, restarts=1))
    assert whole == Served(4_000, 40, 80, 40, 400, 3, 0, 1, came=18_000, missing=60, late_ms=300, restarts=1)
    assert missing_share(whole) == pytest.approx(60 / 18_060)
    assert missing_share(Served(came=40, missing=59)) == 0.0
    assert resent_share(whole) == 0.01
    assert resent_share(sent(packets=0)) == 0.0


async def test_after_ninety_days_a_minute_is_forgotten(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await actions.keep(db, {(session_id, school.student, at): GOOD for at in (NOW, LATER)})
        await actions.keep_served(db, {(session_id, school.student, at): SENT for at in (NOW, LATER)})
        assert await actions.forget(db, NOW + KEPT) == 0
        assert await actions.forget(db, NOW + KEPT + timedelta(seconds=1)) == 1
        assert await queries.minutes(db, session_id) == {school.student: {LATER: GOOD}}
        assert await queries.served(db, session_id) == {school.student: {LATER: SENT}}
