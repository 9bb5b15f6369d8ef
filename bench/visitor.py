"""One person of a consultation, from the personal link to the first packet: pages, ticket, Socket.IO,
transports, DTLS, consumers, as the room's script does it, without a browser.
"""

import asyncio
import re
import socket
import time
from contextlib import suppress
from typing import Any

import aiohttp

from bench import stream
from bench.wire import RefusedError, Wire
from tests.rooms.sfu.peer import Peer, dtls_parameters

Json = dict[str, Any]

COMING_SECONDS = 120.0
FIRST_SECONDS = 30.0
RETRY_SECONDS = 2.0
CONSENT_SECONDS = 5.0
TILE = {"width": 1280, "height": 720}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
ATTRIBUTE = re.compile(r'data-(csrf|ticket-url)="([^"]+)"')
FAILING = (RefusedError, TimeoutError, ConnectionError, aiohttp.ClientError, aiohttp.WSMessageTypeError)
SOURCES = {"microphone": "audio", "camera": "video"}


class Visitor:
    """Somebody with a personal link. `marks` has when each step was done (`time.monotonic`); `back` is set
    when the first packet has come again after a lost worker.
    """

    def __init__(self, base_url: str, link: str, *, publishes: bool = False) -> None:
        self.marks: dict[str, float] = {}
        self.back = asyncio.Event()
        self.failures: list[str] = []
        self.upwards: Peer | None = None
        self._base = base_url
        self._link = link
        self._publishes = publishes
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver()),
            cookie_jar=aiohttp.CookieJar(unsafe=True),
        )
        self._wire: Wire
        self._producers: dict[str, Json] = {}
        self._capabilities: Json = {}
        self._downwards: Peer | None = None
        self._receiving = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._admitted = asyncio.Event()
        self._heard = asyncio.Event()

    async def come(self) -> None:
        """From the link to the first packet; a publisher to the last producer.

        What fails on the way into the room is tried again, as the room's script does it; `failures` has it.
        """
        self._mark("came")
        room = await self._open_page()
        self._mark("page")
        self._do(self._consent())
        async with asyncio.timeout(COMING_SECONDS):
            while not await self._has_come(room):
                self._hang_up()
                if hasattr(self, "_wire"):
                    await self._wire.cut()
                await asyncio.sleep(RETRY_SECONDS)

    async def _has_come(self, room: dict[str, str]) -> bool:
        try:
            await self._knock(room)
        except FAILING as error:
            self.failures.append(f"{type(error).__name__} {error}")
            return False
        return True

    async def _knock(self, room: dict[str, str]) -> None:
        csrf, ticket_url = room["csrf"], room["ticket-url"].replace("&amp;", "&")
        async with self._http.post(
            self._base + ticket_url, headers={"X-CSRF-Token": csrf, "Accept": "application/json"}
        ) as answer:
            answer.raise_for_status()
            ticket = (await answer.json())["ticket"]
        self._mark("ticket")
        self._wire = await Wire.open(self._http, self._base, ticket, self._listen)
        self._mark("socket")
        await self._enter()

    async def leave(self) -> None:
        """Say goodbye."""
        await self._wire.ask("leave")
        await self._wire.close()
        await self.vanish()

    async def vanish(self) -> None:
        """Be gone without a word."""
        for task in self._tasks:
            task.cancel()
        if hasattr(self, "_wire"):
            await self._wire.cut()
        self._hang_up()
        await self._http.close()

    async def _open_page(self) -> dict[str, str]:
        async with self._http.get(self._link) as answer:
            found = CSRF.search(await answer.text())
        assert found is not None, "the link's page has no form"
        async with self._http.post(self._link, data={"csrf": found[1]}) as answer:
            answer.raise_for_status()
            return dict(ATTRIBUTE.findall(await answer.text()))

    async def _enter(self) -> None:
        while (joined := await self._wire.ask("join"))["status"] != "joined":
            self._admitted.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_SECONDS):
                    await self._admitted.wait()
        self._mark("join")
        snapshot = joined["snapshot"]
        self._capabilities = snapshot["capabilities"]
        self._producers = {one["id"]: one for one in snapshot["producers"] if one["source"] in SOURCES}
        self._heard.clear()
        if self._publishes:
            await self._publish()
            self._mark("ready")
            return
        await self._open_downwards()
        self._mark("transport")
        await asyncio.gather(*(self._consume(producer) for producer in list(self._producers)))
        self._mark("consume")
        async with asyncio.timeout(FIRST_SECONDS):
            await self._heard.wait()
        self._mark("ready")

    def _mark(self, step: str) -> None:
        self.marks[step] = time.monotonic()

    async def _open_downwards(self) -> None:
        self._receiving, self._downwards = await self._connect("recv")
        self._downwards.watch = self._first

    async def _connect(self, direction: str) -> tuple[str, Peer]:
        made = await self._wire.ask("transport.create", direction=direction)
        peer = Peer(made)
        await self._wire.ask("transport.connect", id=made["id"], dtlsParameters=dtls_parameters())
        await peer.connect()
        return made["id"], peer

    async def _publish(self) -> None:
        transport, self.upwards = await self._connect("send")
        for source, kind in SOURCES.items():
            await self._wire.ask(
                "produce",
                transport=transport,
                kind=kind,
                rtpParameters=stream.parameters(kind),
                source=source,
                paused=False,
            )

    async def _consume(self, producer: str) -> None:
        made = await self._wire.ask(
            "consume", transport=self._receiving, producer=producer, rtpCapabilities=self._capabilities
        )
        if made["kind"] == "video":
            await self._wire.ask("consumer.size", id=made["id"], **TILE)
        await self._wire.ask("consumer.resume", id=made["id"])

    async def _consume_new(self, producer: str) -> None:
        try:
            await self._consume(producer)
        except (RefusedError, TimeoutError) as error:  # it may be gone again, or the transport
            self.failures.append(f"{type(error).__name__} {error}")

    def _first(self, data: bytes, _number: int) -> None:
        """The first packet has come: the others are only counted by the kernel, or thrown away there."""
        peer = self._downwards
        if peer is None or data[0] < 128 or 192 <= data[1] < 224:
            return
        self._heard.set()
        asyncio.get_running_loop().remove_reader(peer.sockets[0])
        peer.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def _listen(self, event: str, data: Any) -> None:
        if event == "admitted":
            self._admitted.set()
        elif event == "media.lost":
            self._hang_up()
            self._do(self._come_back())
        elif event == "producer.added" and data["source"] in SOURCES:
            self._producers[data["id"]] = data
            if self._downwards is not None:
                self._do(self._consume_new(data["id"]))
        elif event == "producer.removed":
            self._producers.pop(data["id"], None)

    async def _come_back(self) -> None:
        """The worker is another one: the seat is still ours, the media is made anew."""
        while True:
            try:
                await self._enter()
            except (RefusedError, TimeoutError) as error:
                self.failures.append(f"{type(error).__name__} {error}")
                self._hang_up()
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self.back.set()
                return

    async def _consent(self) -> None:
        """RFC 7675: without checks the forwarding unit would give us up."""
        while True:
            await asyncio.sleep(CONSENT_SECONDS)
            for peer in (self.upwards, self._downwards):
                if peer is not None and peer.connected:
                    peer.send(bytes(peer.binding_request(nominate=True)))

    def _hang_up(self) -> None:
        for peer in (self.upwards, self._downwards):
            if peer is not None:
                peer.close()
        self.upwards = self._downwards = None

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Broadcast:
    """What a publisher sends while the loop has other things to do, at a browser's rate."""

    def __init__(self, publisher: Visitor) -> None:
        self._publisher = publisher
        self._stream = stream.Stream()
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Fall silent."""
        self._task.cancel()

    async def _run(self) -> None:
        schedule = self._stream.schedule(time.monotonic(), 1.0)
        asked = time.monotonic()
        for due, is_frame in schedule:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            peer = self._publisher.upwards
            if peer is None or not peer.connected:
                continue
            if time.monotonic() - asked > 0.5:
                # As often as viewers may come: who waits for a picture waits for a key frame.
                asked, self._stream.key_frame_wanted = time.monotonic(), True
            for packet in self._stream.frame() if is_frame else [self._stream.sound()]:
                peer.send_rtp(packet)
            peer.received_rtcp.clear()
