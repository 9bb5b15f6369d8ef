"""The one file that speaks to a browser behind python-socketio's back: pushes in order and bounded.

`AsyncServer.emit` starts a task per push, so that two pushes may overtake each other or the answer to the
request that caused them. Here a push is put into the connection's own outbox at once; answers go the same
way.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiohttp import web
from socketio import AsyncServer  # type: ignore[import-untyped]  # it has no types

from web.sockets.outbox import OUTBOX
from web.sockets.packing import Packing
from web.words import Words

CLOSE_SECONDS = 5.0
LAST_WORDS_SECONDS = 1.0


class SocketPort:
    """One connection, as `rooms.peer.Port` wants it."""

    def __init__(
        self,
        server: AsyncServer,
        packing: Packing,
        sid: str,
        words: Words,
        request: web.Request,
    ) -> None:
        self.words = words
        self.request = request
        self._packing = packing
        self._server = server
        self._sid = sid
        self._closing: asyncio.Task[None] | None = None
        self._unanswered = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_up(self) -> bool:
        """Whether the connection still stands."""
        engine_id = self._server.manager.eio_sid_from_sid(self._sid, "/")
        return engine_id is not None and engine_id in self._server.eio.sockets

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Keep the line up while a request is being answered: who closes the room hears that it is closed."""
        self._unanswered += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._unanswered -= 1
            if self._unanswered == 0:
                self._idle.set()

    def notify(self, event: str, data: object) -> None:
        """Send a push, or cut the connection when its browser has stopped reading."""
        if self._closing is None and self.is_up:
            self.request[OUTBOX].send(self._packing.pack(event, data, self.words))

    def hang_up(self) -> None:
        """Disconnect after what is queued; cut when that takes too long."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())

    def cut(self) -> None:
        """Drop the TCP connection at once."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def _close(self) -> None:
        engine_id = self._server.manager.eio_sid_from_sid(self._sid, "/")
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._idle.wait()
                    await self._server.disconnect(self._sid)
                    if engine_id is not None:
                        await self._server.eio.disconnect(engine_id)
                    # python-socketio goes on reading from a browser that does not hang up by itself.
                    await asyncio.sleep(LAST_WORDS_SECONDS)
        finally:
            self.cut()
