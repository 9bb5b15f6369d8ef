"""The tests' own network does what it says, and the same for the same seed."""

from itertools import pairwise

import pytest

from tests.rooms.sfu.line import Line


def through(line: Line, packets: int = 5000, apart: float = 0.01) -> list[tuple[float, ...]]:
    return [line.carry(100, number * apart) for number in range(packets)]


@pytest.mark.parametrize("burst", [1.0, 4.0])
@pytest.mark.parametrize("loss", [0.02, 0.05, 0.1])
def test_the_share_that_is_lost_is_the_one_asked_for(loss: float, burst: float) -> None:
    came = through(Line(loss=loss, burst=burst), 40_000)
    assert came.count(()) / len(came) == pytest.approx(loss, rel=0.15)
    runs = sum(1 for before, after in pairwise(came) if before and not after)
    assert came.count(()) / runs == pytest.approx(max(burst, 1 / (1 - loss)), rel=0.15)


def test_a_narrow_line_queues_and_then_drops() -> None:
    line = Line(rate=8 * 128 * 50, depth=0.1)
    came = through(line, 200)
    assert came[0] == (0.02,)
    assert max(at[0] - number * 0.01 for number, at in enumerate(came) if at) == pytest.approx(0.12, abs=0.01)
    assert line.lost == came.count(()) > 90


def test_jitter_keeps_the_order_and_reordering_does_not() -> None:
    steady = [at for (at,) in through(Line(delay=0.05, jitter=0.2))]
    assert steady == sorted(steady)
    assert max(at - number * 0.01 for number, at in enumerate(steady)) == pytest.approx(0.25, abs=0.01)
    mixed = [at for (at,) in through(Line(reordered=0.1))]
    assert 300 < sum(1 for before, after in pairwise(mixed) if after < before) < 700


def test_a_cut_line_carries_nothing_and_some_datagrams_come_twice() -> None:
    line = Line(doubled=0.1)
    assert 400 < sum(len(at) == 2 for at in through(line)) < 600
    line.cut = True
    assert through(line, 10) == [()] * 10


def test_the_same_seed_draws_the_same_network() -> None:
    def one(seed: int) -> list[tuple[float, ...]]:
        return through(Line(loss=0.1, jitter=0.1, doubled=0.1, reordered=0.1, seed=seed), 200)

    assert one(1) == one(1) != one(2)
