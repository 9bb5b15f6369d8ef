"""What goes out to one browser: WebSocket messages, in order, at once.

What many are told is made into a frame once. Only what is long is compressed (RFC 7692), each message on its
own: nothing is remembered for a connection, and a short push costs no more than its bytes.
"""

import zlib
from typing import Any, Final

from aiohttp import web

# A browser that has not read for so long is gone; it gets a new picture when it comes back.
MOST_UNREAD: Final = 1024 * 1024
_WORTH_PACKING: Final = 1024
_TEXT, _PACKED = 0x81, 0xC1  # the last frame of a message, text; RSV1 says that it is compressed
_TAIL: Final = b"\x00\x00\xff\xff"


class Message:
    """Text for one or for many connections."""

    __slots__ = ("_frames", "_text")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._frames: dict[int, bytes] = {}

    def frame(self, window: int) -> bytes:
        """The frame for a connection that agreed on a compression window of so many bits; 0: on none."""
        if len(self._text) < _WORTH_PACKING:
            window = 0
        made = self._frames.get(window)
        if made is None:
            made = self._frames[window] = (
                _packed(self._text, window) if window else _framed(_TEXT, self._text)
            )
        return made


class Outbox:
    """One connection's way out; stands where python-engineio has a queue."""

    def __init__(self, request: web.Request, window: int, before: Any) -> None:
        """`before` is the queue with what was to be sent while the connection was made."""
        self._request = request
        self._window = window
        while not before.empty():
            self.put_nowait(before.get_nowait())

    def send(self, message: Message) -> None:
        """Send, unless the connection is gone; cut it when its browser has stopped reading."""
        transport = self._request.transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MOST_UNREAD:
            transport.abort()
            return
        transport.write(message.frame(self._window))

    async def put(self, packet: Any) -> None:
        """Send an Engine.IO packet."""
        self.put_nowait(packet)

    def put_nowait(self, packet: Any) -> None:
        """Send an Engine.IO packet."""
        self.send(Message(packet.encode().encode()))

    async def join(self) -> None:
        """Wait until all is sent: it is."""


OUTBOX: Final = web.RequestKey("outbox", Outbox)


def _framed(first: int, payload: bytes) -> bytes:
    # RFC 6455, 5.2: a server does not mask.
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


def _packed(text: bytes, window: int) -> bytes:
    # RFC 7692, 7.2.1: the empty block at the end stays away.
    packing = zlib.compressobj(level=1, wbits=-window)
    return _framed(_PACKED, (packing.compress(text) + packing.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL))
