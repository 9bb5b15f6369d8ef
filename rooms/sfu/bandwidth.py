"""How much fits down one viewer's link, and which layers that buys.

Nothing is held back until the viewer complains. With transport-cc the queue before the narrowest place is
seen as it grows, and what arrives is what the link carries: the limit falls within two feedbacks. Before more
is sent, padding shows whether it fits.

Without it there are REMB and loss. A browser's REMB falls promptly when its link is full but does not rise
while little is sent: one layer more is tried from time to time, and taken back, with longer and longer
pauses, whenever that goes wrong. Sound comes first. Sources: draft-alvestrand-rmcat-remb-03; RFC 3550 §6.4;
draft-holmer-rmcat-transport-wide-cc-extensions-01.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rooms.sfu.delivery import WINDOW, Condition
from rooms.sfu.fullness import HEAVY_LOSS, HIGH_LOSS, MILD_LOSS, QUICK, STRAINED, Fullness

NOTHING = -1  # the cap under which no layer fits
FALL = 0.88  # an estimate that falls by this much means that a queue grew: it becomes 0.85 of what arrives
LOW = 0.85  # ... but one that still covers what is sent does not matter
FAR_LOW = 0.7  # less arrives only through a full link; a little less may be the burst of a key frame
AGAIN_SECONDS = 4.0  # ... unless it repeats within this time
GRACE = 2.0  # a young estimate says nothing
SETTLE_SECONDS = 1.5  # reports of the time before a change, and the queue that it left, are still under way
OUTAGE = 0.3  # more lost than this needs no second report ...
OUTAGE_SHARE = 0.7  # ... and room to empty the queue and to send again what was lost
FIRST_BACKOFF = 4.0
NEXT_BACKOFF = 2.0
MAX_BACKOFF = 64.0
TRIAL_SECONDS = 4.0
DELAY = 0.1  # seconds by which a growing queue lengthens the round trip of a trial that goes wrong
PROBE_QUEUE = 0.06  # seconds: while more is tried, it does not fit
MARGIN = 0.85  # of what arrives through a full link: the rest empties the queue
DRAIN_SECONDS = 0.6  # before that the queue that was left says nothing new
DRAINED = 0.4  # seconds at most for which nothing more is sent: a viewer notices a picture that stands
PROBE_SECONDS = 0.5
PROBE_STEP = 1.6  # times what fits is tried at once: more would push sound out of a short queue
PROBE_ARRIVES = 0.92  # of what was to arrive, if a probe is to be believed ...
PROBE_FIRST = 0.3  # ... after so many seconds; a queue before that, while less arrives, ends it
PROBE_OVER = 1.1  # times what is needed: a link that is full without a margin loses sound
PROBE_BACKOFF = 2.0
MAX_PROBE_BACKOFF = 4.0
NEXT_PROBE = 0.1
FEEL_SECONDS = 0.3
RISEN_SECONDS = 3.0  # a link that is full so soon after a probe has deceived it
WRONG_PAUSE = 6.0
SLACK = 1.05
KEEP = 0.25  # what is sent already may cost this share of the budget more: rates are never still
LEAST = 2.0  # the largest picture keeps its smallest layer unless that costs this many times what is left ...
LEAST_DROWNED = 1.25  # ... or this many, when sound is late all the time


class Downlink:
    """What one viewer's link is believed to carry. All rates are bits per second, all times seconds."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._trial: float | None = None
        self._trial_at = 0.0
        self._round_trip = 0.0
        self._trial_round_trip = 0.0
        self._begun: float | None = None
        self.estimate = 0.0
        self._peak = 0.0
        self._fell_at = float("-inf")
        self._repeated = False
        self._settled = float("-inf")
        self._backoff = FIRST_BACKOFF
        self._next_trial = float("inf")
        self.told = False
        self.drained = float("-inf")
        self._lossy = False
        self._fullness = Fullness()
        self._drowned = False
        self.probing: float | None = None
        self._probe_at = 0.0
        self._probe_backoff = PROBE_BACKOFF
        self._risen_at = float("-inf")

    @property
    def budget(self) -> float | None:
        """What may be sent now; None when nothing speaks against anything."""
        return self.limit if self._trial is None else self._trial

    @property
    def least(self) -> float:
        """How many times what is left for it the first picture may cost and is sent all the same."""
        if self._drowned:
            return LEAST_DROWNED
        return LEAST if self._lossy else float("inf")

    def estimated(self, bitrate: float, sent: float, now: float) -> None:
        """The viewer's REMB, while it is sent `sent`. Only a fall tells something: it rises slowly."""
        if self.told:
            return
        if self._begun is None:
            self._begun = now
        fell = bitrate < FALL * self._peak
        self._peak = bitrate if fell else max(self._peak, bitrate)
        self.estimate = bitrate
        if self.limit is not None and self._trial is None and bitrate > self.limit:
            self.limit = bitrate
        if not fell or bitrate >= LOW * sent or now - self._begun < GRACE or now < self._settled:
            return
        if bitrate < FAR_LOW * sent or now - self._fell_at < AGAIN_SECONDS or self._trial is not None:
            self._full(bitrate, now)
        self._fell_at = now

    def lost(self, share: float, sent: float, now: float) -> None:
        """The share of packets that the viewer reports lost."""
        trying = self._trial is not None
        if self.told:
            return
        self._lossy = share > HIGH_LOSS
        if now < self._settled and not trying:
            return
        carries = sent * (1 - share)
        if 0 < self.estimate < carries:
            carries = self.estimate
        if share > OUTAGE:
            self._full(OUTAGE_SHARE * carries, now)
        elif share > HIGH_LOSS and (self._repeated or trying):
            self._repeated = False
            self._full(carries, now)
        elif trying and share > MILD_LOSS:
            self._full(carries, now)
        else:
            self._repeated = share > HIGH_LOSS

    def delayed(self, round_trip: float, now: float) -> None:
        """The round trip that the viewer's reports tell: a deep queue loses nothing, but it delays."""
        self._round_trip = round_trip
        if not self.told and self._trial is not None and round_trip > self._trial_round_trip + DELAY:
            self._full(self.estimate, now)

    def measured(self, condition: Condition, sent: float, now: float) -> bool:
        """What transport-cc tells while `sent` is sent; True when the limit has just fallen or risen."""
        self.told = True
        self.estimate = condition.arriving
        full = self._fullness.judge(condition, sent, self.limit, now)
        self._lossy = self._fullness.lossy
        if self.probing is not None:
            return self._judge_probe(condition, now)
        if full is None or now < self._settled:
            return False
        pause = WRONG_PAUSE if now - self._risen_at < RISEN_SECONDS else self._probe_backoff
        self._trial = None
        carries = full.carries
        if self.limit is not None and not self._drowned and self._fullness.drowned(now):
            # Not even what was believed to fit does. What came is the picture: sound's share was lost for it.
            self._drowned = True
            carries = min(self.limit, carries)
        self.limit = MARGIN * carries
        self.drained = now + min(DRAINED, condition.waiting / self.limit, full.queue)
        self._settled = now + DRAIN_SECONDS
        self._next_trial = now + pause
        return True

    def may_probe(self, needed: float, now: float) -> bool:
        """Whether it is time to see whether `needed` fits in all."""
        if self.limit is None or self.probing is not None or self._fullness.long(now):
            return False
        return now >= self._next_trial and needed > self.limit

    def felt(self, now: float) -> None:
        """Two packets have been sent to see how far apart they come: their feedback is under way."""
        self._next_trial = now + FEEL_SECONDS

    def probe(self, needed: float, now: float) -> None:
        """Send padding for a moment to see whether `needed` fits; `may_probe` has said yes."""
        self.probing = min(PROBE_OVER * needed, PROBE_STEP * (self.limit or needed))
        self._probe_at = now

    def _judge_probe(self, condition: Condition, now: float) -> bool:
        probing = self.probing or 0.0
        lasted = now - self._probe_at
        # What a radio loses by chance would have passed; what a full link loses comes with a queue.
        chance = min(condition.lost, HIGH_LOSS) if condition.queue < PROBE_QUEUE / 2 else 0.0
        arrives = condition.arriving >= PROBE_ARRIVES * probing * (1 - chance)
        strained = condition.carries is not None and condition.carries < STRAINED * probing
        # A radio's jitter looks like a queue, but does not take anything away.
        queued = condition.queue > PROBE_QUEUE and not arrives
        quick = condition.passes is not None and condition.passes > QUICK * probing
        soon = lasted >= PROBE_FIRST or self._fullness.rising
        queued = queued and (lasted >= PROBE_SECONDS if quick else soon)
        failed = strained or queued or condition.lost > HEAVY_LOSS
        if not failed and arrives and lasted >= PROBE_FIRST:
            self.limit = max(probing / PROBE_OVER, self.limit or 0.0)
            self._drowned = False
            self._probe_backoff = PROBE_BACKOFF
            self._risen_at = now
            self._end_probe(now, NEXT_PROBE)
            return True
        if failed:
            self._probe_backoff = min(MAX_PROBE_BACKOFF, 2 * self._probe_backoff)
            self._end_probe(now, self._probe_backoff)
        elif lasted > PROBE_SECONDS + WINDOW:
            # Nothing speaks against it: what is sent changes too much to be filled up evenly.
            self._end_probe(now, NEXT_PROBE)
        return False

    def _end_probe(self, now: float, pause: float) -> None:
        self.probing = None
        self._settled = now + PROBE_SECONDS
        self._next_trial = now + pause

    def try_more(self, needed: float, now: float) -> None:
        """Somebody would need `needed` in all: see whether to try it, or whether a trial has ended."""
        if self.limit is None:
            return
        if self._trial is None:
            if now >= self._next_trial and needed > self.limit:
                self._trial, self._trial_at = needed, now
                self._trial_round_trip = self._round_trip
                self._peak = self.estimate
        else:
            self._end_trial(now)

    def content(self, now: float) -> None:
        """All that is wanted is sent."""
        if self._trial is not None:
            self._end_trial(now)

    def _end_trial(self, now: float) -> None:
        trial = self._trial
        if trial is None or now - self._trial_at < TRIAL_SECONDS:
            return
        self.limit = trial
        self._trial = None
        self._backoff = FIRST_BACKOFF
        self._next_trial = now + NEXT_BACKOFF

    def _full(self, carries: float, now: float) -> None:
        if self._trial is None:
            self.limit = carries
        else:
            # What was sent before the trial was well; what came through a queue that it filled says less.
            self._trial = None
            self._backoff = min(MAX_BACKOFF, 2 * self._backoff)
        self._settled = now + SETTLE_SECONDS
        self._next_trial = now + self._backoff


@dataclass(frozen=True, slots=True)
class Demand:
    """One picture that a viewer looks at: its area on the screen, the layer it needs, what living layers
    cost; a smaller `rank` comes first.
    """

    key: str
    area: int
    wanted: int
    rates: Mapping[int, float]
    current: int = NOTHING
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """The highest layer for each picture (`NOTHING` when none fits); what the next improvement needs."""

    caps: dict[str, int]
    needed: float | None


def allocate(demands: Iterable[Demand], audio: float, budget: float, *, least: float = LEAST) -> Allocation:
    """Share `budget` out: sound, the smallest layer of each picture, then more; by rank, then by size.

    The first picture is only stopped when it costs `least` times what is left: it may be all there is to see.
    """
    order = sorted(demands, key=lambda item: (item.rank, -item.area))
    shares = _Shares(budget, audio, least)
    for number, item in enumerate(order):
        shares.least(item, largest=number == 0)
    for item in order:
        shares.more(item)
    return Allocation(shares.caps, shares.needed)


class _Shares:
    """A budget while it is being shared out."""

    def __init__(self, budget: float, audio: float, least: float) -> None:
        self._least = least
        self.caps: dict[str, int] = {}
        self.needed: float | None = None
        self._budget = budget
        self._left = budget * SLACK - audio
        self._spent = audio

    def least(self, item: Demand, *, largest: bool) -> None:
        """Give a picture its smallest layer."""
        lowest = min(item.rates, default=None)
        if lowest is None:
            self.caps[item.key] = item.wanted
        elif self._fits(item, lowest, item.rates[lowest]) or (
            largest and item.rates[lowest] <= max(1.0, self._left) * self._patience(item)
        ):
            self._give(item, lowest, item.rates[lowest])
        else:
            self.caps[item.key] = NOTHING
            self.needed = self.needed or self._spent + item.rates[lowest]

    def _patience(self, item: Demand) -> float:
        # Of one layer there is no smaller one that could have been meant to fit: it is stopped later.
        return max(LEAST, self._least) if item.rank == 0 else self._least

    def more(self, item: Demand) -> None:
        """Raise a picture layer by layer to what it wants."""
        cap = self.caps[item.key]
        if cap not in item.rates:
            return
        for index in sorted(index for index in item.rates if cap < index <= item.wanted):
            extra = item.rates[index] - item.rates[self.caps[item.key]]
            if not self._fits(item, index, extra):
                self.needed = self.needed or self._spent + extra
                return
            self._give(item, index, extra)

    def _fits(self, item: Demand, index: int, cost: float) -> bool:
        return cost <= self._left + (KEEP * self._budget if index <= item.current else 0.0)

    def _give(self, item: Demand, index: int, cost: float) -> None:
        self.caps[item.key] = index
        self._left -= cost
        self._spent += cost
