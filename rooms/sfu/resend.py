"""The recent packets of one layer, kept once for all viewers, and how often a viewer may have them again."""

from rooms.sfu.rtp import MediaPacket

# Packets kept of each stream, powers of two: about 2 s of a 3 Mbit/s picture, 2.5 s of sound. Memory is the
# price: half a megabyte for each layer of each camera.
CAPACITY = {"video": 512, "audio": 128}


class PacketCache:
    """A ring of packets by number. A slot is reused by the packet `capacity` numbers later: memory is
    bounded.
    """

    __slots__ = (
        "_mask",
        "_ring",
        "capacity",
    )

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._mask = capacity - 1
        if capacity & self._mask:
            raise ValueError("capacity must be a power of two")
        self._ring: list[MediaPacket | None] = [None] * capacity

    def store(self, packet: MediaPacket) -> bool:
        """Keep a packet; False when it is there already, or older than what took its slot."""
        slot = packet.number & self._mask
        known = self._ring[slot]
        if known is not None and known.number >= packet.number:
            return False
        self._ring[slot] = packet
        return True

    def find(self, number: int) -> MediaPacket | None:
        """The packet of that number, if it is still kept."""
        found = self._ring[number & self._mask]
        return found if found is not None and found.number == number else None

    def clear(self) -> None:
        """Forget all packets."""
        self._ring = [None] * (self._mask + 1)


LEAST_RESENDS = 50.0  # per second
RESEND_BURST = 100.0
PACKET_BITS = 9600.0  # a full packet of picture
MIN_RESEND_INTERVAL = 0.01
MAX_REMEMBERED = 1024


class ResendLimit:
    """Keeps a viewer's NACKs from costing more than they mend: each packet once per round trip, few at a
    time.
    """

    __slots__ = (
        "_filled",
        "_sent",
        "_tokens",
    )

    def __init__(self) -> None:
        self._tokens = RESEND_BURST
        self._filled = float("-inf")
        self._sent: dict[int, float] = {}

    def allow(self, sequence: int, now: float, round_trip: float, bitrate: float) -> bool:
        """Whether `sequence` may be sent again now; remembers that it is.

        All together never come to more than the stream's own `bitrate`: a full link would only fill further.
        """
        before = self._sent.get(sequence)
        # A second NACK within a round trip was sent before our first answer could arrive.
        if before is not None and now - before < max(MIN_RESEND_INTERVAL, 0.8 * round_trip):
            return False
        refill = max(LEAST_RESENDS, bitrate / PACKET_BITS)
        self._tokens = min(RESEND_BURST, self._tokens + (now - self._filled) * refill)
        self._filled = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        if len(self._sent) >= MAX_REMEMBERED:
            self._sent.clear()
        self._sent[sequence] = now
        return True
