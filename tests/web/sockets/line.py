"""A real Socket.IO server on a free port, and browsers that call it with real tickets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from socketio import AsyncClient
from socketio.exceptions import ConnectionError as NotConnected

from rooms.sfu.channel import WorkerSettings
from school.db import Database
from school.schedule.models import Form
from tests.rooms.house import SECRET, House
from web import keys, sockets, words
from web.options import Options
from web.sockets.strangers import Strangers

Json = dict[str, Any]


class Browser:
    """One connection; it remembers what it was told, in order."""

    def __init__(self, address: str) -> None:
        self.told: list[tuple[str, Any]] = []
        self.refusal: Json | None = None
        self.down = asyncio.Event()
        self._address = address
        self._news = asyncio.Event()
        self._client = AsyncClient(reconnection=False)
        self._client.on("*", self._hear)
        self._client.on("connect_error", self._refused)
        self._client.on("disconnect", self._hung_up)

    async def connect(self, auth: object) -> bool:
        """Connect; False when the server refuses, with its data in `refusal`."""
        try:
            await self._client.connect(self._address, transports=["websocket"], auth=auth, wait_timeout=5)
        except NotConnected:
            await self._client.disconnect()
            return False
        return True

    async def ask(self, event: str, *arguments: object) -> Json:
        """Send a request and give its whole acknowledgement."""
        answer = await self._client.call(event, arguments or {}, timeout=20)
        assert isinstance(answer, dict), answer
        return answer

    async def done(self, event: str, **payload: object) -> Any:
        """Send a request that must be done; give its data."""
        answer = await self.ask(event, payload)
        assert answer["ok"], answer
        return answer["data"]

    async def refused(self, event: str, *arguments: object) -> str:
        """Send a request that must be refused; give the code."""
        answer = await self.ask(event, *arguments)
        assert not answer["ok"], answer
        return str(answer["code"])

    async def hear(self, event: str, where: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait until a push has come, now or before."""
        async with asyncio.timeout(10):
            while True:
                for name, data in self.told:
                    if name == event and where(data):
                        return data
                self._news.clear()
                await self._news.wait()

    async def send_raw(self, text: str) -> None:
        """Send one WebSocket message as it is."""
        await self._client.eio.ws.send_str(text)

    async def close(self) -> None:
        await self._client.disconnect()

    async def _hear(self, event: str, *data: Any) -> None:
        self.told.append((event, *data))
        self._news.set()

    async def _refused(self, data: Any) -> None:
        self.refusal = data

    async def _hung_up(self, *_: object) -> None:
        self.down.set()


class Line:
    """The house behind a real server."""

    def __init__(self, house: House, server: TestServer) -> None:
        self.house = house
        self.server = server
        self.browsers: list[Browser] = []

    def browser(self) -> Browser:
        made = Browser(str(self.server.make_url("/")))
        self.browsers.append(made)
        return made

    async def call(self, person: int, *, ticket: str | None = None) -> Browser:
        """A connected browser of this person."""
        browser = self.browser()
        auth = {"ticket": ticket or await self.house.ticket(person), "version": 1}
        assert await browser.connect(auth), browser.refusal
        return browser

    async def enter(self, person: int) -> Browser:
        """A browser of this person, inside."""
        browser = await self.call(person)
        assert (await browser.done("join"))["status"] == "joined"
        return browser


@asynccontextmanager
async def open_line(
    database: Database,
    *,
    form: Form = Form.VIDEOCONFERENCE,
    topic: bool = True,
    worker: WorkerSettings | None = None,
    strangers: Strangers | None = None,
) -> AsyncIterator[Line]:
    """Serve a school's rooms; everything is hung up and closed at the end."""
    house = await House.build(database, form=form, topic=topic, worker=worker)
    app = web.Application()
    app[keys.OPTIONS] = Options(public_url="https://school.example", secret=SECRET)
    app[keys.WORDS] = words.load()
    app[keys.REGISTRY] = house.registry
    sockets.attach(app, strangers)
    async with AsyncExitStack() as stack:
        await house.registry.start()
        stack.push_async_callback(house.registry.close)
        server = await stack.enter_async_context(TestServer(app))
        line = Line(house, server)
        stack.push_async_callback(_hang_up, line)
        yield line


async def _hang_up(line: Line) -> None:
    for browser in line.browsers:
        await browser.close()
