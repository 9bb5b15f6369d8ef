"""The published table, exactly as the annex has it (R22)."""

from datetime import date, time

from sqlalchemy import event

from school.db import Database
from school.drafting.actions import copy
from school.people.actions import appoint
from school.people.models import Category
from school.schedule import queries
from school.schedule.actions import submit
from school.schedule.models import Form, Kind, VersionState
from tests import builders
from tests.builders import NOW, YEAR_ENDS, YEAR_STARTS
from tests.consultations import (
    School,
    add_draft,
    add_line,
    add_submitted,
    approve_version,
    open_school,
    publish_version,
)


async def publish(database: Database, version_id: int, school: School) -> None:
    async with database.begin() as db:
        await approve_version(db, school, version_id)
        await publish_version(db, school, version_id)


TEACHERS = [
    (1, "Ежов Анна Павловна", "учитель химии"),
    (2, "Соколова Анна Павловна", "учитель математики"),
    (3, "Яшин Анна Павловна", "учитель истории"),
]
OTHERS = [
    (1, "Ёлкина Анна Павловна", "библиотекарь"),
    (2, "Соколова Анна Павловна", "заместитель директора"),
]


async def test_rows_are_workers_in_positions_numbered_in_each_section(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        _, librarian = await builders.add_worker(
            db, family_name="Ёлкина", position="библиотекарь", category=Category.OTHER
        )
        _, early = await builders.add_worker(db, family_name="Ежов", position="учитель химии")
        _, late = await builders.add_worker(db, family_name="Яшин", position="учитель истории")
        deputy = await appoint(
            db,
            NOW,
            by=None,
            person_id=school.teacher,
            position="заместитель директора",
            category=Category.OTHER,
            since=date(2020, 9, 1),
        )
        await add_line(db, school, version_id, weekday=5, starts=time(9), ends=time(10))
        await add_line(db, school, version_id, weekday=2, starts=time(16), ends=time(17))
        await add_line(db, school, version_id, weekday=2, starts=time(15), ends=time(16), form=Form.CHAT)
        await add_line(db, school, version_id, weekday=1, appointment=deputy)
        for appointment in (late, librarian, early):
            await add_line(db, school, version_id, appointment=appointment)
        await submit(db, NOW, version_id=version_id, by=school.methodist)
    await publish(database, version_id, school)
    async with database.read() as db:
        shown = await queries.public(db, date(2026, 9, 7))
        assert shown is not None
        names = [
            (section.category, [(row.number, row.name, row.position) for row in section.rows])
            for section in shown.sections
        ]
        assert names == [(Category.PEDAGOGICAL, TEACHERS), (Category.OTHER, OTHERS)]
        slots = shown.sections[0].rows[1].slots
        assert [(slot.weekday, slot.starts, slot.form) for slot in slots] == [
            (2, time(15), Form.CHAT),
            (2, time(16), Form.VIDEOCONFERENCE),
            (5, time(9), Form.VIDEOCONFERENCE),
        ]
        assert (slots[0].subject, slots[0].group_names, slots[0].kind) == ("Алгебра", ("7А",), Kind.GROUP)
        assert (
            len({slot.key for section in shown.sections for row in section.rows for slot in row.slots}) == 7
        )
        assert (shown.order_number, shown.zone) == ("7-о", "Europe/Moscow")


async def test_both_sections_stand_even_when_one_is_empty(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
    await publish(database, version_id, school)
    async with database.read() as db:
        shown = await queries.public(db, date(2026, 9, 7))
    assert shown is not None
    assert [len(section.rows) for section in shown.sections] == [1, 0]


async def test_an_approved_version_is_not_shown_before_it_is_published(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        (line,) = await queries.lines(db, version_id)
        assert await queries.public(db, date(2026, 9, 7)) is None
        assert await queries.lines_by_key(db, line.key, YEAR_STARTS) == []
        await publish_version(db, school, version_id)
        assert await queries.public(db, date(2026, 9, 7)) is not None
        assert await queries.lines_by_key(db, line.key, YEAR_STARTS) == [line.id]
        assert await queries.lines_by_key(db, "\x00\ud800", YEAR_STARTS) == []


async def test_a_version_is_shown_before_it_begins_and_not_after_it_ends(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        await publish_version(db, school, version_id)
        assert await queries.public(db, date(2026, 8, 1)) is not None
        assert await queries.public(db, YEAR_ENDS) is not None
        assert await queries.public(db, date(2027, 6, 1)) is None


async def test_a_superseded_version_is_shown_until_its_successor_is_published(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        old = await add_submitted(db, school)
        await approve_version(db, school, old)
        await publish_version(db, school, old)
        new = await add_submitted(db, school, weekday=4)
        await approve_version(db, school, new)
        shown = await queries.in_effect(db, YEAR_STARTS)
        assert shown is not None
        assert (shown.id, shown.state) == (old, VersionState.SUPERSEDED)
        await publish_version(db, school, new)
        shown = await queries.in_effect(db, YEAR_STARTS)
        assert shown is not None
        assert shown.id == new


async def test_a_public_address_names_the_line_of_the_days_version_first(database: Database) -> None:
    school = await open_school(database)
    autumn, winter = date(2026, 12, 31), date(2027, 1, 1)
    async with database.begin() as db:
        old = await add_submitted(db, school)
        await approve_version(db, school, old)
        await publish_version(db, school, old)
        new = await copy(
            db,
            NOW,
            by=school.methodist,
            source_id=old,
            title="Зима",
            valid_from=winter,
            valid_until=YEAR_ENDS,
        )
        (before,), (after,) = await queries.lines(db, old), await queries.lines(db, new)
        assert await queries.lines_by_key(db, before.key, winter) == [before.id]
        await submit(db, NOW, version_id=new, by=school.methodist)
        await approve_version(db, school, new)
        assert await queries.lines_by_key(db, before.key, autumn) == [before.id, after.id]
        await publish_version(db, school, new)
        assert after.key == before.key
        assert await queries.lines_by_key(db, before.key, autumn) == [before.id, after.id]
        assert await queries.lines_by_key(db, before.key, winter) == [after.id, before.id]
        assert await queries.lines_by_key(db, "other", winter) == []


async def test_the_number_of_statements_does_not_grow_with_the_table(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    counts = []
    for workers in (1, 3):
        async with sqlite_database.begin() as db:
            version_id = await add_draft(db, school)
            for _ in range(workers):
                _, appointment = await builders.add_worker(db)
                await add_line(db, school, version_id, appointment=appointment)
            await submit(db, NOW, version_id=version_id, by=school.methodist)
        await publish(sqlite_database, version_id, school)
        async with sqlite_database.read() as db:
            statements: list[str] = []
            connection = (await db.connection()).sync_connection
            assert connection is not None
            event.listen(
                connection, "before_cursor_execute", lambda *call, log=statements: log.append(call[2])
            )
            await queries.public(db, date(2026, 9, 7))
        counts.append(len(statements))
    assert counts == [3, 3]
