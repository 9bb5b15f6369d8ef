"""A changed calendar: the difference is shown first, then done; what was held or moved stays (R36)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from school.audit.queries import latest
from school.calendar.actions import add_break, keep_holidays, remove_holiday, transfer
from school.db import Database, Db
from school.desk.actions import recalculate
from school.desk.errors import ChangeIsAnother
from school.desk.queries import calendar_change, families
from school.desk.rules import Recalculation, Written, recalculation
from school.errors import Forbidden, Invalid
from school.people.actions import end_person
from school.schedule.actions import submit
from school.schedule.rules import Planned
from school.sessions import actions as sessions
from school.sessions.models import SessionGroup
from school.sessions.queries import SessionRow, between
from tests import builders
from tests.builders import NOW, TODAY
from tests.consultations import (
    School,
    add_draft,
    add_line,
    add_session,
    approve_version,
    open_school,
)
from tests.races import race, refusals, winners

SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
WHY = "Изменение календаря"


async def september(database: Database) -> School:
    """A schedule of Tuesdays, 15:00 in Moscow: 8, 15, 22 and 29 September lie ahead."""
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school, valid_from=SEPTEMBER[0], valid_until=SEPTEMBER[1])
        await add_line(db, school, version_id)
        await submit(db, NOW, version_id=version_id, by=school.methodist)
        await approve_version(db, school, version_id)
    return school


async def apply(database: Database, school: School, *, now: datetime = NOW) -> Recalculation:
    async with database.begin() as db:
        mark = (await calendar_change(db, now)).mark
        return await recalculate(db, now, by=school.administrator, mark=mark, reason=WHY)


async def held(database: Database) -> list[SessionRow]:
    async with database.read() as db:
        return await between(db, NOW - timedelta(days=30), NOW + timedelta(days=90))


def days(rows: list[SessionRow]) -> list[int]:
    return [row.starts_at.day for row in rows if row.cancelled_at is None]


async def test_a_holiday_takes_out_its_day_and_comes_back_with_it(database: Database) -> None:
    school = await september(database)
    async with database.begin() as db:
        await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 15): "Праздник"})
        shown = await calendar_change(db, NOW)
    assert ([one.starts_at.day for one in shown.suppress], shown.add, shown.restore) == ([15], (), ())
    assert days(await held(database)) == [8, 15, 22, 29]
    assert await apply(database, school) == shown
    rows = await held(database)
    assert days(rows) == [8, 22, 29]
    (out,) = [row for row in rows if row.cancelled_at]
    assert (out.cancel_reason, out.suppressed_at) == (WHY, NOW)
    async with database.begin() as db:
        await remove_holiday(db, NOW, by=None, on=date(2026, 9, 15))
    assert [one.id for one in (await apply(database, school)).restore] == [out.id]
    assert days(await held(database)) == [8, 15, 22, 29]
    assert len(await held(database)) == 4


async def test_a_break_and_a_transfer_take_out_and_add_with_the_lines_groups(database: Database) -> None:
    school = await september(database)
    async with database.begin() as db:
        await add_break(db, NOW, by=None, name="Осень", since=date(2026, 9, 21), until=date(2026, 9, 23))
        await transfer(db, NOW, by=None, on=date(2026, 9, 26), weekday=2)
    await apply(database, school)
    rows = await held(database)
    assert days(rows) == [8, 15, 26, 29]
    assert {row.group_names for row in rows} == {("7А",)}
    async with database.read() as db:
        assert await db.scalar(select(func.count()).select_from(SessionGroup)) == 5
        (audited, *_) = await latest(db, 1)
    assert (audited.action, audited.actor_id) == ("calendar_applied", school.administrator)


async def test_what_is_held_moved_or_cancelled_by_hand_stays_as_it_is(database: Database) -> None:
    school = await september(database)
    first, second, third, _ = await held(database)
    begun = first.starts_at
    async with database.begin() as db:
        await sessions.mark_started(db, begun - timedelta(minutes=5), session_id=first.id)
        await sessions.move(
            db,
            NOW,
            session_id=second.id,
            by=school.administrator,
            starts_at=second.starts_at + timedelta(days=1),
            ends_at=second.ends_at + timedelta(days=1),
            reason="Экскурсия",
        )
        await sessions.cancel(db, NOW, session_id=third.id, by=school.administrator, reason="Болезнь")
        await add_break(db, NOW, by=None, name="Карантин", since=SEPTEMBER[0], until=SEPTEMBER[1])
    change = await apply(database, school, now=begun - timedelta(minutes=1))
    assert [one.starts_at.day for one in change.suppress] == [29]
    rows = await held(database)
    assert [row.cancel_reason for row in rows] == [None, None, "Болезнь", WHY]
    assert (rows[1].move_reason, rows[1].moved_at) == ("Экскурсия", NOW)


async def test_nothing_changes_when_the_calendar_has_not(database: Database) -> None:
    school = await september(database)
    before = await held(database)
    assert (await apply(database, school)).is_empty
    assert await held(database) == before


async def test_what_was_shown_and_is_no_longer_true_is_not_done(database: Database) -> None:
    school = await september(database)
    async with database.begin() as db:
        await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 15): "Праздник"})
        shown = await calendar_change(db, NOW)
        await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 22): "Ещё праздник"})
    with pytest.raises(ChangeIsAnother):
        async with database.begin() as db:
            await recalculate(db, NOW, by=school.administrator, mark=shown.mark, reason=WHY)
    assert days(await held(database)) == [8, 15, 22, 29]


async def test_of_many_who_confirm_the_same_change_one_does_it(database: Database) -> None:
    school = await september(database)
    async with database.begin() as db:
        await transfer(db, NOW, by=None, on=date(2026, 9, 26), weekday=2)
        mark = (await calendar_change(db, NOW)).mark

    async def confirm(db: Db, _: int) -> bool:
        return bool((await recalculate(db, NOW, by=school.administrator, mark=mark, reason=WHY)).add)

    results = await race(database, confirm, runners=10)
    assert (len(winners(results)), refusals(results, ChangeIsAnother)) == (1, 9)


async def test_only_who_keeps_the_calendar_does_it_and_says_why(sqlite_database: Database) -> None:
    school = await september(sqlite_database)
    async with sqlite_database.begin() as db:
        mark = (await calendar_change(db, NOW)).mark
        for who in (school.head, school.methodist, school.teacher):
            with pytest.raises(Forbidden):
                await recalculate(db, NOW, by=who, mark=mark, reason=WHY)
        with pytest.raises(Invalid):
            await recalculate(db, NOW, by=school.administrator, mark=mark, reason=" ")


async def test_a_host_who_is_busy_then_is_named_and_not_doubled(database: Database) -> None:
    school = await september(database)
    async with database.begin() as db:
        await add_session(db, school, starts_at=datetime(2026, 9, 26, 12, 30, tzinfo=UTC))
        await transfer(db, NOW, by=None, on=date(2026, 9, 26), weekday=2)
        change = await calendar_change(db, NOW)
    assert (change.add, [one.starts_at.day for one in change.busy]) == ((), [26])


async def test_a_superseded_schedule_counts_until_its_successor_begins(database: Database) -> None:
    school = await september(database)
    async with database.begin() as db:
        later = await add_draft(db, school, valid_from=date(2026, 9, 20), valid_until=SEPTEMBER[1])
        await add_line(db, school, later, starts=time(17), ends=time(17, 45))
        await submit(db, NOW, version_id=later, by=school.methodist)
        await approve_version(db, school, later, now=NOW + timedelta(minutes=1))
        await transfer(db, NOW, by=None, on=date(2026, 9, 12), weekday=2)
        await transfer(db, NOW, by=None, on=date(2026, 9, 26), weekday=2)
    change = await apply(database, school, now=NOW + timedelta(minutes=2))
    assert [(one.starts_at.day, one.starts_at.hour) for one in change.add] == [(12, 12), (26, 14)]
    assert (change.suppress, change.restore, change.busy) == ((), (), ())


async def test_families_are_found_by_name_with_parents_in_their_rights(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        grown = await builders.add_student(db, family_name="Иваньков", birth_date=date(2000, 1, 1))
        await builders.add_parent(db, grown)
        soon = await builders.add_student(db, family_name="Иверов")
        await end_person(db, NOW, by=None, person_id=soon, at=NOW + timedelta(days=1))
        gone = await builders.add_student(db, family_name="Ивлев")
        await end_person(db, NOW, by=None, person_id=gone)
        found = await families(db, "ив", TODAY, NOW)
    assert [(one.student_id, [parent.person_id for parent in one.parents]) for one in found] == [
        (school.student, [school.parent]),
        (grown, []),
        (soon, []),
    ]


LINES = st.integers(1, 3)
HOURS = st.integers(-5, 40)


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


PLANNED = st.builds(
    lambda line, hours: Planned(line, at(hours), at(hours + 1), line), line=LINES, hours=HOURS
)
WRITTEN = st.builds(
    lambda number, line, hours, out, settled: Written(
        number, line, line, at(hours), at(hours), at(hours + 1), out, settled or out
    ),
    number=st.integers(1, 10**9),
    line=LINES,
    hours=HOURS,
    out=st.booleans(),
    settled=st.booleans(),
)


@given(
    wished=st.lists(PLANNED, unique=True),
    written=st.lists(WRITTEN, unique_by=(lambda one: one.id, lambda one: (one.line_id, one.planned_at))),
)
def test_after_the_change_there_is_nothing_left_to_change(
    wished: list[Planned], written: list[Written]
) -> None:
    def taken(rows: list[Written]) -> list[Planned]:
        return [
            Planned(row.person_id, row.starts_at, row.ends_at, row.line_id)
            for row in rows
            if not row.is_suppressed and not row.is_settled
        ]

    change = recalculation(wished, written, taken(written), NOW)
    out, back = {one.id for one in change.suppress}, {one.id for one in change.restore}
    after = [
        Written(**vars(row) | {"is_suppressed": True, "is_settled": True})
        if row.id in out
        else Written(**vars(row) | {"is_suppressed": False, "is_settled": False})
        if row.id in back
        else row
        for row in written
    ]
    after += [
        Written(0, one.line_id or 0, one.person_id, one.starts_at, one.starts_at, one.ends_at, False, False)
        for one in change.add
    ]
    again = recalculation(wished, after, taken(after), NOW)
    assert again.is_empty
    touched: list[Planned | Written] = [*change.add, *change.suppress, *change.restore]
    assert all(one.starts_at > NOW for one in touched)
