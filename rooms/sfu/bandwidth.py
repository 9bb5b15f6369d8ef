"""How much fits down one viewer's link, and which layers that buys.

A browser's REMB falls promptly when its link is full but does not rise while little is sent. So nothing is
held back until the viewer complains; then one layer more is tried from time to time, and taken back, with
longer and longer pauses, whenever that goes wrong. Sound comes first. Source: draft-alvestrand-rmcat-remb-03;
RFC 3550 §6.4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NOTHING = -1  # the cap under which no layer fits
LOW_REMB = 0.85  # an estimate this far under what is sent means that the link is full
LOW_SECONDS = 0.5
GRACE = 2.0  # a young estimate says nothing
HIGH_LOSS = 0.1
MILD_LOSS = 0.04
FIRST_BACKOFF = 2.0
MAX_BACKOFF = 64.0
TRIAL_SECONDS = 4.0
SLACK = 1.05


class Downlink:
    """What one viewer's link is believed to carry. All rates are bits per second, all times seconds."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._trial: float | None = None
        self._trial_at = 0.0
        self._low_since: float | None = None
        self._lossy = False
        self._begun: float | None = None
        self._backoff = FIRST_BACKOFF
        self._next_trial = float("inf")

    @property
    def budget(self) -> float | None:
        """What may be sent now; None when nothing speaks against anything."""
        return self.limit if self._trial is None else self._trial

    def estimated(self, bitrate: float, sent: float, now: float) -> None:
        """The viewer's REMB, while `sent` is what it is sent."""
        if self._begun is None:
            self._begun = now
        if self.limit is not None and self._trial is None and bitrate > self.limit:
            self.limit = bitrate
        if bitrate >= LOW_REMB * sent:
            self._low_since = None
        elif self._low_since is None:
            self._low_since = now
        if now - self._begun < GRACE or self._low_since is None or now - self._low_since < LOW_SECONDS:
            return
        self._low_since = None
        self._full(bitrate, now)

    def lost(self, share: float, sent: float, now: float) -> None:
        """The share of packets that the viewer reports lost."""
        trying = self._trial is not None
        if share > HIGH_LOSS and (self._lossy or trying):
            self._lossy = False
            self._full(sent * (1 - share / 2), now)
        elif trying and share > MILD_LOSS:
            self._full(sent * (1 - share), now)
        else:
            self._lossy = share > HIGH_LOSS

    def try_more(self, needed: float, now: float) -> None:
        """Somebody would need `needed` in all: see whether it is time to try, or whether a trial has
        succeeded.
        """
        if self.limit is None:
            return
        if self._trial is None:
            if now >= self._next_trial and needed > self.limit:
                self._trial, self._trial_at = needed, now
                self._low_since = None
        else:
            self._end_trial(now)

    def content(self, now: float) -> None:
        """All that is wanted is sent."""
        if self._trial is not None:
            self._end_trial(now)

    def _end_trial(self, now: float) -> None:
        if self._trial is None or now - self._trial_at < TRIAL_SECONDS:
            return
        self.limit = self._trial
        self._trial = None
        self._backoff = FIRST_BACKOFF
        self._next_trial = now + FIRST_BACKOFF

    def _full(self, carries: float, now: float) -> None:
        if self._trial is not None:
            self._backoff = min(MAX_BACKOFF, 2 * self._backoff)
            self._trial = None
            carries = min(carries, self.limit) if self.limit else carries
        self.limit = carries
        self._next_trial = now + self._backoff


@dataclass(frozen=True, slots=True)
class Demand:
    """One picture that a viewer looks at: its area on the screen, the layer it needs, what living layers
    cost.
    """

    key: str
    area: int
    wanted: int
    rates: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Allocation:
    """The highest layer for each picture (`NOTHING` when none fits); what the next improvement needs."""

    caps: dict[str, int]
    needed: float | None


def allocate(demands: Iterable[Demand], audio: float, budget: float) -> Allocation:
    """Share `budget` out: sound, the smallest layer of each picture, then more, the largest tile first."""
    order = sorted(demands, key=lambda item: -item.area)
    left = budget * SLACK - audio
    caps: dict[str, int] = {}
    needed: float | None = None
    chosen: dict[str, float] = {}
    for item in order:
        lowest = min(item.rates, default=None)
        if lowest is None:
            caps[item.key] = item.wanted
        elif item.rates[lowest] <= left:
            caps[item.key], chosen[item.key] = lowest, item.rates[lowest]
            left -= item.rates[lowest]
        else:
            caps[item.key] = NOTHING
            needed = needed or budget * SLACK - left + item.rates[lowest]
    for item in order:
        if item.key not in chosen:
            continue
        for index in sorted(index for index in item.rates if caps[item.key] < index <= item.wanted):
            extra = item.rates[index] - chosen[item.key]
            if extra > left:
                needed = needed or budget * SLACK - left + extra
                break
            left -= extra
            caps[item.key], chosen[item.key] = index, item.rates[index]
    return Allocation(caps, needed)
