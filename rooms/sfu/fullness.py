"""Whether one viewer's link is full, by what its transport-cc feedbacks tell one after the other.

Three signs, the surest first: packets of a burst that leave a queue one by one; a queue that stays and grows;
loss that lasts although it has no queue to come from. A radio's pauses, its jitter and its chance losses look
alike for a moment and go by. In spirit draft-ietf-rmcat-gcc-02 §5 and §6.
"""

from dataclasses import dataclass

from rooms.sfu.delivery import Condition

STRAINED = 0.9  # of what is sent, if what passes a growing queue is less
QUEUE = 0.1  # seconds
NEAR = 1.1  # times what is sent: a train that passes no quicker makes a long queue no jitter ...
NEAR_SECONDS = 1.0  # ... for so long
STAYS = 3  # feedbacks with a longer queue than that ...
LONGER = 0.2  # ... which is longer by this than at first: more than a radio's jitter
GROWS = 0.03  # ... or by this ...
STAYS_SECONDS = 1.5  # ... and has been long for so long, which jitter does not do either
STAYS_LONG = 3.0  # ... or, when packets that left at once pass together: somebody else's queue, perhaps
DROWNS = 10  # feedbacks in that time, at least
MILD_LOSS = 0.04
HIGH_LOSS = 0.1
HEAVY_LOSS = 0.25  # a queue may be too short to be seen
HOPELESS = 0.5  # no picture can be mended
LASTS = 0.1  # seconds that hopeless loss must last to be more than a burst of chance ...
LASTS_LONG = 0.5  # ... and heavy loss
FOR_LONG = 1.0  # ... and when less is sent than was found to fit
FITS = 0.9
QUICK = 2.0  # times what is sent: packets that left at once and passed so quickly met no full link


@dataclass(frozen=True, slots=True)
class Full:
    """The link is full: it `carries` so many bits per second; a `queue` of what was sent, of so many seconds
    at most, must pass first.
    """

    carries: float
    queue: float


class Lasting:
    """For how long something has been so."""

    def __init__(self) -> None:
        self._since: float | None = None

    def seconds(self, now: float, *, holds: bool) -> float:
        """Note whether it holds now; 0 when it does not or has just begun."""
        if not holds:
            self._since = None
            return 0.0
        self._since = now if self._since is None else self._since
        return now - self._since


class Fullness:
    """Judges one condition after the other."""

    def __init__(self) -> None:
        self.rising = False
        self.lossy = False
        self.narrow = False
        self._queue = 0.0
        self._first = 0.0
        self._since = self._told_at = 0.0
        self._near_at = float("-inf")
        self._stays = 0
        self._lossy = Lasting()
        self._heavy = Lasting()
        self._hopeless = Lasting()

    def long(self, now: float) -> bool:
        """Whether there is a long queue, as far as has been told of late."""
        return self._stays > 0 and now - self._told_at < STAYS_SECONDS

    def drowned(self, now: float) -> bool:
        """Whether a link that was full has a long queue all the time: nothing on it is in time."""
        return self.narrow and self._stays >= DROWNS and now - self._since > STAYS_SECONDS

    def judge(self, condition: Condition, sent: float, fits: float | None, now: float) -> Full | None:
        """What the link carries if it is full while `sent` is sent; `fits` was found to fit before.

        Sets `rising` (the queue is longer than at the last feedback) and `lossy` (too much for a picture is
        lost, and not by chance alone).
        """
        if condition.carries is not None and condition.carries < NEAR * sent:
            self._near_at = now
        quick = condition.passes is not None and condition.passes > QUICK * sent
        queued = self._queued(condition, now, quick=quick)
        heavy = self._heavy.seconds(now, holds=condition.lost > HEAVY_LOSS)
        hopeless = self._hopeless.seconds(now, holds=condition.lost > HOPELESS)
        lossy = self._lossy.seconds(now, holds=condition.lost > HIGH_LOSS)
        self.lossy = hopeless > FOR_LONG or (self.narrow and lossy > LASTS_LONG)
        if condition.carries is not None and condition.carries < STRAINED * sent:
            return self._full(condition.carries)
        if queued:
            return self._full(condition.arriving)
        more = fits is None or sent > FITS * fits
        # Where the packets between pass together the rest is rather lost by chance.
        lasts = (FOR_LONG, FOR_LONG) if quick else (LASTS_LONG, LASTS)
        if (more and (heavy > lasts[0] or hopeless > lasts[1])) or hopeless > FOR_LONG:
            # What takes so much away without a long queue has none.
            short = 2 * condition.queue if condition.queue < QUEUE / 2 else float("inf")
            return Full(condition.arriving, short if condition.lost > HOPELESS else 0.0)
        return None

    def _full(self, carries: float) -> Full:
        if not self.narrow:
            self.narrow = True
            self._stays = 0
        return Full(carries, float("inf"))

    def _queued(self, condition: Condition, now: float, *, quick: bool) -> bool:
        queue = condition.queue
        self._told_at = now
        self.rising = queue > self._queue
        self._queue = queue
        if queue <= QUEUE:
            self._stays = 0
            return False
        if not self._stays:
            self._first = queue
            self._since = now
        self._stays += 1
        grown = queue - self._first
        if self._stays < STAYS:
            return False
        long = now - self._since > (STAYS_LONG if quick else STAYS_SECONDS) and grown > GROWS
        near = now - self._near_at < NEAR_SECONDS and grown > 0
        return long or (not quick and (grown > LONGER or near)) or self.drowned(now)
