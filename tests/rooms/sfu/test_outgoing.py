"""What departs: the same bytes in the same order, whichever way the kernel takes them."""

import ctypes
import errno
import socket
from collections.abc import Iterator

import pytest

from rooms.sfu import batch
from rooms.sfu.batch import MAX_MESSAGES, MAX_SEGMENTS, SendMany
from rooms.sfu.counters import Counters
from rooms.sfu.outgoing import LANE_BYTES, LAST_START, Lane, Outgoing
from tests.rooms.sfu.calls import open_line

MODES = ["segments", "batches", "singles"]
FRAME = [900, 900, 900, 901, 901, 120, 901, 300, 300, 299, 300]


class Kernel:
    """The real `sendmmsg`, but it refuses with these errors first and takes at most `most` at once."""

    def __init__(self, *errors: int, most: int = MAX_MESSAGES) -> None:
        found = batch.system_call()
        assert found is not None
        self.real: SendMany = found
        self.errors = list(errors)
        self.most = most
        self.calls = 0

    def __call__(self, descriptor: int, table: int, count: int, flags: int) -> int:
        self.calls += 1
        if self.errors:
            ctypes.set_errno(self.errors.pop(0))
            return -1
        return self.real(descriptor, table, min(count, self.most), flags)


class Street:
    """A queue before a real socket, and receivers."""

    def __init__(
        self, call: SendMany | None, *, segmented: bool = True, viewers: int = 3, host: str = "127.0.0.1"
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.udp.bind((host, 0))
        self.udp.setblocking(False)
        self.counters = Counters()
        self.blocked = 0
        self.outgoing = Outgoing(self.udp, self.counters, self._block, call=call, segmented=segmented)
        self.receivers = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(viewers)]
        self.lanes: list[Lane] = []
        for receiver in self.receivers:
            receiver.bind((host, 0))
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            lane = Lane()
            lane.aim(family, receiver.getsockname())
            self.lanes.append(lane)

    def _block(self) -> None:
        self.blocked += 1

    def post(self, lane: Lane, packet: bytes) -> None:
        lane.buffer[lane.used : lane.used + len(packet)] = packet
        lane.used += len(packet)
        if not lane.queued:
            self.outgoing.queue(lane)
        lane.sizes.append(len(packet))

    def post_frame(self, sizes: list[int]) -> list[list[bytes]]:
        """One packet of each size to each viewer, packet by packet; what each is to get."""
        posted: list[list[bytes]] = [[] for _ in self.lanes]
        for number, size in enumerate(sizes):
            for viewer, lane in enumerate(self.lanes):
                packet = bytes([viewer, number]).ljust(size, b"x")
                self.post(lane, packet)
                posted[viewer].append(packet)
        return posted

    def received(self) -> list[list[bytes]]:
        """What has come to each. Over loopback it is there when the sending returns."""
        return [list(datagrams(receiver)) for receiver in self.receivers]

    def close(self) -> None:
        for one in (self.udp, *self.receivers):
            one.close()


def datagrams(receiver: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            yield receiver.recv(2048, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return


@pytest.fixture
def streets() -> Iterator[list[Street]]:
    opened: list[Street] = []
    yield opened
    for street in opened:
        street.close()


def in_mode(mode: str, host: str) -> Street:
    call = None if mode == "singles" else batch.system_call()
    return Street(call, segmented=mode == "segments", host=host)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_wire_carries_the_same_in_every_mode(mode: str, host: str, streets: list[Street]) -> None:
    street = in_mode(mode, host)
    streets.append(street)
    assert street.outgoing.mode == mode
    for _ in range(3):
        posted = street.post_frame(FRAME)
        street.outgoing.flush()
        assert street.received() == posted
    assert street.counters == Counters(sent=9 * len(FRAME), bytes_sent=9 * sum(FRAME))
    assert not street.outgoing.waiting


def test_a_whole_frame_to_all_viewers_is_one_call(streets: list[Street]) -> None:
    kernel = Kernel()
    streets.append(street := Street(kernel))
    street.post_frame([1000] * 5)
    street.outgoing.flush()
    assert kernel.calls == 1
    assert [len(came) for came in street.received()] == [5, 5, 5]


def test_more_messages_than_a_table_holds_take_several_calls(streets: list[Street]) -> None:
    kernel = Kernel()
    streets.append(street := Street(kernel, segmented=False, viewers=10))
    posted = street.post_frame([60 + number for number in range(MAX_MESSAGES // 10 + 10)])
    street.outgoing.flush()
    assert kernel.calls == 2
    assert street.received() == posted


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_kernel_that_takes_a_part_gets_the_rest_in_order(most: int, streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(most=most)))
    posted = street.post_frame(FRAME)
    street.outgoing.flush()
    assert street.received() == posted


@pytest.mark.parametrize("refusal", [errno.EIO, errno.EINVAL, errno.EMSGSIZE])
def test_a_route_without_segmentation_gets_plain_datagrams(refusal: int, streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(refusal)))
    posted = street.post_frame(FRAME)
    street.outgoing.flush()
    assert street.received() == posted
    assert [lane.segmented for lane in street.lanes] == [False, True, True]
    assert (street.counters.segments_refused, street.counters.send_failed) == (1, 0)
    street.lanes[0].aim(street.udp.family, street.receivers[0].getsockname())
    assert street.lanes[0].segmented


def test_a_kernel_without_the_call_gets_single_datagrams(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(errno.ENOSYS)))
    posted = street.post_frame(FRAME)
    street.outgoing.flush()
    assert street.received() == posted
    assert street.outgoing.mode == "singles"


@pytest.mark.parametrize("refusal", [errno.EPERM, errno.ENETUNREACH])
def test_a_message_that_cannot_be_sent_does_not_hold_the_others_up(
    refusal: int, streets: list[Street]
) -> None:
    streets.append(street := Street(Kernel(refusal)))
    posted = street.post_frame([500])
    street.outgoing.flush()
    assert street.received() == [[], posted[1], posted[2]]
    assert (street.counters.send_failed, street.counters.sent) == (1, 2)


def test_what_the_kernel_has_no_room_for_waits_in_order(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(errno.EAGAIN, errno.ENOBUFS)))
    first = street.post_frame(FRAME)
    street.outgoing.flush()
    assert street.received() == [[], [], []]
    second = street.post_frame([700])
    street.outgoing.flush()
    assert (street.blocked, street.counters.send_waited) == (2, 2)
    street.outgoing.flush()
    assert street.received() == [one + more for one, more in zip(first, second, strict=True)]
    assert not street.outgoing.waiting


def test_a_viewer_who_left_meanwhile_costs_nothing(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel()))
    posted = street.post_frame(FRAME)
    street.lanes[1].clear()
    street.outgoing.flush()
    assert street.received() == [posted[0], [], posted[2]]


def test_a_viewer_who_returns_before_the_departure_gets_each_packet_once(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel()))
    street.post_frame(FRAME)
    street.lanes[1].clear()
    again = street.post_frame([400])
    street.outgoing.flush()
    assert street.received()[1] == again[1]


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        ([5, 5, 5], [(3, 15, 5)]),
        ([5, 5, 3, 3], [(3, 13, 5), (1, 3, 3)]),
        ([3, 5, 5, 2, 9], [(1, 3, 3), (3, 12, 5), (1, 9, 9)]),
        ([4] * (MAX_SEGMENTS + 1), [(MAX_SEGMENTS, 4 * MAX_SEGMENTS, 4), (1, 4, 4)]),
        ([], []),
    ],
)
def test_runs_are_of_one_size_with_a_shorter_end(sizes: list[int], runs: list[tuple[int, int, int]]) -> None:
    lane = Lane()
    lane.sizes, lane.used = sizes, sum(sizes)
    assert lane.runs(segmented=True) == runs
    assert lane.runs(segmented=False) == [(1, size, size) for size in sizes]


async def test_a_viewers_queue_is_bounded_while_the_kernel_has_no_room() -> None:
    async with open_line() as line:
        transport, _, peer = await line.call()
        kernel = Kernel(*[errno.EAGAIN] * 3)
        line.udp._outgoing._batch = batch.Batch(kernel)
        packets = [bytes([0x80, 96]) + n.to_bytes(2, "big") + bytes(8) + bytes(1000) for n in range(40)]
        for packet in packets:
            transport.send_rtp(bytearray(packet))
        kept = LAST_START // 1028 + 1
        assert transport._lane.used <= LANE_BYTES
        assert line.udp.counters.send_blocked == len(packets) - kept
        await peer.until(lambda: len(peer.received) == kept)
        assert peer.received == packets[:kept]
