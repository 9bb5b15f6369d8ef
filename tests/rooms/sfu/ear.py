"""How sound is played in a browser, in a few lines: what is not there in time is concealed."""

PACKET = 0.02  # seconds
FIRST = 2  # packets that wait before the first is played
ENOUGH = 4  # more than so many waiting are played a little faster ...
FASTER = 10  # ... one more in so many


class Ear:
    """Counts packets of 20 ms: `played`, `concealed` (nothing was there), `corrected` (from the next one's
    in-band FEC). A loss is known by what comes after it; when nothing has come, the playing waits, and what
    was lost in that time has been concealed already.
    """

    def __init__(self) -> None:
        self.played = self.concealed = self.corrected = 0
        self.gaps: list[tuple[float, float]] = []
        self._kept: set[int] = set()
        self._next: int | None = None
        self._ticks = 0
        self._waited = 0
        self._gap_at: float | None = None

    def arrived(self, number: int) -> None:
        """Take a packet; one that has been concealed meanwhile comes too late."""
        if self._next is None or number >= self._next:
            self._kept.add(number)

    def play(self, now: float) -> None:
        """The next 20 ms."""
        if self._next is None:
            if len(self._kept) < FIRST:
                return
            self._next = min(self._kept)
        self._ticks += 1
        self._one(now)
        if len(self._kept) > ENOUGH and self._ticks % FASTER == 0:
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
