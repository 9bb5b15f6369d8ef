"""Dismissal and expulsion reach an open socket within seconds (R7, R12)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from rooms.doorman import ROUND
from school.db import Database
from school.directory import actions
from tests.web.sockets.line import Line, open_line


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


async def dismiss(line: Line, person: int) -> None:
    now = line.house.clock.now
    async with line.house.database.begin() as db:
        await actions.dismiss(
            db,
            now,
            by=line.house.school.administrator,
            person_id=person,
            last_day=now.date(),
            zone="Europe/Moscow",
        )


async def next_round(line: Line) -> None:
    await line.house.doorman.round(line.house.clock.pass_(seconds=ROUND.total_seconds()))


@pytest.mark.parametrize("who", ["teacher", "student"])
async def test_who_is_dismissed_is_shown_out_at_the_next_round_and_hung_up(line: Line, who: str) -> None:
    assert timedelta(seconds=3) > ROUND
    school = line.house.school
    person, other = (school.teacher, school.student) if who == "teacher" else (school.student, school.teacher)
    teacher = await line.enter(school.teacher)
    student = await line.enter(school.student)
    gone, stays = (teacher, student) if who == "teacher" else (student, teacher)
    await next_round(line)  # the roll has just been called: the next one is seconds away
    await dismiss(line, person)
    await next_round(line)
    assert (await gone.hear("over"))["reason"] == "removed"
    await gone.down.wait()
    assert await stays.hear("peer.left") == {"id": person}
    assert not stays.down.is_set()
    (stay,) = await line.house.stays(person)
    assert stay.left_at is not None
    (still,) = await line.house.stays(other)
    assert still.left_at is None


async def test_who_waits_at_the_door_is_sent_away_too(line: Line) -> None:
    student = await line.call(line.house.school.student)
    assert (await student.done("join"))["status"] == "waiting"
    await next_round(line)
    await dismiss(line, line.house.school.student)
    await next_round(line)
    assert (await student.hear("over"))["reason"] == "removed"
    await student.down.wait()


async def test_the_dismissed_do_not_come_back(line: Line) -> None:
    school = line.house.school
    ticket = await line.house.ticket(school.student)
    await dismiss(line, school.student)
    browser = line.browser()
    assert not await browser.connect({"ticket": ticket, "version": 1})
