"""What a few packets tell of the link: a queue that grows gives its rate, everything else gives nothing."""

import random

import pytest

from rooms.sfu.trend import Trend

BITS = 8800


def burst(trend: Trend, begin: float, delays: list[float]) -> None:
    """A frame whose packets leave 1 ms apart."""
    for number, delay in enumerate(delays):
        trend.add(begin + number / 1000, begin + number / 1000 + delay, BITS)


@pytest.mark.parametrize("rate", [200e3, 400e3, 800e3])
def test_one_frame_through_a_full_link_gives_its_rate(rate: float) -> None:
    trend = Trend()
    burst(trend, 0.0, [0.02] * 7)
    passing = BITS / rate
    burst(trend, 0.05, [0.02 + passing + n * (passing - 0.001) for n in range(7)])
    assert trend.carries() == pytest.approx(rate, rel=0.15)


def test_even_steps_need_less_delay_to_be_believed_than_uneven_ones() -> None:
    even, uneven = Trend(), Trend()
    for trend, steps in ((even, [0.012, 0.024, 0.036]), (uneven, [0.012, 0.017, 0.036])):
        burst(trend, 0.0, [0.02] * 7)
        burst(trend, 0.05, [0.02 + step for step in steps])
    assert even.carries() == pytest.approx(BITS / 0.0127, rel=0.1)
    assert uneven.carries() is None


def test_a_link_that_keeps_up_says_nothing() -> None:
    trend = Trend()
    for frame in range(100):
        burst(trend, frame / 20, [0.02 + n * 0.002 for n in range(7)])
        assert trend.carries() is None


def test_a_pause_of_the_radio_is_no_queue() -> None:
    trend = Trend()
    burst(trend, 0.0, [0.02] * 7)
    burst(trend, 0.05, [0.02] * 3 + [0.17, 0.169, 0.168, 0.167])
    assert trend.carries() is None
    burst(trend, 0.1, [0.12, 0.119, 0.118, 0.02, 0.02, 0.02, 0.02])
    assert trend.carries() is None


@pytest.mark.parametrize("packets", [1, 2, 7])
def test_jitter_is_no_queue(packets: int) -> None:
    chance = random.Random(5)
    trend = Trend()
    seen, delay, until = 0, 0.0, 0.0
    for frame in range(2000):
        if frame / 20 >= until:
            delay, until = chance.uniform(0.0, 0.2), frame / 20 + chance.uniform(0.02, 0.2)
        burst(trend, frame / 20, [0.02 + delay] * packets)
        seen += trend.carries() is not None
    assert seen == 0
