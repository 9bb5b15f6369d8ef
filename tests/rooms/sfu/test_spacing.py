"""How far apart packets come that left at once: the quickest pair of late tells what the link carries."""

import random

import pytest

from rooms.sfu.spacing import RECENT, Spacing

BITS = 8800


def frame(spacing: Spacing, sent: float, arrivals: list[float], now: float = 0.0) -> None:
    for arrived in arrivals:
        spacing.add(sent, arrived, BITS, 1, now)


@pytest.mark.parametrize("rate", [150e3, 400e3, 2e6])
def test_two_packets_are_enough(rate: float) -> None:
    spacing = Spacing()
    assert spacing.carries(0.0) is None
    frame(spacing, 1.0, [7.0, 7.0 + BITS / rate])
    assert spacing.carries(0.0) == pytest.approx(rate)


def test_packets_that_left_one_after_the_other_say_nothing() -> None:
    spacing = Spacing()
    for number in range(50):
        spacing.add(number * 0.05, number * 0.05 + 0.02, BITS, 1, 0.0)
    assert spacing.carries(0.0) is None


def test_a_radios_pauses_make_no_link_seem_narrow() -> None:
    chance, spacing = random.Random(3), Spacing()
    for number in range(20):
        at = number * 0.05 + chance.uniform(0.0, 0.2)
        apart = 0.001 if number % 5 else 0.001 + chance.uniform(0.0, 0.2)
        frame(spacing, number * 0.05, [at, at + apart], number * 0.05)
        if number >= 5:
            assert spacing.carries(number * 0.05) == pytest.approx(BITS / 0.001)


def test_what_came_in_one_tick_of_the_clock_was_no_further_apart() -> None:
    spacing = Spacing()
    spacing.add(1.0, 7.0, 3 * BITS, 3, 0.0)
    assert spacing.carries(0.0) == pytest.approx(2 * BITS / 0.00025)


def test_packets_that_overtook_each_other_say_nothing() -> None:
    spacing = Spacing()
    frame(spacing, 1.0, [7.02, 7.0])
    assert spacing.carries(0.0) is None


def test_a_pair_is_forgotten_though_no_other_comes() -> None:
    spacing = Spacing()
    frame(spacing, 1.0, [7.0, 7.001], 5.0)
    frame(spacing, 2.0, [8.0, 8.1], 5.5)
    assert spacing.carries(5.0 + RECENT) == pytest.approx(BITS / 0.001)
    assert spacing.carries(5.1 + RECENT) == pytest.approx(BITS / 0.1)
    assert spacing.carries(5.6 + RECENT) is None
