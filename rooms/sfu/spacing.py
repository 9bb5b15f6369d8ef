"""What one viewer's link carries at most: packets that left at once come apart by the time one takes to pass.

Free of charge where a frame has several packets, and enough to know that more need not be tried (packet
pairs). The quickest pair counts: a pause of the radio puts two packets further apart, but nothing brings them
closer together than the narrowest place let them.
"""

from collections import deque

RECENT = 1.0  # seconds for which a pair says something
AT_ONCE = 0.00025  # seconds: what comes in one tick of a feedback's clock is no further apart


class Spacing:
    """Follows one viewer's packets in the order in which they were sent. `now` is when a feedback told."""

    __slots__ = ("_arrived", "_pairs", "_sent")

    def __init__(self) -> None:
        self._pairs: deque[tuple[float, float]] = deque()
        self._sent = self._arrived = float("-inf")

    def add(self, sent: float, arrived: float, bits: int, packets: int, now: float) -> None:
        """Packets that left at once and came at once; times in seconds, by two clocks."""
        if packets > 1:
            self._note(bits * (packets - 1) / packets / AT_ONCE, now)
        elif sent == self._sent and arrived >= self._arrived:
            self._note(bits / max(AT_ONCE, arrived - self._arrived), now)
        self._sent, self._arrived = sent, arrived

    def carries(self, now: float, within: float = RECENT) -> float | None:
        """Bits per second, by the pairs of the last `within` seconds; None when there were none."""
        self._forget(now)
        return next((rate for at, rate in self._pairs if now - at <= within), None)

    def _note(self, rate: float, now: float) -> None:
        pairs = self._pairs
        # What passed slower before a quicker pair will never be the quickest.
        while pairs and pairs[-1][1] <= rate:
            pairs.pop()
        pairs.append((now, rate))
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._pairs and now - self._pairs[0][0] > RECENT:
            self._pairs.popleft()
