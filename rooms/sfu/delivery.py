"""How packets fare on their way to one viewer: numbered as they leave, told about by transport-cc feedback.

Source: draft-holmer-rmcat-transport-wide-cc-extensions-01.
"""

import struct
from array import array
from collections import deque
from dataclasses import dataclass

from rooms.sfu import rtcp
from rooms.sfu.burst import LOST, RECEIVED, STATE, UNKNOWN, Burst, sending, sending_size, sending_time
from rooms.sfu.rtcp import RTPFB, TRANSPORT_CC, TransportFeedback
from rooms.sfu.rtp import WIDE_AT, WORD
from rooms.sfu.spacing import Spacing
from rooms.sfu.trend import Trend

KEPT = 1024  # packets whose sending is remembered: some seconds of a full picture
REFERENCE_SECONDS = 0.064
DELTA_SECONDS = 0.00025
REFERENCE_WRAP = (1 << 24) * REFERENCE_SECONDS
WINDOW = 0.25  # seconds over which arrivals are averaged
BASE_SECONDS = 30.0  # the shortest delay is forgotten after one to two times this
LEAST_PACKETS = 8  # fewer say nothing: of a small picture, it takes longer than `WINDOW` to see them
CALM = 0.02  # seconds of queue that are no reason to look closer
SKIMMED = 8  # feedbacks that only said that all is well: read after all when one says more
EVERYTHING_CAME = 0x2000  # one run of "received, small delta" (§3.1.3)
_SKIM = struct.Struct("!HHIH")
_SKIM_AT = 12
_DELTAS_AT = 22

# Packets that were sent at once and came at once: microseconds by our clock and from the feedback's base;
# bits, packets.
Came = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Condition:
    """What the last `WINDOW` seconds looked like to a viewer.

    `queue` is how much longer than the shortest the quickest packet of the latest feedback took, in seconds;
    `arriving` bits per second; `lost` the share of packets that did not arrive. `carries` is the link's
    rate as seen from a queue that grows, None when none does; `waiting` bits were sent and not heard of yet.
    `passes` is the rate at which packets came that left at once, None when no two did.
    """

    queue: float
    arriving: float
    lost: float
    carries: float | None = None
    waiting: int = 0
    passes: float | None = None

    @property
    def calm(self) -> bool:
        """Whether nothing is to be seen of a full or a lossy link."""
        return self.queue <= CALM and self.lost == 0.0 and self.carries is None


class Delivery:
    """Transport-wide numbers for one viewer's packets, and what became of them."""

    __slots__ = (
        "_arrived",
        "_forgiven",
        "_next",
        "_outcomes",
        "_rotated",
        "_sent",
        "_shortest",
        "_shortest_before",
        "_skimmed",
        "_spacing",
        "_trend",
    )

    def __init__(self) -> None:
        self._next = 0
        # As `burst.sending` writes them; 0 is none.
        self._sent = array("Q", bytes(8 * KEPT))
        self._arrived: deque[tuple[float, int]] = deque()
        self._outcomes: deque[tuple[float, int, int]] = deque()
        self._shortest = self._shortest_before = float("inf")
        self._rotated = float("-inf")
        self._trend = Trend()
        self._spacing = Spacing()
        self._forgiven = float("-inf")
        self._skimmed: deque[tuple[bytes, float]] = deque(maxlen=SKIMMED)

    def stamp(self, buffer: bytearray, now: float) -> None:
        """Write the next number into a packet that is about to leave."""
        number = self._next
        self._next = number + 1 & 0xFFFF
        self._sent[number & (KEPT - 1)] = sending(now, len(buffer))
        WORD.pack_into(buffer, WIDE_AT, number)

    def depart(self, burst: Burst) -> int:
        """Give numbers to the packets of a burst that is about to leave; the first of them."""
        first = self._next
        sendings = burst.sendings or burst.record()
        count = len(sendings)
        self._next = first + count & 0xFFFF
        slot = first & (KEPT - 1)
        if slot + count > KEPT:
            for index, packet in enumerate(sendings):
                self._sent[slot + index & (KEPT - 1)] = packet
        else:
            self._sent[slot : slot + count] = sendings
        return first

    def forgive(self, now: float) -> None:
        """Count none of the losses among what has been sent until now: their cause is known."""
        self._forgiven = now

    def passes(self, now: float) -> float | None:
        """Bits per second, by packets that left at once of late; None when none did."""
        return self._spacing.passes(now)

    def skim(self, compound: bytes, now: float) -> bool:
        """Whether an RTCP compound is a feedback by which everything came, the last of it without a queue.

        Then it is kept and not read, since nothing follows from it: a viewer says so many times a second.
        """
        if len(compound) < _DELTAS_AT or compound[0] & 0xDF != 0x80 | TRANSPORT_CC or compound[1] != RTPFB:
            return False
        base, count, reference, chunk = _SKIM.unpack_from(compound, _SKIM_AT)
        end = _DELTAS_AT + count
        if chunk != EVERYTHING_CAME | count or len(compound) - end >> 2 or not count:
            return False
        if not count <= self._next - base & 0xFFFF <= KEPT:
            return False
        record = self._sent[base + count - 1 & (KEPT - 1)]
        if not record or record & STATE != UNKNOWN:
            return False
        at = (reference >> 8) * REFERENCE_SECONDS + sum(compound[_DELTAS_AT:end]) * DELTA_SECONDS
        if self._queue(at - sending_time(record), now) > CALM:
            return False
        self._skimmed.append((compound, now))
        return True

    def told(self, feedback: TransportFeedback, now: float) -> Condition | None:
        """Learn from a feedback; None while too little is known."""
        for compound, at in self._skimmed:
            for before in rtcp.parse(compound):
                if isinstance(before, TransportFeedback):
                    self._learn(before, at)
        self._skimmed.clear()
        return self._condition(self._learn(feedback, now), now)

    def _learn(self, feedback: TransportFeedback, now: float) -> float:
        """Remember what it tells; the least of the delays, seconds."""
        received, lost, came = self._outcome(feedback)
        reference = feedback.reference * REFERENCE_SECONDS
        quickest = float("inf")
        for sent, arrival, bits, packets in came:
            sent_at, at = sent * 1e-6, reference + arrival * 1e-6
            quickest = min(quickest, at - sent_at)
            self._trend.add(sent_at, at, bits, packets)
            self._spacing.add(sent_at, at, bits, packets, now)
            self._arrived.append((at, bits))
        self._outcomes.append((now, received, lost))
        return quickest

    def _outcome(self, feedback: TransportFeedback) -> tuple[int, int, list[Came]]:
        """How many packets have newly come, how many are newly lost, and when those came that came."""
        received = lost = 0
        came: list[Came] = []
        departed = before = packets = bits = 0
        sent, following = self._sent, self._next
        # Nothing is known of numbers that are long gone, or are not given yet.
        known = len(feedback.arrivals) <= following - feedback.base <= KEPT
        for number, arrival in enumerate(feedback.arrivals, feedback.base):
            slot = number & (KEPT - 1)
            record = sent[slot]
            state = record & STATE
            if not record or not (known or 0 < (following - number & 0xFFFF) <= KEPT):
                continue
            # After a reordering browsers tell again what they have told before.
            if state == RECEIVED or (state == LOST and arrival is None):
                continue
            if arrival is None:
                sent[slot] = record | LOST
                lost += sending_time(record) > self._forgiven
                continue
            if state == LOST and sending_time(record) > self._forgiven:
                lost -= 1
            sent[slot] = record & ~STATE | RECEIVED
            received += 1
            if packets and (arrival != before or record >> 16 != departed):
                came.append((departed, before, bits, packets))
                packets = bits = 0
            departed, before = record >> 16, arrival
            bits += 8 * sending_size(record)
            packets += 1
        if packets:
            came.append((departed, before, bits, packets))
        return received, lost, came

    def _condition(self, quickest: float, now: float) -> Condition | None:
        received = sum(outcome[1] for outcome in self._outcomes)
        lost = sum(outcome[2] for outcome in self._outcomes)
        while self._outcomes[0][0] < now - WINDOW:
            _, old_received, old_lost = self._outcomes[0]
            if received - old_received + lost - old_lost < LEAST_PACKETS:
                break
            self._outcomes.popleft()
            received, lost = received - old_received, lost - old_lost
        if quickest == float("inf") or received + lost < LEAST_PACKETS:
            return None
        share = max(0, lost) / (received + max(0, lost)) if received else 1.0
        carries = self._trend.carries()
        passes = self._spacing.passes(now, WINDOW)
        return Condition(self._queue(quickest, now), self._rate(), share, carries, self._waiting(), passes)

    def _waiting(self) -> int:
        bits = 0
        for back in range(1, KEPT + 1):
            record = self._sent[self._next - back & (KEPT - 1)]
            if not record or record & STATE != UNKNOWN:
                break
            bits += 8 * sending_size(record)
        return bits

    def _queue(self, quickest: float, now: float) -> float:
        if abs(quickest - self._shortest) > REFERENCE_WRAP / 2:
            self._shortest = self._shortest_before = float("inf")
        if now - self._rotated > BASE_SECONDS:
            self._rotated = now
            self._shortest_before, self._shortest = self._shortest, float("inf")
        self._shortest = min(self._shortest, quickest)
        return quickest - min(self._shortest, self._shortest_before)

    def _rate(self) -> float:
        arrived = self._arrived
        newest = arrived[-1][0]
        while arrived[0][0] < newest - WINDOW or arrived[0][0] > newest + WINDOW:
            arrived.popleft()
        return sum(bits for _, bits in arrived) / WINDOW
