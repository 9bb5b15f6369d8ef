"""SRTP without the copies that pylibsrtp's own `Session` makes: half its cost per packet.

The only file that touches pylibsrtp's private names; pylibsrtp is pinned and `tests/rooms/sfu/test_srtp.py`
fails when one of them goes away.
"""

import struct
from typing import Any, Final

from pylibsrtp import Error, Session, _binding

from rooms.sfu.burst import MAX_BURST, MAX_PACKET, MAX_PLAIN, Burst

_ffi: Any = _binding.ffi
_protect: Any = _binding.lib.srtp_protect
_protect_rtcp: Any = _binding.lib.srtp_protect_rtcp
_unprotect: Any = _binding.lib.srtp_unprotect
_unprotect_rtcp: Any = _binding.lib.srtp_unprotect_rtcp

# A length for each packet of a burst: libsrtp is told the plain one there and leaves the protected one.
_LENGTH: Final = struct.Struct("@i")
_lengths: Final = bytearray(_LENGTH.size * MAX_BURST)
_cells: Final[list[Any]] = [_ffi.from_buffer("int[]", _lengths) + index for index in range(MAX_BURST)]

_length: Final[Any] = _cells[0]

# The same for the packets of many viewers.
MAX_ROWS_PACKETS: Final = 512
_row_lengths: Final = bytearray(_LENGTH.size * MAX_ROWS_PACKETS)
_row_cells: Final[list[Any]] = [
    _ffi.from_buffer("int[]", _row_lengths) + index for index in range(MAX_ROWS_PACKETS)
]

_scratch: Final = memoryview(bytearray(MAX_PACKET))
_scratch_start: Final[Any] = _ffi.from_buffer("char[]", _scratch) + 0


class Arena:
    """Memory that packets are protected in and the kernel reads them from; it can't change its size."""

    __slots__ = (
        "address",
        "buffer",
        "start",
    )

    def __init__(self, size: int) -> None:
        self.buffer = bytearray(size)
        self.start: Any = _ffi.from_buffer("char[]", self.buffer) + 0
        self.address = int(_ffi.cast("uintptr_t", self.start))


class Protector:
    """The outbound half of one SRTP session."""

    __slots__ = ("_session", "context", "side_by_side")

    def __init__(self, session: Session) -> None:
        self._session = session
        self.context: Any = session._srtp[0]
        # Whether the packets of the latest burst had tags of `TAG_BYTES`, as they have with each AES-GCM.
        self.side_by_side = False

    def write_burst(self, burst: Burst, arena: Arena, at: int) -> bool:
        """Write a burst, protected, into the arena at `at`, where `burst.room` is free.

        True when each packet has a tag of `TAG_BYTES` now, so that they lie side by side; else `lengths`
        tells how long they are. Raises `pylibsrtp.Error`.
        """
        arena.buffer[at : at + burst.room] = burst.plain
        _lengths[: len(burst.lengths)] = burst.lengths
        start, context = arena.start + at, self.context
        for index, place in burst.places:
            if _protect(context, start + place, _cells[index]):
                raise Error("libsrtp refused")
        self.side_by_side = _lengths.startswith(burst.protected_lengths)
        return self.side_by_side

    def write(self, packet: bytes | bytearray, arena: Arena, at: int) -> int:
        """Write one protected packet into the arena at `at`, where `MAX_PACKET` bytes are free; its length.

        Raises `pylibsrtp.Error`, also when the packet is too long.
        """
        return self._write(_protect, packet, arena, at)

    def write_rtcp(self, compound: bytes | bytearray, arena: Arena, at: int) -> int:
        """Write one protected RTCP compound likewise."""
        return self._write(_protect_rtcp, compound, arena, at)

    def _write(self, protect: Any, plain: bytes | bytearray, arena: Arena, at: int) -> int:
        length = len(plain)
        if length > MAX_PLAIN:
            raise Error("packet is too long")
        arena.buffer[at : at + length] = plain
        _length[0] = length
        if protect(self.context, arena.start + at, _length):
            raise Error("libsrtp refused")
        return int(_length[0])

    def protect(self, packet: bytes) -> bytes:
        """The protected packet; raises `pylibsrtp.Error` or ValueError."""
        return self._session.protect(packet)

    def protect_rtcp(self, compound: bytes) -> bytes:
        """The protected compound; raises `pylibsrtp.Error` or ValueError."""
        return self._session.protect_rtcp(compound)


class Unprotector:
    """The inbound half of one SRTP session: all share the memory in which packets are decrypted."""

    __slots__ = ("_context", "_session")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._context: Any = session._srtp[0]

    def unprotect(self, packet: bytes) -> bytes:
        """The plain RTP packet; raises `pylibsrtp.Error`."""
        return self._plain(_unprotect, packet)

    def unprotect_rtcp(self, compound: bytes) -> bytes:
        """The plain RTCP compound; raises `pylibsrtp.Error`."""
        return self._plain(_unprotect_rtcp, compound)

    def _plain(self, unprotect: Any, data: bytes) -> bytes:
        length = len(data)
        if length > MAX_PACKET:
            raise Error("packet is too long")
        _scratch[:length] = data
        _length[0] = length
        if unprotect(self._context, _scratch_start, _length):
            raise Error("libsrtp refused")
        plain: bytes = _ffi.unpack(_scratch_start, _length[0])
        return plain


def protect_rows(contexts: list[Any], burst: Burst, arena: Arena, at: int) -> list[int]:
    """Protect a burst that is written for many viewers already, `burst.room` bytes apart from `at` on.

    `contexts` has each viewer's once for each packet: `MAX_ROWS_PACKETS` at most. Returns the viewers,
    counted from 0, whose packets did not come out with tags of `TAG_BYTES`: nothing of theirs may be sent.
    """
    packets, size = len(burst.packets), len(burst.lengths)
    viewers = len(contexts) // packets
    start, offsets = arena.start + at, [place for _, place in burst.places]
    rows = range(0, viewers * burst.room, burst.room)
    _row_lengths[: size * viewers] = burst.lengths * viewers
    # The loop is `map`'s: at each step Python's own would cost as much again as the call.
    refused = list(
        map(_protect, contexts, [start + (row + place) for row in rows for place in offsets], _row_cells)
    )
    told = _row_lengths[: size * viewers]
    if not any(refused) and told == burst.protected_lengths * viewers:
        return []
    return [
        row
        for row in range(viewers)
        if any(refused[packets * row : packets * (row + 1)])
        or told[size * row : size * (row + 1)] != burst.protected_lengths
    ]


def lengths(count: int) -> list[int]:
    """How long the first `count` packets of the latest burst came out."""
    return [_LENGTH.unpack_from(_lengths, _LENGTH.size * index)[0] for index in range(count)]
