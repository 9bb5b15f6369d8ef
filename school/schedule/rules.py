"""What a line means in time, and what a schedule may not say; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from school.calendar.rules import Calendar, week_parity, works_on
from school.errors import Invalid
from school.schedule.errors import AttestationIsGroup, NoParityAnchor
from school.schedule.models import Audience, Form, Kind, Parity, Purpose
from school.text import collapse

LONGEST_VALIDITY = timedelta(days=800)
TITLE_LIMIT, REMARK_LIMIT, ORDER_NUMBER_LIMIT = 200, 2000, 64
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Recurrence:
    """When a line is held: weekday 1 (Monday) to 7, wall times, days from `since` to `until` inclusive."""

    weekday: int
    starts: time
    ends: time
    parity: Parity
    since: date
    until: date


@dataclass(frozen=True)
class Slot:
    """What a line says: wall times in its version's zone, weekday 1 (Monday) to 7.

    Without `valid_*` of its own it is held for as long as its version is valid.
    """

    appointment_id: int
    weekday: int
    starts: time
    ends: time
    form: Form
    kind: Kind
    purpose: Purpose = Purpose.CURRENT
    audience: Audience = Audience.STUDENTS
    parity: Parity = Parity.EVERY
    subject_id: int | None = None
    group_ids: tuple[int, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def values(self) -> dict[str, Any]:
        """Give the values of the line's own columns; the groups have a table of theirs."""
        return {name: value for name, value in vars(self).items() if name != "group_ids"}


@dataclass(frozen=True)
class Occurrence:
    """One time a line is held: the local day, and the instants in UTC."""

    on: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Planned:
    """A stretch of a host's time; `line_id` is None for what comes from no line."""

    person_id: int
    starts_at: datetime
    ends_at: datetime
    line_id: int | None = None


@dataclass(frozen=True)
class Clash:
    """Two stretches of one host's time that overlap; `first` begins no later than `second`."""

    first: Planned
    second: Planned


def expand(line: Recurrence, calendar: Calendar, zone: str) -> Iterator[Occurrence]:
    """Give every time a line is held, in order (R36, R37).

    Holidays and breaks suppress it, an explicit transfer moves a day to another weekday. Parity is that of
    the week the day itself lies in. The start is wall time in the IANA `zone`: a time that clocks skip is
    moved on by as much as they skip, one that they repeat is the first of the two. It lasts as long as its
    wall times say.
    Raises NoParityAnchor when the line asks for parity and the calendar has none.
    """
    place = ZoneInfo(zone)
    lasts = duration(line.starts, line.ends)
    for on in _candidates(line, calendar):
        plan = works_on(calendar, on)
        if plan.works and plan.weekday == line.weekday and _in_parity(line.parity, calendar, on):
            starts_at = datetime.combine(on, line.starts, place).astimezone(UTC)
            yield Occurrence(on, starts_at, starts_at + lasts)


def duration(starts: time, ends: time) -> timedelta:
    """Give the time between two wall times of one day."""
    return datetime.combine(date.min, ends) - datetime.combine(date.min, starts)


def _candidates(line: Recurrence, calendar: Calendar) -> list[date]:
    """Give the line's own weekdays and the days transferred to its weekday, in order."""
    first = line.since + timedelta(days=(line.weekday - line.since.isoweekday()) % 7)
    weeks = range((line.until - first) // _WEEK + 1)
    own = {first + week * _WEEK for week in weeks}
    transferred = {
        on
        for on, weekday in calendar.transfers.items()
        if weekday == line.weekday and line.since <= on <= line.until
    }
    return sorted(own | transferred)


def _in_parity(parity: Parity, calendar: Calendar, on: date) -> bool:
    if parity is Parity.EVERY:
        return True
    if calendar.parity_anchor is None:
        raise NoParityAnchor
    return week_parity(on, calendar.parity_anchor).value == parity.value


def overlap(one: Planned, other: Planned) -> bool:
    """Tell whether the same host would be in both at a time; stretches that only touch don't overlap."""
    same_host = one.person_id == other.person_id
    return same_host and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def clashes(planned: Iterable[Planned]) -> list[Clash]:
    """Give the places where one host would be in two consultations at a time (R38), by host and time.

    Stretches that only touch don't clash.
    """
    found = []
    ordered = sorted(planned, key=attrgetter("person_id", "starts_at", "ends_at"))
    for _, own in groupby(ordered, key=attrgetter("person_id")):
        last: Planned | None = None
        for stretch in own:
            if last is not None and stretch.starts_at < last.ends_at:
                found.append(Clash(last, stretch))
            if last is None or stretch.ends_at > last.ends_at:
                last = stretch
    return found


def gaps(since: date, until: date, covered: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Give the runs of days from `since` to `until` that no covered period has in it, all ends included."""
    found, next_day = [], since
    for first, last in sorted(covered):
        if first > until:
            break
        if first > next_day:
            found.append((next_day, first - _DAY))
        next_day = max(next_day, last + _DAY)
    if next_day <= until:
        found.append((next_day, until))
    return found


def check_purpose(kind: Kind, purpose: Purpose) -> None:
    """Raise AttestationIsGroup for an individual attestation consultation (cl. 3.7)."""
    if purpose is Purpose.ATTESTATION and kind is not Kind.GROUP:
        raise AttestationIsGroup(field="kind", reason="attestation_is_group", clause="3.7")


def check_groups(kind: Kind, group_ids: Iterable[int]) -> None:
    """Raise Invalid for a group line without groups, or an individual one with them."""
    if kind is Kind.GROUP and not list(group_ids):
        raise Invalid(field="groups", reason="empty")
    if kind is Kind.INDIVIDUAL and list(group_ids):
        raise Invalid(field="groups", reason="individual_has_no_groups")


def check_time(weekday: int, starts: time, ends: time) -> None:
    """Raise Invalid for a weekday that does not exist or a slot that ends before it begins."""
    if weekday not in range(1, 8):
        raise Invalid(field="weekday", reason="out_of_range", low=1, high=7)
    if starts.tzinfo is not None or ends.tzinfo is not None:
        raise Invalid(field="starts", reason="not_wall_time")
    if ends <= starts:
        raise Invalid(field="ends", reason="not_after_start")


def check_validity(valid_from: date, valid_until: date) -> None:
    """Raise Invalid for a period that ends before it begins or lasts over 800 days."""
    if valid_until < valid_from:
        raise Invalid(field="valid_until", reason="before_start")
    if valid_until - valid_from > LONGEST_VALIDITY:
        raise Invalid(field="valid_until", reason="too_long", most_days=LONGEST_VALIDITY.days)


def check_text(field: str, text: str, limit: int) -> str:
    """Give the text in single spaces; raise Invalid when it is empty or over the limit."""
    cleaned = collapse(text)
    if not cleaned:
        raise Invalid(field=field, reason="empty")
    if len(cleaned) > limit:
        raise Invalid(field=field, reason="too_long", limit=limit)
    return cleaned
