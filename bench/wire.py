"""Socket.IO as the room's page speaks it, over a plain WebSocket: a library's client would cost more than the
server.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp

ANSWER_SECONDS = 20.0
PING, PONG, CONNECT, CONNECTED, REFUSED, EVENT, ANSWER = "2", "3", "40", "40{", "44", "42", "43"


class RefusedError(Exception):
    """The server's code."""


class Wire:
    """One connection to the room. `listen` is called with each push: its name and its data."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, listen: Callable[[str, Any], None]) -> None:
        self._socket = socket
        self._listen = listen
        self._asked = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, http: aiohttp.ClientSession, base_url: str, ticket: str, listen: Callable[[str, Any], None]
    ) -> "Wire":
        """Connect with a ticket; raises RefusedError."""
        # Browsers offer compression.
        url = f"{base_url}/socket.io/?EIO=4&transport=websocket"
        socket = await http.ws_connect(url, max_msg_size=0, compress=15)
        wire = cls(socket, listen)
        await socket.receive_str()
        await socket.send_str(CONNECT + json.dumps({"ticket": ticket, "version": 1}))
        while not (told := await socket.receive_str()).startswith(CONNECTED):
            if told.startswith(REFUSED):
                raise RefusedError(told)
            await socket.send_str(PONG)
        wire._reading = asyncio.create_task(wire._read())
        return wire

    async def ask(self, event: str, **payload: object) -> Any:
        """A request's data; raises RefusedError with its code, TimeoutError without an answer."""
        self._asked += 1
        number = self._asked
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_str(f"{EVENT}{number}{json.dumps([event, payload])}")
        async with asyncio.timeout(ANSWER_SECONDS):
            given = await answer
        if not given["ok"]:
            raise RefusedError(given["code"])
        return given.get("data")

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
        await self._socket.close()

    async def cut(self) -> None:
        """Be gone without a word."""
        if self._reading is not None:
            self._reading.cancel()
        transport = self._socket._writer.transport
        if transport is not None:
            transport.abort()
        # What is left of it here; nothing goes out any more.
        with suppress(aiohttp.ClientError, ConnectionError):
            await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            text = message.data
            if text == PING:
                await self._socket.send_str(PONG)
            elif text.startswith(EVENT):
                event, *data = json.loads(text[len(EVENT) :])
                self._listen(event, data[0] if data else None)
            elif text.startswith(ANSWER):
                number, _, rest = text[len(ANSWER) :].partition("[")
                waiting = self._waiting.pop(int(number), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(json.loads(f"[{rest}")[0])
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(RefusedError("hung_up"))
