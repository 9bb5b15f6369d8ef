"""Packets that depart together: what waits for what, in which order, and what a viewer gets of a burst."""

import asyncio
from dataclasses import dataclass, field

from rooms.sfu import rtp
from rooms.sfu.burst import MAX_BURST, Burst
from rooms.sfu.departures import HOLD_SECONDS, Departures
from tests.rooms.sfu.calls import running_worker
from tests.rooms.sfu.media import (
    OPUS_PT,
    SIMULCAST,
    Call,
    Camera,
    Wire,
    audio_parameters,
    packet,
    payload,
    video_parameters,
)

FIRST = 65001 & 0x7FFF  # the publisher's first number, in the lower half
ONE = [{"ssrc": 9, "rtx": {"ssrc": 10}}]


@dataclass
class CountingWire(Wire):
    """Remembers how many packets came at once."""

    bursts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        Wire.__init__(self)

    def send_burst(self, burst: Burst) -> None:
        self.bursts.append(len(burst))
        super().send_burst(burst)


class Lecture:
    """A publisher and a viewer, where frames have time to become whole."""

    def __init__(self, kind: str = "video", encodings: list[dict[str, object]] | None = None) -> None:
        self.woken = 0
        self.departures = Departures(self._wake)
        self.wire = CountingWire()
        self.call = Call.start(self.departures, self.wire)
        parameters = audio_parameters(ssrc=9) if kind == "audio" else video_parameters(encodings or ONE)
        self.call.publish(kind, parameters)
        self.call.watch()

    def _wake(self) -> None:
        self.woken += 1

    def arrive(self, packets: list[bytes]) -> None:
        for data in packets:
            self.call.publisher.receive_rtp(data, self.call.now, self.call.now)

    def depart(self, after: float = 0.0) -> bool:
        self.call.now += after
        return self.departures.depart(self.call.now)


def numbers(packets: list[rtp.RtpPacket], first: int = FIRST) -> list[int]:
    """The viewer's numbers, from that of the first packet on."""
    return [one.sequence - first for one in packets]


def test_a_frame_departs_when_it_is_whole_however_it_came() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    frame = camera.frame(key=True, packets=5)
    lecture.arrive(frame[:2])
    assert lecture.depart()
    assert lecture.wire.bursts == []
    lecture.arrive(frame[2:])
    assert not lecture.depart()
    assert lecture.wire.bursts == [5]
    assert numbers(lecture.wire.packets()) == [0, 1, 2, 3, 4]
    assert lecture.woken == 1


def test_a_frame_that_does_not_become_whole_departs_soon_all_the_same() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    frame = camera.frame(key=True, packets=3)
    lecture.arrive(frame[:2])
    assert lecture.depart(HOLD_SECONDS / 2)
    assert not lecture.depart(HOLD_SECONDS)
    assert lecture.wire.bursts == [2]
    lecture.arrive(frame[2:])
    assert not lecture.depart()
    assert numbers(lecture.wire.packets()) == [0, 1, 2]


def test_a_sound_waits_for_nothing() -> None:
    lecture = Lecture("audio")
    lecture.arrive([packet(payload_type=OPUS_PT, sequence=5, timestamp=1, ssrc=9, body=b"word")])
    assert not lecture.depart()
    assert lecture.wire.bursts == [1]


def test_a_large_frame_departs_in_parts_and_in_order() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    lecture.arrive(camera.frame(key=True, packets=2 * MAX_BURST + 3))
    assert lecture.wire.bursts == [MAX_BURST, MAX_BURST]
    assert not lecture.depart()
    assert lecture.wire.bursts == [MAX_BURST, MAX_BURST, 3]
    assert numbers(lecture.wire.packets()) == list(range(2 * MAX_BURST + 3))


def test_packets_keep_the_order_in_which_they_came() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    first, second, third = camera.frame(key=True), camera.frame(packets=3), camera.frame()
    lecture.arrive([*first, second[2], second[0], *third, second[1]])
    lecture.depart(2 * HOLD_SECONDS)
    assert numbers(lecture.wire.packets()) == [0, 3, 1, 4, 2]


def test_who_goes_over_at_a_key_frame_has_been_sent_what_came_before_it() -> None:
    lecture = Lecture(encodings=SIMULCAST)
    low, high = Camera(1, "r0", size=(320, 180)), Camera(3, "r2", size=(1280, 720))
    lecture.call.router.set_consumer_size("c", 320, 180, lecture.call.now)
    lecture.arrive(low.frame(key=True) + high.frame(key=True))
    lecture.depart()
    lecture.call.router.set_consumer_size("c", 1280, 720, lecture.call.now)
    lecture.wire.packets()
    lecture.arrive([*low.frame(), *high.frame(key=True, packets=2), *high.frame()])
    lecture.depart()
    sent = lecture.wire.packets()
    assert [rtp.Vp8(payload(one)).width for one in sent] == [0, 1280, 0, 0]
    assert numbers(sent) == [1, 2, 3, 4]
    assert lecture.wire.bursts[-2:] == [1, 3]


def test_a_late_packet_from_before_the_beginning_costs_its_burst_nothing_else() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    early = camera.frame()
    lecture.arrive(camera.frame(key=True))
    lecture.depart()
    lecture.arrive([*early, *camera.frame(packets=2)])
    lecture.depart()
    assert numbers(lecture.wire.packets(), FIRST + 1) == [0, 1, 2]


def test_each_viewer_of_a_burst_gets_numbers_of_his_own() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    call = lecture.call
    lecture.arrive(camera.frame(key=True, packets=2) + camera.frame())
    lecture.depart()
    late = Wire()
    endpoint = call.router.add_transport("late", late, call.now)
    endpoint.connected(call.now)
    endpoint.consume("second", "p", call.router.rtp_capabilities, call.now)
    call.router.resume_consumer("second", call.now)
    lecture.arrive(camera.frame(key=True, packets=3))
    lecture.depart()
    here, there = lecture.wire.packets()[3:], late.packets()
    assert numbers(here) == [3, 4, 5]
    assert numbers(there, there[0].sequence) == [0, 1, 2]
    assert [payload(one)[6:] for one in here] == [payload(one)[6:] for one in there]
    assert {one.ssrc for one in here}.isdisjoint(one.ssrc for one in there)
    wide = [[one.extensions[5] for one in packets] for packets in (here, there)]
    assert wide == [[b"\0\3", b"\0\4", b"\0\5"], [b"\0\0", b"\0\1", b"\0\2"]]


async def test_the_worker_sends_a_frame_whose_end_was_lost() -> None:
    async with running_worker() as caller:
        capabilities = await caller.worker.create_router("room")
        up, down = await caller.join("room", "up"), await caller.join("room", "down")
        await caller.worker.produce("up", "p", "video", video_parameters(ONE), False)
        await caller.worker.consume("down", "c", "p", capabilities)
        await caller.worker.resume_consumer("c")
        frame = Camera(9, named=False).frame(key=True, packets=4)
        async with asyncio.timeout(10):
            for data in frame[:3]:
                up.send_rtp(data)
            await down.until(lambda: len(down.received) == 3)


def test_viewers_whose_streams_are_shifted_otherwise_share_no_numbers() -> None:
    lecture, camera = Lecture(), Camera(9, named=False)
    call = lecture.call
    lecture.arrive(camera.frame(key=True))
    lecture.depart()
    # The first viewer's stream goes on after a gap, the second's begins.
    call.router.pause_consumer("c", call.now)
    lecture.arrive(camera.frame(packets=3))
    lecture.depart()
    call.router.resume_consumer("c", call.now)
    late = Wire()
    endpoint = call.router.add_transport("late", late, call.now)
    endpoint.connected(call.now)
    endpoint.consume("second", "p", call.router.rtp_capabilities, call.now)
    call.router.resume_consumer("second", call.now)
    lecture.arrive(camera.frame(key=True, packets=2))
    lecture.depart()
    here, there = lecture.wire.packets(), late.packets()
    assert numbers(here) == [0, 1, 2]
    assert numbers(there) == [4, 5]
    pictures = [[rtp.Vp8(payload(one)).picture for one in packets] for packets in (here, there)]
    assert pictures == [[32001, 32002, 32002], [32003, 32003]]
