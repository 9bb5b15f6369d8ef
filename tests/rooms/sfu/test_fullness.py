"""What makes a link full, feedback by feedback: a queue that jitter cannot make, loss that chance cannot."""

import pytest

from rooms.sfu.delivery import Condition
from rooms.sfu.fullness import Fullness

SENT = 1e6
STEP = 0.06


def judged(conditions: list[Condition]) -> list[bool]:
    fullness = Fullness()
    return [
        fullness.judge(one, SENT, None, number * STEP) is not None for number, one in enumerate(conditions)
    ]


def queues(*seconds: float, carries: float | None = None) -> list[Condition]:
    first, *others = seconds
    return [Condition(first, SENT, 0.0, carries), *(Condition(one, SENT, 0.0) for one in others)]


def test_a_queue_of_a_moment_is_jitter() -> None:
    assert not any(judged(queues(0.15, 0.17, 0.19, 0.19, 0.2, 0.2)))
    assert not any(judged(queues(*[0.15, 0.19, 0.18, 0.05] * 20)))


def test_a_queue_that_is_longer_by_more_than_jitter_or_grows_for_long_is_none() -> None:
    assert judged(queues(0.12, 0.25, 0.33)) == [False, False, True]
    assert judged(queues(*[0.12] * 20, *[0.16] * 20)).index(True) == 26
    assert not any(judged(queues(*[0.12] * 60)))


@pytest.mark.parametrize(("carries", "full"), [(1.05e6, True), (1.2e6, False), (None, False)])
def test_a_train_that_passes_hardly_quicker_than_what_is_sent_makes_a_queue_none_at_once(
    carries: float | None, full: bool
) -> None:
    assert judged(queues(0.08, 0.11, 0.12, 0.13, carries=carries))[-1] is full


def test_a_queue_in_which_packets_pass_together_is_jitter_unless_it_stays_for_seconds() -> None:
    together = [Condition(one, SENT, 0.0, passes=9e6) for one in (0.12, 0.25, 0.33, *[0.33] * 60)]
    assert judged(together).index(True) == 51
    assert judged([Condition(one.queue, SENT, 0.0, passes=1.2e6) for one in together]).index(True) == 2


def test_a_burst_of_losses_among_packets_that_pass_together_is_chance() -> None:
    lossy = [Condition(0.0, SENT, 0.6, passes=9e6)] * 20
    assert judged(lossy).index(True) == 17
    assert judged([Condition(0.0, SENT, 0.6, passes=0.8e6)] * 16).index(True) == 2


def test_a_train_that_passes_slower_than_what_is_sent_needs_no_queue() -> None:
    assert judged(queues(0.02, carries=0.8e6)) == [True]


@pytest.mark.parametrize(("lost", "after"), [(0.2, None), (0.3, 9), (0.6, 2)])
def test_loss_alone_has_to_last_the_longer_the_less_it_is(lost: float, after: int | None) -> None:
    found = judged([Condition(0.0, SENT, lost)] * 16)
    assert (found.index(True) if any(found) else None) == after


def test_a_queue_that_never_ends_on_a_link_that_was_full_drowns_sound() -> None:
    fullness = Fullness()
    fullness.judge(Condition(0.2, SENT, 0.0, 0.8e6), SENT, None, 0.0)
    drowned = []
    for number in range(1, 40):
        fullness.judge(Condition(0.2, SENT, 0.0), SENT, 0.8e6, number * STEP)
        drowned.append(fullness.drowned(number * STEP))
    assert drowned.index(True) == 26
    assert fullness.long(39 * STEP)
    assert not fullness.long(39 * STEP + 2)
