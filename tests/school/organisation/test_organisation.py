"""The organisation's settings and its local act (R1)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import ChangedMeanwhile, Invalid, NotFound
from school.files import actions as files
from school.organisation import actions, queries
from school.organisation.errors import NotSetUp
from school.organisation.models import StudentTerm
from school.organisation.rules import Settings
from school.stamp import stamp
from tests.builders import NOW, TODAY, add_act, add_organisation
from tests.races import race

DAY = timedelta(days=1)
SETTINGS = Settings(name="Школа № 7", short_name="Школа", zone="Asia/Kamchatka")


async def test_settings_have_their_first_values(database: Database) -> None:
    async with database.begin() as db:
        assert await actions.set_up(db, NOW, by=None, settings=SETTINGS)
    async with database.read() as db:
        row = await queries.settings(db)
    assert (row.name, row.zone, row.locale) == ("Школа № 7", "Asia/Kamchatka", "ru")
    assert (row.lobby_minutes, row.grace_minutes, row.warning_minutes) == (10, 5, 5)
    assert row.student_term is StudentTerm.STUDENT
    assert row.require_sign_in is False
    assert row.parity_anchor is None


async def test_settings_are_missing_before_they_are_made(database: Database) -> None:
    async with database.begin() as db:
        with pytest.raises(NotSetUp):
            await queries.settings(db)
        with pytest.raises(NotSetUp):
            await actions.change_settings(db, NOW, by=None, settings=SETTINGS)
        with pytest.raises(NotSetUp):
            await actions.set_parity_anchor(db, NOW, by=None, anchor=TODAY)


async def test_settings_are_changed_and_the_audit_says_so(database: Database) -> None:
    async with database.begin() as db:
        await add_organisation(db)
        changed = replace(SETTINGS, lobby_minutes=15, student_term=StudentTerm.LISTENER, require_sign_in=True)
        await actions.change_settings(db, NOW, by=3, settings=changed)
        await actions.set_parity_anchor(db, NOW, by=3, anchor=TODAY)
    async with database.read() as db:
        row = await queries.settings(db)
        assert (row.lobby_minutes, row.student_term, row.require_sign_in) == (15, StudentTerm.LISTENER, True)
        assert row.parity_anchor == TODAY
        assert [(record.actor_id, record.action) for record in await latest(db, 2)] == [
            (3, "parity_anchor_set"),
            (3, "settings_changed"),
        ]


async def test_changing_the_settings_keeps_the_parity_anchor(database: Database) -> None:
    async with database.begin() as db:
        await add_organisation(db)
        await actions.set_parity_anchor(db, NOW, by=None, anchor=TODAY)
        await actions.change_settings(db, NOW, by=None, settings=SETTINGS)
        assert (await queries.settings(db)).parity_anchor == TODAY


async def test_of_50_set_ups_one_happens(database: Database) -> None:
    async def set_up(db: Db, number: int) -> bool:
        return await actions.set_up(db, NOW, by=None, settings=replace(SETTINGS, name=f"Школа {number}"))

    results = await race(database, set_up)
    assert results.count(True) == 1
    async with database.read() as db:
        assert (await queries.settings(db)).name == f"Школа {results.index(True)}"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "  ", "empty"),
        ("short_name", "", "empty"),
        ("zone", "Europe/Nowhere", "unknown"),
        ("locale", "de", "unknown"),
        ("lobby_minutes", -1, "out_of_range"),
        ("grace_minutes", 121, "out_of_range"),
        ("warning_minutes", -5, "out_of_range"),
    ],
)
async def test_a_wrong_setting_is_refused_by_name(
    sqlite_database: Database, field: str, value: object, reason: str
) -> None:
    async with sqlite_database.begin() as db:
        with pytest.raises(Invalid) as refusal:
            await actions.set_up(
                db, NOW, by=None, settings=replace(SETTINGS, **dict[str, Any]({field: value}))
            )
    assert (refusal.value.field, refusal.value.reason) == (field, reason)


async def test_today_is_the_organisations_day(database: Database) -> None:
    async with database.begin() as db:
        await actions.set_up(db, NOW, by=None, settings=SETTINGS)
        row = await queries.settings(db)
    assert row.today(datetime(2026, 8, 31, 13, tzinfo=UTC)) == date(2026, 9, 1)


async def test_an_act_is_in_force_from_its_first_day_to_its_last(database: Database) -> None:
    async with database.begin() as db:
        act_id = await add_act(db, since=TODAY, until=TODAY + 10 * DAY)
    async with database.read() as db:
        for day, expected in [(-1, None), (0, act_id), (10, act_id), (11, None)]:
            found = await queries.act_in_force(db, TODAY + day * DAY)
            assert (found and found.id) == expected


async def test_the_latest_of_several_acts_is_the_one_in_force(database: Database) -> None:
    async with database.begin() as db:
        old = await add_act(db, since=TODAY)
        new = await add_act(db, since=TODAY + DAY)
    async with database.read() as db:
        assert [row.id for row in await queries.acts(db)] == [new, old]
        for day, expected in [(0, old), (1, new)]:
            found = await queries.act_in_force(db, TODAY + day * DAY)
            assert found is not None
            assert found.id == expected


async def test_an_act_is_read_whole(database: Database) -> None:
    async with database.begin() as db:
        act = await queries.act(db, await add_act(db))
        assert (act.number, act.title, act.text) == (
            "115-о",
            "Об учебно-методической помощи",
            "Утвердить порядок.",
        )
        with pytest.raises(NotFound):
            await queries.act(db, 99)


async def test_of_50_ends_of_an_act_one_happens(database: Database) -> None:
    async with database.begin() as db:
        act_id = await add_act(db)

    async def end(db: Db, number: int) -> bool:
        return await actions.end_act(db, NOW, by=None, act_id=act_id, until=TODAY + number * DAY)

    results = await race(database, end)
    assert results.count(True) == 1
    async with database.read() as db:
        assert (await queries.act(db, act_id)).in_force_until == TODAY + results.index(True) * DAY


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": " "}, "number"),
        ({"title": ""}, "title"),
        ({"text": "\n"}, "text"),
        ({"in_force_until": TODAY - DAY}, "in_force_until"),
    ],
)
async def test_a_bad_act_is_refused(sqlite_database: Database, changed: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {
        "number": "1",
        "date": TODAY,
        "title": "О помощи",
        "text": "Утвердить.",
        "in_force_since": TODAY,
    }
    async with sqlite_database.begin() as db:
        with pytest.raises(Invalid, match=field):
            await actions.add_act(db, NOW, by=None, **(given | changed))


async def test_of_two_who_save_settings_over_the_same_page_the_second_is_told(database: Database) -> None:
    async with database.begin() as db:
        await add_organisation(db)
        seen = stamp(await queries.settings(db))
        first = Settings(name="Первая", short_name="Первая", zone="Asia/Omsk")
        await actions.change_settings(db, NOW, by=None, settings=first, seen=seen)
        second = Settings(name="Вторая", short_name="Вторая", zone="Asia/Omsk")
        with pytest.raises(ChangedMeanwhile):
            await actions.change_settings(db, NOW, by=None, settings=second, seen=seen)
        assert (await queries.settings(db)).name == "Первая"


async def test_an_act_may_be_a_file_without_a_text(database: Database) -> None:
    async with database.begin() as db:
        file = await files.store(db, NOW, by=None, name="Приказ.pdf", content=b"%PDF-1.7")
        values: dict[str, Any] = {"number": "1", "date": TODAY, "title": "О", "in_force_since": TODAY}
        act_id = await actions.add_act(db, NOW, by=None, text="", file_id=file.id, **values)
        act = await queries.act(db, act_id)
        assert (act.text, act.file_id) == ("", file.id)
        with pytest.raises(Invalid) as refusal:
            await actions.add_act(db, NOW, by=None, text=" ", **values)
    assert (refusal.value.field, refusal.value.reason) == ("text", "empty")
