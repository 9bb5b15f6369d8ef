"""Deleting a draft: by whom it was begun, only a draft, and nobody's work with it unseen (R20)."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from school.audit.queries import latest
from school.db import Database, Db
from school.drafting.actions import discard
from school.drafting.errors import NotTheDrafter
from school.errors import ChangedMeanwhile, Forbidden, NotFound
from school.people import actions as people
from school.people.models import Role
from school.schedule import queries
from school.schedule.actions import return_with_remark
from school.schedule.errors import WrongState
from school.stamp import stamp
from tests import builders
from tests.builders import NOW
from tests.consultations import School, add_draft, add_line, add_submitted, approve_version, open_school
from tests.races import race, refusals, winners


async def seen(db: Db, version_id: int) -> str:
    return stamp(await queries.version(db, version_id), await queries.lines(db, version_id))


async def drafted(db: Db, school: School) -> int:
    version_id = await add_draft(db, school)
    await add_line(db, school, version_id)
    return version_id


async def test_a_draft_goes_with_its_lines_and_the_audit_says_what_it_was(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id, other = await drafted(db, school), await drafted(db, school)
        await discard(db, NOW, by=school.methodist, version_id=version_id, seen=await seen(db, version_id))
    async with database.read() as db:
        (audited, *_) = await latest(db, 1)
        with pytest.raises(NotFound):
            await queries.version(db, version_id)
        assert await queries.lines(db, version_id) == []
        assert len(await queries.lines(db, other)) == 1
    assert (audited.action, audited.actor_id, audited.subject_id) == (
        "schedule_draft_deleted",
        school.methodist,
        version_id,
    )
    assert json.loads(audited.detail) == {"title": "График консультаций", "lines": 1}


async def test_a_draft_that_was_returned_can_be_deleted_and_one_that_waits_cannot(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        with pytest.raises(WrongState):
            await discard(
                db, NOW, by=school.methodist, version_id=version_id, seen=await seen(db, version_id)
            )
        await return_with_remark(db, NOW, version_id=version_id, by=school.head, remark="Не то")
        await discard(db, NOW, by=school.methodist, version_id=version_id, seen=await seen(db, version_id))
        assert await queries.versions(db) == []


async def test_an_approved_version_is_deleted_by_no_action_and_no_statement(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        with pytest.raises(WrongState):
            await discard(
                db, NOW, by=school.methodist, version_id=version_id, seen=await seen(db, version_id)
            )
    for statement in ("DELETE FROM schedule_line", "DELETE FROM schedule_version"):
        with pytest.raises(DBAPIError, match=r"approved schedule is final|lines of a draft"):
            async with database.begin() as db:
                await db.execute(text(statement))


async def test_only_who_began_it_deletes_it_while_they_draft(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await drafted(db, school)
        second = await builders.add_person(db, Role.METHODIST, family_name="Лисина")
        print_ = await seen(db, version_id)
        with pytest.raises(NotTheDrafter):
            await discard(db, NOW, by=second, version_id=version_id, seen=print_)
        with pytest.raises(Forbidden):
            await discard(db, NOW, by=school.head, version_id=version_id, seen=print_)
        await people.revoke_role(db, NOW, by=None, person_id=school.methodist, role=Role.METHODIST)
        with pytest.raises(Forbidden):
            await discard(db, NOW, by=school.methodist, version_id=version_id, seen=print_)
        await discard(db, NOW, by=second, version_id=version_id, seen=print_)


async def test_a_line_that_was_added_meanwhile_is_not_deleted_unseen(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await drafted(db, school)
        print_ = await seen(db, version_id)
        await add_line(db, school, version_id, weekday=3)
        with pytest.raises(ChangedMeanwhile):
            await discard(db, NOW, by=school.methodist, version_id=version_id, seen=print_)


async def test_of_many_deletions_and_new_lines_none_is_lost_unseen(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await drafted(db, school)
        print_ = await seen(db, version_id)

    async def discard_or_add(db: Db, number: int) -> str:
        if number % 2:
            await add_line(db, school, version_id, weekday=1 + number % 7)
            return "added"
        await discard(db, NOW, by=school.methodist, version_id=version_id, seen=print_)
        return "deleted"

    results = await race(database, discard_or_add, runners=10)
    done = winners(results)
    if "deleted" in done:
        assert done == ["deleted"]
        assert refusals(results, NotFound) == 9
    else:
        assert done == ["added"] * 5
        assert refusals(results, ChangedMeanwhile) == 5
