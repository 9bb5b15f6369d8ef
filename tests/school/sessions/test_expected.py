"""Who is entitled to be in a session, and whose day it is in (R11, R15)."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import event

from school.db import Database
from school.organisation.queries import settings
from school.people.actions import add_member, end_membership, end_person, link_parent, suspend_parent_link
from school.people.models import Relation
from school.people.queries import children
from school.schedule.models import Audience
from school.sessions import actions, queries
from school.sessions.models import RoomRole
from tests import builders
from tests.builders import NOW, TODAY
from tests.consultations import School, add_session, open_school

DAY = datetime(2026, 9, 6, 21, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)


async def expected(database: Database, session_id: int, today: date = TODAY) -> list[tuple[str, RoomRole]]:
    async with database.read() as db:
        return [(row.name, row.role) for row in await queries.expected(db, session_id, today, NOW)]


async def test_host_students_and_parents_each_by_name(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        child = await builders.add_student(db, group_id=school.group, family_name="Ёлкин")
        await builders.add_parent(db, child, family_name="Ёлкин", relation=Relation.FATHER)
        await builders.add_student(db, family_name="Чужой")
        session_id = await add_session(db, school)
    async with database.read() as db:
        rows = await queries.expected(db, session_id, TODAY, NOW)
    assert [(row.name, row.role, row.child_name, row.group_name, row.relation) for row in rows] == [
        ("Соколова Анна Павловна", RoomRole.HOST, None, None, None),
        ("Ёлкин Пётр Андреевич", RoomRole.STUDENT, None, "7А", None),
        ("Иванов Пётр Андреевич", RoomRole.STUDENT, None, "7А", None),
        ("Ёлкин Мария Олеговна", RoomRole.PARENT, "Ёлкин Пётр", "7А", "father"),
        ("Иванова Мария Олеговна", RoomRole.PARENT, "Иванов Пётр", "7А", "mother"),
    ]


async def test_the_audience_decides_who_of_the_families_comes(database: Database) -> None:
    school = await open_school(database)
    roles = {
        Audience.STUDENTS: [RoomRole.HOST, RoomRole.STUDENT],
        Audience.PARENTS: [RoomRole.HOST, RoomRole.PARENT],
        Audience.BOTH: [RoomRole.HOST, RoomRole.STUDENT, RoomRole.PARENT],
    }
    for number, (audience, wanted) in enumerate(roles.items()):
        async with database.begin() as db:
            starts_at = NOW + timedelta(hours=number + 1)
            session_id = await add_session(db, school, audience=audience, starts_at=starts_at)
        assert [role for _, role in await expected(database, session_id)] == wanted


async def test_a_parents_rights_end_with_the_childs_minority(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        child = await builders.add_student(
            db, group_id=school.group, family_name="Взрослый", birth_date=date(2008, 9, 8)
        )
        await builders.add_parent(db, child, family_name="Взрослая")
    parent = ("Взрослая Мария Олеговна", RoomRole.PARENT)
    assert parent in await expected(database, session_id, date(2026, 9, 7))
    assert parent not in await expected(database, session_id, date(2026, 9, 8))


async def test_a_suspended_link_and_a_past_membership_entitle_to_nothing(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        (link,) = await children(db, school.parent, TODAY)
        await suspend_parent_link(
            db, NOW, by=school.administrator, link_id=link.link_id, reason="Решение суда"
        )
        leaver = await builders.add_student(db, group_id=school.group, family_name="Бывший")
        await end_membership(
            db,
            NOW,
            by=school.administrator,
            person_id=leaver,
            group_id=school.group,
            until=date(2026, 9, 6),
        )
    assert [role for _, role in await expected(database, session_id)] == [RoomRole.HOST, RoomRole.STUDENT]


async def test_who_was_dismissed_or_left_is_not_expected(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        for person_id in (school.teacher, school.student):
            await end_person(db, NOW, by=school.administrator, person_id=person_id)
    assert [role for _, role in await expected(database, session_id)] == [RoomRole.PARENT]


async def test_who_has_a_last_day_to_come_is_expected_until_it_is_over(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        for person_id in (school.teacher, school.student):
            await end_person(db, NOW, by=school.administrator, person_id=person_id, at=NEXT_DAY)
        before = await queries.expected(db, session_id, TODAY, NEXT_DAY - timedelta(seconds=1))
        after = await queries.expected(db, session_id, TODAY, NEXT_DAY)
        (mine,) = await queries.entitlements(db, session_id, school.student, TODAY, NOW)
        days = await queries.of_day(db, school.teacher, DAY, NEXT_DAY, today=TODAY, now=NOW)
    assert [row.role for row in before] == [RoomRole.HOST, RoomRole.STUDENT, RoomRole.PARENT]
    assert [row.role for row in after] == [RoomRole.PARENT]
    assert mine.role is RoomRole.STUDENT
    assert [day.session.id for day in days] == [session_id]


async def test_a_parent_of_two_stands_once_and_may_come_for_either(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        one = await builders.add_student(db, group_id=school.group, family_name="Абрамов")
        two = await builders.add_student(db, group_id=school.group, family_name="Яковлев")
        parent = await builders.add_parent(db, two, one, family_name="Абрамова")
        session_id = await add_session(db, school)
    async with database.read() as db:
        rows = [row for row in await queries.expected(db, session_id, TODAY, NOW) if row.person_id == parent]
        ways = await queries.entitlements(db, session_id, parent, TODAY, NOW)
    assert [row.child_id for row in rows] == [one]
    assert [row.child_id for row in ways] == [one, two]


async def test_a_host_whose_own_child_is_in_the_group_comes_as_the_host_first(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        await link_parent(
            db,
            NOW,
            by=school.administrator,
            parent_id=school.teacher,
            child_id=school.student,
            relation=Relation.MOTHER,
        )
        session_id = await add_session(db, school)
        ways = await queries.entitlements(db, session_id, school.teacher, TODAY, NOW)
    assert [row.role for row in ways] == [RoomRole.HOST, RoomRole.PARENT]
    assert len(await expected(database, session_id)) == 3


async def test_a_student_of_two_addressed_groups_stands_once(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        group = await builders.add_group(db, name="Кружок", grade=None)
        await add_member(
            db, NOW, by=school.administrator, person_id=school.student, group_id=group, since=TODAY
        )
        session_id = await add_session(db, School(**vars(school) | {"group": group}))
    assert len(await expected(database, session_id)) == 3


async def test_nobody_else_has_a_way_in(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        stranger = await builders.add_student(db)
        for person_id in (school.administrator, school.methodist, school.head, stranger, 10**6):
            assert await queries.entitlements(db, session_id, person_id, TODAY, NOW) == []


async def test_a_day_holds_what_one_may_come_to(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        late = await add_session(db, school, starts_at=NOW + timedelta(hours=3))
        early = await add_session(db, school, starts_at=NOW + timedelta(hours=1), audience=Audience.PARENTS)
        await add_session(db, school, starts_at=NOW + timedelta(days=1))
    async with database.read() as db:

        async def day(person_id: int) -> list[tuple[int, RoomRole, int | None]]:
            rows = await queries.of_day(db, person_id, DAY, NEXT_DAY, today=TODAY, now=NOW)
            return [(row.session.id, row.role, row.child_id) for row in rows]

        assert await day(school.teacher) == [(early, RoomRole.HOST, None), (late, RoomRole.HOST, None)]
        assert await day(school.student) == [(late, RoomRole.STUDENT, None)]
        assert await day(school.parent) == [
            (early, RoomRole.PARENT, school.student),
            (late, RoomRole.PARENT, school.student),
        ]
        assert await day(school.administrator) == []


async def test_a_cancelled_session_stays_in_the_day(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        await actions.cancel(db, NOW, session_id=session_id, by=school.administrator, reason="Болезнь")
        (row,) = await queries.of_day(db, school.student, DAY, NEXT_DAY, today=TODAY, now=NOW)
    assert row.session.cancel_reason == "Болезнь"


async def test_the_open_ones_are_those_whose_rooms_may_be_entered(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        here = await settings(db)
        opens, closes = NOW + timedelta(minutes=50), NOW + timedelta(minutes=110)
        moments: dict[datetime, list[int]] = {opens - timedelta(seconds=1): [], opens: [session_id]}
        moments |= {closes - timedelta(seconds=1): [session_id], closes: []}
        for now, ids in moments.items():
            assert [row.id for row in await queries.open_now(db, now, here)] == ids


async def test_the_number_of_statements_does_not_grow(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    counts = []
    async with sqlite_database.begin() as db:
        connection = (await db.connection()).sync_connection
        assert connection is not None
        for number in range(3):
            await builders.add_parent(db, await builders.add_student(db, group_id=school.group))
            session_id = await add_session(db, school, starts_at=NOW + timedelta(hours=1 + number))
            statements: list[str] = []
            event.listen(
                connection, "before_cursor_execute", lambda *call, log=statements: log.append(call[2])
            )
            await queries.expected(db, session_id, TODAY, NOW)
            await queries.of_day(db, school.teacher, DAY, NEXT_DAY, today=TODAY, now=NOW)
            counts.append(len(statements))
    assert counts == [4, 4, 4]
