"""What a minute is made of, and how good it was."""

from datetime import UTC, datetime, timedelta

import pytest

from school.errors import Invalid
from school.quality.rules import (
    Grade,
    Seen,
    Summary,
    Trouble,
    Way,
    check,
    grade,
    joined,
    minute_of,
    summary,
    troubles,
)
from tests.quality import GOOD, seen

TEN = datetime(2026, 11, 9, 10, tzinfo=UTC)


def test_reports_of_one_minute_are_added_up_and_the_worst_is_kept() -> None:
    first = seen(seconds=10, up_packets=500, up_lost=5, freezes=1, frozen_ms=2_000, height=720, layer=2)
    second = seen(
        seconds=10,
        up_packets=400,
        up_lost=40,
        round_trip_ms=300,
        freezes=2,
        frozen_ms=3_000,
        height=180,
        layer=0,
        starved=1,
        outgoing_kbit=200,
        way=Way.TCP,
        screen=True,
    )
    both = joined(first, second)
    assert (both.seconds, both.up_packets, both.up_lost) == (20, 900, 45)
    assert (both.round_trip_ms, both.freezes, both.frozen_ms) == (300, 3, 5_000)
    assert (both.height, both.layer, both.starved, both.outgoing_kbit) == (180, 0, 1, 200)
    assert (both.way, both.screen) == (Way.TCP, True)


def test_what_is_not_known_does_not_hide_what_is() -> None:
    nothing = seen(round_trip_ms=None, height=0, layer=None, outgoing_kbit=None, way=None)
    for both in (joined(GOOD, nothing), joined(nothing, GOOD)):
        known = (both.round_trip_ms, both.height, both.layer, both.outgoing_kbit, both.way)
        assert known == (40, 720, 2, 2_500, Way.UDP)


def test_a_minute_has_no_more_than_sixty_seconds_whatever_is_said() -> None:
    minute: Seen | None = None
    for _ in range(20):
        minute = joined(minute, seen(seconds=60, frozen_ms=60_000, cpu_ms=60_000))
    assert minute is not None
    assert (minute.seconds, minute.frozen_ms, minute.cpu_ms) == (60, 60_000, 60_000)
    assert joined(None, seen(seconds=10, frozen_ms=60_000)).frozen_ms == 10_000


@pytest.mark.parametrize(
    ("second", "minute"), [(4, -1), (5, 0), (10, 0), (59, 0)], ids=["before", "half", "inside", "end"]
)
def test_a_report_belongs_to_the_minute_in_which_most_of_it_was(second: int, minute: int) -> None:
    assert minute_of(10, TEN + timedelta(seconds=second)) == TEN + timedelta(minutes=minute)


@pytest.mark.parametrize("part", ["up_lost", "down_lost", "concealed_ms", "frames_dropped"])
def test_a_part_is_no_more_than_its_whole(part: str) -> None:
    check(GOOD)
    with pytest.raises(Invalid) as refused:
        check(seen(**{part: 1_000_000}))
    assert (refused.value.field, refused.value.reason) == (part, "more_than_all")


@pytest.mark.parametrize(
    ("changes", "trouble", "how_good"),
    [
        ({"up_lost": 179}, None, Grade.GOOD),
        ({"up_lost": 180}, Trouble.UP, Grade.WEAK),
        ({"up_lost": 600}, Trouble.UP, Grade.BAD),
        ({"down_lost": 360}, Trouble.DOWN, Grade.WEAK),
        ({"down_lost": 1_200}, Trouble.DOWN, Grade.BAD),
        ({"round_trip_ms": 599}, None, Grade.GOOD),
        ({"round_trip_ms": 600}, Trouble.DELAY, Grade.WEAK),
        ({"round_trip_ms": 1_500}, Trouble.DELAY, Grade.BAD),
        ({"frozen_ms": 3_000}, Trouble.STILL, Grade.WEAK),
        ({"frozen_ms": 15_000}, Trouble.STILL, Grade.BAD),
        ({"concealed_ms": 1_800}, Trouble.SOUND, Grade.WEAK),
        ({"concealed_ms": 6_000}, Trouble.SOUND, Grade.BAD),
        ({"starved": 1}, Trouble.HELD, Grade.WEAK),
        ({"outgoing_kbit": 149}, Trouble.NARROW, Grade.WEAK),
        ({"cpu_ms": 30_000}, Trouble.COMPUTER, Grade.WEAK),
        ({"frames_dropped": 300}, Trouble.COMPUTER, Grade.WEAK),
        ({"up_packets": 99, "up_lost": 99}, None, Grade.GOOD),  # too few to tell
        ({"frames": 99, "frames_dropped": 99}, None, Grade.GOOD),
        ({"sound_ms": 1_000, "concealed_ms": 1_000}, None, Grade.GOOD),
    ],
)
def test_each_trouble_has_its_bound(
    changes: dict[str, int], trouble: Trouble | None, how_good: Grade
) -> None:
    minute = seen(**changes)
    assert troubles(minute) == ({trouble} if trouble else set())
    assert grade(minute) is how_good


@pytest.mark.parametrize(
    ("good", "weak", "bad", "word"),
    [
        (45, 0, 0, Grade.GOOD),
        (44, 1, 0, Grade.GOOD),
        (43, 2, 0, Grade.GOOD),
        (40, 5, 0, Grade.WEAK),
        (44, 0, 1, Grade.WEAK),
        (33, 0, 12, Grade.BAD),
        (0, 0, 1, Grade.BAD),
        (0, 0, 0, Grade.GOOD),
    ],
)
def test_a_call_is_named_after_its_minutes(good: int, weak: int, bad: int, word: Grade) -> None:
    counted = summary([Grade.GOOD] * good + [Grade.WEAK] * weak + [Grade.BAD] * bad)
    assert counted == Summary(good, weak, bad)
    assert counted.grade is word
