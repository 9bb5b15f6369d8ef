"""Transport-cc feedback as a browser's viewer sends it: draft-holmer-rmcat-transport-wide-cc-extensions-01.

Nothing is looked up packet by packet: a sweep of a socket tells when its packets came and the last one's
number, and those before it are taken as come. On loopback they are.
"""

import struct
from typing import Final

INTERVAL: Final = 0.1  # what libwebrtc takes while much comes; between 50 and 250 ms
REFERENCE: Final = 0.064
UNIT: Final = 0.00025
MOST_AT_ONCE: Final = 0x1FFF
EVERYTHING_CAME: Final = 0x2000  # a run of "received, small delta"
_HEAD: Final = struct.Struct("!BBHIIHH")


class Acknowledger:
    """What one viewer has to report. `number` is the header extension's id."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._last = -1
        self._base = 0
        self._count = 0
        self._sweeps: list[tuple[int, float]] = []
        self._told = 0

    def came(self, packet: bytes, now: float) -> None:
        """The last packet of a sweep: its beginning, header extensions included."""
        number = extension(packet, self._number)
        if number is None:
            return
        new = number - self._last & 0xFFFF
        if self._last < 0:
            new = 1
        elif new == 0 or new > MOST_AT_ONCE:
            return
        if not self._sweeps:
            self._base = number - new + 1 & 0xFFFF
        self._last = number
        self._count += new
        self._sweeps.append((new, now))

    def report(self) -> bytes:
        """The feedback packet about what came since the last one; empty when nothing did."""
        if not self._sweeps:
            return b""
        reference = int(self._sweeps[0][1] / REFERENCE)
        deltas, at = bytearray(), reference * REFERENCE
        for count, now in self._sweeps:
            delta = max(0, min(255, round((now - at) / UNIT)))
            at += delta * UNIT
            deltas.append(delta)
            deltas += bytes(count - 1)
        body = struct.pack("!I", (reference & 0xFFFFFF) << 8 | self._told & 0xFF)
        body += struct.pack("!H", EVERYTHING_CAME | self._count) + deltas
        body += bytes(-len(body) % 4)
        head = _HEAD.pack(0x8F, 205, 3 + len(body) // 4, 1, 0, self._base, self._count)
        self._told += 1
        self._count = 0
        self._sweeps.clear()
        return head + body


def extension(packet: bytes, wanted: int) -> int | None:
    """The number that a one-byte header extension (RFC 8285 §4.2) carries; None without it."""
    if len(packet) < 16 or not packet[0] & 0x10:
        return None
    at = 12 + 4 * (packet[0] & 15)
    if packet[at : at + 2] != b"\xbe\xde":
        return None
    end = at + 4 + 4 * int.from_bytes(packet[at + 2 : at + 4], "big")
    at += 4
    while at + 2 < min(end, len(packet)):
        head = packet[at]
        if head == 0:
            at += 1
            continue
        if head >> 4 == wanted:
            return int.from_bytes(packet[at + 1 : at + 3], "big")
        at += 2 + (head & 15)
    return None
