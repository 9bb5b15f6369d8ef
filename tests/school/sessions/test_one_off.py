"""Sessions outside the schedule: an administrator's recorded deviation (R19)."""

from datetime import UTC, datetime, timedelta

import pytest

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import Forbidden, Invalid
from school.people.actions import end_person, suspend_parent_link
from school.people.queries import children
from school.schedule.errors import AttestationIsGroup, HostTwice, NotAnEmployee
from school.schedule.models import Audience, Form, Kind, Purpose
from school.sessions import actions, queries
from school.sessions.errors import AddresseesRefused
from school.sessions.rules import Addressee
from tests import builders
from tests.builders import NOW, TODAY
from tests.consultations import School, add_session, open_school
from tests.races import race, refusals, winners

START = NOW + timedelta(hours=1)


async def add_individual(
    db: Db, school: School, *addressees: Addressee, purpose: Purpose = Purpose.CURRENT
) -> int:
    return await actions.add_one_off(
        db,
        NOW,
        by=school.administrator,
        reason="Просьба родителя",
        form=Form.VIDEOCONFERENCE,
        kind=Kind.INDIVIDUAL,
        host_id=school.teacher,
        starts_at=START,
        ends_at=START + timedelta(minutes=30),
        purpose=purpose,
        addressees=addressees,
    )


async def test_it_says_who_added_it_and_why(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
    async with database.read() as db:
        found = await queries.session(db, session_id)
        (last, *_) = await latest(db, 1)
    assert (found.one_off_by, found.one_off_reason) == (school.administrator, "Замена заболевшего учителя")
    assert (found.line_id, found.host_id, found.responsible_id) == (None, school.teacher, school.teacher)
    assert (found.subject, found.host_name, found.group_names) == (
        "Алгебра",
        "Соколова Анна Павловна",
        ("7А",),
    )
    assert (last.action, last.actor_id, last.subject_id) == (
        "one_off_added",
        school.administrator,
        session_id,
    )


@pytest.mark.parametrize("who", ["methodist", "head", "teacher", "student", "parent"])
async def test_only_an_administrator_adds_one(sqlite_database: Database, who: str) -> None:
    school = await open_school(sqlite_database)
    other = School(**vars(school) | {"administrator": getattr(school, who)})
    async with sqlite_database.begin() as db:
        with pytest.raises(Forbidden):
            await add_session(db, other)


async def test_its_host_must_be_employed(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        with pytest.raises(NotAnEmployee):
            await add_session(db, school, host=school.student)
        await end_person(db, NOW, by=school.administrator, person_id=school.teacher)
        with pytest.raises(NotAnEmployee):
            await add_session(db, school)


async def test_a_time_that_has_passed_is_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        with pytest.raises(Invalid):
            await add_session(db, school, starts_at=NOW - timedelta(hours=1))
        assert await add_session(db, school, starts_at=NOW - timedelta(minutes=10))


async def test_groups_and_subjects_that_do_not_exist_are_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        for field, other in (("groups", {"group": 999}), ("subject_id", {"subject": 999})):
            with pytest.raises(Invalid) as refused:
                await add_session(db, School(**vars(school) | other))
            assert refused.value.field == field


async def test_a_host_is_in_one_place_at_a_time(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        await add_session(db, school, starts_at=START, minutes=45)
        for minutes in (-44, 0, 44):
            with pytest.raises(HostTwice):
                await add_session(db, school, starts_at=START + timedelta(minutes=minutes))
        assert await add_session(db, school, starts_at=START + timedelta(minutes=45))
        assert await add_session(db, school, starts_at=START - timedelta(minutes=45))
        other, _ = await builders.add_worker(db)
        assert await add_session(db, school, starts_at=START, host=other)


async def test_a_cancelled_session_leaves_its_host_free(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        await actions.cancel(db, NOW, session_id=session_id, by=school.administrator, reason="Болезнь")
        assert await add_session(db, school)


async def test_of_50_sessions_of_one_host_at_a_time_one_is_added(database: Database) -> None:
    school = await open_school(database)

    async def add(db: Db, number: int) -> int:
        return await add_session(db, school, starts_at=START + timedelta(seconds=number))

    results = await race(database, add)
    assert (len(winners(results)), refusals(results, HostTwice)) == (1, 49)


async def test_an_individual_session_takes_a_student_a_parent_or_both(database: Database) -> None:
    school = await open_school(database)
    student, parent = Addressee(school.student), Addressee(school.parent, school.student)
    wished = {
        (student,): Audience.STUDENTS,
        (parent,): Audience.PARENTS,
        (student, parent): Audience.BOTH,
    }
    for addressees, audience in wished.items():
        async with database.begin() as db:
            session_id = await add_individual(db, school, *addressees)
            assert (await queries.session(db, session_id)).audience is audience
            people = {row.person_id for row in await queries.expected(db, session_id, TODAY, NOW)}
            assert people == {school.teacher} | {one.person_id for one in addressees}
            await actions.cancel(db, NOW, session_id=session_id, by=school.administrator, reason="Проба")


async def test_anybody_else_is_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        stranger = await builders.add_parent(db)
        classmate = await builders.add_student(db, group_id=school.group)
        for addressees in (
            (),
            (Addressee(school.teacher),),
            (Addressee(stranger, school.student),),
            (Addressee(school.student), Addressee(classmate)),
            (Addressee(classmate), Addressee(school.parent, school.student)),
            (Addressee(10**6),),
        ):
            with pytest.raises(AddresseesRefused):
                await add_individual(db, school, *addressees)


async def test_a_suspended_parent_is_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        (link,) = await children(db, school.parent, TODAY)
        await suspend_parent_link(
            db, NOW, by=school.administrator, link_id=link.link_id, reason="Решение суда"
        )
        with pytest.raises(AddresseesRefused):
            await add_individual(db, school, Addressee(school.parent, school.student))


async def test_an_individual_attestation_consultation_is_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        with pytest.raises(AttestationIsGroup):
            await add_individual(db, school, Addressee(school.student), purpose=Purpose.ATTESTATION)


async def test_the_organisations_day_decides_whether_a_host_is_employed(database: Database) -> None:
    school = await open_school(database, zone="Asia/Kamchatka")
    async with database.begin() as db:
        person, _ = await builders.add_worker(db)
        midnight = datetime(2026, 9, 7, 12, tzinfo=UTC)  # 8 September in Kamchatka
        assert await add_session(db, school, starts_at=midnight, host=person)
