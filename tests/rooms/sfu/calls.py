"""What several tests of the transport half need: a transport that echoes, a worker with callers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from rooms.sfu import dtls
from rooms.sfu.channel import Notification, TransportState, Worker, WorkerSettings
from rooms.sfu.counters import Counters
from rooms.sfu.sockets import open_sockets
from rooms.sfu.transport import Transport
from tests.rooms.sfu.peer import Peer, dtls_parameters


class Echo:
    """An endpoint that sends everything back and remembers it."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.rtp: list[bytes] = []
        self.arrivals: list[tuple[float, float]] = []
        self.connections = 0

    def receive_rtp(self, data: bytes, arrival: float, now: float) -> None:
        self.rtp.append(data)
        self.arrivals.append((arrival, now))
        self.transport.send_rtp(bytearray(data))

    def receive_rtcp(self, data: bytes, _now: float) -> None:
        self.transport.send_rtcp(data)

    def connected(self, _now: float) -> None:
        self.connections += 1

    def rerouted(self) -> None:
        pass


class Line:
    """The sockets with echoing transports, and the peers that call them."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.udp, self.tcp = open_sockets(host, 0, Counters())
        self.certificate = dtls.Certificate.generateCertificate()
        self.transports: list[Transport] = []
        self.peers: list[Peer] = []

    def transport(self) -> tuple[Transport, Echo, list[str]]:
        """A transport, its endpoint and the states that it will go through."""
        states: list[str] = []
        made = Transport(self.udp, self.certificate, states.append)
        echo = Echo(made)
        made.endpoint = echo
        self.transports.append(made)
        return made, echo, states

    def peer(self, transport: Transport, **options: Any) -> Peer:
        """A peer that knows how to reach a transport."""
        peer = Peer(self.parameters(transport), **options)
        self.peers.append(peer)
        return peer

    def parameters(self, transport: Transport) -> dict[str, Any]:
        """What signalling would tell the peer."""
        return {
            "iceParameters": transport.ice_parameters(),
            "iceCandidates": [{"ip": self.host, "port": self.udp.port}],
            "dtlsParameters": transport.dtls_parameters(),
        }

    def accept(self, transport: Transport, role: str = "client") -> None:
        """Give the transport the peer's DTLS parameters."""
        transport.connect(dtls.read_parameters(dtls_parameters(role)), self.udp.now())

    async def call(self, **options: Any) -> tuple[Transport, Echo, Peer]:
        """A connected pair."""
        transport, echo, _ = self.transport()
        self.accept(transport)
        peer = self.peer(transport, **options)
        await peer.connect()
        return transport, echo, peer


@asynccontextmanager
async def open_line(host: str = "127.0.0.1") -> AsyncIterator[Line]:
    """A line that hangs up at the end."""
    line = Line(host)
    loop = asyncio.get_running_loop()
    line.udp.open(loop)
    await line.tcp.open(loop)
    try:
        yield line
    finally:
        for transport in line.transports:
            await transport.close()
        for peer in line.peers:
            peer.close()
        line.tcp.close()
        line.udp.close()


class Caller:
    """A worker with a record of what it tells, and peers that hang up at the end."""

    def __init__(self) -> None:
        self.worker: Worker
        self.told: list[Notification] = []
        self.deaths = 0
        self.peers: list[Peer] = []
        self._news = asyncio.Event()

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)
        self._news.set()

    def died(self) -> None:
        self.deaths += 1
        self._news.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait for something that the worker tells."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_state(self, transport_id: str, state: str) -> None:
        """Wait until a transport has reached a state."""
        await self.until(lambda: TransportState(transport_id, state) in self.told)

    async def join(self, router_id: str, transport_id: str, **options: Any) -> Peer:
        """A peer connected through a transport of its own."""
        parameters = await self.worker.create_transport(router_id, transport_id)
        peer = Peer(parameters, **options)
        self.peers.append(peer)
        await self.worker.connect_transport(transport_id, dtls_parameters(peer.role))
        await peer.connect()
        await self.until_state(transport_id, "connected")
        return peer


@asynccontextmanager
async def running_worker() -> AsyncIterator[Caller]:
    """A real worker process on loopback."""
    caller = Caller()
    settings = WorkerSettings(host="127.0.0.1")
    caller.worker = await Worker.start(settings, notify=caller.notify, died=caller.died)
    try:
        yield caller
    finally:
        for peer in caller.peers:
            peer.close()
        await caller.worker.close()
