"""The calendar as it is stored (R36)."""

from datetime import date, timedelta

import pytest

from school.calendar import actions, queries
from school.calendar.errors import Overlaps
from school.calendar.rules import Calendar, Period, official_holidays, works_on
from school.db import Database, Db
from school.errors import Invalid
from school.organisation.actions import set_parity_anchor
from tests.builders import NOW, TODAY, YEAR_ENDS, YEAR_STARTS, add_organisation
from tests.races import RUNNERS, race, refusals, winners

DAY = timedelta(days=1)
VICTORY_DAY = date(2026, 5, 9)


async def test_a_calendar_that_says_nothing_is_empty(database: Database) -> None:
    async with database.read() as db:
        assert await queries.calendar(db) == Calendar()


async def test_everything_said_comes_back(database: Database) -> None:
    autumn = {"since": date(2026, 10, 26), "until": date(2026, 11, 3)}
    second = {"since": date(2026, 11, 4), "until": date(2026, 12, 30)}
    async with database.begin() as db:
        await add_organisation(db)
        await set_parity_anchor(db, NOW, by=None, anchor=TODAY)
        await actions.add_term(db, NOW, by=None, name="2 четверть", **second)
        await actions.add_break(db, NOW, by=None, name="Осенние каникулы", **autumn)
        await actions.keep_holidays(db, NOW, by=None, holidays={VICTORY_DAY: "День Победы"})
        await actions.transfer(db, NOW, by=None, on=TODAY, weekday=6)
    async with database.read() as db:
        assert await queries.calendar(db) == Calendar(
            terms=(Period("2 четверть", **second),),
            breaks=(Period("Осенние каникулы", **autumn),),
            holidays={VICTORY_DAY: "День Победы"},
            transfers={TODAY: 6},
            parity_anchor=TODAY,
        )


async def test_holidays_are_stored_once_and_can_be_taken_out(database: Database) -> None:
    offered = official_holidays(2026)
    async with database.begin() as db:
        assert await actions.keep_holidays(db, NOW, by=None, holidays=offered) == len(offered)
        assert await actions.keep_holidays(db, NOW, by=None, holidays=offered) == 0
        assert not works_on(await queries.calendar(db), VICTORY_DAY).works
        assert await actions.remove_holiday(db, NOW, by=None, on=VICTORY_DAY)
        assert not await actions.remove_holiday(db, NOW, by=None, on=VICTORY_DAY)
        assert works_on(await queries.calendar(db), VICTORY_DAY).works


async def test_of_50_who_store_the_holidays_each_is_stored_once(database: Database) -> None:
    offered = official_holidays(2026)
    results = await race(database, lambda db, _: actions.keep_holidays(db, NOW, by=None, holidays=offered))
    assert winners(results) == [len(offered)]


async def test_of_50_transfers_of_a_day_one_happens(database: Database) -> None:
    async def transfer(db: Db, number: int) -> bool:
        return await actions.transfer(db, NOW, by=None, on=TODAY, weekday=number % 7 + 1)

    results = await race(database, transfer)
    assert results.count(True) == 1
    async with database.read() as db:
        assert (await queries.calendar(db)).transfers == {TODAY: results.index(True) % 7 + 1}


async def test_of_50_who_take_a_transfer_back_one_does(database: Database) -> None:
    async with database.begin() as db:
        await actions.transfer(db, NOW, by=None, on=TODAY, weekday=1)
    results = await race(database, lambda db, _: actions.remove_transfer(db, NOW, by=None, on=TODAY))
    assert results.count(True) == 1


async def test_of_50_who_take_a_holiday_out_one_does(database: Database) -> None:
    async with database.begin() as db:
        await actions.keep_holidays(db, NOW, by=None, holidays={VICTORY_DAY: "День Победы"})
    results = await race(database, lambda db, _: actions.remove_holiday(db, NOW, by=None, on=VICTORY_DAY))
    assert results.count(True) == 1


@pytest.mark.parametrize("add", [actions.add_term, actions.add_break])
async def test_of_50_periods_that_overlap_one_is_added(database: Database, add: object) -> None:
    assert callable(add)

    async def add_one(db: Db, number: int) -> int:
        since = TODAY + number * DAY
        added = await add(db, NOW, by=None, name="период", since=since, until=since + 60 * DAY)
        assert isinstance(added, int)
        return added

    results = await race(database, add_one)
    assert len(winners(results)) == 1
    assert refusals(results, Overlaps) == RUNNERS - 1


async def test_periods_may_touch(database: Database) -> None:
    async with database.begin() as db:
        await actions.add_term(db, NOW, by=None, name="1", since=TODAY, until=TODAY + DAY)
        await actions.add_term(db, NOW, by=None, name="2", since=TODAY + 2 * DAY, until=TODAY + 3 * DAY)
        with pytest.raises(Overlaps) as refusal:
            await actions.add_term(db, NOW, by=None, name="3", since=TODAY + 3 * DAY, until=TODAY + 4 * DAY)
    assert refusal.value.data == {"name": "2"}


@pytest.mark.parametrize(
    ("name", "until", "field"), [(" ", TODAY, "name"), ("Каникулы", TODAY - DAY, "until")]
)
async def test_a_bad_period_is_refused(sqlite_database: Database, name: str, until: date, field: str) -> None:
    async with sqlite_database.begin() as db:
        with pytest.raises(Invalid, match=field):
            await actions.add_break(db, NOW, by=None, name=name, since=TODAY, until=until)


@pytest.mark.parametrize("weekday", [0, 8])
async def test_a_weekday_that_is_none_is_refused(sqlite_database: Database, weekday: int) -> None:
    async with sqlite_database.begin() as db:
        with pytest.raises(Invalid, match="weekday"):
            await actions.transfer(db, NOW, by=None, on=TODAY, weekday=weekday)


async def test_a_term_and_a_break_are_listed_and_removed_once(database: Database) -> None:
    async with database.begin() as db:
        term = await actions.add_term(db, NOW, by=None, name="Год", since=YEAR_STARTS, until=YEAR_ENDS)
        rest = await actions.add_break(db, NOW, by=None, name="Отдых", since=YEAR_STARTS, until=YEAR_STARTS)
        assert [(row.id, row.name) for row in await queries.terms(db)] == [(term, "Год")]
        assert [(row.id, row.until) for row in await queries.breaks(db)] == [(rest, YEAR_STARTS)]
        assert await actions.remove_term(db, NOW, by=None, term_id=term)
        assert await actions.remove_break(db, NOW, by=None, break_id=rest)
        assert not await actions.remove_term(db, NOW, by=None, term_id=term)
        assert not await actions.remove_break(db, NOW, by=None, break_id=rest)
        assert (await queries.terms(db), await queries.breaks(db)) == ([], [])
