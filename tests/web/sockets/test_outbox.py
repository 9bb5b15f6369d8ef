"""What goes out to one browser: in order, compressed where it is long, not piled up where it is not read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from web.sockets.outbox import MOST_UNREAD, Message, Outbox

SHORT, LONG = b'42["short"]', b'42["' + b"long " * 40_000 + b'"]'


@asynccontextmanager
async def outbox(compress: int) -> AsyncIterator[tuple[Outbox, web.Request, aiohttp.ClientWebSocketResponse]]:
    """A server's end, and a client that offers compression or none."""
    opened: asyncio.Future[tuple[Outbox, web.Request]] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def connect(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        opened.set_result((Outbox(request, int(socket.compress), asyncio.Queue()), request))
        await done.wait()
        return socket

    app = web.Application()
    app.router.add_get("/", connect)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(server.make_url("/"), compress=compress, max_msg_size=0) as client,
    ):
        yield *(await opened), client
        done.set()


async def test_messages_arrive_whole_and_in_order_with_compression_and_without() -> None:
    sent = [SHORT, LONG, SHORT, LONG, SHORT]
    shared = {text: Message(text) for text in sent}
    for compress in (0, 15, 9):
        async with outbox(compress) as (box, _, client):
            for text in sent:
                box.send(shared[text])
            assert [(await client.receive_str()).encode() for _ in sent] == sent


def test_only_what_is_long_is_compressed() -> None:
    assert len(Message(LONG).frame(15)) < len(LONG) / 10
    assert len(Message(LONG).frame(0)) > len(LONG)
    assert Message(SHORT).frame(15) == Message(SHORT).frame(0)


async def test_who_does_not_read_is_cut() -> None:
    async with outbox(0) as (box, request, client):
        connection = client._conn
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        connection.transport.pause_reading()
        transport = request.transport
        assert transport is not None
        async with asyncio.timeout(30):
            while not transport.is_closing():
                box.send(Message(LONG))
                assert transport.get_write_buffer_size() <= MOST_UNREAD + 2 * len(LONG)
                await asyncio.sleep(0)
        box.send(Message(LONG))  # nobody is there any more
        connection.transport.resume_reading()
