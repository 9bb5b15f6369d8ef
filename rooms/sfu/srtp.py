"""Outbound SRTP without copies that pylibsrtp's own `Session.protect` makes: half its cost per packet.

The only file that touches pylibsrtp's private names; pylibsrtp is pinned and `tests/rooms/sfu/test_srtp.py`
fails when one of them goes away.
"""

from typing import Any, Final

from pylibsrtp import Error, Session, _binding

MAX_PACKET: Final = 1500
MAX_TRAILER: Final = 144  # SRTP_MAX_TRAILER_LEN of srtp.h: tag and MKI

_ffi: Any = _binding.ffi
_protect: Any = _binding.lib.srtp_protect

# One buffer serves every transport of the process: what is protected is sent before the next packet comes.
_buffer = bytearray(MAX_PACKET)
_view = memoryview(_buffer)
_bytes: Any = _ffi.from_buffer("char[]", _buffer)
_length: Any = _ffi.new("int *")


class Protector:
    """The outbound half of one SRTP session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._context: Any = session._srtp[0]

    def protect(self, packet: bytes | bytearray) -> memoryview:
        """The protected packet, lent until the next call of any protector.

        Raises `pylibsrtp.Error`, also when the packet is too long to protect.
        """
        length = len(packet)
        if length > MAX_PACKET - MAX_TRAILER:
            raise Error("packet is too long")
        _buffer[0:length] = packet
        _length[0] = length
        if _protect(self._context, _bytes, _length):
            raise Error("libsrtp refused")
        return _view[: _length[0]]

    def protect_rtcp(self, compound: bytes) -> bytes:
        """The protected compound; raises `pylibsrtp.Error` or ValueError."""
        return self._session.protect_rtcp(compound)
