"""One WebSocket in the place of python-engineio's: what comes in can be decoded, what goes out goes at once.

python-engineio decodes a frame outside of its own net: an empty one, one that begins with no digit or one of
an unknown kind ends in an exception of the server's, and the connection lingers until its heartbeat fails. It
hands what it sends to a task, which costs more than the sending.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp import web
from engineio import exceptions, packet  # type: ignore[import-untyped]  # it has no types
from engineio.async_drivers import aiohttp as driver  # type: ignore[import-untyped]  # it has no types

from web.sockets.outbox import OUTBOX, Outbox

# open, close, ping, pong, message, upgrade, noop: the packets of Engine.IO 4.
_KINDS: Final = frozenset("0123456")
# A message with no Socket.IO packet in it: refused and counted like any other malformed one.
_MALFORMED: Final = "4"
_LOOK: Final = 0.5


class StrictWebSocket(driver.WebSocket):  # type: ignore[misc]  # python-engineio is untyped
    """The way of one connection, from the handshake to its end."""

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        request: web.Request = environ["aiohttp.request"]
        self._sock = web.WebSocketResponse(max_msg_size=self.server.max_http_buffer_size)
        await self._sock.prepare(request)
        engine = self.handler.__self__
        engine.connected = engine.upgraded = True
        engine.check_ping_timeout = partial(_is_there, engine)  # `_receive` is who finds out
        engine.queue = request[OUTBOX] = Outbox(request, int(self._sock.compress), engine.queue)
        try:
            await self._listen(engine)
        finally:
            # A lost connection cancels its request: that its person has left is written down none the less.
            await _to_the_end(self._end(engine))
        return self._sock

    async def _end(self, engine: Any) -> None:
        await self._sock.close()
        await engine.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    async def wait(self) -> str | bytes:
        """The next frame, which can be decoded; raises OSError when the connection has ended or is silent."""
        came = await self._receive()
        if isinstance(came.data, bytes):
            return came.data
        if not isinstance(came.data, str):
            raise OSError("closed")
        return came.data if came.data and came.data[0] in _KINDS else _MALFORMED

    async def _receive(self) -> aiohttp.WSMessage:
        # When this process has been too slow to read what has come, that is nobody's silence: after the first
        # look, what was waiting is read before the second.
        for patience in (self.server.ping_interval + self.server.ping_timeout - 2 * _LOOK, _LOOK, _LOOK):
            with suppress(TimeoutError):
                return await self._sock.receive(patience)
        raise OSError("silent")

    async def _listen(self, engine: Any) -> None:
        while True:
            try:
                await engine.receive(packet.Packet(encoded_packet=await self.wait()))
            except exceptions.UnknownPacketError:
                continue
            except (OSError, exceptions.SocketIsClosedError):
                return


async def _is_there(engine: Any) -> bool:
    if engine.closed:
        raise exceptions.SocketIsClosedError
    return True


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do it even though this task is cancelled meanwhile; then be cancelled."""
    task, cancelled = asyncio.create_task(work), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError
