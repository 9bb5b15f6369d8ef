"""What is measured: a process that forwards; and ours among those."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from bench import stream
from rooms.sfu import codecs
from rooms.sfu.channel import Notification, TransportState, Worker, WorkerSettings
from tests.rooms.sfu.peer import Peer, dtls_parameters

WHOLE = (1280, 720)


class Forwarder(Protocol):
    """A forwarding process. Rooms appear when they are first named; peers are connected when given."""

    pid: int
    transport_cc: int  # the header extension's id that viewers negotiate; 0 when they do not

    async def open(self) -> None: ...

    async def publish(self, room: str, name: str) -> Peer:
        """Let somebody in who sends sound and picture."""

    async def watch(self, room: str, name: str, publishers: list[str]) -> Peer:
        """Let somebody in who is sent what these publish."""

    async def close(self) -> None: ...


class Ours:
    """This project's worker."""

    def __init__(self) -> None:
        self.pid = 0
        self.transport_cc = codecs.TRANSPORT_CC_ID
        self.worker: Worker
        self._capabilities: dict[str, dict[str, Any]] = {}

    async def open(self) -> None:
        """Start the worker."""
        settings = WorkerSettings(host="127.0.0.1")
        self.worker = await Worker.start(settings, notify=_notify, died=lambda: print("the worker died"))
        self.pid = self.worker.pid

    async def publish(self, room: str, name: str, layers: Sequence[stream.Layer] = ()) -> Peer:
        """A transport, a handshake, two producers."""
        if room not in self._capabilities:
            self._capabilities[room] = await self.worker.create_router(room)
        peer = await self._join(room, name)
        for kind in ("audio", "video"):
            await self.worker.produce(name, f"{name}-{kind}", kind, stream.parameters(kind, layers), False)
        return peer

    async def watch(
        self,
        room: str,
        name: str,
        publishers: list[str],
        sizes: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    ) -> Peer:
        """A transport, a handshake, two consumers for each publisher; `sizes` are those of the tiles."""
        peer = await self._join(room, name)
        for publisher in publishers:
            for kind in ("audio", "video"):
                consumer, producer = f"{name}-{publisher}-{kind}", f"{publisher}-{kind}"
                await self.worker.consume(name, consumer, producer, self._capabilities[room])
                if kind == "video":
                    await self.worker.set_consumer_size(consumer, *sizes.get(publisher, WHOLE))
                await self.worker.resume_consumer(consumer)
        return peer

    async def complain(self) -> None:
        """Say what should not have happened."""
        stats = await self.worker.stats()
        if stats["internalErrors"] or stats["datagrams"]["send_blocked"]:
            print("worker:", stats["internalErrors"], "errors;", stats["datagrams"])

    async def close(self) -> None:
        """End the worker."""
        await self.worker.close()

    async def _join(self, room: str, name: str) -> Peer:
        peer = Peer(await self.worker.create_transport(room, name))
        await self.worker.connect_transport(name, dtls_parameters())
        await peer.connect()
        return peer


def _notify(told: Notification) -> None:
    if isinstance(told, TransportState) and told.state in ("failed", "closed", "disconnected"):
        print(f"{told.transport} is {told.state}")
