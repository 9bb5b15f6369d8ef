"""How quickly packets pass that left at once: they come apart by what the narrowest place takes for each.

Free of charge where a frame has several packets, and enough to know that more need not be tried (packet
pairs). A radio's pause puts some further apart, a busy computer reads some together: the median counts.
"""

from collections import deque

RECENT = 1.0  # seconds for which a burst says something
MOST = 32  # bursts
AT_ONCE = 0.00025  # seconds: what comes in one tick of a feedback's clock is no further apart


class Spacing:
    """Follows one viewer's packets in the order in which they were sent. `now` is when a feedback told."""

    __slots__ = ("_bits", "_bursts", "_first", "_sent")

    def __init__(self) -> None:
        self._bursts: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._sent = self._first = float("-inf")
        self._bits = 0.0

    def add(self, sent: float, arrived: float, bits: int, packets: int, now: float) -> None:
        """Packets that left at once and came at once; times in seconds, by two clocks."""
        if sent == self._sent:
            if self._bits:
                self._bursts.pop()
            self._bits += bits
        else:
            self._sent, self._first = sent, arrived
            self._bits = bits * (packets - 1) / packets
        if self._bits:
            took = max(AT_ONCE, arrived - self._first)
            self._bursts.append((now, self._bits / took))

    def passes(self, now: float, within: float = RECENT) -> float | None:
        """Bits per second, by the last `within` seconds; None when no two packets left at once and came."""
        rates = []
        for at, rate in reversed(self._bursts):
            if now - at > within:
                break
            rates.append(rate)
        return sorted(rates)[(len(rates) - 1) // 2] if rates else None
