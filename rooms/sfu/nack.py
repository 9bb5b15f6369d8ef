"""Which packets of a publisher are missing, and when to ask for them (RFC 4585 §3.5, §6.2.1)."""

REORDER_PACKETS = 2  # a packet overtaken by this many is taken for lost ...
REORDER_SECONDS = 0.015  # ... or one that is late by this much
MAX_TRIES = 10
MAX_AGE = 1.0  # a jitter buffer has given up by then
MAX_MISSING = 256  # more than this is an outage: a key frame mends it, retransmissions would only delay it
MIN_INTERVAL = 0.02
FIRST_ROUND_TRIP = 0.1


class _Missing:
    __slots__ = ("asked", "noticed", "tries")

    def __init__(self, noticed: float) -> None:
        self.noticed = noticed
        self.asked = 0.0
        self.tries = 0


class NackGenerator:
    """The missing packets of one layer. Numbers are unwrapped; `now` is seconds.

    The round trip is learned from the answers: the time between the first request and its retransmission.
    """

    __slots__ = (
        "_highest",
        "_urgent",
        "gave_up",
        "missing",
        "round_trip",
    )

    def __init__(self) -> None:
        self.round_trip = FIRST_ROUND_TRIP
        self.gave_up = 0
        self.missing: dict[int, _Missing] = {}
        self._highest = -1
        self._urgent = False

    def __len__(self) -> int:
        return len(self.missing)

    @property
    def urgent(self) -> bool:
        """Whether a new gap has been overtaken by enough packets to be asked for without waiting for the
        tick.
        """
        return self._urgent

    def asked(self, number: int) -> bool:
        """Whether it was asked for: what comes under that number is sound that is sent again."""
        item = self.missing.get(number)
        return item is not None and item.tries > 0

    def received(self, number: int, now: float) -> None:
        """Take note of a packet, original or retransmitted."""
        highest = self._highest
        if number == highest + 1 or highest < 0:
            self._highest = number
        elif number > highest:
            self._note_gap(highest + 1, number, now)
            self._highest = number
        else:
            self._answered(number, now)
        if self.missing and not self._urgent:
            self._urgent = any(
                not item.tries and self._highest - missing >= REORDER_PACKETS
                for missing, item in self.missing.items()
            )

    def keyframe(self, number: int) -> None:
        """A key frame begins at `number`: nothing before it is needed any more."""
        for missing in [n for n in self.missing if n < number]:
            del self.missing[missing]

    def due(self, now: float) -> list[int]:
        """The numbers to ask for now, in order; each at most once per round trip and `MAX_TRIES` times."""
        self._urgent = False
        wanted: list[int] = []
        interval = max(MIN_INTERVAL, self.round_trip)
        for number, item in list(self.missing.items()):
            if item.tries >= MAX_TRIES or now - item.noticed > MAX_AGE:
                del self.missing[number]
                self.gave_up += 1
                continue
            if item.tries:
                ready = now - item.asked >= interval
            else:
                overtaken = self._highest - number >= REORDER_PACKETS
                ready = overtaken or now - item.noticed >= REORDER_SECONDS
            if ready:
                item.tries += 1
                item.asked = now
                wanted.append(number)
        return sorted(wanted)

    def clear(self) -> None:
        """Forget everything: the stream begins anew."""
        self.missing.clear()
        self._highest = -1
        self._urgent = False

    def _note_gap(self, start: int, end: int, now: float) -> None:
        if end - start > MAX_MISSING:
            self.gave_up += len(self.missing) + end - start
            self.missing.clear()
            return
        for number in range(start, end):
            self.missing[number] = _Missing(now)
        while len(self.missing) > MAX_MISSING:
            del self.missing[next(iter(self.missing))]
            self.gave_up += 1

    def _answered(self, number: int, now: float) -> None:
        item = self.missing.pop(number, None)
        # With several requests out nobody knows which one was answered (Karn's rule).
        if item is not None and item.tries == 1:
            self.round_trip += (min(1.0, now - item.asked) - self.round_trip) * 0.2
