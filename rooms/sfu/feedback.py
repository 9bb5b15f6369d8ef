"""Transport-wide feedback: tells a publisher when each of its packets arrived, so that it finds its own
bitrate.

Give it the kernel's receive times: those of the event loop make a busy server look like a congested network,
and a browser then turns its layers off. Give it only packets that are used: what is acknowledged and then
dropped is forgotten by the browser and never retransmitted. Source: draft-holmer-rmcat-transport-wide-cc-
extensions-01.
"""

from rooms.sfu import rtcp
from rooms.sfu.sequence import Unwrapper

INTERVAL = 0.05
TICKS_PER_SECOND = 4000  # deltas are quarter milliseconds
TICKS_PER_REFERENCE = 256  # the reference time counts 64 ms
MAX_PACKETS = 400  # per message: one message fits a datagram
MAX_GAP = 2000  # a jump this large is a new numbering, not loss
LATE = 500  # packets older than this are of no use to the estimator


class FeedbackGenerator:
    """Arrival times of one transport's packets, written out as feedback messages."""

    __slots__ = (
        "_arrivals",
        "_next",
        "_numbers",
        "_sender_ssrc",
        "_sent",
    )

    def __init__(self, sender_ssrc: int) -> None:
        self._sender_ssrc = sender_ssrc
        self._numbers = Unwrapper()
        self._arrivals: dict[int, float] = {}
        self._next = -1
        self._sent = 0

    @property
    def pending(self) -> bool:
        """Whether there is something to tell."""
        return bool(self._arrivals)

    def received(self, number: int, arrival: float) -> None:
        """Remember a packet's arrival, seconds; a repeated number keeps the first."""
        before = self._numbers.highest
        full = self._numbers.unwrap(number)
        if before >= 0 and full - before > MAX_GAP:
            self._arrivals.clear()
            self._next = full
        if full >= self._numbers.highest - LATE:
            self._arrivals.setdefault(full, arrival)

    def build(self, media_ssrc: int) -> list[bytes]:
        """Messages for all that arrived since the last call. A late packet begins the list again from its
        number.
        """
        if not self._arrivals:
            return []
        first = min(self._arrivals)
        base = first if self._next < 0 else min(first, self._next)
        last = max(self._arrivals)
        messages: list[bytes] = []
        while base <= last:
            base = self._one(messages, media_ssrc, base, last)
        self._arrivals.clear()
        self._next = max(self._next, last + 1)
        return messages

    def _one(self, messages: list[bytes], media_ssrc: int, base: int, last: int) -> int:
        arrivals = self._arrivals
        end = min(last, base + MAX_PACKETS - 1)
        first_arrival = next((arrivals[n] for n in range(base, end + 1) if n in arrivals), None)
        if first_arrival is None:
            return end + 1
        reference = int(first_arrival * TICKS_PER_SECOND) // TICKS_PER_REFERENCE
        tick = reference * TICKS_PER_REFERENCE
        deltas: list[int | None] = []
        number = base
        while number <= end:
            arrival = arrivals.get(number)
            if arrival is None:
                deltas.append(None)
            else:
                step = int(arrival * TICKS_PER_SECOND) - tick
                if not -32768 <= step <= 32767:
                    break
                deltas.append(step)
                tick += step
            number += 1
        while deltas and deltas[-1] is None:
            deltas.pop()
        messages.append(
            rtcp.transport_feedback(
                self._sender_ssrc,
                media_ssrc,
                base=base,
                reference=reference,
                number=self._sent,
                deltas=deltas,
            )
        )
        self._sent = (self._sent + 1) & 0xFF
        return number
