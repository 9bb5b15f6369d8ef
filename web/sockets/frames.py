"""WebSocket frames as Engine.IO takes them: one that is none of its packets becomes a malformed one.

python-engineio decodes a frame outside of its own net: an empty one, one that begins with no digit or one of
an unknown kind ends in an exception of the server's, and the connection lingers until its heartbeat fails.
"""

from typing import Final

from engineio.async_drivers import aiohttp as driver  # type: ignore[import-untyped]  # it has no types

# open, close, ping, pong, message, upgrade, noop: the packets of Engine.IO 4.
_KINDS: Final = frozenset("0123456")
# A message with no Socket.IO packet in it: refused and counted like any other malformed one.
_MALFORMED: Final = "4"


class StrictWebSocket(driver.WebSocket):  # type: ignore[misc]  # python-engineio is untyped
    """What `wait` gives can be decoded; it raises OSError at the connection's end."""

    async def wait(self) -> str | bytes:
        frame: str | bytes = await super().wait()
        if isinstance(frame, bytes) or (frame and frame[0] in _KINDS):
            return frame
        return _MALFORMED
