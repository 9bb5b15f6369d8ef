"""Programmes and subjects."""

from datetime import date, timedelta
from typing import Any

import pytest

from school.db import Database, Db
from school.errors import ChangedMeanwhile, Invalid, NotFound
from school.stamp import stamp
from school.study import actions, queries
from school.study.errors import ProgrammeExists, SubjectExists
from school.study.models import SubjectType
from tests.builders import NOW, YEAR_ENDS, YEAR_STARTS, add_subject
from tests.races import RUNNERS, race, refusals, winners

DAY = timedelta(days=1)


async def add_to(
    db: Db, programme_id: int, name: str, since: date = YEAR_STARTS, until: date = YEAR_ENDS
) -> int:
    return await actions.add_subject(
        db,
        NOW,
        by=None,
        programme_id=programme_id,
        name=name,
        subject_type=SubjectType.COURSE,
        since=since,
        until=until,
    )


async def test_subjects_are_listed_alphabetically(database: Database) -> None:
    async with database.begin() as db:
        programme_id = await actions.add_programme(db, NOW, by=None, name=" Среднее  общее образование ")
        for name in ("Физика", "Ёлочные украшения", "Жизнь растений", "Алгебра"):
            await add_to(db, programme_id, name)
    async with database.read() as db:
        assert [row.name for row in await queries.programmes(db)] == ["Среднее общее образование"]
        names = [row.name for row in await queries.subjects(db)]
        assert names == ["Алгебра", "Ёлочные украшения", "Жизнь растений", "Физика"]


async def test_a_subject_is_studied_in_its_period(database: Database) -> None:
    async with database.begin() as db:
        subject_id = await add_subject(db)
    async with database.read() as db:
        for day, studied in [
            (YEAR_STARTS - DAY, False),
            (YEAR_STARTS, True),
            (YEAR_ENDS, True),
            (YEAR_ENDS + DAY, False),
        ]:
            assert bool(await queries.subjects(db, on=day)) is studied
        row = await queries.subject(db, subject_id)
        assert (row.name, row.subject_type, row.since) == ("Алгебра", SubjectType.SUBJECT, YEAR_STARTS)
        with pytest.raises(NotFound):
            await queries.subject(db, 99)


async def test_of_50_programmes_of_one_name_one_is_made(database: Database) -> None:
    results = await race(database, lambda db, _: actions.add_programme(db, NOW, by=None, name="Основное"))
    assert len(winners(results)) == 1
    assert refusals(results, ProgrammeExists) == RUNNERS - 1


async def test_of_50_same_subjects_one_is_made(database: Database) -> None:
    async with database.begin() as db:
        programme_id = await actions.add_programme(db, NOW, by=None, name="Основное")
    results = await race(database, lambda db, _: add_to(db, programme_id, "Алгебра"))
    assert len(winners(results)) == 1
    assert refusals(results, SubjectExists) == RUNNERS - 1


async def test_a_bad_subject_is_refused(database: Database) -> None:
    async with database.begin() as db:
        programme_id = await actions.add_programme(db, NOW, by=None, name="Основное")
        with pytest.raises(Invalid, match="name"):
            await add_to(db, programme_id, " ")
        with pytest.raises(Invalid, match="until"):
            await add_to(db, programme_id, "Алгебра", until=YEAR_STARTS - DAY)
        with pytest.raises(NotFound):
            await add_to(db, 99, "Алгебра")
        with pytest.raises(Invalid, match="name"):
            await actions.add_programme(db, NOW, by=None, name="")


async def test_a_programme_is_renamed_unless_another_has_the_name(database: Database) -> None:
    async with database.begin() as db:
        first = await actions.add_programme(db, NOW, by=None, name="Основное")
        await actions.add_programme(db, NOW, by=None, name="Среднее")
        with pytest.raises(ProgrammeExists):
            await actions.rename_programme(db, NOW, by=None, programme_id=first, name="Среднее")
        with pytest.raises(NotFound):
            await actions.rename_programme(db, NOW, by=None, programme_id=999, name="Иное")
        await actions.rename_programme(db, NOW, by=None, programme_id=first, name="  Начальное ")
        assert (await queries.programme(db, first)).name == "Начальное"
        with pytest.raises(NotFound):
            await queries.programme(db, 999)


async def test_a_subject_is_changed_by_who_saw_it_as_it_is(database: Database) -> None:
    new: dict[str, Any] = {"subject_type": SubjectType.COURSE, "since": YEAR_STARTS, "until": YEAR_STARTS}
    async with database.begin() as db:
        subject_id = await add_subject(db)
        before = await queries.subject(db, subject_id)
        await actions.add_subject(db, NOW, by=None, programme_id=before.programme_id, name="Физика", **new)
        with pytest.raises(SubjectExists):
            await actions.change_subject(db, NOW, by=None, subject_id=subject_id, name="Физика", **new)
        await actions.change_subject(
            db, NOW, by=None, subject_id=subject_id, name="Геометрия", **new, seen=stamp(before)
        )
        after = await queries.subject(db, subject_id)
        assert (after.name, after.subject_type, after.until) == ("Геометрия", SubjectType.COURSE, YEAR_STARTS)
        with pytest.raises(ChangedMeanwhile):
            await actions.change_subject(
                db, NOW, by=None, subject_id=subject_id, name="Алгебра", **new, seen=stamp(before)
            )
        wrong = new | {"until": date(2020, 1, 1)}
        with pytest.raises(Invalid):
            await actions.change_subject(db, NOW, by=None, subject_id=subject_id, name="Алгебра", **wrong)
