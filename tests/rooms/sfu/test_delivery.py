"""A viewer's transport-cc feedback: read when it says something, skimmed when all is well."""

from dataclasses import astuple
from itertools import pairwise

import pytest

from rooms.sfu import rtcp
from rooms.sfu.delivery import Condition, Delivery

PACKET = bytes(1000)
APART = 0.01
DELAY = 0.03
BEHIND = 6400  # units of 64 ms by which the viewer's clock differs


class Viewer:
    """Sends ten packets for each feedback, `APART` apart, and writes the feedback about them."""

    def __init__(self) -> None:
        self.now = 1.0
        self.deliveries: list[Delivery] = []
        self._number = 0

    def feedback(self, *, lost: int | None = None, queue: float = 0.0) -> bytes:
        """About ten packets that leave now; one of them may be lost, and all may come late."""
        arrivals: list[float | None] = []
        for index in range(10):
            for delivery in self.deliveries:
                delivery.stamp(bytearray(PACKET), self.now)
            arrivals.append(None if index == lost else self.now + DELAY + queue)
            self.now += APART
        ticks = [round(arrival * 4000) for arrival in arrivals if arrival is not None]
        reference = ticks[0] // 256
        steps = iter([after - before for before, after in pairwise([reference * 256, *ticks])])
        told = rtcp.transport_feedback(
            1,
            2,
            base=self._number,
            reference=reference + BEHIND,
            number=0,
            deltas=[None if arrival is None else next(steps) for arrival in arrivals],
        )
        self._number += 10
        return told


def read(delivery: Delivery, compound: bytes, now: float) -> Condition | None:
    (told,) = rtcp.parse(compound)
    assert isinstance(told, rtcp.TransportFeedback)
    return delivery.told(told, now)


def test_what_was_skimmed_counts_as_soon_as_something_is_amiss() -> None:
    viewer = Viewer()
    skimming, reading = viewer.deliveries = [Delivery(), Delivery()]
    first = viewer.feedback()
    read(skimming, first, viewer.now)
    read(reading, first, viewer.now)
    for _ in range(6):
        told = viewer.feedback()
        assert skimming.skim(told, viewer.now)
        read(reading, told, viewer.now)
    told = viewer.feedback(lost=4)
    assert not skimming.skim(told, viewer.now)
    condition, other = (read(delivery, told, viewer.now) for delivery in viewer.deliveries)
    assert condition is not None
    assert other is not None
    assert astuple(condition) == pytest.approx(astuple(other), abs=1e-9)
    assert condition.lost == 1 / 30  # of a quarter of a second: two feedbacks of before are within
    assert not condition.calm


@pytest.mark.parametrize(("lost", "queue"), [(0, 0.0), (9, 0.0), (None, 0.05)])
def test_loss_and_a_queue_are_not_skimmed(lost: int | None, queue: float) -> None:
    viewer = Viewer()
    viewer.deliveries = [delivery := Delivery()]
    read(delivery, viewer.feedback(), viewer.now)
    assert delivery.skim(viewer.feedback(), viewer.now)
    assert not delivery.skim(viewer.feedback(lost=lost, queue=queue), viewer.now)


def test_only_a_whole_feedback_about_what_was_just_sent_is_skimmed() -> None:
    viewer = Viewer()
    viewer.deliveries = [delivery := Delivery()]
    known = viewer.feedback()
    read(delivery, known, viewer.now)
    assert not delivery.skim(known, viewer.now), "told for the second time"
    told = viewer.feedback()
    for end in range(len(told)):
        assert not delivery.skim(told[:end], viewer.now)
    assert not delivery.skim(told + rtcp.goodbye(1), viewer.now)
    later = told[:12] + (5000).to_bytes(2, "big") + told[14:]
    assert not delivery.skim(later, viewer.now), "of numbers that were never given"
    assert delivery.skim(told, viewer.now)


def test_a_clock_that_drifts_is_no_queue() -> None:
    viewer = Viewer()
    viewer.deliveries = [delivery := Delivery()]
    read(delivery, viewer.feedback(), viewer.now)
    late = 0.0
    for _ in range(1200):
        # Three hundred parts in a million, for two minutes.
        late += 10 * APART * 300e-6
        assert delivery.skim(viewer.feedback(queue=late), viewer.now)
