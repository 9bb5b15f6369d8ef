"""Whether a queue grows before the narrowest place of a viewer's link: seen from a handful of packets.

Packets that come faster than that place lets them pass leave it one behind the other. Each then arrives later
than the one before by the time that it took to pass, so their spacing tells what the link carries long before
the queue is full (packet trains; in spirit the delay gradient of draft-ietf-rmcat-gcc-02 §5.3).
"""

STEP = 0.004  # seconds: less between two packets is not told from chance
STEPS = 3
OF_PACKETS = 0.6  # packets of a burst are late one after the other; a jump of the radio delays some alike
STRETCHED = 2.0  # times as long as it took to send them: else it may be jitter
GROWN = 0.04  # seconds of delay won in all, the largest step left out: one may be a pause of the radio
EVEN = 0.7  # of the largest step, if the smallest is no less: no jitter is so even, and less delay is enough
GROWN_EVENLY = 0.02
SHRINKS = 0.005
PAUSE = 0.25  # seconds: what went before says nothing


class Trend:
    """Follows the delay of one viewer's packets, in the order in which they were sent."""

    def __init__(self) -> None:
        self._delay = float("inf")
        self._at = float("-inf")
        self._sent = 0.0
        self._since = self._sent_since = self._largest = self._smallest = 0.0
        self._seen: float | None = None
        self._restart(0.0)

    def add(self, sent: float, arrived: float, bits: int, packets: int = 1) -> None:
        """Packets sent and come at once, times in seconds; the two clocks may differ by a constant."""
        delay = arrived - sent
        step = delay - self._delay
        quiet = not self._steps and step < STEP
        if quiet or step < -SHRINKS or arrived - self._at > PAUSE:
            if self._steps >= STEPS:
                self._seen = self._carries() or self._seen
            self._restart(delay)
        else:
            if not self._steps:
                # The one before may be long gone: this one began to pass when it would have come.
                self._since, self._sent_since = arrived - step, sent
            self._bits += bits
            self._packets += packets
            if step >= STEP:
                self._largest = max(self._largest, step) if self._steps else step
                self._smallest = min(self._smallest, step) if self._steps else step
                self._steps += 1
        self._delay, self._at, self._sent = delay, arrived, sent

    def carries(self) -> float | None:
        """Bits per second that pass while the queue grows, as seen since the last call; None: it did not."""
        seen, self._seen = self._seen, None
        return self._carries() or seen

    def _carries(self) -> float | None:
        enough = GROWN_EVENLY if self._smallest >= EVEN * self._largest else GROWN
        grown = self._delay - self._from - self._largest
        if self._steps < max(STEPS, OF_PACKETS * self._packets) or grown < enough:
            return None
        took = self._at - self._since
        return self._bits / took if took > STRETCHED * (self._sent - self._sent_since) else None

    def _restart(self, delay: float) -> None:
        self._from = delay
        self._bits = self._steps = self._packets = 0
