"""One continuous stream made of parts: layers, and what comes before and after a pause.

A part keeps the publisher's numbering but for constant shifts of sequence number, timestamp, VP8 PictureID
and TL0PICIDX, so that a packet costs four additions and a NACK is mapped back by subtracting. RFC 3550 §5.1,
RFC 7741 §4.2.
"""

import struct

from rooms.sfu.layer import Layer
from rooms.sfu.rtp import PATCH, WORD, MediaPacket

PICTURE = struct.Struct("!HB")
MAX_PARTS = 32  # a NACK older than that many switches is too late anyhow
MAX_JUMP = 5.0  # seconds by which a mapped timestamp may differ from the time that has passed


class Part:
    """Packets of `layer`, sent as `first` (our number, unwrapped) and on; the rest are shifts."""

    __slots__ = ("first", "generation", "layer", "picture", "sequence", "timestamp", "tl0")

    def __init__(
        self, layer: Layer, first: int, sequence: int, timestamp: int, picture: int, tl0: int
    ) -> None:
        self.layer = layer
        self.generation = layer.generation
        self.first = first
        self.sequence = sequence
        self.timestamp = timestamp
        self.picture = picture
        self.tl0 = tl0


class Continuity:
    """What one viewer's stream has come to: it writes packets in the viewer's numbering."""

    def __init__(self, ssrc: int, payload_type: int) -> None:
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self._payload_type = payload_type
        self._parts: list[Part] = []
        self._part: Part | None = None
        self._highest = 0x10000 - 1
        self._timestamp: int = 0
        self._sent_at = 0.0
        self._picture = -1
        self._tl0 = -1

    @property
    def part(self) -> Part | None:
        """The part that is being sent."""
        return self._part

    def begin(self, layer: Layer, packet: MediaPacket, now: float) -> None:
        """Continue with `layer` from `packet` on."""
        first = self._highest + 1
        picture = (self._picture + 1 - packet.picture) if self._picture >= 0 else 0
        tl0 = (self._tl0 + 1 - packet.tl0) if self._tl0 >= 0 else 0
        timestamp = self._timestamp_shift(layer, packet, now)
        self._part = Part(layer, first, first - packet.number, timestamp, picture, tl0)
        self._parts.append(self._part)
        del self._parts[:-MAX_PARTS]

    def write(self, packet: MediaPacket, now: float) -> bool:
        """Patch the packet's buffer for this viewer; False when it belongs before the part's beginning."""
        part = self._part
        if part is None:
            return False
        number = packet.number + part.sequence
        if number < part.first:
            return False
        timestamp = packet.timestamp + part.timestamp & 0xFFFFFFFF
        buffer = packet.buffer
        PATCH.pack_into(buffer, 1, packet.marker | self._payload_type, number & 0xFFFF, timestamp, self.ssrc)
        if packet.picture_at:
            self._write_picture(packet, part)
        if number > self._highest:
            self._highest = number
            self._timestamp = timestamp
            self._sent_at = now
            if packet.picture_at:
                self._picture = packet.picture + part.picture
                self._tl0 = packet.tl0 + part.tl0
        self.packets += 1
        self.octets += packet.payload_bytes
        return True

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
        """The kept packet sent `back` packets before the latest, if it is of the same part."""
        part = self._part
        if part is None or self._highest - back < part.first:
            return None
        found = self.find((self._highest - back) & 0xFFFF)
        return found if found is not None and found[1] is part else None

    def rewrite(self, packet: MediaPacket, part: Part) -> None:
        """Patch a kept packet again exactly as `write` did."""
        number = packet.number + part.sequence
        timestamp = packet.timestamp + part.timestamp & 0xFFFFFFFF
        PATCH.pack_into(
            packet.buffer, 1, packet.marker | self._payload_type, number & 0xFFFF, timestamp, self.ssrc
        )
        if packet.picture_at:
            self._write_picture(packet, part)

    def _write_picture(self, packet: MediaPacket, part: Part) -> None:
        picture = packet.picture + part.picture
        if packet.picture_bits == 15 and packet.tl0_at == packet.picture_at + 2:
            # As every browser writes them: side by side.
            PICTURE.pack_into(
                packet.buffer, packet.picture_at, 0x8000 | picture & 0x7FFF, packet.tl0 + part.tl0 & 0xFF
            )
            return
        if packet.picture_bits == 15:
            WORD.pack_into(packet.buffer, packet.picture_at, 0x8000 | picture & 0x7FFF)
        else:
            packet.buffer[packet.picture_at] = picture & 0x7F
        if packet.tl0_at:
            packet.buffer[packet.tl0_at] = packet.tl0 + part.tl0 & 0xFF

    def _timestamp_shift(self, layer: Layer, packet: MediaPacket, now: float) -> int:
        part = self._part
        if part is None:
            return 0
        elapsed = now - self._sent_at
        shift = self._mapped_shift(part, layer)
        if shift is not None:
            advance = _signed(packet.timestamp + shift - self._timestamp)
            if 0 < advance < (elapsed + MAX_JUMP) * layer.clock_rate:
                return shift
        passed: int = max(1, int(elapsed * layer.clock_rate))
        return self._timestamp + passed - packet.timestamp

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
