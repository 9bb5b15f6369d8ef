"""Fits what one viewer is sent to what its link carries: the effect of `bandwidth`'s decisions on its
consumers.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rooms.sfu.bandwidth import NOTHING, PROBE_OVER, Demand, Downlink, allocate
from rooms.sfu.consumer import Consumer
from rooms.sfu.delivery import Delivery
from rooms.sfu.rtcp import TransportFeedback
from rooms.sfu.timers import Repeating, Timers

INTERVAL = 0.5
PAD_SECONDS = 0.02
FEELERS = 2  # packets
QUIET = 0.1  # seconds without a feedback: what was sent before has arrived or never will


class DownlinkAdapter:
    """Caps the layers of a transport's consumers. Does nothing, and costs nothing, until the viewer
    complains. `speaker` gives the cname of who speaks.
    """

    __slots__ = (
        "_adapting",
        "_budget",
        "_calm",
        "_consumers",
        "_downlink",
        "_draining",
        "_padded_at",
        "_padding",
        "_speaker",
        "_told_at",
        "_unpadded",
        "delivery",
    )

    def __init__(
        self, timers: Timers, consumers: Mapping[str, Consumer], speaker: Callable[[], str | None]
    ) -> None:
        self._consumers = consumers
        self._speaker = speaker
        self._downlink = Downlink()
        self.delivery = Delivery()
        self._budget = float("inf")
        self._calm = False
        self._padding = Repeating(timers, PAD_SECONDS, self._pad)
        self._unpadded = self._padded_at = 0.0
        self._told_at = 0.0
        self._adapting = Repeating(timers, INTERVAL, self._adapt)
        self._draining = Repeating(timers, PAD_SECONDS, self._drain)

    @property
    def limit(self) -> float | None:
        """What the link is believed to carry, bits per second; None when it never was full."""
        return self._downlink.limit

    @property
    def estimate(self) -> float:
        """The viewer's latest REMB, 0 before the first."""
        return self._downlink.estimate

    def skim(self, compound: bytes, now: float) -> bool:
        """Whether an RTCP compound only says, once more, that there is room enough: it is done with then."""
        if not self._calm or not self.delivery.skim(compound, now):
            return False
        self._told_at = now
        return True

    def told(self, feedback: TransportFeedback, now: float) -> None:
        """The viewer's transport-cc feedback."""
        self._told_at = now
        condition = self.delivery.told(feedback, now)
        self._calm = condition is not None and self._downlink.limit is None and condition.calm
        if condition is None:
            return
        # Sound has no numbers, but its share of the link.
        audio = self._audio(now)
        carries = None if condition.carries is None else condition.carries + audio
        condition = replace(condition, arriving=condition.arriving + audio, carries=carries)
        if self._downlink.measured(condition, self._sent(now), now):
            self.delivery.forgive(now)
            self._adapt(now)
            self._adapting.start(now)

    def estimated(self, bitrate: int, now: float) -> None:
        """The viewer's REMB."""
        self._downlink.estimated(bitrate, self._sent(now), now)
        self.changed(now)

    def reported(self, now: float) -> None:
        """The viewer's receiver reports have been read: weigh the loss by what each stream carries."""
        rates = [
            (consumer.layer.meter.rate(now), consumer.lost_share)
            for consumer in self._consumers.values()
            if consumer.layer is not None
        ]
        total = sum(rate for rate, _ in rates)
        trips = [
            consumer.last_round_trip for consumer in self._consumers.values() if consumer.layer is not None
        ]
        if total > 0:
            # All streams share the queue: the lowest is least disturbed by chance.
            self._downlink.delayed(min(trips), now)
            self._downlink.lost(sum(rate * share for rate, share in rates) / total, total, now)
            self.changed(now)

    def changed(self, now: float) -> None:
        """Share out again after anything has changed."""
        if self._adapt(now):
            self._adapting.start(now)

    def _sent(self, now: float) -> float:
        layers = [consumer.layer for consumer in self._consumers.values()]
        return sum(layer.meter.rate(now) for layer in layers if layer is not None)

    def _adapt(self, now: float) -> bool:
        if self._downlink.limit is None:
            return False
        for _ in range(2):  # a trial that begins now is shared out at once
            budget = self._downlink.budget
            if budget is None:
                return False
            allocation = allocate(
                self._demands(keep=budget >= self._budget),
                self._audio(now),
                budget,
                least=self._downlink.least,
            )
            self._budget = budget
            if allocation.needed is None:
                self._downlink.content(now)
            else:
                self._try_more(allocation.needed, now)
            if self._downlink.budget == budget:
                break
        self._apply(allocation.caps, now)
        return bool(self._consumers)

    def _try_more(self, needed: float, now: float) -> None:
        padder = next((consumer for consumer in self._consumers.values() if consumer.can_pad), None)
        if not self._downlink.told or padder is None:
            self._downlink.try_more(needed, now)
            return
        if self._downlink.may_probe(needed, now) and self._may_fit(needed, padder, now):
            self._downlink.probe(needed, now)
            self._unpadded, self._padded_at = 0.0, now
            self._padding.start(now)

    def _may_fit(self, needed: float, padder: Consumer, now: float) -> bool:
        """Whether packets that left at once say nothing against it; unknown, two are sent, and it is no."""
        passes = self.delivery.passes(now)
        if passes is None:
            for _ in range(FEELERS):
                padder.pad(1.0, now)
            self._downlink.felt(now)
        return passes is not None and passes >= PROBE_OVER * needed

    def _pad(self, now: float) -> bool:
        """Send as much more as a probe asks for."""
        probing = self._downlink.probing
        padders = [consumer for consumer in self._consumers.values() if consumer.can_pad]
        if probing is None or not padders:
            return False
        # The clock ticks as it can: what counts is the time that has passed.
        self._unpadded += (probing - self._sent(now)) * (now - self._padded_at) / 8
        self._padded_at = now
        self._unpadded = padders[0].pad(self._unpadded, now)
        return True

    def _demands(self, *, keep: bool) -> list[Demand]:
        demands = []
        for consumer in self._consumers.values():
            wanted = consumer.wanted() if consumer.producer.kind == "video" else None
            if wanted is not None:
                rates = {
                    layer.index: layer.meter.average for layer in consumer.producer.layers if layer.alive
                }
                area = max(1, consumer.width * consumer.height)
                # Less room than before is room for less: only then is nothing kept for its own sake.
                granted = wanted if consumer.cap is None else consumer.cap
                current = granted if keep else NOTHING
                demands.append(Demand(consumer.id, area, wanted, rates, current, self._rank(consumer)))
        return demands

    def _rank(self, consumer: Consumer) -> int:
        """A shared screen (it comes in one layer: there is no smaller one), then who speaks, then all."""
        if len(consumer.producer.layers) == 1:
            return 0
        return 1 if consumer.producer.cname == self._speaker() else 2

    def _audio(self, now: float) -> float:
        return sum(
            consumer.layer.meter.rate(now)
            for consumer in self._consumers.values()
            if consumer.producer.kind == "audio" and consumer.layer is not None
        )

    def _apply(self, caps: Mapping[str, int], now: float) -> None:
        for consumer_id, cap in caps.items():
            consumer = self._consumers[consumer_id]
            if consumer.cap == cap:
                continue
            consumer.cap = cap
            if now < self._downlink.drained and consumer.layer is not None and cap < consumer.layer.index:
                consumer.hold()
                self._draining.start(now)
            else:
                consumer.update(now)

    def _drain(self, now: float) -> bool:
        """When the queue is empty, begin with what fits."""
        if now < self._downlink.drained and now - self._told_at < QUIET:
            return True
        for consumer in self._consumers.values():
            consumer.update(now)
        return False
