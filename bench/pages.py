"""Pages and approval: `python -m bench.pages`; see README.md.

A school of 120 lines over a school year is made through the real actions; the approval of its schedule is
measured; then the server runs on one core and is asked for the public page and for "today".
"""

import argparse
import asyncio
import tempfile
import time as clock
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import event

from bench import machine
from school.db import Database, Db
from school.desk.actions import approve
from school.migrations import upgrade
from school.people import actions as people
from school.people.models import Role
from school.schedule import actions as schedule
from school.schedule.models import Form, Kind, Where
from tests import builders
from tests.journeys.server import serving

WORKERS, SLOTS, GROUPS = 40, 3, 20
YEAR = timedelta(days=280)
AT_ONCE = 8
WARM_REQUESTS = 50


@dataclass(frozen=True)
class School:
    """What the measurement needs of it; `sign_in` is the student's raw token."""

    version: int
    methodist: int
    head: int
    sign_in: str


@dataclass(frozen=True)
class Approval:
    """What it took to write a year of sessions."""

    sessions: int
    seconds: float
    statements: int


@dataclass(frozen=True)
class Served:
    """Answers of one page."""

    page: str
    per_second: float
    p50: float
    p99: float
    kib: float

    def row(self) -> str:
        """The line of the table."""
        return (
            f"| {self.page} | {self.per_second:.0f} | {self.p50 * 1000:.1f} | {self.p99 * 1000:.1f} |"
            f" {self.kib:.0f} |"
        )


async def build(db: Db, now: datetime) -> School:
    """A school with 120 lines that wait for the head, and a student of one of its groups."""
    today = now.date()
    await builders.add_organisation(db)
    await builders.add_act(db, since=today)
    methodist = await builders.add_person(db, Role.METHODIST)
    head = await builders.add_person(db, Role.HEAD)
    groups = [await builders.add_group(db, name=f"{1 + number % 11}-{number}") for number in range(GROUPS)]
    student = await builders.add_student(db)
    await people.add_member(db, now, by=None, person_id=student, group_id=groups[0], since=today)
    version = await schedule.draft(
        db, now, by=methodist, title="График", valid_from=today, valid_until=today + YEAR
    )
    for number in range(WORKERS):
        _, appointment = await builders.add_worker(db, family_name=f"Соколова{number}")
        for slot in range(SLOTS):
            await _line(db, now, methodist, version, appointment, groups, number, slot)
    await schedule.submit(db, now, version_id=version, by=methodist)
    lasts = timedelta(days=1)
    token = await people.start_sign_in(db, now, person_id=student, user_agent="bench", lifetime=lasts)
    return School(version, methodist, head, token)


async def _line(
    db: Db,
    now: datetime,
    methodist: int,
    version: int,
    appointment: int,
    groups: list[int],
    number: int,
    slot: int,
) -> None:
    hour = 8 + number % 12
    await schedule.add_line(
        db,
        now,
        by=methodist,
        version_id=version,
        appointment_id=appointment,
        weekday=1 + (number + 2 * slot) % 6,
        starts=time(hour),
        ends=time(hour, 45),
        form=list(Form)[slot % 3],
        kind=Kind.GROUP,
        group_ids=[groups[number % GROUPS], groups[(number + slot + 1) % GROUPS]],
    )


async def measure_approval(database: Database, school: School, now: datetime) -> Approval:
    """Approve and publish; the approval alone is counted."""
    statements = 0

    def one(*_: object) -> None:
        nonlocal statements
        statements += 1

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", one)
    began = clock.perf_counter()
    async with database.begin() as db:
        written = await approve(
            db, now, version_id=school.version, by=school.head, order_number="1", order_date=now.date()
        )
    took = clock.perf_counter() - began
    event.remove(engine, "before_cursor_execute", one)
    async with database.begin() as db:
        where, on = Where.OFFICIAL_SITE, date.today()  # noqa: DTZ011 -- only has to be some day
        await schedule.publish(db, now, version_id=school.version, by=school.methodist, where=where, on=on)
    return Approval(written, took, statements)


async def measure_page(
    client: aiohttp.ClientSession, url: str, name: str, cookies: dict[str, str], seconds: float
) -> Served:
    """Ask for one page, a few at a time, for so long; raises when an answer is not 200."""
    took: list[float] = []
    sizes: list[int] = []

    async def ask() -> None:
        began = clock.perf_counter()
        async with client.get(url, cookies=cookies, allow_redirects=False) as answer:
            answer.raise_for_status()
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}")
            sizes.append(len(await answer.read()))
        took.append(clock.perf_counter() - began)

    for _ in range(WARM_REQUESTS):
        await ask()
    took.clear()
    began = clock.perf_counter()

    async def keep_asking() -> None:
        while clock.perf_counter() - began < seconds:
            await ask()

    await asyncio.gather(*(keep_asking() for _ in range(AT_ONCE)))
    lasted = clock.perf_counter() - began
    ordered = sorted(took)
    return Served(
        name,
        len(took) / lasted,
        ordered[len(ordered) // 2],
        ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        sizes[-1] / 1024,
    )


async def run(seconds: float) -> None:
    """Measure on a new database and print the figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        address = f"sqlite:///{folder / 'kabinet.sqlite'}"
        await upgrade(address)
        database = Database.open(address)
        now = datetime.now(UTC)
        async with database.begin() as db:
            school = await build(db, now)
        approval = await measure_approval(database, school, now)
        await database.close()
        print(
            f"Approval of {WORKERS * SLOTS} lines: {approval.sessions} sessions written in "
            f"{approval.seconds:.2f} s by {approval.statements} statements.",
            "",
            sep="\n",
        )
        async with (
            serving(address, folder) as kabinet,
            aiohttp.ClientSession() as client,
        ):
            machine.pin(kabinet.process.pid, 0)
            machine.pin(0, 1)
            print("| page | requests/s | ms p50 | ms p99 | KiB |\n| --- | --- | --- | --- | --- |")
            for path, name, cookies in (
                ("/schedule", "public schedule, 120 lines", {}),
                ("/today", "today", {"kabinet_sign_in": school.sign_in}),
            ):
                served = await measure_page(client, f"{kabinet.base_url}{path}", name, cookies, seconds)
                print(served.row())


async def main() -> None:
    """Read the options and measure."""
    options = argparse.ArgumentParser(prog="python -m bench.pages", description="Pages and approval.")
    options.add_argument("--seconds", type=float, default=8.0, help="length of one measurement")
    chosen, _ = options.parse_known_args()
    print(*machine.description(), "", sep="\n")
    await run(chosen.seconds)


if __name__ == "__main__":
    asyncio.run(main())
