"""Attendance as the server saw it and as the host confirmed it (R57)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from school.attendance import actions, queries
from school.attendance.errors import NotOverYet
from school.attendance.models import Presence
from school.attendance.queries import AttendanceRow
from school.audit.queries import latest
from school.db import Database, Db
from school.errors import Invalid, NotFound
from school.people.actions import end_membership, end_person
from school.sessions.actions import cancel, end
from school.sessions.errors import NotTheHost, SessionCancelled
from school.sessions.models import EndReason, RoomRole
from tests import builders
from tests.builders import NOW, TODAY
from tests.consultations import School, add_session, open_school
from tests.races import race, winners

START = NOW + timedelta(hours=1)
END = START + timedelta(minutes=40)
OVER = END + timedelta(minutes=5)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school, starts_at=START, minutes=40)


async def join(
    db: Db,
    session_id: int,
    person_id: int,
    minutes: float,
    *,
    role: RoomRole = RoomRole.STUDENT,
    child_id: int | None = None,
) -> int:
    return await actions.joined(
        db, at(minutes), session_id=session_id, person_id=person_id, role=role, child_id=child_id
    )


async def table(database: Database, session_id: int) -> dict[int, AttendanceRow]:
    async with database.read() as db:
        return {row.person_id: row for row in await queries.table(db, session_id)}


async def test_the_table_shows_who_came_when_and_how_long(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        teacher = await join(db, session_id, school.teacher, -5, role=RoomRole.HOST)
        first = await join(db, session_id, school.student, 10)
        await actions.left(db, at(20), first)
        second = await join(db, session_id, school.student, 22)
        await actions.left(db, at(40), second)
        await actions.left(db, at(41), teacher)
    rows = await table(database, session_id)
    assert list(rows) == [school.teacher, school.student, school.parent]
    student = rows[school.student].summary
    assert student is not None
    assert (student.came, student.left, student.minutes) == (at(10), at(40), 28)
    assert (student.late_minutes, student.left_early_minutes, student.share) == (10, 0, 0.7)
    host = rows[school.teacher].summary
    assert host is not None
    assert (host.minutes, host.share) == (40, 1.0)


async def test_who_was_expected_and_did_not_come_is_in_the_table(
    database: Database, school: School, session_id: int
) -> None:
    row = (await table(database, session_id))[school.parent]
    assert (row.name, row.role, row.child_name, row.group_name, row.relation) == (
        "Иванова Мария Олеговна",
        RoomRole.PARENT,
        "Иванов Пётр",
        "7А",
        "mother",
    )
    assert (row.expected, row.summary, row.mark) == (True, None, None)


async def test_who_came_and_has_left_the_group_since_stays_in_the_table(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        stay = await join(db, session_id, school.student, 0)
        await actions.left(db, at(40), stay)
        await end_membership(
            db,
            NOW,
            by=school.administrator,
            person_id=school.student,
            group_id=school.group,
            until=TODAY - timedelta(days=1),
        )
    row = (await table(database, session_id))[school.student]
    assert (row.expected, row.name, row.role) == (False, "Иванов Пётр Андреевич", RoomRole.STUDENT)
    assert row.summary is not None


async def test_who_has_left_the_school_since_was_expected_all_the_same(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await end_person(db, OVER, by=school.administrator, person_id=school.student)
    row = (await table(database, session_id))[school.student]
    assert (row.expected, row.summary) == (True, None)


async def test_a_session_closed_early_counts_to_its_real_end(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        stay = await join(db, session_id, school.student, 0)
        await actions.left(db, at(20), stay)
        await end(db, at(20), session_id=session_id, by=school.teacher, reason=EndReason.CLOSED)
    found = (await table(database, session_id))[school.student].summary
    assert found is not None
    assert (found.share, found.left_early_minutes) == (1.0, 0)


async def test_a_heartbeat_is_one_statement_for_everybody(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        stays = [await join(db, session_id, school.student, 0) for _ in range(3)]
        await actions.left(db, at(1), stays[0])
        connection = (await db.connection()).sync_connection
        assert connection is not None
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        await actions.heartbeat(db, at(2), stays)
        assert len(statements) == 1
        await actions.heartbeat(db, at(2), [])
        assert len(statements) == 1
        seen = list(await db.scalars(select(Presence.seen_at).order_by(Presence.id)))
    assert seen == [at(0), at(2), at(2)]


async def test_a_heartbeat_never_goes_back(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        stay = await join(db, session_id, school.student, 1)
        await actions.heartbeat(db, at(0), [stay])
        assert await db.scalar(select(Presence.seen_at)) == at(1)


async def test_after_a_crash_a_stay_ends_at_its_last_heartbeat(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        lost = await join(db, session_id, school.student, 0)
        await actions.heartbeat(db, at(12.25), [lost])
        alive = await join(db, session_id, school.teacher, 13, role=RoomRole.HOST)
    async with database.begin() as db:
        assert await actions.close_dangling(db, at(13), timedelta(seconds=30)) == 1
        assert await actions.close_dangling(db, at(13), timedelta(seconds=30)) == 0
        assert not await actions.left(db, at(14), lost)
        assert await actions.left(db, at(14), alive)
    found = (await table(database, session_id))[school.student].summary
    assert found is not None
    assert (found.left, found.present) == (at(12.25), timedelta(minutes=12.25))


async def test_of_50_who_end_a_stay_one_counts(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        stay = await join(db, session_id, school.student, 0)

    async def run(db: Db, number: int) -> bool:
        return await actions.left(db, at(number), stay)

    assert len(winners(await race(database, run))) == 1


async def confirm(db: Db, school: School, session_id: int, *, by: int | None = None) -> int:
    return await actions.confirm(db, OVER, session_id=session_id, by=by or school.teacher)


async def correct(
    db: Db,
    school: School,
    session_id: int,
    *,
    minutes: int = 30,
    reason: str = "Пропала связь",
    by: int | None = None,
    now: datetime = OVER,
) -> None:
    await actions.correct(
        db,
        now,
        session_id=session_id,
        person_id=school.student,
        by=by or school.teacher,
        minutes=minutes,
        reason=reason,
    )


async def test_the_host_confirms_what_the_server_counted(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        stay = await join(db, session_id, school.student, 0)
        await actions.left(db, at(25), stay)
        assert await confirm(db, school, session_id) == 3
        assert await confirm(db, school, session_id) == 0
    rows = await table(database, session_id)
    came, absent = rows[school.student].mark, rows[school.parent].mark
    assert came is not None
    assert (came.attended, came.minutes, came.reason, came.by, came.at) == (
        True,
        25,
        None,
        school.teacher,
        OVER,
    )
    assert absent is not None
    assert (absent.attended, absent.minutes) == (False, 0)


async def test_a_correction_needs_a_reason_and_is_audited(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await confirm(db, school, session_id)
        await correct(db, school, session_id, minutes=30)
        assert await confirm(db, school, session_id) == 0
    mark = (await table(database, session_id))[school.student].mark
    assert mark is not None
    assert (mark.attended, mark.minutes, mark.reason) == (True, 30, "Пропала связь")
    async with database.read() as db:
        last, before, *_ = await latest(db, 2)
    assert (last.action, last.actor_id) == ("attendance_corrected", school.teacher)
    assert "Пропала связь" in last.detail
    assert before.action == "attendance_confirmed"


@pytest.mark.parametrize(
    ("minutes", "reason", "field"), [(30, " ", "reason"), (-1, "Да", "minutes"), (1441, "Да", "minutes")]
)
async def test_a_correction_that_makes_no_sense_is_refused(
    database: Database, school: School, session_id: int, minutes: int, reason: str, field: str
) -> None:
    async with database.begin() as db:
        with pytest.raises(Invalid) as refused:
            await correct(db, school, session_id, minutes=minutes, reason=reason)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["administrator", "head", "methodist", "student", "parent"])
async def test_nobody_but_the_host_confirms_or_corrects(
    database: Database, school: School, session_id: int, who: str
) -> None:
    async with database.begin() as db:
        with pytest.raises(NotTheHost):
            await confirm(db, school, session_id, by=getattr(school, who))
        with pytest.raises(NotTheHost):
            await correct(db, school, session_id, by=getattr(school, who))


async def test_attendance_is_not_confirmed_before_the_end(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        with pytest.raises(NotOverYet):
            await correct(db, school, session_id, now=at(30))
        with pytest.raises(NotFound):
            await correct(db, school, session_id + 1)


async def test_attendance_of_a_cancelled_session_is_not_confirmed(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await cancel(db, NOW, session_id=session_id, by=school.administrator, reason="Болезнь")
        for marking in (confirm, correct):
            with pytest.raises(SessionCancelled):
                await marking(db, school, session_id)


async def test_of_50_confirmations_one_counts(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, _: int) -> int:
        return await confirm(db, school, session_id)

    assert sorted(await race(database, run)) == [0] * 49 + [3]
    async with database.read() as db:
        rows = await latest(db, 4)
    assert [row.action for row in rows].count("attendance_confirmed") == 3


async def test_50_corrections_leave_one_mark_and_50_records(
    database: Database, school: School, session_id: int
) -> None:
    async def run(db: Db, number: int) -> bool:
        await correct(db, school, session_id, minutes=number)
        return True

    assert len(winners(await race(database, run))) == 50
    mark = (await table(database, session_id))[school.student].mark
    assert mark is not None
    async with database.read() as db:
        rows = await latest(db, 50)
    assert {row.action for row in rows} == {"attendance_corrected"}
    assert f'"minutes":{mark.minutes},' in rows[0].detail


async def test_the_number_of_statements_does_not_grow_with_the_table(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    counts = []
    async with sqlite_database.begin() as db:
        session_id = await add_session(db, school, starts_at=START)
        connection = (await db.connection()).sync_connection
        assert connection is not None
        for _ in range(3):
            await join(db, session_id, await builders.add_student(db, group_id=school.group), 0)
            statements: list[str] = []
            event.listen(
                connection, "before_cursor_execute", lambda *call, log=statements: log.append(call[2])
            )
            await queries.table(db, session_id)
            counts.append(len(statements))
    assert counts == [6, 6, 6]


async def test_everybody_is_confirmed_by_as_many_statements_as_one(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    counts = []
    async with sqlite_database.begin() as db:
        connection = (await db.connection()).sync_connection
        assert connection is not None
        for number in range(3):
            await builders.add_student(db, group_id=school.group)
            starts_at = START + timedelta(hours=number)
            session_id = await add_session(db, school, starts_at=starts_at)
            statements: list[str] = []
            event.listen(
                connection, "before_cursor_execute", lambda *call, log=statements: log.append(call[2])
            )
            over = starts_at + timedelta(hours=2)
            confirmed = await actions.confirm(db, over, session_id=session_id, by=school.teacher)
            counts.append((confirmed, len(statements)))
    assert counts == [(4, 10), (5, 10), (6, 10)]
