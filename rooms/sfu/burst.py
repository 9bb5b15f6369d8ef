"""Packets of one layer that depart together: written once for each viewer, who is then served whole.

Serving viewer by viewer instead of packet by packet is what makes forwarding cheap: what belongs to a viewer
is fetched from memory once, and packets of one size lie side by side, as the kernel wants them for a segment.
"""

import struct
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rooms.sfu.rtp import FIXED_BYTES, WIDE_AT, MediaPacket, write_picture

if TYPE_CHECKING:
    from rooms.sfu.layer import Layer

MAX_BURST: Final = 16  # packets: what comes first must not wait long for what comes last
MAX_PACKET: Final = 1500  # bytes, protected
TAG_BYTES: Final = (
    16  # room behind each packet for its authentication tag; no profile of ours has a longer one
)
MAX_PLAIN: Final = MAX_PACKET - 144  # SRTP_MAX_TRAILER_LEN of srtp.h, which pylibsrtp keeps free
# What viewers whose streams are shifted alike have in common, from byte 1 on: marker and payload type,
# sequence number, timestamp.
_SHIFTED: Final = struct.Struct("!BHI")
_SHIFTED_AT: Final = 1
# What is each viewer's own, from byte 8 on: SSRC; the beginning of the extensions, the same for all; the
# transport-wide number.
OWN: Final = struct.Struct(f"!I{WIDE_AT - FIXED_BYTES}sH")
OWN_AT: Final = 8
UNWRITTEN: Final = -1
_LENGTHS: Final = [struct.Struct(f"@{count}i") for count in range(MAX_BURST + 1)]
_TAG: Final = bytes(TAG_BYTES)

# Where OWN begins, and what is the same for all.
Own = tuple[int, bytes]
# Where it begins, packets, bytes, size of each but the last, which may be shorter.
Run = tuple[int, int, int, int]


class Burst:
    """Some packets of `layer`, in order of departure, one behind the other in `plain`.

    `plain` is patched for each viewer in turn: OWN for each, the rest when his stream is shifted otherwise
    than that of the viewer before (`shifts`, see `Part`). `places` are the packets' (index, offset) there,
    with `TAG_BYTES` free behind each.
    """

    __slots__ = (
        "layer",
        "lengths",
        "lowest",
        "newest",
        "now",
        "own",
        "packets",
        "payload_bytes",
        "places",
        "plain",
        "protected_lengths",
        "room",
        "runs",
        "sendings",
        "shifts",
        "sizes",
    )

    def __init__(self, layer: "Layer", packets: list[MediaPacket], now: float) -> None:
        """Of one packet at least. `now` is when they depart, seconds."""
        self.layer = layer
        self.packets = packets
        self.now = now
        self.shifts = UNWRITTEN
        self.sendings: array[int] | None = None
        buffers = [packet.buffer for packet in packets]
        self.plain = bytearray(_TAG).join(buffers)
        self.plain += _TAG
        self.room = len(self.plain)
        self.sizes = sizes = [len(buffer) for buffer in buffers]
        self.newest = packets[0]
        self.lowest = self.newest.number
        self.payload_bytes = at = 0
        self.places: list[tuple[int, int]] = []
        self.own: list[Own] = []
        for index, packet in enumerate(packets):
            packet.departed_at = now
            self.payload_bytes += packet.payload_bytes
            self.places.append((index, at))
            self.own.append((at + OWN_AT, packet.beginning))
            at += sizes[index] + TAG_BYTES
            if packet.number > self.newest.number:
                self.newest = packet
            elif packet.number < self.lowest:
                self.lowest = packet.number
        self.runs = runs(self.places, sizes)
        pack = _LENGTHS[len(packets)].pack
        # A bytearray, since from bytes Python copies into bytearrays by way of another bytearray.
        self.lengths = bytearray(pack(*sizes))
        self.protected_lengths = pack(*[size + TAG_BYTES for size in sizes])

    def __len__(self) -> int:
        return len(self.packets)

    def plain_packets(self) -> Iterator[bytes]:
        """The packets one by one, as they are written at present."""
        for index, at in self.places:
            yield bytes(self.plain[at : at + self.sizes[index]])

    def since(self, number: int) -> "Burst | None":
        """Those of them from `number` on; None when there are none."""
        packets = [packet for packet in self.packets if packet.number >= number]
        return Burst(self.layer, packets, self.now) if packets else None

    def shift(self, shifts: int, sequence: int, timestamp: int, payload_type: int, pictures: int) -> None:
        """Write what viewers have in common whose streams are shifted by so much; `shifts` names it."""
        self.shifts = UNWRITTEN
        plain = self.plain
        for index, at in self.places:
            packet = self.packets[index]
            word, time = packet.number + sequence & 0xFFFF, packet.timestamp + timestamp & 0xFFFFFFFF
            _SHIFTED.pack_into(plain, at + _SHIFTED_AT, packet.marker | payload_type, word, time)
            if packet.picture_at:
                write_picture(plain, at, packet, pictures)
        self.shifts = shifts

    def record(self) -> "array[int]":
        """What is to be remembered of the sending, packet by packet: the same for all viewers."""
        when = sending(self.now, 0)
        self.sendings = array("Q", [when | size << 2 for size in self.sizes])
        return self.sendings


# What became of a packet that was sent.
STATE: Final = 3
UNKNOWN, LOST, RECEIVED = range(3)


def sending(now: float, size: int) -> int:
    """When a packet of so many bytes was sent, in one number of 64 bits: microseconds, size, state `UNKNOWN`.

    One array of these is one place in memory to be fetched for each viewer, where three arrays are three.
    """
    return int(now * 1e6) << 16 | size << 2


def sending_time(record: int) -> float:
    """Seconds."""
    return (record >> 16) * 1e-6


def sending_size(record: int) -> int:
    """Bytes."""
    return record >> 2 & 0x3FFF


def runs(places: list[tuple[int, int]], sizes: list[int]) -> list[Run]:
    """Packets that lie side by side, grouped: a shorter one ends its run, a longer one begins another."""
    if len(sizes) == 1:
        return [(0, 1, sizes[0] + TAG_BYTES, sizes[0] + TAG_BYTES)]
    found: list[Run] = []
    begin = packets = total = segment = 0
    for index, at in places:
        size = sizes[index] + TAG_BYTES
        if packets and size > segment:
            found.append((begin, packets, total, segment))
            packets = 0
        if not packets:
            begin, total, segment = at, 0, size
        packets += 1
        total += size
        if size < segment:
            found.append((begin, packets, total, segment))
            packets = 0
    if packets:
        found.append((begin, packets, total, segment))
    return found
