"""The demo school: believable, the same each time, its rooms open at every hour."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from sqlalchemy import delete, func, select

from school.attendance import queries as attendance
from school.audit.queries import first_broken
from school.db import Database
from school.links.models import Link
from school.organisation import queries as organisation
from school.people import queries as people
from school.people.models import Appointment, Membership, ParentLink, Person, Role
from school.people.passwords import verify_password
from school.schedule import queries as schedule
from school.schedule.models import Form, Kind
from school.sessions import actions as sessions
from school.sessions import queries as session_queries
from school.sessions import rules
from school.sessions.models import EndReason, Session
from school.sessions.queries import SessionRow
from server import config
from server.__main__ import main
from server.demo import life, open_now
from server.demo.open_now import ROOMS
from server.demo.roster import roster
from server.demo.school import PASSWORD
from server.demo.timetable import LINES, ZONE, Slot
from tests import builders
from web import keys

A_SUNDAY = datetime(2026, 11, 22, 12, 4, tzinfo=UTC)
NEW_YEARS_NIGHT = datetime(2027, 1, 1, 0, 30, tzinfo=UTC)
A_SUMMER_DAY = datetime(2026, 7, 14, 9, 0, tzinfo=UTC)
A_LESSON = datetime(
    2026, 11, 18, 12, 20, tzinfo=UTC
)  # a Wednesday, 15:20 in Moscow: several teachers are busy


async def showing(database: Database, now: datetime) -> list[SessionRow]:
    async with database.read() as db:
        return await open_now.showing(db, now)


def kinds(rows: list[SessionRow]) -> Counter[tuple[Form, Kind]]:
    return Counter((row.form, row.kind) for row in rows)


EACH = Counter((room.form, room.kind) for room in ROOMS)


def test_the_people_are_the_same_each_time_and_all_have_logins_of_their_own() -> None:
    first, second = roster(2026), roster(2026)
    logins = [one.human.login for one in (*first.workers, *first.students, *first.parents)]
    assert first == second
    assert len(logins) == len(set(logins))
    assert all(login.isascii() for login in logins)


def test_patronymics_and_surnames_match_the_gender() -> None:
    for one in (*roster(2026).students, *roster(2026).parents):
        woman = one.human.patronymic.endswith(("вна", "чна"))
        assert one.human.family.endswith("а") is woman, one.human.full


def test_at_every_hour_of_the_week_somebody_is_free_to_lead_each_room() -> None:
    """Else a room could not be renewed while its leaders hold the consultations of the schedule."""
    families = {one.human.login: one.human.family for one in roster(2026).workers}
    for room in ROOMS:
        leads = [
            [_minutes(slot) for slot in LINES if slot.worker == families[lead.login]] for lead in room.leads
        ]
        for begins in range(0, _WEEK, 5):
            ends = begins + int(open_now.LASTS.total_seconds() / 60)
            assert any(not _meets(begins, ends, taken) for taken in leads), (room.form, begins)


_WEEK = 7 * 24 * 60


def _minutes(slot: Slot) -> tuple[int, int]:
    """A line's hours as minutes of the week."""
    day = (slot.weekday - 1) * 24 * 60
    return day + slot.starts.hour * 60 + slot.starts.minute, day + slot.ends.hour * 60 + slot.ends.minute


def _meets(begins: int, ends: int, taken: list[tuple[int, int]]) -> bool:
    return any(begins < until + week and since + week < ends for since, until in taken for week in (0, _WEEK))


async def test_the_school_has_everything_that_it_promises(database: Database) -> None:
    await life.prepare(database, A_SUNDAY)
    async with database.read() as db:
        students = await people.with_role(db, Role.STUDENT)
        parents = await people.with_role(db, Role.LEGAL_REPRESENTATIVE)
        workers = {row.person_id for row in await people.appointments(db, A_SUNDAY.date())}
        children = Counter(await db.scalars(select(ParentLink.parent_id)))
        of_child = Counter(await db.scalars(select(ParentLink.child_id)))
        posts = Counter(await db.scalars(select(Appointment.person_id)))
        members = await db.scalar(select(func.count()).select_from(Membership))
        act = await organisation.act_in_force(db, A_SUNDAY.date())
        published = await schedule.public(db, A_SUNDAY.date())
        broken = await first_broken(db)
        groups = await people.groups(db)
        term = await session_queries.between(db, A_SUNDAY - timedelta(weeks=11), A_SUNDAY)
    assert len(groups) == 6
    assert len(students) == members == 90
    assert len(parents) >= 60
    assert len(workers) >= 12
    assert max(children.values()) == 2
    assert max(of_child.values()) == 2
    assert max(posts.values()) == 2
    assert act is not None
    assert (act.number, act.date.isoformat()) == ("10", "2024-01-15")
    assert published is not None
    assert [len(section.rows) for section in published.sections] == [11, 5]
    assert broken is None
    assert len(term) > 100
    assert [row.id for row in term if row.ends_at < A_SUNDAY and row.started_at is None] == []


async def test_everybody_can_sign_in_with_the_password_that_is_told(sqlite_database: Database) -> None:
    await life.prepare(sqlite_database, A_SUNDAY)
    async with sqlite_database.read() as db:
        hashes = set(await db.scalars(select(Person.password_hash)))
    (only,) = hashes
    assert verify_password(only, PASSWORD)


async def test_preparing_twice_changes_nothing(database: Database) -> None:
    await life.prepare(database, A_SUNDAY)
    async with database.read() as db:
        before = await db.scalar(select(func.count()).select_from(Session))
    await life.prepare(database, A_SUNDAY + timedelta(minutes=2))
    async with database.read() as db:
        assert await db.scalar(select(func.count()).select_from(Session)) == before


async def test_a_real_organisation_is_never_written_into(sqlite_database: Database) -> None:
    async with sqlite_database.begin() as db:
        await builders.add_organisation(db)
    with pytest.raises(life.NotADemo):
        await life.prepare(sqlite_database, A_SUNDAY)
    async with sqlite_database.read() as db:
        assert await db.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize("now", [A_SUNDAY, NEW_YEARS_NIGHT, A_SUMMER_DAY, A_LESSON], ids=str)
async def test_a_room_of_each_form_and_an_individual_one_are_open_at_any_time(
    sqlite_database: Database, now: datetime
) -> None:
    await life.prepare(sqlite_database, now)
    rows = await showing(sqlite_database, now)
    assert kinds(rows) == EACH
    async with sqlite_database.read() as db:
        settings = await organisation.settings(db)
        today = settings.today(now)
        expected = [await session_queries.expected(db, row.id, today, now) for row in rows]
    assert all(rules.is_open(row, settings, now) for row in rows)
    assert all(row.one_off_reason for row in rows)
    assert all(len(people_) > 1 for people_ in expected)
    assert {row.topic is None for row in rows} == {True, False}


async def test_rooms_are_renewed_before_they_end_without_a_gap(sqlite_database: Database) -> None:
    await life.prepare(sqlite_database, A_SUNDAY)
    for minutes in range(0, 6 * 60, 10):
        now = A_SUNDAY + timedelta(minutes=minutes)
        await life.keep_open(sqlite_database, now)
        assert set(kinds(await showing(sqlite_database, now))) == set(EACH), now


async def test_a_room_that_its_host_has_closed_is_opened_anew(sqlite_database: Database) -> None:
    await life.prepare(sqlite_database, A_SUNDAY)
    closed = (await showing(sqlite_database, A_SUNDAY))[0]
    later = A_SUNDAY + timedelta(seconds=40)
    async with sqlite_database.begin() as db:
        await sessions.end(db, later, session_id=closed.id, by=closed.host_id, reason=EndReason.CLOSED)
    (added,) = await life.keep_open(sqlite_database, later + timedelta(seconds=15))
    rows = await showing(sqlite_database, later + timedelta(seconds=15))
    assert kinds(rows) == EACH
    assert added in {row.id for row in rows}


async def test_two_processes_that_look_at_once_open_each_room_once(database: Database) -> None:
    await life.prepare(database, A_SUNDAY)
    later = A_SUNDAY + timedelta(days=2)
    await asyncio.gather(*(life.keep_open(database, later) for _ in range(4)))
    assert kinds(await showing(database, later)) == EACH


async def test_a_server_has_its_rooms_before_it_listens_and_stops_renewing_with_it(
    sqlite_database: Database,
) -> None:
    app = web.Application()
    app[keys.DATABASE] = sqlite_database
    app[keys.CLOCK] = lambda: A_SUNDAY
    app.cleanup_ctx.append(life.in_server)
    runner = web.AppRunner(app)
    await runner.setup()
    assert kinds(await showing(sqlite_database, A_SUNDAY)) == EACH
    assert "demo rooms" in {task.get_name() for task in asyncio.all_tasks()}
    await runner.cleanup()
    assert "demo rooms" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_who_was_left_without_a_link_gets_one_at_the_next_start(sqlite_database: Database) -> None:
    await life.prepare(sqlite_database, A_SUNDAY)
    room = (await showing(sqlite_database, A_SUNDAY))[0]
    async with sqlite_database.begin() as db:
        await db.execute(delete(Link).where(Link.session_id == room.id))
    await life.prepare(sqlite_database, A_SUNDAY)
    async with sqlite_database.read() as db:
        assert await open_now.uninvited(db, A_SUNDAY, room.id) == []


async def test_yesterday_has_an_attendance_table_to_look_at(sqlite_database: Database) -> None:
    await life.prepare(sqlite_database, NEW_YEARS_NIGHT)
    day = timedelta(days=1)
    async with sqlite_database.read() as db:
        settings = await organisation.settings(db)
        held = [
            row
            for row in await session_queries.between(db, NEW_YEARS_NIGHT - 2 * day, NEW_YEARS_NIGHT)
            if row.ended_at
        ]
        (table,) = [await attendance.table(db, row.id) for row in held]
    came = [row.summary for row in table if row.summary]
    assert settings.today(held[0].starts_at) < NEW_YEARS_NIGHT.astimezone(ZoneInfo(ZONE)).date()
    assert 0 < len(came) < len(table)
    assert any(one.late_minutes for one in came)
    assert any(one.minutes < 45 for one in came)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An installation of this test's own, spoken with in Russian."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"KABINET_{name.upper()}", raising=False)
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    monkeypatch.setenv("KABINET_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("KABINET_PORT", "8123")
    return tmp_path / "var"


@pytest.mark.usefixtures("folder")
def test_the_command_prints_exactly_the_promised_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"base_url", "people", "links"}
    assert told["base_url"] == "http://localhost:8123"
    assert {frozenset(one) for one in told["people"]} == {frozenset({"name", "login", "password", "roles"})}
    assert {frozenset(one) for one in told["links"]} == {
        frozenset({"session", "form", "kind", "person", "as", "url"})
    }
    assert {role for one in told["people"] for role in one["roles"]} == {role.value for role in Role}
    assert {one["as"] for one in told["links"]} == {"host", "student", "parent"}
    assert {(one["form"], one["kind"]) for one in told["links"]} == {(form, kind) for form, kind in EACH}
    assert all(one["url"].startswith("http://localhost:8123/r/") for one in told["links"])
    assert len({one["url"] for one in told["links"]}) == len(told["links"])


@pytest.mark.usefixtures("folder")
def test_the_command_tells_the_same_twice_and_says_in_russian_what_to_try(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo", "--json"]) == 0
    first = capsys.readouterr().out
    assert main(["demo", "--json"]) == 0
    assert capsys.readouterr().out == first
    assert main(["demo"]) == 0
    text = capsys.readouterr().out
    assert "Демонстрационная школа: http://localhost:8123" in text
    assert "Петров Иван Алексеевич (обучающийся, 7А)" in text
    assert PASSWORD in text
    python, *rest = text.partition("Все остальные: ")[2].split()
    assert rest == ["-m", "server", "demo", "--json"]
    assert Path(python).samefile(sys.executable)
    assert text.count("http://localhost:8123/r/") == 11
