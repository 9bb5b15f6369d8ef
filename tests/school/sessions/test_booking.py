"""Several families in one individual session: a line, each of them as R15 wants it."""

from datetime import timedelta

import pytest

from school.db import Database
from school.errors import Forbidden
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions, queries
from school.sessions.errors import AddresseesRefused
from school.sessions.rules import Addressee
from tests import builders, consultations
from tests.builders import NOW, TODAY
from tests.consultations import School


async def reception(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await actions.add_one_off(
            db,
            NOW,
            by=school.administrator,
            reason="Приём",
            form=Form.VIDEOCONFERENCE,
            kind=Kind.INDIVIDUAL,
            host_id=school.teacher,
            starts_at=NOW + timedelta(hours=1),
            ends_at=NOW + timedelta(hours=2),
            addressees=[Addressee(school.student)],
        )


async def test_another_family_is_expected_and_counted(database: Database) -> None:
    school = await consultations.open_school(database)
    session_id = await reception(database, school)
    async with database.begin() as db:
        child = await builders.add_student(db, group_id=school.group, family_name="Яковлев")
        mother = await builders.add_parent(db, child, family_name="Яковлева")
        family = [Addressee(child), Addressee(mother, child)]
        await actions.book(db, NOW, session_id=session_id, by=school.administrator, addressees=family)
        row = await queries.session(db, session_id)
        people = {one.person_id for one in await queries.expected(db, session_id, TODAY, NOW)}
    assert (row.families, row.audience) == (2, Audience.BOTH)
    assert people == {school.teacher, school.student, child, mother}


async def test_a_family_is_one_family_and_comes_once(database: Database) -> None:
    school = await consultations.open_school(database)
    session_id = await reception(database, school)
    async with database.begin() as db:
        other = await builders.add_student(db, group_id=school.group, family_name="Яковлев")
        third = await builders.add_student(db, group_id=school.group, family_name="Абрамов")
    for family in (
        [Addressee(other), Addressee(third)],
        [Addressee(school.student)],
        [Addressee(school.teacher)],
        [],
    ):
        with pytest.raises(AddresseesRefused):
            async with database.begin() as db:
                await actions.book(db, NOW, session_id=session_id, by=school.administrator, addressees=family)
    async with database.read() as db:
        assert (await queries.session(db, session_id)).families == 1


async def test_a_group_session_is_booked_by_nobody(database: Database) -> None:
    school = await consultations.open_school(database)
    async with database.begin() as db:
        session_id = await consultations.add_session(db, school)
        with pytest.raises(AddresseesRefused):
            await actions.book(
                db,
                NOW,
                session_id=session_id,
                by=school.administrator,
                addressees=[Addressee(school.student)],
            )


async def test_only_who_may_change_sessions_books(database: Database) -> None:
    school = await consultations.open_school(database)
    session_id = await reception(database, school)
    async with database.begin() as db:
        other = await builders.add_student(db, group_id=school.group, family_name="Яковлев")
        for person in (school.student, school.parent, school.teacher):
            with pytest.raises(Forbidden):
                await actions.book(db, NOW, session_id=session_id, by=person, addressees=[Addressee(other)])
