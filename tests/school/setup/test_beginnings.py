"""A first set-up is a row of facts: each becomes true by being done."""

from dataclasses import asdict

from school.calendar import actions as calendar
from school.db import Database
from school.organisation import actions as organisation
from school.organisation.rules import Settings
from school.setup.queries import beginnings
from tests.builders import (
    NOW,
    TODAY,
    YEAR_ENDS,
    YEAR_STARTS,
    add_act,
    add_group,
    add_organisation,
    add_parent,
    add_student,
    add_subject,
    add_worker,
)


async def done(database: Database) -> set[str]:
    async with database.read() as db:
        return {name for name, there in asdict(await beginnings(db, TODAY)).items() if there}


async def test_each_fact_comes_with_what_is_done(database: Database) -> None:
    async with database.begin() as db:
        await add_organisation(db)
    assert await done(database) == set()
    async with database.begin() as db:
        settings = Settings(name="Школа № 7", short_name="Школа", zone="Asia/Omsk")
        await organisation.change_settings(db, NOW, by=None, settings=settings)
        await add_act(db)
    assert await done(database) == {"settings", "act"}
    async with database.begin() as db:
        await calendar.add_term(db, NOW, by=None, name="Год", since=YEAR_STARTS, until=YEAR_ENDS)
        await add_subject(db)
        await add_worker(db)
    assert await done(database) == {"settings", "act", "calendar", "subjects", "appointments"}
    async with database.begin() as db:
        child = await add_student(db, group_id=await add_group(db))
        await add_parent(db, child)
    assert await done(database) == {
        "settings", "act", "calendar", "subjects", "appointments", "groups", "parents"
    }  # fmt: skip


async def test_an_act_that_has_ended_is_not_there(database: Database) -> None:
    async with database.begin() as db:
        await add_organisation(db)
        await add_act(db, since=YEAR_STARTS, until=YEAR_STARTS)
    assert await done(database) == set()
