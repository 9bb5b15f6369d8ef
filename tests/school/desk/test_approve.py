"""Approving a schedule writes its sessions, all or nothing (R1, R19, R20)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from school.audit.queries import latest
from school.calendar.actions import keep_holidays, transfer
from school.db import Database, Db
from school.desk.actions import approve
from school.desk.errors import NoActInForce
from school.errors import Forbidden, Invalid, NotFound
from school.organisation.actions import end_act
from school.organisation.queries import act_in_force
from school.people.actions import end_appointment
from school.schedule import queries as schedule
from school.schedule.actions import submit
from school.schedule.errors import HostTwice, NotAnEmployee, WrongState
from school.schedule.models import VersionState
from school.sessions import actions as sessions
from school.sessions.queries import SessionRow, between, next_of_lines, of_day, session
from tests import builders
from tests.builders import NOW, TODAY
from tests.consultations import (
    School,
    add_draft,
    add_line,
    add_session,
    add_submitted,
    approve_version,
    open_school,
)
from tests.races import race, refusals, winners

YEAR = (datetime(2026, 8, 1, tzinfo=UTC), datetime(2027, 8, 1, tzinfo=UTC))


async def written(database: Database) -> list[SessionRow]:
    async with database.read() as db:
        return await between(db, *YEAR)


async def test_sessions_are_written_for_the_validity(database: Database) -> None:
    school = await open_school(database, zone="Asia/Yekaterinburg")
    async with database.begin() as db:
        version_id = await add_draft(db, school, valid_from=date(2026, 9, 1), valid_until=date(2026, 9, 30))
        line_id = await add_line(db, school, version_id)
        await keep_holidays(db, NOW, by=school.administrator, holidays={date(2026, 9, 15): "Праздник"})
        await transfer(db, NOW, by=school.administrator, on=date(2026, 9, 19), weekday=2)
        await submit(db, NOW, version_id=version_id, by=school.methodist)
        assert await approve_version(db, school, version_id) == 4
    rows = await written(database)
    place = ZoneInfo("Asia/Yekaterinburg")
    # 1 September has passed, the 15th is a holiday, Saturday the 19th is taught as a Tuesday.
    assert [row.starts_at.astimezone(place) for row in rows] == [
        datetime(2026, 9, day, 15, tzinfo=place) for day in (8, 19, 22, 29)
    ]
    assert {row.ends_at - row.starts_at for row in rows} == {timedelta(minutes=45)}
    first = rows[0]
    assert (first.line_id, first.host_id, first.responsible_id) == (line_id, school.teacher, school.teacher)
    assert (first.subject, first.group_names, first.one_off_by) == ("Алгебра", ("7А",), None)
    async with database.read() as db:
        coming = await next_of_lines(db, [line_id], NOW)
        (audited, *_) = await latest(db, 1)
    assert coming == first
    assert (audited.action, audited.actor_id, audited.subject_id) == (
        "schedule_approved",
        school.head,
        version_id,
    )


async def test_without_an_act_in_force_nothing_is_approved(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        act = await act_in_force(db, TODAY)
        assert act is not None
        await end_act(db, NOW, by=school.administrator, act_id=act.id, until=date(2026, 9, 6))
    with pytest.raises(NoActInForce):
        async with database.begin() as db:
            await approve_version(db, school, version_id)
    assert await written(database) == []
    async with database.read() as db:
        assert (await schedule.version(db, version_id)).state is VersionState.SUBMITTED


@pytest.mark.parametrize("who", ["administrator", "methodist", "teacher", "student", "parent"])
async def test_only_the_head_approves(sqlite_database: Database, who: str) -> None:
    school = await open_school(sqlite_database)
    other = School(**vars(school) | {"head": getattr(school, who)})
    async with sqlite_database.begin() as db:
        version_id = await add_submitted(db, school)
        with pytest.raises(Forbidden):
            await approve_version(db, other, version_id)


async def test_only_what_was_submitted_is_approved_by_an_order(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        with pytest.raises(WrongState):
            await approve_version(db, school, version_id)
        with pytest.raises(NotFound):
            await approve_version(db, school, version_id + 1)
        await add_line(db, school, version_id)
        await submit(db, NOW, version_id=version_id, by=school.methodist)
        with pytest.raises(Invalid):
            await approve(db, NOW, version_id=version_id, by=school.head, order_number=" ", order_date=TODAY)


async def test_a_host_with_a_one_off_session_at_that_time_is_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await add_session(db, school, starts_at=datetime(2026, 9, 8, 12, 30, tzinfo=UTC))
    with pytest.raises(HostTwice) as refused:
        async with database.begin() as db:
            await approve_version(db, school, version_id)
    assert (refused.value.data["person_id"], refused.value.data["clashes"]) == (school.teacher, 1)
    assert len(await written(database)) == 1


async def test_a_host_whose_appointment_ended_meanwhile_is_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await end_appointment(
            db, NOW, by=school.administrator, appointment_id=school.appointment, until=date(2026, 12, 31)
        )
        with pytest.raises(NotAnEmployee):
            await approve_version(db, school, version_id)


async def test_a_new_version_takes_the_place_of_the_old_one(database: Database) -> None:
    school = await open_school(database)
    october = date(2026, 10, 1)
    async with database.begin() as db:
        old = await add_submitted(db, school)
        await approve_version(db, school, old)
        new = await add_draft(db, school, valid_from=october)
        await add_line(db, school, new, weekday=4)
        await submit(db, NOW, version_id=new, by=school.methodist)
        await approve_version(db, school, new, now=NOW + timedelta(days=1))
        assert (await schedule.version(db, old)).state is VersionState.SUPERSEDED
    place = ZoneInfo("Europe/Moscow")
    days = [row.starts_at.astimezone(place).date() for row in await written(database)]
    assert {day.isoweekday() for day in days if day < october} == {2}
    assert {day.isoweekday() for day in days if day >= october} == {4}


async def test_what_was_replaced_says_by_what_and_leaves_the_day(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        old = await add_submitted(db, school)
        await approve_version(db, school, old)
        day = (datetime(2026, 9, 7, 21, tzinfo=UTC), datetime(2026, 9, 8, 21, tzinfo=UTC))
        (row,) = await of_day(db, school.student, *day, today=TODAY, now=NOW)
        new = await add_submitted(db, school, weekday=4)
        await approve_version(db, school, new)
        assert await of_day(db, school.student, *day, today=TODAY, now=NOW) == []
        replaced = await session(db, row.session.id)
    assert (replaced.cancelled_at, replaced.replaced_by) == (NOW, new)


async def test_what_is_held_or_has_passed_is_not_replaced(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        old = await add_submitted(db, school)
        await approve_version(db, school, old)
    first, second, *_ = await written(database)
    async with database.begin() as db:
        await sessions.mark_started(db, second.starts_at - timedelta(minutes=5), session_id=second.id)
        new = await add_submitted(db, school, weekday=4)
        await approve_version(db, school, new, now=second.starts_at - timedelta(minutes=4))
    kept = {row.id for row in await written(database)}
    assert {first.id, second.id} <= kept


async def test_what_is_being_held_is_not_written_a_second_time(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        await approve_version(db, school, await add_submitted(db, school))
    first, *_ = await written(database)
    async with database.begin() as db:
        before = first.starts_at - timedelta(minutes=5)
        await sessions.mark_started(db, before, session_id=first.id)
        await approve_version(db, school, await add_submitted(db, school), now=before)
    assert [row.id for row in await written(database) if row.starts_at == first.starts_at] == [first.id]


async def test_the_same_slots_may_be_approved_again_in_a_new_version(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        counts = []
        for _ in range(2):
            counts.append(await approve_version(db, school, await add_submitted(db, school)))
    assert counts[0] == counts[1]
    assert len(await written(database)) == counts[0]


async def test_of_50_approvals_one_counts(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)

    async def run(db: Db, _: int) -> int:
        return await approve_version(db, school, version_id)

    results = await race(database, run)
    assert (len(winners(results)), refusals(results, WrongState)) == (1, 49)
    assert len(await written(database)) == winners(results)[0]


async def test_of_versions_approved_at_once_the_last_one_stands(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        versions = [await add_submitted(db, school) for _ in range(10)]

    async def run(db: Db, number: int) -> int:
        return await approve_version(db, school, versions[number % 10])

    results = await race(database, run)
    assert len(winners(results)) == 10
    async with database.read() as db:
        states = [row.state for row in await schedule.versions(db)]
    assert states.count(VersionState.APPROVED) == 1
    assert states.count(VersionState.SUPERSEDED) == 9
    assert len(await written(database)) == winners(results)[0]


async def test_approvals_and_one_off_sessions_never_book_a_host_twice(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)

    async def run(db: Db, number: int) -> int:
        if number == 10:
            return await approve_version(db, school, version_id)
        starts_at = datetime(2026, 9, 8, 12, tzinfo=UTC) + timedelta(weeks=number % 30)
        return await add_session(db, school, starts_at=starts_at)

    await race(database, run)
    starts = [row.starts_at for row in await written(database)]
    assert len(set(starts)) == len(starts)


async def test_5000_sessions_take_seconds_and_few_statements(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        for _ in range(26):
            _, appointment = await builders.add_worker(db)
            for weekday in range(1, 6):
                await add_line(db, school, version_id, weekday=weekday, appointment=appointment)
        await submit(db, NOW, version_id=version_id, by=school.methodist)
    started = datetime.now(UTC)
    async with database.begin() as db:
        statements: list[str] = []
        connection = (await db.connection()).sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        number = await approve_version(db, school, version_id)
        sent = len(statements)
    assert number > 4900
    assert sent < 50
    assert datetime.now(UTC) - started < timedelta(seconds=15)
    assert len(await written(database)) == number
