"""What a browser reports of its call: kept by the minute, bounded, refused when it cannot be."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from school.db import Database
from school.quality import queries
from school.quality.rules import Seen, Way
from tests.quality import seen
from tests.web.sockets.line import Line, open_line


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


def report(**changes: Any) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(seen(seconds=10, **changes))
    return told


async def kept(line: Line) -> dict[int, dict[datetime, Seen]]:
    async with line.house.database.read() as db:
        return await queries.minutes(db, line.house.session)


async def test_reports_of_a_minute_become_one_row_that_outlives_the_connection(line: Line) -> None:
    house, student = line.house, line.house.school.student
    await line.enter(house.school.teacher)
    browser = await line.enter(student)
    house.clock.pass_(seconds=10)
    await browser.done("quality.report", **report(up_lost=60))
    house.clock.pass_(seconds=10)
    await browser.done("quality.report", **report(way="tcp"))
    assert await kept(line) == {}
    await browser.done("leave")
    await house.doorman.round(house.clock())
    minute = house.clock().replace(second=0)
    stored = (await kept(line))[student][minute]
    assert (stored.seconds, stored.up_packets, stored.up_lost, stored.way) == (20, 12_000, 60, Way.TCP)

    again = await line.enter(student)
    house.clock.pass_(seconds=10)
    await again.done("quality.report", **report())
    house.clock.pass_(minutes=1)
    await again.done("quality.report", **report())
    await house.doorman.round(house.clock())
    assert [row.seconds for row in (await kept(line))[student].values()] == [30, 10]


async def test_what_is_ninety_days_old_is_forgotten(line: Line) -> None:
    house = line.house
    browser = await line.enter(house.school.teacher)
    await browser.done("quality.report", **report())
    await house.doorman.round(house.clock())
    assert len(await kept(line)) == 1
    await house.doorman.round(house.clock.pass_(days=91))
    assert await kept(line) == {}


async def test_a_server_that_stops_writes_what_was_reported(line: Line) -> None:
    browser = await line.enter(line.house.school.teacher)
    await browser.done("quality.report", **report())
    await line.house.registry.close()
    assert len((await kept(line))[line.house.school.teacher]) == 1


async def test_a_database_that_fails_once_loses_nothing(line: Line) -> None:
    house = line.house
    browser = await line.enter(house.school.teacher)
    await browser.done("quality.report", **report())
    there = Database.open(house.database.url + ".nowhere/none.db")
    with pytest.raises(Exception, match="unable to open"):
        await house.registry.minutes.flush(there, house.clock())
    await there.close()
    await house.registry.minutes.flush(house.database, house.clock())
    assert len(await kept(line)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"up_lost": 6_001},
        {"concealed_ms": 60_001},
        {"seconds": 61},
        {"seconds": 0},
        {"round_trip_ms": 60_001},
        {"layer": 3},
        {"way": "carrier pigeon"},
        {"browser": "Mozilla/5.0 (X11; Linux)"},
        {"height": 100_000},
        {"down_packets": 10**30},
        {"frozen_ms": float("1e400")},
    ],
)
async def test_what_cannot_be_is_refused_and_not_kept(line: Line, wrong: dict[str, object]) -> None:
    browser = await line.enter(line.house.school.teacher)
    assert await browser.refused("quality.report", report() | wrong) == "invalid"
    await line.house.doorman.round(line.house.clock())
    assert await kept(line) == {}


async def test_who_reports_too_often_is_refused_and_can_again_later(line: Line) -> None:
    browser = await line.enter(line.house.school.teacher)
    for _ in range(4):
        await browser.done("quality.report", **report())
    assert await browser.refused("quality.report", report()) == "flood"
    line.house.clock.pass_(seconds=10)
    await browser.done("quality.report", **report())
