"""How far apart packets come that left at once: the usual burst of late tells what the link carries."""

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
    assert spacing.passes(0.0) is None
    frame(spacing, 1.0, [7.0, 7.0 + BITS / rate])
    assert spacing.passes(0.0) == pytest.approx(rate)


def test_packets_that_left_one_after_the_other_say_nothing() -> None:
    spacing = Spacing()
    for number in range(50):
        spacing.add(number * 0.05, number * 0.05 + 0.02, BITS, 1, 0.0)
    assert spacing.passes(0.0) is None


def test_a_radios_pauses_make_no_link_seem_narrow() -> None:
    chance, spacing = random.Random(3), Spacing()
    for number in range(40):
        at = number * 0.05 + chance.uniform(0.0, 0.2)
        apart = 0.001 if number % 4 else 0.001 + chance.uniform(0.0, 0.2)
        frame(spacing, number * 0.05, [at, at + apart], number * 0.05)
        if number >= 3:
            assert spacing.passes(number * 0.05) == pytest.approx(BITS / 0.001)


def test_what_a_busy_computer_reads_together_makes_no_link_seem_wide() -> None:
    spacing = Spacing()
    for number in range(40):
        at, now = number * 0.05, number * 0.05
        # Of seven packets some are read together, of some bursts all.
        came = [at + 0.02 * ((n + number) // 2) for n in range(7)] if number % 3 else [at] * 7
        frame(spacing, number * 0.05, came, now)
        if number >= 2:
            assert spacing.passes(now) == pytest.approx(6 * BITS / 0.06, rel=0.35)


def test_what_came_in_one_tick_of_the_clock_was_no_further_apart() -> None:
    spacing = Spacing()
    spacing.add(1.0, 7.0, 3 * BITS, 3, 0.0)
    assert spacing.passes(0.0) == pytest.approx(2 * BITS / 0.00025)


def test_a_burst_is_forgotten_though_no_other_comes() -> None:
    spacing = Spacing()
    frame(spacing, 1.0, [7.0, 7.001], 5.0)
    assert spacing.passes(5.0 + RECENT) == pytest.approx(BITS / 0.001)
    assert spacing.passes(5.1, within=0.05) is None
    assert spacing.passes(5.1 + RECENT) is None
