"""Bursts for tests: packets of given sizes, of a layer that nobody else has to do with."""

from rooms.sfu.burst import OWN, Burst
from rooms.sfu.layer import Layer
from rooms.sfu.ortc import Encoding
from rooms.sfu.rtp import MediaPacket, RtpPacket, extension_block
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
    burst.shift(0, 0, 0, 96, 0)
    for at, same in burst.own:
        OWN.pack_into(burst.plain, at, 9, same, 0)
    return burst
