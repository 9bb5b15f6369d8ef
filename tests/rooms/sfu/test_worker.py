"""A whole call through a real worker process: DTLS and RTP in, router, RTP out."""

import resource
from typing import Any

from rooms.sfu import rtp
from rooms.sfu.channel import ConsumerLayer
from rooms.sfu.tcp import MAX_CONNECTIONS
from tests.rooms.sfu.calls import Caller, running_worker
from tests.rooms.sfu.media import (
    OPUS_PT,
    SIMULCAST,
    Camera,
    audio_parameters,
    packet,
    payload,
    video_parameters,
)
from tests.rooms.sfu.peer import Peer

PICTURE_LOSS = (206, 1)  # packet type and format (RFC 4585 §6.3.1)


async def a_room(caller: Caller) -> dict[str, Any]:
    """A router with a publisher `up` and a viewer `down`."""
    return await caller.worker.create_router("room")


def asks_for_key_frame(peer: Peer) -> bool:
    """Whether a PLI has come."""
    return any((one[1], one[0] & 31) == PICTURE_LOSS for one in peer.received_rtcp)


async def test_opus_goes_from_one_browser_to_the_other() -> None:
    async with running_worker() as caller:
        capabilities = await a_room(caller)
        up, down = await caller.join("room", "up"), await caller.join("room", "down")
        await caller.worker.produce("up", "p", "audio", audio_parameters(ssrc=7), False)
        answer = await caller.worker.consume("down", "c", "p", capabilities)
        assert (answer["kind"], answer["producerPaused"]) == ("audio", False)
        await caller.worker.resume_consumer("c")
        for number in range(5):
            up.send_rtp(
                packet(
                    payload_type=OPUS_PT,
                    sequence=number,
                    timestamp=960 * number,
                    ssrc=7,
                    body=b"opus %d" % number,
                )
            )
        await down.until(lambda: len(down.received) == 5)
        came = [rtp.RtpPacket(one) for one in down.received]
        assert [payload(one) for one in came] == [b"opus %d" % number for number in range(5)]
        assert {one.ssrc for one in came} == {answer["rtpParameters"]["encodings"][0]["ssrc"]}


async def test_a_viewer_gets_video_from_a_key_frame_on_at_the_layer_its_tile_needs() -> None:
    async with running_worker() as caller:
        capabilities = await a_room(caller)
        up, down = await caller.join("room", "up"), await caller.join("room", "down")
        await caller.worker.produce("up", "p", "video", video_parameters(SIMULCAST), False)
        layers = [Camera(ssrc=10 + number, rid=f"r{number}") for number in range(3)]
        for layer in layers:
            for data in layer.frame(key=True):
                up.send_rtp(data)
        answer = await caller.worker.consume("down", "c", "p", capabilities)
        await caller.worker.set_consumer_size("c", 1280, 720)
        await caller.worker.resume_consumer("c")
        await up.until(lambda: asks_for_key_frame(up))
        for _ in range(3):
            for layer in layers:
                for data in layer.frame(key=True):
                    up.send_rtp(data)
        await down.until(lambda: bool(down.received))
        first = rtp.RtpPacket(down.received[0])
        assert first.ssrc == answer["rtpParameters"]["encodings"][0]["ssrc"]
        await caller.until(lambda: any(isinstance(one, ConsumerLayer) for one in caller.told))


async def test_a_paused_producer_and_a_paused_consumer_are_sent_nothing_of() -> None:
    async with running_worker() as caller:
        capabilities = await a_room(caller)
        up, down = await caller.join("room", "up"), await caller.join("room", "down")
        await caller.worker.produce("up", "p", "audio", audio_parameters(ssrc=7), False)
        await caller.worker.consume("down", "c", "p", capabilities)
        numbers = iter(range(100))

        async def heard(word: bytes) -> bool:
            """Whether a word reaches the viewer; stats come after it in the worker's order."""
            number = next(numbers)
            before = (await caller.worker.stats())["datagrams"]["received"]
            up.send_rtp(
                packet(payload_type=OPUS_PT, sequence=number, timestamp=960 * number, ssrc=7, body=word)
            )
            while (await caller.worker.stats())["datagrams"]["received"] == before:
                pass
            sent = (await caller.worker.stats())["routers"]["room"]["down"]["consumers"]["c"]["packets"]
            await down.until(lambda: len(down.received) == sent)
            return any(payload(rtp.RtpPacket(one)) == word for one in down.received)

        assert not await heard(b"consumer paused")
        await caller.worker.resume_consumer("c")
        assert await heard(b"on")
        await caller.worker.pause_producer("p")
        assert not await heard(b"producer paused")
        await caller.worker.resume_producer("p")
        assert await heard(b"on again")
        await caller.worker.pause_consumer("c")
        assert not await heard(b"consumer paused again")
        await caller.worker.close_consumer("c")


async def test_a_worker_takes_the_descriptors_that_its_connections_need() -> None:
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, most), most))
    try:
        async with running_worker() as caller:
            taken, _ = resource.prlimit(caller.worker.pid, resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))
    assert taken >= min(MAX_CONNECTIONS, most)


async def test_stats_say_what_became_of_every_datagram() -> None:
    async with running_worker() as caller:
        await a_room(caller)
        await caller.join("room", "up")
        stats = await caller.worker.stats()
        assert stats["transports"] == {"connected": 1}
        assert stats["known"] == {"addresses": 1, "ufrags": 1, "connections": 0}
        assert stats["internalErrors"] == 0
        assert stats["datagrams"]["stun_answered"] >= 1
        assert set(stats["routers"]["room"]) == {"up"}
