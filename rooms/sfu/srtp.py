"""Outbound SRTP without copies that pylibsrtp's own `Session.protect` makes: half its cost per packet.

The only file that touches pylibsrtp's private names; pylibsrtp is pinned and `tests/rooms/sfu/test_srtp.py`
fails when one of them goes away.
"""

from typing import Any, Final

from pylibsrtp import Error, Session, _binding

MAX_PACKET: Final = 1500
MAX_TRAILER: Final = 144  # SRTP_MAX_TRAILER_LEN of srtp.h: tag and MKI
MAX_PLAIN: Final = MAX_PACKET - MAX_TRAILER

_ffi: Any = _binding.ffi
_protect: Any = _binding.lib.srtp_protect

_length: Any = _ffi.new("int *")


class Protector:
    """The outbound half of one SRTP session: writes into `buffer`, which can't change its size any more."""

    def __init__(self, session: Session, buffer: bytearray) -> None:
        self._session = session
        self._context: Any = session._srtp[0]
        self._buffer = buffer
        self._start: Any = _ffi.from_buffer("char[]", buffer) + 0

    def protect(self, packet: bytes | bytearray, at: int) -> int:
        """Write the protected packet into the buffer at `at`, where `MAX_PACKET` bytes are free; its length.

        Raises `pylibsrtp.Error`, also when the packet is too long to protect.
        """
        length = len(packet)
        if length > MAX_PLAIN:
            raise Error("packet is too long")
        self._buffer[at : at + length] = packet
        _length[0] = length
        if _protect(self._context, self._start + at, _length):
            raise Error("libsrtp refused")
        return int(_length[0])

    def protect_rtcp(self, compound: bytes) -> bytes:
        """The protected compound; raises `pylibsrtp.Error` or ValueError."""
        return self._session.protect_rtcp(compound)
