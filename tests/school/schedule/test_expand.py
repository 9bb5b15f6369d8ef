"""What a line means in time (R36, R37)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.calendar.rules import Calendar, Period
from school.schedule.errors import NoParityAnchor
from school.schedule.models import Parity
from school.schedule.rules import Occurrence, Planned, Recurrence, clashes, expand, gaps, overlap

ODD_WEEK = date(2026, 8, 31)
ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Asia/Yekaterinburg",
    "Asia/Kamchatka",
    "Europe/Berlin",
    "Australia/Lord_Howe",
)


def line(
    *,
    weekday: int = 1,
    starts: time = time(15),
    ends: time = time(15, 45),
    parity: Parity = Parity.EVERY,
    since: date = date(2026, 9, 1),
    until: date = date(2026, 9, 30),
) -> Recurrence:
    return Recurrence(weekday, starts, ends, parity, since, until)


def days(recurrence: Recurrence, calendar: Calendar | None = None, zone: str = "Europe/Moscow") -> list[date]:
    return [one.on for one in expand(recurrence, calendar or Calendar(), zone)]


def test_a_line_is_held_on_its_weekday_inside_its_validity() -> None:
    assert days(line()) == [date(2026, 9, day) for day in (7, 14, 21, 28)]


def test_both_ends_of_the_validity_belong_to_it() -> None:
    assert days(line(since=date(2026, 9, 7), until=date(2026, 9, 14))) == [
        date(2026, 9, 7),
        date(2026, 9, 14),
    ]


def test_a_validity_without_the_weekday_holds_nothing() -> None:
    assert days(line(since=date(2026, 9, 8), until=date(2026, 9, 13))) == []


def test_wall_time_becomes_an_instant_in_utc() -> None:
    first = next(expand(line(), Calendar(), "Asia/Yekaterinburg"))
    assert first == Occurrence(
        date(2026, 9, 7),
        datetime(2026, 9, 7, 10, 0, tzinfo=UTC),
        datetime(2026, 9, 7, 10, 45, tzinfo=UTC),
    )


def test_a_holiday_suppresses_a_line() -> None:
    assert date(2026, 9, 14) not in days(line(), Calendar(holidays={date(2026, 9, 14): "Праздник"}))


def test_a_school_break_suppresses_a_line() -> None:
    calendar = Calendar(breaks=(Period("Осенние", date(2026, 9, 14), date(2026, 9, 21)),))
    assert days(line(), calendar) == [date(2026, 9, 7), date(2026, 9, 28)]


def test_a_transferred_day_is_taught_as_the_other_weekday_only() -> None:
    monday, saturday = date(2026, 9, 14), date(2026, 9, 19)
    calendar = Calendar(holidays={monday: "Праздник"}, transfers={saturday: 1})
    assert days(line(), calendar) == [date(2026, 9, 7), saturday, date(2026, 9, 21), date(2026, 9, 28)]
    assert saturday not in days(line(weekday=6), calendar)


def test_a_transfer_outside_the_validity_holds_nothing() -> None:
    calendar = Calendar(transfers={date(2026, 10, 3): 1})
    assert date(2026, 10, 3) not in days(line(), calendar)


def test_even_and_odd_weeks_take_turns() -> None:
    calendar = Calendar(parity_anchor=ODD_WEEK)
    assert days(line(parity=Parity.ODD), calendar) == [date(2026, 9, 14), date(2026, 9, 28)]
    assert days(line(parity=Parity.EVEN), calendar) == [date(2026, 9, 7), date(2026, 9, 21)]


def test_parity_goes_on_across_the_end_of_a_year() -> None:
    calendar = Calendar(parity_anchor=ODD_WEEK)
    winter = line(weekday=4, parity=Parity.ODD, since=date(2026, 12, 14), until=date(2027, 1, 31))
    # 2026 has 53 ISO weeks: numbers of weeks would give two odd ones side by side.
    assert days(winter, calendar) == [date(2026, 12, 24), date(2027, 1, 7), date(2027, 1, 21)]


def test_parity_without_an_anchor_is_refused() -> None:
    with pytest.raises(NoParityAnchor):
        days(line(parity=Parity.EVEN))


def test_a_leap_day_is_a_day() -> None:
    assert days(line(weekday=2, since=date(2028, 2, 22), until=date(2028, 3, 7))) == [
        date(2028, 2, 22),
        date(2028, 2, 29),
        date(2028, 3, 7),
    ]


def test_a_time_that_clocks_skip_is_moved_on_and_lasts_as_long() -> None:
    night = line(
        weekday=7, starts=time(2, 30), ends=time(3, 10), since=date(2026, 3, 29), until=date(2026, 3, 29)
    )
    (only,) = expand(night, Calendar(), "Europe/Berlin")
    assert only.starts_at.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3, 30)
    assert only.ends_at - only.starts_at == timedelta(minutes=40)


def test_a_time_that_clocks_repeat_is_the_first_of_the_two() -> None:
    night = line(
        weekday=7, starts=time(2, 30), ends=time(3), since=date(2026, 10, 25), until=date(2026, 10, 25)
    )
    (only,) = expand(night, Calendar(), "Europe/Berlin")
    assert only.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_wall_time_stays_when_the_clocks_change() -> None:
    around = line(weekday=1, since=date(2026, 10, 19), until=date(2026, 10, 26))
    before, after = expand(around, Calendar(), "Europe/Berlin")
    assert after.starts_at - before.starts_at == timedelta(days=7, hours=1)


@st.composite
def recurrences(draw: st.DrawFn) -> Recurrence:
    since = draw(st.dates(date(2023, 12, 1), date(2029, 1, 31)))
    starts = draw(st.times(max_value=time(22, 59)))
    lasts = draw(st.integers(1, 59))
    ends = (datetime.combine(since, starts) + timedelta(minutes=lasts)).time()
    return Recurrence(
        weekday=draw(st.integers(1, 7)),
        starts=starts,
        ends=ends,
        parity=draw(st.sampled_from(Parity)),
        since=since,
        until=since + timedelta(days=draw(st.integers(0, 120))),
    )


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    some_days = st.dates(date(2023, 12, 1), date(2029, 6, 30))
    return Calendar(
        holidays=draw(st.dictionaries(some_days, st.just("Праздник"), max_size=20)),
        transfers=draw(st.dictionaries(some_days, st.integers(1, 7), max_size=20)),
        parity_anchor=draw(some_days),
    )


@given(recurrences(), calendars(), st.sampled_from(ZONES))
def test_every_occurrence_keeps_the_rules(recurrence: Recurrence, calendar: Calendar, zone: str) -> None:
    found = list(expand(recurrence, calendar, zone))
    assert found == sorted(found, key=lambda one: one.on)
    assert len({one.on for one in found}) == len(found)
    for one in found:
        assert recurrence.since <= one.on <= recurrence.until
        taught_as = calendar.transfers.get(one.on, one.on.isoweekday())
        assert taught_as == recurrence.weekday
        assert one.on not in calendar.holidays or one.on in calendar.transfers
        wall = one.starts_at.astimezone(ZoneInfo(zone))
        assert wall.date() == one.on
        assert wall.time() >= recurrence.starts or wall.fold
        assert one.ends_at > one.starts_at


@given(recurrences(), calendars(), st.sampled_from(ZONES))
def test_even_and_odd_together_are_every(recurrence: Recurrence, calendar: Calendar, zone: str) -> None:
    def held(parity: Parity) -> set[Occurrence]:
        values = vars(recurrence) | {"parity": parity}
        return set(expand(Recurrence(**values), calendar, zone))

    assert held(Parity.EVEN) | held(Parity.ODD) == held(Parity.EVERY)
    assert not held(Parity.EVEN) & held(Parity.ODD)


@given(recurrences(), st.sampled_from(ZONES), st.integers(0, 120))
def test_a_validity_cut_in_two_holds_the_same(recurrence: Recurrence, zone: str, cut: int) -> None:
    calendar = Calendar(parity_anchor=ODD_WEEK)
    middle = recurrence.since + timedelta(days=cut)
    first = Recurrence(**vars(recurrence) | {"until": min(recurrence.until, middle)})
    rest = Recurrence(**vars(recurrence) | {"since": middle + timedelta(days=1)})
    whole = list(expand(recurrence, calendar, zone))
    assert list(expand(first, calendar, zone)) + list(expand(rest, calendar, zone)) == whole


def stretch(start: int, end: int, person: int = 1) -> Planned:
    zero = datetime(2026, 9, 7, tzinfo=UTC)
    return Planned(person, zero + timedelta(minutes=start), zero + timedelta(minutes=end))


def test_stretches_that_touch_do_not_clash() -> None:
    assert not overlap(stretch(0, 45), stretch(45, 90))
    assert not overlap(stretch(0, 45, 1), stretch(0, 45, 2))
    assert overlap(stretch(0, 46), stretch(45, 90))
    assert clashes([stretch(0, 45), stretch(45, 90)]) == []


def test_two_hosts_never_clash() -> None:
    assert clashes([stretch(0, 45, 1), stretch(0, 45, 2)]) == []


def test_a_long_stretch_clashes_with_every_one_inside_it() -> None:
    long, one, two = stretch(0, 90), stretch(10, 20), stretch(30, 40)
    assert [(clash.first, clash.second) for clash in clashes([two, long, one])] == [(long, one), (long, two)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20), st.integers(1, 2)), max_size=12))
def test_clashes_are_found_exactly_when_two_overlap(raw: list[tuple[int, int, int]]) -> None:
    planned = [stretch(start, start + length, person) for start, length, person in raw]
    found = any(overlap(a, b) for number, a in enumerate(planned) for b in planned[number + 1 :])
    assert bool(clashes(planned)) == found


september = st.dates(date(2026, 9, 1), date(2026, 9, 30))


@given(st.lists(st.tuples(september, september).map(lambda pair: (min(pair), max(pair))), max_size=5))
def test_gaps_are_the_days_that_nothing_covers(covered: list[tuple[date, date]]) -> None:
    since, until = date(2026, 9, 5), date(2026, 9, 25)
    every = {since + timedelta(days=number) for number in range(21)}
    bare = {on for on in every if not any(first <= on <= last for first, last in covered)}
    found = gaps(since, until, covered)
    assert {on for first, last in found for on in every if first <= on <= last} == bare
    assert all(since <= first <= last <= until for first, last in found)


def as_the_rules_read(recurrence: Recurrence, calendar: Calendar) -> list[date]:
    """The same days found without any of `expand`'s own arithmetic: each one asked in turn."""
    found, on = [], recurrence.since
    while on <= recurrence.until:
        in_break = any(one.since <= on <= one.until for one in calendar.breaks)
        free = (on in calendar.holidays or in_break) and on not in calendar.transfers
        taught_as = calendar.transfers.get(on, on.isoweekday())
        if taught_as == recurrence.weekday and not free and _week_fits(recurrence.parity, on, calendar):
            found.append(on)
        on += timedelta(days=1)
    return found


def _week_fits(parity: Parity, on: date, calendar: Calendar) -> bool:
    assert calendar.parity_anchor is not None
    # Day 1 of the proleptic calendar is a Monday.
    weeks = (on.toordinal() - 1) // 7 - (calendar.parity_anchor.toordinal() - 1) // 7
    return parity is Parity.EVERY or (weeks % 2 == 0) == (parity is Parity.ODD)


@st.composite
def full_calendars(draw: st.DrawFn) -> Calendar:
    plain = draw(calendars())
    starts = draw(st.lists(st.dates(date(2023, 12, 1), date(2029, 6, 30)), max_size=4, unique=True))
    breaks = [Period("Каникулы", since, since + timedelta(days=draw(st.integers(0, 14)))) for since in starts]
    return Calendar(
        breaks=tuple(breaks),
        holidays=plain.holidays,
        transfers=plain.transfers,
        parity_anchor=plain.parity_anchor,
    )


@given(recurrences(), full_calendars(), st.sampled_from(ZONES))
def test_the_days_are_those_that_the_rules_say_one_by_one(
    recurrence: Recurrence, calendar: Calendar, zone: str
) -> None:
    assert days(recurrence, calendar, zone) == as_the_rules_read(recurrence, calendar)


@given(year=st.integers(2019, 2041), parity=st.sampled_from([Parity.EVEN, Parity.ODD]), day=st.integers(1, 7))
def test_every_second_week_stays_every_second_week_over_new_year(year: int, parity: Parity, day: int) -> None:
    winter = line(weekday=day, parity=parity, since=date(year, 11, 1), until=date(year + 1, 3, 31))
    found = days(winter, Calendar(parity_anchor=ODD_WEEK))
    assert {after - before for before, after in pairwise(found)} == {timedelta(days=14)}


@given(
    since=st.dates(date(2024, 2, 1), date(2024, 2, 29)),
    weekday=st.integers(1, 7),
    zone=st.sampled_from(ZONES),
)
def test_weeks_go_on_over_a_leap_day(since: date, weekday: int, zone: str) -> None:
    found = days(line(weekday=weekday, since=since, until=date(2024, 3, 31)), zone=zone)
    assert {after - before for before, after in pairwise(found)} == {timedelta(days=7)}
    leap = date(2024, 2, 29)
    assert (leap in found) == (weekday == leap.isoweekday())


@given(recurrences(), full_calendars())
def test_outside_the_validity_the_calendar_changes_nothing(
    recurrence: Recurrence, calendar: Calendar
) -> None:
    first, last = recurrence.since, recurrence.until
    cut = Calendar(
        breaks=calendar.breaks,
        holidays={on: name for on, name in calendar.holidays.items() if first <= on <= last},
        transfers={on: weekday for on, weekday in calendar.transfers.items() if first <= on <= last},
        parity_anchor=calendar.parity_anchor,
    )
    assert days(recurrence, calendar) == days(recurrence, cut)


@given(recurrences(), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_the_zone_changes_the_instants_and_never_the_days(
    recurrence: Recurrence, one: str, other: str
) -> None:
    calendar = Calendar(parity_anchor=ODD_WEEK)
    assert days(recurrence, calendar, one) == days(recurrence, calendar, other)
    for occurrence in expand(recurrence, calendar, one):
        assert occurrence.ends_at - occurrence.starts_at == timedelta(
            hours=recurrence.ends.hour - recurrence.starts.hour,
            minutes=recurrence.ends.minute - recurrence.starts.minute,
        )
