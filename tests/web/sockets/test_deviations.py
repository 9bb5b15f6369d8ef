"""Cancelling and moving reach those in the room and at its door within three seconds (R39, R41)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from rooms.doorman import ROUND
from rooms.errors import Refused
from school.db import Database
from school.sessions import actions as sessions
from tests.web.sockets.line import Line, open_line


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


async def next_round(line: Line) -> None:
    assert timedelta(seconds=3) > ROUND
    await line.house.doorman.round(line.house.clock.pass_(seconds=ROUND.total_seconds()))


async def test_a_cancellation_ends_a_running_consultation_for_everybody(line: Line) -> None:
    school = line.house.school
    teacher, student = await line.enter(school.teacher), await line.enter(school.student)
    waits = await line.call(school.parent)
    async with line.house.database.begin() as db:
        now, by = line.house.clock.now, school.administrator
        await sessions.cancel(db, now, session_id=line.house.session, by=by, reason="Авария")
    await next_round(line)
    for browser in (teacher, student, waits):
        told = await browser.hear("over")
        assert (told["reason"], told["cause"]) == ("cancelled", "Авария")
        await browser.down.wait()
    with pytest.raises(Refused):
        await line.house.ticket(school.student)


async def test_a_move_gives_the_new_times_to_those_who_wait(line: Line) -> None:
    school = line.house.school
    student = await line.call(school.student)
    assert (await student.done("join"))["status"] == "waiting"
    row = await line.house.row()
    later = timedelta(hours=2)
    async with line.house.database.begin() as db:
        await sessions.move(
            db,
            line.house.clock.now,
            session_id=line.house.session,
            by=school.administrator,
            starts_at=row.starts_at + later,
            ends_at=row.ends_at + later,
            reason="Экскурсия",
        )
    await next_round(line)
    door = await student.hear("door", lambda door: door["why"] == "not_open_yet")
    assert datetime.fromisoformat(door["starts_at"]) == row.starts_at + later
    assert not student.down.is_set()
