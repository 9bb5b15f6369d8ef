"""The one file that speaks to a browser behind python-socketio's back: pushes in order and bounded.

`AsyncServer.emit` starts a task per push, so that two pushes may overtake each other or the answer to the
request that caused them. Here a push is put into the connection's own queue at once; answers go the same
way.
"""

import asyncio
from typing import Any

from aiohttp import web
from engineio import packet as engine_packet  # type: ignore[import-untyped]  # it has no types
from socketio import AsyncServer, packet  # type: ignore[import-untyped]  # it has no types

from web.sockets import wire
from web.words import Words

# A browser that does not read for this long a queue is gone; it gets a new picture when it comes back.
MAX_QUEUED = 2_000
CLOSE_SECONDS = 5.0


class SocketPort:
    """One connection, as `rooms.peer.Port` wants it."""

    def __init__(self, server: AsyncServer, sid: str, words: Words, request: web.BaseRequest | None) -> None:
        self.words = words
        self._server = server
        self._sid = sid
        self._request = request
        self._closing: asyncio.Task[None] | None = None

    def notify(self, event: str, data: object) -> None:
        """Queue a push, or cut the connection when its browser has stopped reading."""
        socket = self._socket()
        if socket is None or self._closing is not None:
            return
        if socket.queue.qsize() >= MAX_QUEUED:
            self.cut()
            return
        message = self._server.packet_class(packet.EVENT, data=[event, wire.encode(data, self.words)])
        socket.queue.put_nowait(engine_packet.Packet(engine_packet.MESSAGE, message.encode()))

    def hang_up(self) -> None:
        """Disconnect after what is queued; cut when that takes too long."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())

    def cut(self) -> None:
        """Drop the TCP connection at once."""
        if self._request is not None and self._request.transport is not None:
            self._request.transport.abort()

    async def closed(self) -> None:
        """Wait until a connection that was hung up is closed."""
        if self._closing is not None:
            await self._closing

    async def _close(self) -> None:
        engine_id = self._server.manager.eio_sid_from_sid(self._sid, "/")
        await self._server.disconnect(self._sid)
        if engine_id is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._server.eio.disconnect(engine_id)
        except TimeoutError:
            self.cut()

    def _socket(self) -> Any:
        engine_id = self._server.manager.eio_sid_from_sid(self._sid, "/")
        return None if engine_id is None else self._server.eio.sockets.get(engine_id)
