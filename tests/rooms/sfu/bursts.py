"""Bursts for tests: packets of given sizes, of a layer that nobody else has to do with."""

from rooms.sfu.burst import Burst
from rooms.sfu.layer import Layer
from rooms.sfu.ortc import Encoding
from rooms.sfu.rtp import PATCH, MediaPacket, RtpPacket, extension_block
from tests.rooms.sfu.media import packet


def burst_of(sizes: list[int], *, first: int = 1, now: float = 1.0) -> Burst:
    """One packet with a payload of each size, numbered from `first` on; the payload tells the number."""
    layer = Layer(0, Encoding(9, None, None, 1.0), 90_000, 128)
    packets = []
    for number, size in enumerate(sizes, first):
        payload = bytes([number & 0xFF]) * size
        received = RtpPacket(packet(payload_type=96, sequence=number, timestamp=1, ssrc=9, body=payload))
        packets.append(MediaPacket(received, payload, number, extension_block(now), None))
    burst = Burst(layer, packets, now)
    for at, marker, number, timestamp, _, _ in burst.heads:
        PATCH.pack_into(burst.plain, at, marker | 96, number & 0xFFFF, timestamp, 9)
    return burst
