"""A browser that says nothing any more is gone; one whom the server was too slow to hear is not."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from web.sockets.frames import StrictWebSocket

PING_SECONDS, PONG_SECONDS = 0.6, 0.6


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[StrictWebSocket, aiohttp.ClientWebSocketResponse]]:
    """Both ends of a connection."""
    made: asyncio.Future[StrictWebSocket] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def connect(request: web.Request) -> web.WebSocketResponse:
        socket = StrictWebSocket(None, SimpleNamespace(ping_interval=PING_SECONDS, ping_timeout=PONG_SECONDS))
        socket._sock = web.WebSocketResponse()
        await socket._sock.prepare(request)
        made.set_result(socket)
        await done.wait()
        return socket._sock

    app = web.Application()
    app.router.add_get("/", connect)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(server.make_url("/")) as client,
    ):
        yield await made, client
        done.set()


async def test_what_came_while_the_server_was_busy_is_heard() -> None:
    async with opened() as (socket, client):
        hearing = asyncio.create_task(socket.wait())
        await asyncio.sleep(0)
        await client.send_str("3")
        time.sleep(PING_SECONDS + PONG_SECONDS)  # noqa: ASYNC251 -- the loop stands still: that is the case
        assert await hearing == "3"


async def test_who_says_nothing_is_gone() -> None:
    async with opened() as (socket, _):
        with pytest.raises(OSError, match="silent"):
            await socket.wait()
