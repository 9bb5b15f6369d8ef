"""What a day is; no database (R36)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.calendar.rules import (
    Calendar,
    DayPlan,
    Period,
    Suppression,
    WeekParity,
    days,
    official_holidays,
    week_parity,
    works_on,
)

MONDAY = date(2026, 11, 2)
HOLIDAY = date(2026, 11, 4)
CALENDAR = Calendar(
    terms=(
        Period("1 четверть", date(2026, 9, 1), date(2026, 10, 25)),
        Period("2 четверть", date(2026, 11, 9), date(2026, 12, 30)),
    ),
    breaks=(Period("Осенние каникулы", date(2026, 10, 26), date(2026, 11, 3)),),
    holidays={HOLIDAY: "День народного единства", date(2026, 11, 3): "Перенос"},
    transfers={date(2026, 11, 14): 1, date(2026, 11, 2): 3},
)


@pytest.mark.parametrize(
    ("on", "plan"),
    [
        (date(2026, 10, 23), DayPlan(date(2026, 10, 23), 5)),
        (date(2026, 10, 25), DayPlan(date(2026, 10, 25), 7)),
        (
            date(2026, 10, 26),
            DayPlan(date(2026, 10, 26), 1, suppressed=Suppression.SCHOOL_BREAK, name="Осенние каникулы"),
        ),
        (HOLIDAY, DayPlan(HOLIDAY, 3, suppressed=Suppression.HOLIDAY, name="День народного единства")),
        (date(2026, 11, 14), DayPlan(date(2026, 11, 14), 1)),
    ],
    ids=["ordinary", "weekend", "break", "holiday", "saturday taught as monday"],
)
def test_a_day_is_what_the_calendar_says(on: date, plan: DayPlan) -> None:
    assert works_on(CALENDAR, on) == plan


def test_a_transfer_stands_above_a_break() -> None:
    assert works_on(CALENDAR, MONDAY) == DayPlan(MONDAY, 3)


def test_a_holiday_in_a_break_is_named_as_the_holiday() -> None:
    assert works_on(CALENDAR, date(2026, 11, 3)).suppressed is Suppression.HOLIDAY


def test_a_suppressed_day_does_not_work() -> None:
    assert not works_on(CALENDAR, HOLIDAY).works
    assert works_on(CALENDAR, MONDAY).works


@pytest.mark.parametrize(
    ("on", "parity"),
    [
        (date(2026, 9, 1), WeekParity.ODD),
        (date(2026, 8, 31), WeekParity.ODD),
        (date(2026, 9, 6), WeekParity.ODD),
        (date(2026, 9, 7), WeekParity.EVEN),
        (date(2026, 8, 30), WeekParity.EVEN),
        (date(2027, 1, 4), WeekParity.ODD),
    ],
)
def test_weeks_alternate_from_the_anchor(on: date, parity: WeekParity) -> None:
    assert week_parity(on, date(2026, 9, 1)) is parity


@given(st.dates(date(2000, 1, 10), date(2100, 1, 1)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_parity_alternates_weekly_and_never_within_a_week(on: date, anchor: date) -> None:
    monday = on - timedelta(days=on.weekday())
    assert week_parity(on, anchor) is week_parity(monday, anchor)
    assert week_parity(monday - timedelta(days=1), anchor) is not week_parity(monday, anchor)


def test_days_run_from_the_first_to_the_last() -> None:
    assert list(days(MONDAY, HOLIDAY)) == [MONDAY, date(2026, 11, 3), HOLIDAY]
    assert list(days(HOLIDAY, MONDAY)) == []


def test_russias_holidays_are_offered() -> None:
    offered = official_holidays(2026)
    assert offered[HOLIDAY] == "День народного единства"
    assert offered[date(2026, 5, 9)] == "День Победы"
    assert {on.year for on in offered} == {2026}
    assert list(offered) == sorted(offered)
    assert official_holidays(2026, "en")[date(2026, 5, 9)] == "Victory Day"
