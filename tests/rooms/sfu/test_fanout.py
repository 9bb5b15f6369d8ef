"""Many viewers served together: each gets what he would get alone, byte by byte."""

import errno
from collections.abc import Iterator, Sequence

import pytest

from rooms.sfu import fanout, rtcp
from rooms.sfu.burst import Burst
from rooms.sfu.fanout import LEAST, Fanout
from rooms.sfu.outgoing import ARENA_BYTES, Lane
from tests.rooms.sfu.media import (
    LEVEL_ID,
    MID_ID,
    OPUS_PT,
    Call,
    Camera,
    Wire,
    audio_parameters,
    packet,
    video_parameters,
)
from tests.rooms.sfu.test_outgoing import Kernel, Street

VIEWERS = LEAST + 3
EVERYBODY = range(VIEWERS)
ONE = [{"ssrc": 9, "rtx": {"ssrc": 10}}]
TWO = [{"ssrc": 9}, {"ssrc": 11}]
FRAME = 5  # packets
SSRC = slice(8, 12)


class Seat(Wire):
    """A viewer's sender whose way is real, or none; it counts what is sent to this viewer alone."""

    def __init__(self, way: Lane) -> None:
        super().__init__()
        self.lane: Lane | None = way
        self.alone = 0

    def send_burst(self, burst: Burst) -> None:
        self.alone += len(burst)
        if self.lane is not None:
            self.lane.send_burst(burst)

    def send_rtp(self, packet: bytearray) -> None:
        if self.lane is not None:
            self.lane.send(packet)


class Hall:
    """A publisher and viewers with real sockets. Each has a twin who has none: he is always served alone."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.street = Street(self.kernel, viewers=VIEWERS)
        self.call = Call.start()
        self.seats = [Seat(lane) for lane in self.street.lanes]
        self.twins = [Wire() for _ in self.seats]
        self.camera = Camera(9, named=False)
        self.sounds = 0
        for index in EVERYBODY:
            for name, wire in ((f"v{index}", self.seats[index]), (f"t{index}", self.twins[index])):
                self.call.router.add_transport(name, wire, self.call.now).connected(self.call.now)

    def watch(self, viewers: Sequence[int] = EVERYBODY, producer: str = "p") -> None:
        for index in viewers:
            for name in (f"v{index}", f"t{index}"):
                endpoint, router = self.call.router.endpoints[name], self.call.router
                endpoint.consume(f"{name}-{producer}", producer, router.rtp_capabilities, self.call.now)
                router.resume_consumer(f"{name}-{producer}", self.call.now)

    def both(self, index: int, producer: str = "p") -> list[str]:
        """The consumers of a viewer and of his twin."""
        return [f"v{index}-{producer}", f"t{index}-{producer}"]

    def send(self, packets: list[bytes]) -> None:
        self.call.send(packets)
        self.street.outgoing.flush()
        self.call.now += 0.05

    def frame(self, *, key: bool = False) -> None:
        self.send(self.camera.frame(key=key, packets=FRAME))

    def sound(self) -> None:
        self.sounds += 1
        extensions = {MID_ID: b"0", LEVEL_ID: b"\x9e"}
        self.send(
            [
                packet(
                    payload_type=OPUS_PT,
                    sequence=self.sounds,
                    timestamp=960 * self.sounds,
                    ssrc=500,
                    body=b"a sound",
                    extensions=extensions,
                )
            ]
        )

    def take(self) -> list[list[bytes]]:
        """What has come to each viewer since the last time: the same as to his twin, but for the SSRC."""
        came = self.street.received()
        for viewer, twin in zip(came, self.twins, strict=True):
            theirs, twin.rtp = twin.rtp, []
            assert [_but_ssrc(one) for one in viewer] == [_but_ssrc(one) for one in theirs]
        return came

    def served_alone(self) -> list[int]:
        """How many packets each viewer was sent alone since the last time."""
        alone = [seat.alone for seat in self.seats]
        for seat in self.seats:
            seat.alone = 0
        return alone

    def ssrc(self, index: int) -> int:
        return self.call.router.consumers[f"v{index}-p"][1].ssrc


def _but_ssrc(data: bytes) -> bytes:
    return data[: SSRC.start] + data[SSRC.stop :]


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Everybody has been sent a key frame and a frame."""
    opened = Hall()
    opened.call.publish("video", video_parameters(ONE))
    opened.watch()
    opened.frame(key=True)
    assert [len(one) for one in opened.take()] == [FRAME] * VIEWERS
    assert opened.served_alone() == [FRAME] * VIEWERS
    opened.frame()
    assert [len(one) for one in opened.take()] == [FRAME] * VIEWERS
    assert opened.served_alone() == [0] * VIEWERS
    yield opened
    opened.street.close()


def test_each_viewer_has_his_own_ssrc_and_goes_on_where_he_was(hall: Hall) -> None:
    for _ in range(3):
        hall.frame()
    assert hall.served_alone() == [0] * VIEWERS
    for index, came in enumerate(hall.take()):
        assert {int.from_bytes(one[SSRC]) for one in came} == {hall.ssrc(index)}
        assert len(came) == 3 * FRAME


def test_a_frame_to_all_is_one_call_of_the_kernel(hall: Hall) -> None:
    hall.kernel.calls = hall.kernel.messages = 0
    hall.frame()
    assert (hall.kernel.calls, hall.kernel.messages) == (1, VIEWERS)


def test_what_is_too_much_for_one_pass_takes_several(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "ROWS_BYTES", 2000)
    hall.kernel.calls = 0
    hall.frame()
    hall.frame(key=True)
    assert hall.served_alone() == [0] * VIEWERS
    assert hall.kernel.calls > 4
    for index, came in enumerate(hall.take()):
        assert [int.from_bytes(one[SSRC]) for one in came] == [hall.ssrc(index)] * 2 * FRAME


def test_sound_has_no_wide_numbers_and_is_served_together_too(hall: Hall) -> None:
    hall.call.publisher.produce("a", "audio", audio_parameters(), False, hall.call.now)
    hall.watch(producer="a")
    for _ in range(3):
        hall.sound()
        hall.frame()
    assert hall.served_alone() == [1] * VIEWERS
    assert [len(one) for one in hall.take()] == [3 + 3 * FRAME] * VIEWERS


def test_fewer_viewers_are_served_alone(hall: Hall) -> None:
    for index in range(VIEWERS - LEAST + 1):
        for consumer in hall.both(index):
            hall.call.router.pause_consumer(consumer, hall.call.now)
    hall.frame()
    served = [0] * (VIEWERS - LEAST + 1) + [FRAME] * (LEAST - 1)
    assert hall.served_alone()[: VIEWERS - LEAST + 1] == served[: VIEWERS - LEAST + 1]
    assert [len(one) for one in hall.take()] == served


def test_who_pauses_gets_nothing_and_comes_back_without_a_gap(hall: Hall) -> None:
    for consumer in hall.both(4):
        hall.call.router.pause_consumer(consumer, hall.call.now)
    hall.frame()
    assert [len(one) for one in hall.take()] == [0 if index == 4 else FRAME for index in EVERYBODY]
    for consumer in hall.both(4):
        hall.call.router.resume_consumer(consumer, hall.call.now)
    hall.frame(key=True)
    assert [len(one) for one in hall.take()] == [FRAME] * VIEWERS
    hall.served_alone()
    hall.frame()
    # His numbers are shifted otherwise than those of the others from now on.
    assert hall.served_alone() == [0] * VIEWERS
    assert [len(one) for one in hall.take()] == [FRAME] * VIEWERS


@pytest.mark.parametrize(
    "form", [b"\x80\x05", b"\xc0\x05\xff", b"\xc0\x80\x05\xff", b"\x80\xff\xff", b"\x40\x07"]
)
def test_pictures_are_numbered_on_in_each_form(form: bytes, hall: Hall) -> None:
    """RFC 7741 §4.2: PictureID of 7 or 15 bits, with TL0PICIDX or without; TL0PICIDX alone."""
    for consumer in hall.both(4):
        hall.call.router.pause_consumer(consumer, hall.call.now)
        hall.call.router.resume_consumer(consumer, hall.call.now)
    for number, start in enumerate((b"\x10\0\0\x9d\x01\x2a\x80\x02\x68\x01", b"\x11\0\0", b"\x11\0\0"), 1):
        body = b"\x90" + form + start + bytes(50)
        sequence = hall.camera.sequence + number
        hall.send(
            [
                packet(
                    payload_type=96,
                    sequence=sequence,
                    timestamp=90_000 * number,
                    ssrc=9,
                    body=body,
                    marker=True,
                )
            ]
        )
    assert hall.served_alone() == [1 if index == 4 else 0 for index in EVERYBODY]
    assert [len(one) for one in hall.take()] == [3] * VIEWERS


def test_whose_way_has_ended_is_sent_nothing_more(hall: Hall) -> None:
    hall.seats[2].lane = None
    hall.call.router.endpoints["v2"].rerouted()
    hall.call.router.pause_consumer("t2-p", hall.call.now)
    hall.frame()
    assert [len(one) for one in hall.take()] == [0 if index == 2 else FRAME for index in EVERYBODY]


def test_whose_way_is_another_one_is_sent_that_way(hall: Hall) -> None:
    first, second = hall.street.lanes[:2]
    hall.seats[0].lane, hall.seats[1].lane = second, first
    for name in ("v0", "v1"):
        hall.call.router.endpoints[name].rerouted()
    hall.frame()
    came = hall.street.received()
    assert [int.from_bytes(came[index][0][SSRC]) for index in (0, 1, 2)] == [
        hall.ssrc(1),
        hall.ssrc(0),
        hall.ssrc(2),
    ]


def test_what_was_sent_together_is_sent_again_to_who_asks(hall: Hall) -> None:
    hall.frame()
    lost = hall.take()[3][1]
    number = int.from_bytes(lost[2:4])
    for name in ("v3", "t3"):
        endpoint, consumer = hall.call.router.endpoints[name], hall.call.router.consumers[f"{name}-p"][1]
        endpoint.receive_rtcp(rtcp.nack(1, consumer.ssrc, [number]), hall.call.now)
    hall.street.outgoing.flush()
    came = hall.take()
    assert [len(one) for one in came] == [1 if index == 3 else 0 for index in EVERYBODY]
    # RFC 4588 §4: the original number stands before the payload.
    assert number.to_bytes(2) in came[3][0]


def test_feedback_tells_of_what_was_sent_together(hall: Hall) -> None:
    hall.call.now += 0.1
    for name in ("v5", "t5"):
        message = rtcp.transport_feedback(
            1, 2, base=0, reference=1600, number=0, deltas=[0, 0, 0, None, None, 0, 0, 0, 0, 0]
        )
        hall.call.router.endpoints[name].receive_rtcp(message, hall.call.now)
    stats = hall.call.router.stats(hall.call.now)
    assert stats["v5"]["estimate"] == stats["t5"]["estimate"]


def test_what_was_sent_is_counted_for_each(hall: Hall) -> None:
    hall.frame()
    for consumer in hall.both(6):
        hall.call.router.pause_consumer(consumer, hall.call.now)
    hall.frame()
    stats = hall.call.router.stats(hall.call.now)
    for index in EVERYBODY:
        mine, twins = stats[f"v{index}"]["consumers"], stats[f"t{index}"]["consumers"]
        frames = 3 if index == 6 else 4
        assert mine[f"v{index}-p"]["packets"] == frames * FRAME
        assert mine[f"v{index}-p"]["bytes"] == twins[f"t{index}-p"]["bytes"]


def test_a_packet_older_than_somebodys_beginning_is_kept_from_him(hall: Hall) -> None:
    late = hall.camera.frame(packets=1)
    for consumer in hall.both(7):
        hall.call.router.pause_consumer(consumer, hall.call.now)
        hall.call.router.resume_consumer(consumer, hall.call.now)
    hall.frame(key=True)
    hall.frame()
    assert [len(one) for one in hall.take()] == [2 * FRAME] * VIEWERS
    hall.send(late)
    assert [len(one) for one in hall.take()] == [0 if index == 7 else 1 for index in EVERYBODY]


def test_layers_have_viewers_of_their_own(hall: Hall) -> None:
    hall.call.publisher.close_producer("p", hall.call.now)
    hall.call.publish("video", video_parameters(TWO), "q")
    small, large = Camera(9, named=False, size=(320, 180)), Camera(11, named=False, sequence=9, picture=7)
    hall.watch(producer="q")
    for consumer in hall.both(0, "q"):
        hall.call.router.set_consumer_size(consumer, 320, 180, hall.call.now)
    for key in (True, False, False):
        hall.send(small.frame(key=key, packets=2))
        hall.send(large.frame(key=key, packets=4))
    # The smaller one's key frame came first: better than nothing.
    assert [len(one) for one in hall.take()] == [6 if index == 0 else 2 + 12 for index in EVERYBODY]
    for consumer in hall.both(0, "q"):
        hall.call.router.set_consumer_size(consumer, 1280, 720, hall.call.now)
    hall.send(large.frame(key=True, packets=4))
    hall.send(large.frame(packets=4))
    assert [len(one) for one in hall.take()] == [8] * VIEWERS


@pytest.mark.parametrize("refusal", [errno.EIO, errno.EINVAL])
def test_a_route_without_segments_costs_nobody_a_packet(refusal: int, hall: Hall) -> None:
    hall.kernel.errors = [refusal, refusal]
    hall.frame()
    assert [len(one) for one in hall.take()] == [FRAME] * VIEWERS
    assert [lane.segmented for lane in hall.street.lanes] == [False] + [True] * (VIEWERS - 1)
    hall.served_alone()
    hall.frame()
    assert hall.served_alone() == [FRAME] + [0] * (VIEWERS - 1)
    assert [len(one) for one in hall.take()] == [FRAME] * VIEWERS


@pytest.mark.parametrize("taken", [1, 2, 5])
def test_a_kernel_that_takes_a_part_gets_the_rest(taken: int, hall: Hall) -> None:
    hall.kernel.most = taken
    hall.frame()
    assert [len(one) for one in hall.take()] == [FRAME] * VIEWERS
    assert hall.street.counters.sent == 3 * FRAME * VIEWERS


def test_what_the_kernel_has_no_room_for_waits_in_order(hall: Hall) -> None:
    hall.kernel.errors = [errno.EAGAIN, errno.EAGAIN]
    hall.frame()
    hall.frame()
    assert [len(one) for one in hall.street.received()] == [0] * VIEWERS
    assert hall.street.blocked == 1
    hall.street.outgoing.resume()
    assert [len(one) for one in hall.take()] == [2 * FRAME] * VIEWERS


def test_what_waits_is_bounded_while_the_kernel_has_no_room(hall: Hall) -> None:
    hall.kernel.errors = [errno.EAGAIN] * 3
    hall.frame()
    frames = 1
    while not hall.street.counters.send_blocked:
        hall.frame()
        frames += 1
    assert hall.street.outgoing.used <= ARENA_BYTES
    assert hall.street.counters.send_blocked == FRAME * VIEWERS


def test_a_viewer_whose_packets_cannot_be_protected_costs_the_others_none(hall: Hall) -> None:
    # libsrtp refuses to encrypt the same number a second time.
    again = hall.camera
    ahead = hall.call.router.consumers["v8-p"][1]
    number = (again.sequence + 1) & 0xFFFF
    shift = ahead.stream.part
    assert shift is not None
    mine = packet(
        payload_type=101, sequence=(number + shift.sequence) & 0xFFFF, timestamp=1, ssrc=ahead.ssrc, body=b""
    )
    hall.street.lanes[8].send(mine)
    hall.street.outgoing.flush()
    hall.street.received()
    hall.frame()
    came = hall.street.received()
    assert [len(one) for one in came] == [0 if index == 8 else FRAME for index in EVERYBODY]
    assert hall.street.counters.protect_failed == FRAME


def test_a_group_that_fails_costs_the_others_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Fanout, burst: Burst) -> None:
        raise ValueError(f"cannot send {len(burst)} packets")

    monkeypatch.setattr(Fanout, "send", fail)
    hall.frame()
    stats = hall.call.router.stats(hall.call.now)
    assert stats["v0"]["consumers"]["v0-p"]["failed"] == FRAME
    assert [len(twin.rtp) for twin in hall.twins] == [FRAME] * VIEWERS
