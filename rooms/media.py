"""The audio and video of one room: who may use which transport, producer and consumer of the media worker.

The worker forwards packets and knows no people. Every id that a browser names is looked up here among the
asker's own things first, so that nobody touches another's. What is written down here changes without an
`await` in between; the worker is told afterwards, and an answer that comes back to something closed
meanwhile is not kept.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import structlog

from rooms import views
from rooms.errors import AlreadyPublished, MediaUnavailable, Mismatch, TooMany, Unknown
from rooms.keeper import Keeper, quietly
from rooms.peer import Peer
from rooms.rights import RIGHT_OF_SOURCE, Rights, Source
from rooms.sfu.channel import (
    ActiveSpeaker,
    ConsumerClosed,
    ConsumerLayer,
    Notification,
    ProducerClosed,
    SfuError,
    TransportState,
    Worker,
)
from rooms.tracks import KIND_OF_SOURCE, RIGHT_OF_KIND, Consumer, Direction, Producer, Transport

log = structlog.get_logger(__name__)

JsonObject = dict[str, Any]

# One to send and one to receive, twice: a browser that reconnects makes new ones before it forgets the old.
MAX_TRANSPORTS = 4
MAX_CONSUMERS = 400


class Media:
    """One router. `push(event, data, besides)` reaches everybody in the room but one."""

    def __init__(
        self, session_id: int, keeper: Keeper, push: Callable[[str, object, Peer | None], None]
    ) -> None:
        self.session_id = session_id
        self.speaker: int | None = None
        self.missed = False
        self.producers: dict[str, Producer] = {}
        self.keeper = keeper
        self._push = push
        self._transports: dict[str, Transport] = {}
        self._consumers: dict[str, Consumer] = {}
        self._worker: Worker | None = None
        self._router = ""
        self._capabilities: JsonObject | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self.losses = 0  # of the worker under this room, since somebody last looked
        self._orders: set[asyncio.Task[None]] = set()

    # -- the router --------------------------------------------------------------------------------

    async def capabilities(self) -> JsonObject | None:
        """Give the router's RtpCapabilities, making the router first; None while the worker does not run.

        Who is let in without them is told `media.lost` when the worker is back, and asks again.
        """
        try:
            await self._open()
        except (MediaUnavailable, SfuError) as error:
            log.warning("room_without_media", session=self.session_id, error=str(error))
            self.missed = True
            return None
        return self._capabilities

    async def _open(self) -> Worker:
        async with self._opening:
            worker = await self.keeper.ready()
            if worker is not self._worker and not self._closed:
                router = self._name()
                self._capabilities = await worker.create_router(router)
                await self._keep(worker, router)
            return worker

    async def _keep(self, worker: Worker, router: str) -> None:
        if self._closed:  # while it was made: nobody would close it
            await quietly(worker.close_router(router))
        else:
            self._worker, self._router = worker, router

    async def close(self) -> None:
        """Forget everything and close the router; nobody is told, for the room itself is over."""
        self._closed = True
        worker, router = self._worker, self._router
        self._forget()
        if worker is not None:
            await quietly(worker.close_router(router))

    def lost(self) -> None:
        """The worker is gone, and with it all that was made there."""
        self.losses += 1
        self._forget()
        self._push("media.lost", views.Nothing(), None)

    def _forget(self) -> None:
        self._worker = None
        self.missed = False
        self.speaker = None
        self._transports.clear()
        self.producers.clear()
        self._consumers.clear()

    def _name(self) -> str:
        # The session's number comes first: a notification finds its room by it.
        return f"{self.session_id}.{uuid4().hex}"

    # -- transports --------------------------------------------------------------------------------

    async def create_transport(self, peer: Peer, direction: Direction) -> JsonObject:
        """Make a transport; gives `{id, iceParameters, iceCandidates, dtlsParameters}`. Raises TooMany."""
        if sum(transport.owner is peer for transport in self._transports.values()) >= MAX_TRANSPORTS:
            raise TooMany(what="transports", limit=MAX_TRANSPORTS)
        worker = await self._open()
        if peer.gone:
            # While a new worker was awaited; what they had was dropped already, nobody would drop this one.
            raise Unknown(id="")
        name = self._name()
        self._transports[name] = Transport(name, peer, direction)
        try:
            parameters = await worker.create_transport(self._router, name)
        except SfuError:
            self._transports.pop(name, None)
            raise
        if name not in self._transports:
            await quietly(worker.close_transport(name))
            raise Unknown(id=name)
        return parameters

    async def connect_transport(self, peer: Peer, transport_id: str, dtls_parameters: JsonObject) -> None:
        """Give the browser's DTLS parameters to the worker; raises Unknown, SfuError."""
        self._transport(peer, transport_id)
        await (await self._open()).connect_transport(transport_id, dtls_parameters)

    async def restart_ice(self, peer: Peer, transport_id: str) -> JsonObject:
        """Give `{iceParameters}` with a new fragment and password; raises Unknown, SfuError."""
        self._transport(peer, transport_id)
        return await (await self._open()).restart_ice(transport_id)

    def transports(self) -> tuple[Transport, ...]:
        """Give everybody's transports."""
        return tuple(self._transports.values())

    # -- producers ---------------------------------------------------------------------------------

    async def produce(
        self,
        peer: Peer,
        *,
        transport_id: str,
        kind: views.MediaKind,
        rtp_parameters: JsonObject,
        source: Source,
        paused: bool,
    ) -> str:
        """Publish one source and tell everybody else; gives the producer's id.

        Raises NoRight, Unknown, Mismatch (kind or direction), AlreadyPublished, SfuError.
        """
        peer.require(RIGHT_OF_SOURCE[source])
        if KIND_OF_SOURCE[source] != kind:
            raise Mismatch(what="kind", source=source)
        self._transport(peer, transport_id, "send")
        if any(made.source == source for made in self._sent_by(peer)):
            raise AlreadyPublished(source=source)
        worker = await self._open()
        producer = Producer(self._name(), peer, kind, source, paused)
        await worker.produce(transport_id, producer.id, kind, rtp_parameters, paused)
        self._transport(peer, transport_id)
        if not getattr(peer.rights, RIGHT_OF_SOURCE[source]):
            await quietly(worker.close_producer(producer.id))
            peer.require(RIGHT_OF_SOURCE[source])
        self.producers[producer.id] = producer
        self._push("producer.added", producer.view(), peer)
        if source == "microphone" and peer.seat.muted and not paused:
            self._hush(producer)
        return producer.id

    async def pause_producer(self, peer: Peer, producer_id: str, *, paused: bool) -> None:
        """Pause or resume one's own producer, and tell the others; raises Unknown, NoRight, SfuError."""
        producer = self._producer(peer, producer_id)
        worker = await self._open()
        if paused:
            await worker.pause_producer(producer_id)
        else:
            peer.require(RIGHT_OF_SOURCE[producer.source])
            await worker.resume_producer(producer_id)
        if self.producers.get(producer_id) is producer and producer.paused != paused:
            producer.paused = paused
            self._push("producer.paused", views.ProducerPaused(producer_id, paused), peer)

    async def close_producer(self, peer: Peer, producer_id: str) -> None:
        """Stop sending one source; raises Unknown."""
        producer = self._producer(peer, producer_id)
        worker = await self._open()
        self._drop_producer(producer)
        await worker.close_producer(producer_id)

    def narrow(self, peer: Peer, rights: Rights) -> None:
        """Close what a person sends or receives and may not any more; the person is told as well."""
        for producer in self._sent_by(peer):
            if not getattr(rights, RIGHT_OF_SOURCE[producer.source]):
                self._drop_producer(producer)
                peer.port.notify("producer.removed", views.ProducerRemoved(producer.id))
                self._order(Worker.close_producer, producer.id)
        for consumer in [made for made in self._consumers.values() if made.owner is peer]:
            if not getattr(rights, RIGHT_OF_KIND[self.producers[consumer.producer].kind]):
                del self._consumers[consumer.id]
                peer.port.notify("consumer.closed", views.ConsumerClosed(consumer.id))
                self._order(Worker.close_consumer, consumer.id)

    def mute(self, peer: Peer) -> bool:
        """Pause a person's microphone and tell everybody, the person too; False when it was not on."""
        speaking = [one for one in self._sent_by(peer) if one.source == "microphone" and not one.paused]
        for producer in speaking:
            self._hush(producer)
        return bool(speaking)

    def is_microphone(self, peer: Peer, producer_id: str) -> bool:
        """Say whether this is the person's microphone; raises Unknown."""
        return self._producer(peer, producer_id).source == "microphone"

    def _hush(self, producer: Producer) -> None:
        producer.paused = True
        self._push("producer.paused", views.ProducerPaused(producer.id, True), None)
        self._order(Worker.pause_producer, producer.id)

    def _order(self, order: Callable[[Worker, str], Coroutine[Any, Any, None]], name: str) -> None:
        """Let the worker do what has been written down here already; nobody waits for it."""
        if self._worker is not None:
            task = asyncio.create_task(quietly(order(self._worker, name)))
            self._orders.add(task)
            task.add_done_callback(self._orders.discard)

    def publishing(self, peer: Peer) -> tuple[Source, ...]:
        """Name the sources that a person sends."""
        return tuple(made.source for made in self._sent_by(peer))

    def others(self, peer: Peer) -> tuple[views.Producer, ...]:
        """Show what everybody else sends."""
        return tuple(made.view() for made in self.producers.values() if made.owner is not peer)

    def states(self, peer: Peer) -> dict[Source, str]:
        """Give `on` or `paused` for each source that a person sends."""
        return {made.source: "paused" if made.paused else "on" for made in self._sent_by(peer)}

    def connection(self, peer: Peer) -> str | None:
        """Give the state of a person's media: the worst of their transports', None while they have none."""
        states = {transport.state for transport in self._transports.values() if transport.owner is peer}
        order = ("failed", "closed", "connecting", "new", "connected")
        return next((state for state in order if state in states), None)

    # -- consumers ---------------------------------------------------------------------------------

    async def consume(
        self, peer: Peer, *, transport_id: str, producer_id: str, rtp_capabilities: JsonObject
    ) -> JsonObject:
        """Receive somebody's producer, paused at first.

        Gives `{id, producer, kind, rtpParameters, producer_paused}`.
        Raises Unknown, NoRight, Mismatch, TooMany, SfuError.
        """
        self._transport(peer, transport_id, "recv")
        if producer_id not in self.producers:
            raise Unknown(id=producer_id)
        if sum(consumer.owner is peer for consumer in self._consumers.values()) >= MAX_CONSUMERS:
            raise TooMany(what="consumers", limit=MAX_CONSUMERS)
        right = RIGHT_OF_KIND[self.producers[producer_id].kind]
        peer.require(right)
        worker = await self._open()
        consumer = Consumer(self._name(), peer, producer_id)
        answer = await worker.consume(transport_id, consumer.id, producer_id, rtp_capabilities)
        self._transport(peer, transport_id)
        producer = self.producers.get(producer_id)
        if producer is None:
            raise Unknown(id=producer_id)
        if not getattr(peer.rights, right):
            await quietly(worker.close_consumer(consumer.id))
            peer.require(right)
        self._consumers[consumer.id] = consumer
        return {
            "id": consumer.id,
            "producer": producer_id,
            "kind": answer["kind"],
            "rtpParameters": answer["rtpParameters"],
            "producer_paused": producer.paused,
        }

    async def pause_consumer(self, peer: Peer, consumer_id: str, *, paused: bool) -> None:
        """Stop or start what a person receives; raises Unknown, SfuError."""
        self._consumer(peer, consumer_id)
        worker = await self._open()
        await (worker.pause_consumer(consumer_id) if paused else worker.resume_consumer(consumer_id))

    async def size_consumer(self, peer: Peer, consumer_id: str, *, width: int, height: int) -> None:
        """Say how large a picture is shown, in device pixels; 0 × 0: not visible. Raises Unknown."""
        self._consumer(peer, consumer_id)
        await (await self._open()).set_consumer_size(consumer_id, width, height)

    async def close_consumer(self, peer: Peer, consumer_id: str) -> None:
        """Stop receiving; raises Unknown, SfuError."""
        self._consumer(peer, consumer_id)
        worker = await self._open()
        self._consumers.pop(consumer_id, None)
        await worker.close_consumer(consumer_id)

    # -- leaving -----------------------------------------------------------------------------------

    async def drop_peer(self, peer: Peer) -> None:
        """Close all that a person had; the others hear which producers went and lose those consumers."""
        for producer in self._sent_by(peer):
            self._drop_producer(producer)
        for consumer in [made for made in self._consumers.values() if made.owner is peer]:
            del self._consumers[consumer.id]
        closing = [transport.id for transport in self._transports.values() if transport.owner is peer]
        for transport_id in closing:
            del self._transports[transport_id]
        for transport_id in closing:
            if self._worker is not None:
                await quietly(self._worker.close_transport(transport_id))

    def _drop_producer(self, producer: Producer) -> None:
        if self.producers.pop(producer.id, None) is None:
            return
        for consumer in [made for made in self._consumers.values() if made.producer == producer.id]:
            del self._consumers[consumer.id]
            consumer.owner.port.notify("consumer.closed", views.ConsumerClosed(consumer.id))
        self._push("producer.removed", views.ProducerRemoved(producer.id), producer.owner)
        if producer.source == "microphone" and self.speaker == producer.owner.id:
            self._speaks(None)

    # -- what the worker tells ---------------------------------------------------------------------

    def told(self, notification: Notification) -> None:
        """Pass a notification on to whom it concerns; one about something already closed is dropped."""
        match notification:
            case ConsumerLayer(consumer=consumer_id, layer=layer):
                if consumer := self._consumers.get(consumer_id):
                    consumer.owner.port.notify("consumer.layer", views.ConsumerLayer(consumer_id, layer))
            case ConsumerClosed(consumer=consumer_id):
                if consumer := self._consumers.pop(consumer_id, None):
                    consumer.owner.port.notify("consumer.closed", views.ConsumerClosed(consumer_id))
            case ProducerClosed(producer=producer_id):
                if producer := self.producers.get(producer_id):
                    self._drop_producer(producer)
            case TransportState(transport=transport_id, state=state):
                if transport := self._transports.get(transport_id):
                    if (transport.state, state) == ("new", "failed"):
                        # Nobody connected it in time; its place among a person's is free again.
                        del self._transports[transport_id]
                    transport.state = state
            case ActiveSpeaker(producer=producer_id):
                self._speaks(self.producers.get(producer_id) if producer_id else None)

    def _speaks(self, producer: Producer | None) -> None:
        speaker = producer.owner.id if producer else None
        if speaker != self.speaker:
            self.speaker = speaker
            self._push("speaker", views.Speaker(speaker), None)

    # -- whose is it -------------------------------------------------------------------------------

    def _sent_by(self, peer: Peer) -> list[Producer]:
        return [made for made in self.producers.values() if made.owner is peer]

    def _transport(self, peer: Peer, transport_id: str, direction: Direction | None = None) -> Transport:
        transport = self._transports.get(transport_id)
        if transport is None or transport.owner is not peer:
            raise Unknown(id=transport_id)
        if direction is not None and transport.direction != direction:
            raise Mismatch(what="direction", direction=transport.direction)
        return transport

    def _producer(self, peer: Peer, producer_id: str) -> Producer:
        producer = self.producers.get(producer_id)
        if producer is None or producer.owner is not peer:
            raise Unknown(id=producer_id)
        return producer

    def _consumer(self, peer: Peer, consumer_id: str) -> Consumer:
        consumer = self._consumers.get(consumer_id)
        if consumer is None or consumer.owner is not peer:
            raise Unknown(id=consumer_id)
        return consumer
