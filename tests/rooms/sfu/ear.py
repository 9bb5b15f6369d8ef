"""How sound is played in a browser, in a few lines: what is not there in time is concealed."""

PACKET = 0.02  # seconds
FIRST = 2  # packets that wait before the first is played
ENOUGH = 4  # more than so many waiting are played a little faster ...
STRETCH = 10  # ... one more in so many, and fewer than a deeper buffer should have, one less
ASKED_IN_TIME = 0.1  # seconds before it is to be played: later a browser asks for nothing
MAX_ASKED = 50
PATIENT = 0.35  # the target of who is silent: `PATIENCE_MS` in static/room/receiving.ts


class Ear:
    """Counts packets of 20 ms: `played`, `concealed` (nothing was there), `corrected` (from the next one's
    in-band FEC). A loss is known by what comes after it; when nothing has come, the playing waits, and what
    was lost in that time has been concealed already.

    `target` is how many seconds of sound are to wait (`jitterBufferTarget`; 0: what the browser chooses).
    """

    def __init__(self, target: float = 0.0) -> None:
        self.target = target
        self.played = self.concealed = self.corrected = 0
        self.gaps: list[tuple[float, float]] = []
        self._kept: set[int] = set()
        self._newest = 0
        self._next: int | None = None
        self._ticks = 0
        self._waited = 0
        self._gap_at: float | None = None

    def arrived(self, number: int) -> list[int]:
        """Take a packet; one that has been concealed meanwhile comes too late. What to ask for again."""
        self._newest = max(self._newest, number)
        if self._next is None:
            self._kept.add(number)
            return []
        if number >= self._next:
            self._kept.add(number)
        soonest = self._next + round(ASKED_IN_TIME / PACKET)
        missing = [one for one in range(soonest, self._newest) if one not in self._kept]
        return missing[-MAX_ASKED:]

    def play(self, now: float) -> None:
        """The next 20 ms."""
        if self._next is None:
            if len(self._kept) < FIRST:
                return
            self._next = min(self._kept)
        self._ticks += 1
        stretched = self._ticks % STRETCH == 0
        waiting, wanted = self._newest - self._next + 1, self.target / PACKET
        if stretched and FIRST <= waiting < wanted and self._next in self._kept:
            return
        self._one(now)
        if stretched and len(self._kept) > max(ENOUGH, wanted + 1):
            self._one(now)

    def longest(self, since: float) -> float:
        """The longest concealment that began from then on, seconds."""
        return max((long for at, long in self.gaps if at >= since), default=0.0)

    def _one(self, now: float) -> None:
        number = self._next or 0
        if self._kept and number < min(self._kept) <= number + self._waited:
            number = min(self._kept)
        if number in self._kept:
            self._kept.discard(number)
            self.played += 1
        elif number + 1 in self._kept:
            self.corrected += 1
        else:
            self.concealed += 1
            self._waited += 1
            self._conceal(now)
            return
        self._next = number + 1
        self._waited = 0
        self._gap_at = None

    def _conceal(self, now: float) -> None:
        if self._gap_at is None:
            self._gap_at = now
            self.gaps.append((now, 0.0))
        self.gaps[-1] = (self._gap_at, now - self._gap_at + PACKET)
