"""What is due when: an idle router costs nothing, because only those with work have an entry."""

import heapq
from collections.abc import Callable
from itertools import count


class Timers:
    """One-shot calls in order of time. A call that is no longer wanted sees that by itself when it comes."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()

    def at(self, when: float, call: Callable[[float], None]) -> None:
        """Call `call(now)` at the first tick not before `when`, seconds."""
        heapq.heappush(self._heap, (when, next(self._order), call))

    def tick(self, now: float) -> None:
        """Make the calls that are due."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            heapq.heappop(heap)[2](now)

    def __len__(self) -> int:
        return len(self._heap)


class Repeating:
    """A call each `interval` seconds for as long as it returns True; `start` sets it going again."""

    __slots__ = (
        "_call",
        "_interval",
        "_timers",
        "running",
    )

    def __init__(self, timers: Timers, interval: float, call: Callable[[float], bool]) -> None:
        self._timers = timers
        self._interval = interval
        self._call = call
        self.running = False

    def start(self, now: float) -> None:
        """Begin, one interval from now; nothing when it is going already."""
        if not self.running:
            self.running = True
            self._timers.at(now + self._interval, self._run)

    def _run(self, now: float) -> None:
        self.running = False
        if self._call(now):
            self.start(now)
