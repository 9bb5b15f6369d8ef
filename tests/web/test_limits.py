"""Token buckets."""

from web.limits import Limit


def test_a_burst_is_allowed_then_one_by_one() -> None:
    limit = Limit(burst=3, seconds=10)
    assert [limit.wait("a", 0.0) for _ in range(4)] == [0, 0, 0, 10]
    assert limit.wait("a", 4.0) == 6
    assert limit.wait("a", 10.0) == 0
    assert limit.wait("a", 10.0) == 10


def test_keys_do_not_share() -> None:
    limit = Limit(burst=1, seconds=10)
    assert limit.wait("a", 0.0) == 0
    assert limit.wait("b", 0.0) == 0
    assert limit.wait("a", 0.0) == 10


def test_a_try_is_given_back() -> None:
    limit = Limit(burst=1, seconds=10)
    for _ in range(5):
        assert limit.wait("a", 0.0) == 0
        limit.give_back("a")
    limit.give_back("a")
    assert [limit.wait("a", 0.0), limit.wait("a", 0.0)] == [0, 10]


def test_memory_is_bounded_and_the_oldest_is_forgotten() -> None:
    limit = Limit(burst=1, seconds=10, size=100)
    for number in range(1000):
        limit.wait(str(number), 0.0)
    assert len(limit) == 100
    assert limit.wait("999", 0.0) == 10
    assert limit.wait("0", 0.0) == 0


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    limit = Limit(burst=1, seconds=10)
    limit.wait("a", 100.0)
    assert limit.wait("a", 50.0) == 10
