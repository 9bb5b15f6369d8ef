"""One continuous stream made of parts: layers, and what comes before and after a pause.

A part keeps the publisher's numbering but for constant shifts of sequence number, timestamp, VP8 PictureID
and TL0PICIDX, so that a packet costs four additions and a NACK is mapped back by subtracting. RFC 3550 §5.1,
RFC 7741 §4.2.
"""

from rooms.sfu.burst import OWN, Burst
from rooms.sfu.delivery import Delivery
from rooms.sfu.layer import Layer
from rooms.sfu.rtp import PATCH, MediaPacket, write_picture

MAX_PARTS = 32  # a NACK older than that many switches is too late anyhow
MAX_JUMP = 5.0  # seconds by which a mapped timestamp may differ from the time that has passed


class Part:
    """Packets of `layer`, sent as `first` (our number, unwrapped) and on; the rest are shifts.

    `pictures` is both of VP8's, as `rtp.write_picture` takes them. `since` is `first` in his numbers.
    Of the same layer, streams with the same `shifts` differ in nothing but what is each viewer's own.
    """

    __slots__ = ("first", "generation", "layer", "pictures", "sequence", "shifts", "since", "timestamp")

    def __init__(self, layer: Layer, first: int, sequence: int, timestamp: int, pictures: int) -> None:
        self.layer = layer
        self.generation = layer.generation
        self.first = first
        self.since = first - sequence
        self.sequence = sequence
        self.timestamp = timestamp
        self.pictures = pictures
        self.shifts = ((sequence & 0xFFFF) << 32 | timestamp & 0xFFFFFFFF) << 23 | self.pictures


class Tally:
    """How far a stream has come. Streams that are served together have one in common."""

    __slots__ = ("newest", "octets", "packets")

    def __init__(self) -> None:
        # The newest packet that was sent, which is of the current part.
        self.newest: MediaPacket | None = None
        self.packets = 0
        self.octets = 0

    def add(self, burst: Burst) -> None:
        """Count a burst that departs."""
        if self.newest is None or burst.newest.number > self.newest.number:
            self.newest = burst.newest
        self.packets += len(burst.packets)
        self.octets += burst.payload_bytes


class Continuity:
    """What one viewer's stream has come to: it writes packets in the viewer's numbering."""

    __slots__ = (
        "_octets",
        "_packets",
        "_part",
        "_parts",
        "_tally",
        "payload_type",
        "ssrc",
    )

    def __init__(self, ssrc: int, payload_type: int) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self._parts: list[Part] = []
        self._part: Part | None = None
        self._tally = Tally()
        # What it is further than the tally.
        self._packets = self._octets = 0

    @property
    def part(self) -> Part | None:
        """The part that is being sent."""
        return self._part

    @property
    def packets(self) -> int:
        """Sent so far."""
        return self._packets + self._tally.packets

    @property
    def octets(self) -> int:
        """Of their payloads."""
        return self._octets + self._tally.octets

    def share(self, tally: Tally) -> None:
        """Go by a tally that others go by too, who are at the same packet. It counts for this stream: don't
        `write` until `unshare`.
        """
        self._packets += self._tally.packets - tally.packets
        self._octets += self._tally.octets - tally.octets
        tally.newest = tally.newest or self._tally.newest
        self._tally = tally

    def unshare(self) -> None:
        """Go by a tally of its own again."""
        shared, self._tally = self._tally, Tally()
        self._tally.newest = shared.newest
        self._packets += shared.packets
        self._octets += shared.octets

    @property
    def _highest(self) -> int:
        part, newest = self._part, self._tally.newest
        return -1 if part is None or newest is None else newest.number + part.sequence

    def begin(self, layer: Layer, packet: MediaPacket, now: float) -> None:
        """Continue with `layer` from `packet` on, which is to be written next."""
        # The first part has the publisher's own numbers, so that most viewers have them in common; but of the
        # lower half: who loses what comes just before a wrap can't decrypt what follows (RFC 3711 §3.3.1).
        first = packet.number & 0x7FFF | 0x10000
        pictures = timestamp = 0
        part, newest = self._part, self._tally.newest
        if part is not None and newest is not None:
            first = self._highest + 1
            timestamp = self._timestamp_shift(part, newest, layer, packet, now)
            if newest.picture_at:
                picture = newest.picture + (part.pictures >> 8) + 1 - packet.picture
                tl0 = newest.tl0 + part.pictures + 1 - packet.tl0
                pictures = (picture & 0x7FFF) << 8 | tl0 & 0xFF
        self._part = Part(layer, first, first - packet.number, timestamp, pictures)
        self._tally.newest = packet
        self._parts.append(self._part)
        del self._parts[:-MAX_PARTS]

    def write(self, burst: Burst, delivery: Delivery | None) -> Burst | None:
        """Patch a burst for this viewer, with transport-wide numbers of `delivery`.

        Returns it without the packets that belong before the part's beginning; None when there are no others.
        """
        part = self._part
        if part is None:
            return None
        shift = part.sequence
        if burst.lowest < part.since:
            rest = burst.since(part.since)
            return None if rest is None else self.write(rest, delivery)
        if burst.shifts != part.shifts:
            burst.shift(part.shifts, shift, part.timestamp, self.payload_type, part.pictures)
        # Without agreement the number is 0 for all: what is sent again must be the very same bytes.
        wide, step = (0, 0) if delivery is None else (delivery.depart(burst), 1)
        ssrc, plain, pack = self.ssrc, burst.plain, OWN.pack_into
        for at, same in burst.own:
            pack(plain, at, ssrc, same, wide & 0xFFFF)
            wide += step
        self._tally.add(burst)
        return burst

    def find(self, sequence: int) -> tuple[MediaPacket, Part] | None:
        """The kept packet that was (or would have been) sent as `sequence`, and the part it belongs to."""
        distance = (self._highest - sequence) & 0xFFFF
        number = self._highest - distance
        for part in reversed(self._parts):
            if number >= part.first:
                if part.generation != part.layer.generation:
                    return None
                packet = part.layer.cache.find(number - part.sequence)
                return None if packet is None else (packet, part)
        return None

    def recent(self, back: int) -> tuple[MediaPacket, Part] | None:
        """The packet sent `back` packets before the latest, if kept and of the same part; 0: always."""
        part, newest = self._part, self._tally.newest
        if part is None or newest is None or self._highest - back < part.first:
            return None
        if not back:
            return newest, part
        found = self.find((self._highest - back) & 0xFFFF)
        return found if found is not None and found[1] is part else None

    def rewrite(self, packet: MediaPacket, part: Part) -> None:
        """Patch a kept packet again exactly as `write` did."""
        number = packet.number + part.sequence
        timestamp = packet.timestamp + part.timestamp & 0xFFFFFFFF
        PATCH.pack_into(
            packet.buffer, 1, packet.marker | self.payload_type, number & 0xFFFF, timestamp, self.ssrc
        )
        if packet.picture_at:
            write_picture(packet.buffer, 0, packet, part.pictures)

    def _timestamp_shift(
        self, part: Part, newest: MediaPacket, layer: Layer, packet: MediaPacket, now: float
    ) -> int:
        before = newest.timestamp + part.timestamp
        elapsed = now - newest.departed_at
        shift = self._mapped_shift(part, layer)
        if shift is not None:
            advance = _signed(packet.timestamp + shift - before)
            if 0 < advance < (elapsed + MAX_JUMP) * layer.clock_rate:
                return shift
        passed: int = max(1, int(elapsed * layer.clock_rate))
        return before + passed - packet.timestamp

    @staticmethod
    def _mapped_shift(part: Part, layer: Layer) -> int | None:
        """Through both layers' sender reports: the same instant of the publisher's clock is the same
        timestamp.
        """
        if layer is part.layer:
            return part.timestamp if layer.generation == part.generation else None
        if part.generation != part.layer.generation:
            return None
        before, after = part.layer.reception.report, layer.reception.report
        if before is None or after is None:
            return None
        between = (after.ntp - before.ntp) * layer.clock_rate >> 32
        return part.timestamp + before.timestamp - after.timestamp + between


def _signed(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - 0x100000000 if value & 0x80000000 else value
