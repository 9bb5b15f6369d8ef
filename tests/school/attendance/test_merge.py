"""Stays become attendance: no second lost, none counted twice (R57)."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from school.attendance.rules import Interval, Summary, merge, session_end, union

START = datetime(2026, 9, 7, 12, tzinfo=UTC)
END = START + timedelta(minutes=40)
SECOND = timedelta(seconds=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def stay(since: float, until: float) -> Interval:
    return Interval(at(since), at(until))


def summary(*stays: Interval) -> Summary:
    found = merge(stays, starts_at=START, ends_at=END)
    assert found is not None
    return found


def test_who_was_never_there_has_no_summary() -> None:
    assert merge([], starts_at=START, ends_at=END) is None


def test_a_whole_session() -> None:
    assert summary(stay(0, 40)) == Summary(
        came=START,
        left=END,
        present=timedelta(minutes=40),
        minutes=40,
        late_minutes=0,
        left_early_minutes=0,
        share=1.0,
    )


def test_time_before_the_start_and_after_the_end_does_not_count() -> None:
    found = summary(stay(-10, 45))
    assert (found.came, found.left) == (at(-10), at(45))
    assert (found.minutes, found.share, found.late_minutes, found.left_early_minutes) == (40, 1.0, 0, 0)


def test_coming_late_and_leaving_early() -> None:
    found = summary(stay(10, 30))
    assert (found.minutes, found.late_minutes, found.left_early_minutes, found.share) == (20, 10, 10, 0.5)


def test_59_seconds_late_is_not_late() -> None:
    assert summary(Interval(START + 59 * SECOND, END)).late_minutes == 0
    assert summary(Interval(START + 60 * SECOND, END)).late_minutes == 1


def test_reconnects_are_merged_and_the_time_away_does_not_count() -> None:
    found = summary(stay(0, 10), stay(12, 20), stay(20, 40))
    assert (found.minutes, found.late_minutes, found.left_early_minutes) == (38, 0, 0)


def test_two_devices_at_once_count_once() -> None:
    assert summary(stay(0, 30), stay(10, 20), stay(5, 40)).minutes == 40


def test_who_left_before_the_start_was_not_in_the_session() -> None:
    found = summary(stay(-10, -5))
    assert (found.minutes, found.share, found.left_early_minutes, found.late_minutes) == (0, 0.0, 40, 0)


def test_who_came_after_the_end_was_not_in_the_session() -> None:
    found = summary(stay(41, 44))
    assert (found.minutes, found.late_minutes, found.left_early_minutes) == (0, 40, 0)


def test_a_session_closed_early_is_measured_to_its_real_end() -> None:
    assert session_end(END, at(20)) == at(20)
    assert session_end(END, at(44)) == END
    assert session_end(END, None) == END


seconds = st.integers(-900, 3600)
intervals = st.lists(
    st.tuples(seconds, st.integers(0, 1200)).map(
        lambda pair: Interval(START + pair[0] * SECOND, START + (pair[0] + pair[1]) * SECOND)
    ),
    min_size=1,
    max_size=12,
)


@given(intervals)
def test_every_second_counts_exactly_once(stays: list[Interval]) -> None:
    spent = {
        second
        for one in stays
        for second in range((one.since - START) // SECOND, (one.until - START) // SECOND)
        if 0 <= second < (END - START) // SECOND
    }
    found = summary(*stays)
    assert found.present == len(spent) * SECOND
    assert 0 <= found.share <= 1
    assert found.came == min(one.since for one in stays)
    assert found.left == max(one.until for one in stays)


@given(intervals, st.randoms())
def test_the_order_of_stays_does_not_matter(stays: list[Interval], chance: object) -> None:
    shuffled = sorted(stays, key=lambda _: chance.random())  # type: ignore[attr-defined]  # a Random
    assert summary(*shuffled) == summary(*stays)


@given(intervals, st.integers(0, 11), st.integers(0, 1200))
def test_a_reconnect_without_a_gap_changes_nothing(stays: list[Interval], which: int, cut: int) -> None:
    one = stays[which % len(stays)]
    middle = min(one.until, one.since + cut * SECOND)
    split = [other for other in stays if other is not one]
    assert summary(*split, Interval(one.since, middle), Interval(middle, one.until)) == summary(*stays)


@given(intervals)
def test_a_union_is_ordered_and_does_not_touch(stays: list[Interval]) -> None:
    merged = union(stays)
    assert all(one.until < two.since for one, two in itertools.pairwise(merged))
