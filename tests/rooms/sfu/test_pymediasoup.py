"""A client that is not ours: pymediasoup publishes and consumes through a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiortc import AudioStreamTrack, VideoStreamTrack
from pymediasoup import AiortcHandler, Device
from pymediasoup.rtp_parameters import RtpCapabilities, RtpParameters
from pymediasoup.transport import Transport

from rooms.sfu.channel import Worker
from tests.rooms.sfu.calls import Caller, running_worker


class Client:
    """A pymediasoup device that signals straight to a worker."""

    def __init__(self, worker: Worker, name: str) -> None:
        self.worker = worker
        self.name = name
        self.device = Device(handlerFactory=AiortcHandler.createFactory())
        self.transport: Transport | None = None

    async def open(self, direction: str, capabilities: dict[str, Any]) -> None:
        """Load the router's capabilities and make a transport."""
        await self.device.load(RtpCapabilities(**capabilities))
        parameters = await self.worker.create_transport("room", self.name)
        create = self.device.createSendTransport if direction == "send" else self.device.createRecvTransport
        self.transport = create(**parameters, sctpParameters=None, iceServers=[])
        self.transport.on("connect", self._connect)
        self.transport.on("produce", self._produce)

    async def _connect(self, dtls_parameters: Any) -> None:
        plain = dtls_parameters.model_dump(mode="json", exclude_none=True)
        await self.worker.connect_transport(self.name, plain)

    async def _produce(self, kind: str, parameters: RtpParameters, _data: object) -> str:
        name = f"{self.name}-{kind}"
        plain = parameters.model_dump(mode="json", exclude_none=True)
        await self.worker.produce(self.name, name, kind, plain, False)
        return name

    async def consume(self, producer: str) -> Any:
        """A consumer of a producer, already resumed."""
        capabilities = self.device.rtpCapabilities.model_dump(mode="json", exclude_none=True)
        name = f"{self.name}-{producer}"
        answer = await self.worker.consume(self.name, name, producer, capabilities)
        assert self.transport is not None
        made = await self.transport.consume(
            id=name,
            producerId=producer,
            kind=answer["kind"],
            rtpParameters=RtpParameters(**answer["rtpParameters"]),
        )
        await self.worker.resume_consumer(name)
        return made


@asynccontextmanager
async def clients(caller: Caller, *names: str) -> AsyncIterator[list[Client]]:
    """Clients whose transports are closed at the end."""
    made = [Client(caller.worker, name) for name in names]
    try:
        yield made
    finally:
        for client in made:
            if client.transport is not None:
                await client.transport.close()


async def test_pymediasoup_publishes_and_consumes_opus_and_vp8() -> None:
    async with running_worker() as caller:
        capabilities = await caller.worker.create_router("room")
        async with clients(caller, "up", "down") as (up, down):
            await up.open("send", capabilities)
            await down.open("recv", capabilities)
            await up.transport.produce(track=AudioStreamTrack(), stopTracks=True)
            await up.transport.produce(track=VideoStreamTrack(), stopTracks=True)
            sound = await down.consume("up-audio")
            picture = await down.consume("up-video")
            async with asyncio.timeout(30):
                frame = await picture.track.recv()
                samples = await sound.track.recv()
            assert (frame.width, frame.height) == (640, 480)
            assert samples.sample_rate == 48000
            stats = await caller.worker.stats()
            assert stats["internalErrors"] == 0
            assert stats["transports"] == {"connected": 2}
