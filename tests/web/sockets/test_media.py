"""Audio and video over a real socket and a real worker: who may touch what, what the others hear."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rooms.media import MAX_TRANSPORTS
from rooms.sfu.channel import TransportState, WorkerSettings
from school.db import Database
from school.schedule.models import Form
from tests.rooms.sfu.media import audio_parameters, video_parameters
from tests.rooms.sfu.peer import Peer, dtls_parameters
from tests.web.sockets.line import Browser, Line, open_line

LOOPBACK = WorkerSettings(host="127.0.0.1", announced=["127.0.0.1"])


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database, worker=LOOPBACK) as opened:
        yield opened


class Studio:
    """A browser inside, with the transports that it has made."""

    def __init__(self, browser: Browser, snapshot: dict[str, Any]) -> None:
        self.browser = browser
        self.snapshot = snapshot

    @classmethod
    async def enter(cls, line: Line, person: int) -> "Studio":
        browser = await line.call(person)
        return cls(browser, (await browser.done("join"))["snapshot"])

    async def transport(self, direction: str) -> str:
        made = await self.browser.done("transport.create", direction=direction)
        assert set(made) == {"id", "iceParameters", "iceCandidates", "dtlsParameters", "iceServers"}
        return str(made["id"])

    async def publish(self, transport: str, source: str = "microphone") -> str:
        made = await self.browser.done("produce", **publication(transport, source))
        return str(made["id"])

    async def watch(self, transport: str, producer: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.browser.done(
            "consume",
            transport=transport,
            producer=producer,
            rtpCapabilities=self.snapshot["capabilities"],
        )
        return found


def publication(transport: str, source: str = "microphone", **other: object) -> dict[str, object]:
    audio = source == "microphone"
    return {
        "transport": transport,
        "kind": "audio" if audio else "video",
        "rtpParameters": audio_parameters() if audio else video_parameters([{"ssrc": 900}]),
        "source": source,
        "paused": False,
        **other,
    }


async def both(line: Line) -> tuple[Studio, Studio]:
    teacher = await Studio.enter(line, line.house.school.teacher)
    return teacher, await Studio.enter(line, line.house.school.student)


async def test_what_is_published_is_heard_of_consumed_paused_and_closed(line: Line) -> None:
    teacher, student = await both(line)
    microphone = await teacher.publish(await teacher.transport("send"))
    added = {"id": microphone, "peer": line.house.school.teacher, "kind": "audio", "source": "microphone"}
    assert await student.browser.hear("producer.added") == {**added, "paused": False}
    consumer = await student.watch(await student.transport("recv"), microphone)
    assert (consumer["producer"], consumer["kind"], consumer["producer_paused"]) == (
        microphone,
        "audio",
        False,
    )
    assert consumer["rtpParameters"]["codecs"][0]["mimeType"] == "audio/opus"
    await student.browser.done("consumer.resume", id=consumer["id"])
    await student.browser.done("consumer.size", id=consumer["id"], width=0, height=0)
    await teacher.browser.done("producer.pause", id=microphone)
    assert await student.browser.hear("producer.paused") == {"id": microphone, "paused": True}
    await teacher.browser.done("producer.close", id=microphone)
    assert await student.browser.hear("consumer.closed") == {"id": consumer["id"]}
    assert await student.browser.hear("producer.removed") == {"id": microphone}
    assert await student.browser.refused("consumer.resume", {"id": consumer["id"]}) == "not_found"
    assert [name for name, _ in teacher.browser.told if name.startswith("producer.")] == []


async def test_who_comes_later_is_given_what_is_published(line: Line) -> None:
    teacher = await Studio.enter(line, line.house.school.teacher)
    transport = await teacher.transport("send")
    microphone = await teacher.publish(transport)
    student = await Studio.enter(line, line.house.school.student)
    assert student.snapshot["producers"] == [
        {
            "id": microphone,
            "peer": line.house.school.teacher,
            "kind": "audio",
            "source": "microphone",
            "paused": False,
        }
    ]
    assert student.snapshot["peers"][0]["publishing"] == ["microphone"]
    (live,) = line.house.registry.overview()
    assert live.there[0].media == {"microphone": "on"}


async def test_leaving_closes_what_one_had_and_the_others_hear_it(line: Line) -> None:
    teacher, student = await both(line)
    microphone = await teacher.publish(await teacher.transport("send"))
    receiving = await student.transport("recv")
    consumer = await student.watch(receiving, microphone)
    await teacher.browser.close()
    assert await student.browser.hear("consumer.closed") == {"id": consumer["id"]}
    assert await student.browser.hear("producer.removed") == {"id": microphone}
    await student.browser.hear("peer.left")
    assert (
        await student.browser.refused(
            "consume", {"transport": receiving, "producer": microphone, "rtpCapabilities": {}}
        )
        == "not_found"
    )


async def test_nobody_touches_anothers_transport_producer_or_consumer(line: Line) -> None:
    teacher, student = await both(line)
    sending = await teacher.transport("send")
    microphone = await teacher.publish(sending)
    consumer = (await student.watch(await student.transport("recv"), microphone))["id"]
    ask = student.browser.refused
    assert await ask("transport.connect", {"id": sending, "dtlsParameters": dtls_parameters()}) == "not_found"
    assert await ask("transport.restart_ice", {"id": sending}) == "not_found"
    assert await ask("produce", publication(sending)) == "not_found"
    for event in ("producer.pause", "producer.resume", "producer.close"):
        assert await ask(event, {"id": microphone}) == "not_found"
    for event in ("consumer.pause", "consumer.resume", "consumer.close"):
        assert await teacher.browser.refused(event, {"id": consumer}) == "not_found"
    assert (
        await teacher.browser.refused("consumer.size", {"id": consumer, "width": 1, "height": 1})
        == "not_found"
    )


async def test_one_source_is_published_once_and_as_what_it_is(line: Line) -> None:
    teacher, _ = await both(line)
    sending, receiving = await teacher.transport("send"), await teacher.transport("recv")
    await teacher.publish(sending)
    ask = teacher.browser.refused
    assert await ask("produce", publication(sending)) == "already_published"
    assert await ask("produce", publication(sending, "camera", kind="audio")) == "mismatch"
    assert await ask("produce", publication(receiving, "camera")) == "mismatch"
    assert await ask("produce", publication(sending, "camera", rtpParameters={})) == "bad_parameters"
    wrong_way = {"transport": sending, "producer": "1.x", "rtpCapabilities": {}}
    assert await ask("consume", wrong_way) == "mismatch"


async def test_a_person_has_a_handful_of_transports(line: Line) -> None:
    teacher, _ = await both(line)
    for _ in range(MAX_TRANSPORTS):
        await teacher.transport("send")
    assert await teacher.browser.refused("transport.create", {"direction": "send"}) == "too_many"


async def test_a_transport_that_was_never_connected_gives_its_place_back(line: Line) -> None:
    teacher, _ = await both(line)
    first = await teacher.transport("send")
    for _ in range(MAX_TRANSPORTS - 1):
        await teacher.transport("send")
    (room,) = line.house.registry.rooms.values()
    assert room.media is not None
    room.media.told(TransportState(first, "failed"))
    await teacher.transport("send")
    assert await teacher.browser.refused("transport.create", {"direction": "send"}) == "too_many"


async def test_the_audience_of_a_webinar_publishes_nothing(sqlite_database: Database) -> None:
    async with open_line(sqlite_database, form=Form.WEBINAR, worker=LOOPBACK) as line:
        teacher, student = await both(line)
        sending = await student.transport("send")
        for source in ("microphone", "camera", "screen"):
            answer = await student.browser.ask("produce", publication(sending, source))
            assert answer["code"] == "no_right"
        await teacher.publish(await teacher.transport("send"))
        await student.browser.hear("producer.added")


async def test_a_chat_has_no_transports(sqlite_database: Database) -> None:
    async with open_line(sqlite_database, form=Form.CHAT, worker=LOOPBACK) as line:
        teacher = await Studio.enter(line, line.house.school.teacher)
        assert teacher.snapshot["capabilities"] is None
        assert await teacher.browser.refused("transport.create", {"direction": "send"}) == "no_media"


async def test_a_browser_connects_and_the_administrator_sees_it(line: Line) -> None:
    teacher, _ = await both(line)
    made = await teacher.browser.done("transport.create", direction="send")
    peer = Peer(made)
    try:
        await teacher.browser.done(
            "transport.connect", id=made["id"], dtlsParameters=dtls_parameters(peer.role)
        )
        await peer.connect()
        async with asyncio.timeout(10):
            while line.house.registry.overview()[0].there[0].connection != "connected":
                await teacher.browser.done("chat.after", id=0)
        restarted = await teacher.browser.done("transport.restart_ice", id=made["id"])
        assert restarted["iceParameters"] != made["iceParameters"]
    finally:
        peer.close()


async def test_who_is_inside_is_given_turn_credentials_and_newer_ones_at_a_restart(line: Line) -> None:
    teacher, _ = await both(line)
    made = await teacher.browser.done("transport.create", direction="send")
    assert made["iceServers"] == line.house.registry.ice_servers(line.house.school.teacher)
    (server,) = made["iceServers"]
    assert server["username"].partition(":")[2] == str(line.house.school.teacher)
    line.house.clock.pass_(minutes=30)
    (later,) = (await teacher.browser.done("transport.restart_ice", id=made["id"]))["iceServers"]
    assert _end(later) - _end(server) == 30 * 60
    assert later["credential"] != server["credential"]


def _end(server: dict[str, Any]) -> int:
    return int(server["username"].partition(":")[0])


async def test_a_worker_that_dies_is_started_again_and_the_room_goes_on(line: Line) -> None:
    teacher, student = await both(line)
    old = await teacher.publish(await teacher.transport("send"))
    await student.browser.hear("producer.added")
    worker = line.house.registry.keepers[0].current
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    for studio in (teacher, student):
        await studio.browser.hear("media.lost")
    assert await teacher.browser.refused("producer.pause", {"id": old}) == "not_found"
    await teacher.browser.done("chat.send", client_id="c", body="Меня слышно?")
    snapshot = (await teacher.browser.done("join"))["snapshot"]
    assert snapshot["capabilities"]["codecs"]
    new = await teacher.publish(await teacher.transport("send"))
    assert new != old
    await student.browser.hear("producer.added", lambda producer: producer["id"] == new)
    assert line.house.registry.keepers[0].deaths == 1
    assert len(await line.house.stays(line.house.school.teacher)) == 1
