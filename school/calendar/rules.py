"""What a day is in the calendar; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays


class WeekParity(StrEnum):
    """Which of two alternating weeks it is."""

    EVEN = "even"
    ODD = "odd"


class Suppression(StrEnum):
    """Why nothing takes place on a day."""

    HOLIDAY = "holiday"
    SCHOOL_BREAK = "school_break"


@dataclass(frozen=True)
class Period:
    """A named run of days, both ends included."""

    name: str
    since: date
    until: date

    def covers(self, on: date) -> bool:
        """Say whether the day lies inside."""
        return self.since <= on <= self.until


@dataclass(frozen=True)
class Calendar:
    """Everything the organisation has said about days; `transfers`: which weekday a day is taught as."""

    terms: tuple[Period, ...] = ()
    breaks: tuple[Period, ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)
    transfers: Mapping[date, int] = field(default_factory=dict)
    parity_anchor: date | None = None


@dataclass(frozen=True)
class DayPlan:
    """What a day is: taught as `weekday` (1 is Monday), or suppressed for a reason that has a name."""

    on: date
    weekday: int
    suppressed: Suppression | None = None
    name: str | None = None

    @property
    def works(self) -> bool:
        """Say whether consultations take place."""
        return self.suppressed is None


def works_on(calendar: Calendar, on: date) -> DayPlan:
    """Decide what a day is (R36).

    An explicit transfer stands above all, then holidays, then breaks. Weekends are not special: a line names
    its weekday itself.
    """
    weekday = on.isoweekday()
    if on in calendar.transfers:
        return DayPlan(on, calendar.transfers[on])
    if on in calendar.holidays:
        return DayPlan(on, weekday, suppressed=Suppression.HOLIDAY, name=calendar.holidays[on])
    for school_break in calendar.breaks:
        if school_break.covers(on):
            return DayPlan(on, weekday, suppressed=Suppression.SCHOOL_BREAK, name=school_break.name)
    return DayPlan(on, weekday)


def week_parity(on: date, anchor: date) -> WeekParity:
    """Say whether a week is even or odd; `anchor` is any day of an odd one, weeks begin on Monday."""
    weeks = (_monday(on) - _monday(anchor)).days // 7
    return WeekParity.EVEN if weeks % 2 else WeekParity.ODD


def days(since: date, until: date) -> Iterator[date]:
    """Give every day from `since` to `until`, both included."""
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)


def official_holidays(year: int, language: str = "ru") -> dict[date, str]:
    """Offer Russia's public holidays of a year, days off moved by the government among them."""
    return dict(_offered(year, "ru" if language == "ru" else "en_US"))


@lru_cache(maxsize=64)
def _offered(year: int, language: str) -> tuple[tuple[date, str], ...]:
    # The library builds a year anew each time: milliseconds that a page with several years would pay again.
    return tuple(sorted(holidays.country_holidays("RU", years=year, language=language).items()))


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())
