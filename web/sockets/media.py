"""Events of audio and video: the browser side of `rooms.media`."""

from typing import Any

from rooms import floor
from web.sockets.payloads import ById, ConnectTransport, Consume, CreateTransport, Produce, Size
from web.sockets.place import Place


async def create_transport(at: Place, wanted: CreateTransport) -> Any:
    made = await at.media.create_transport(at.peer, wanted.direction)
    return {**made, "iceServers": at.registry.ice_servers(at.peer.id)}


async def connect_transport(at: Place, given: ConnectTransport) -> None:
    await at.media.connect_transport(at.peer, given.id, given.dtls_parameters)


async def restart_ice(at: Place, transport: ById) -> Any:
    made = await at.media.restart_ice(at.peer, transport.id)
    return {**made, "iceServers": at.registry.ice_servers(at.peer.id)}


async def produce(at: Place, wanted: Produce) -> Any:
    made = await at.media.produce(
        at.peer,
        transport_id=wanted.transport,
        kind=wanted.kind,
        rtp_parameters=wanted.rtp_parameters,
        source=wanted.source,
        paused=wanted.paused,
    )
    return {"id": made}


async def pause_producer(at: Place, producer: ById) -> None:
    await at.media.pause_producer(at.peer, producer.id, paused=True)


async def resume_producer(at: Place, producer: ById) -> None:
    speaks = at.media.is_microphone(at.peer, producer.id)
    await at.media.pause_producer(at.peer, producer.id, paused=False)
    if speaks:
        await floor.unmute(at.registry, at.room, at.peer)


async def close_producer(at: Place, producer: ById) -> None:
    await at.media.close_producer(at.peer, producer.id)


async def consume(at: Place, wanted: Consume) -> Any:
    return await at.media.consume(
        at.peer,
        transport_id=wanted.transport,
        producer_id=wanted.producer,
        rtp_capabilities=wanted.rtp_capabilities,
    )


async def pause_consumer(at: Place, consumer: ById) -> None:
    await at.media.pause_consumer(at.peer, consumer.id, paused=True)


async def resume_consumer(at: Place, consumer: ById) -> None:
    await at.media.pause_consumer(at.peer, consumer.id, paused=False)


async def close_consumer(at: Place, consumer: ById) -> None:
    await at.media.close_consumer(at.peer, consumer.id)


async def size_consumer(at: Place, wanted: Size) -> None:
    await at.media.size_consumer(at.peer, wanted.id, width=wanted.width, height=wanted.height)
