"""What departs: the same bytes in the same order, whichever way the kernel takes them."""

import ctypes
import errno
import socket
from collections.abc import Iterator

import pytest
from pylibsrtp import Policy, Session

from rooms.sfu import batch
from rooms.sfu.batch import MAX_MESSAGES, SendMany
from rooms.sfu.burst import MAX_BURST
from rooms.sfu.counters import Counters
from rooms.sfu.outgoing import ARENA_BYTES, Lane, Outgoing
from rooms.sfu.srtp import Protector
from tests.rooms.sfu.bursts import burst_of
from tests.rooms.sfu.test_srtp import session

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
        self.calls = self.messages = 0

    def __call__(self, descriptor: int, table: int, count: int, flags: int) -> int:
        self.calls += 1
        self.messages += count
        if self.errors:
            ctypes.set_errno(self.errors.pop(0))
            return -1
        return self.real(descriptor, table, min(count, self.most), flags)


class Street:
    """A queue before a real socket, and receivers who can decrypt."""

    def __init__(
        self,
        call: SendMany | None,
        *,
        segmented: bool = True,
        viewers: int = 3,
        host: str = "127.0.0.1",
        profile: int = Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.udp = socket.socket(family, socket.SOCK_DGRAM)
        self.udp.bind((host, 0))
        self.udp.setblocking(False)
        self.counters = Counters()
        self.blocked = self.woken = 0
        self.outgoing = Outgoing(
            self.udp, self.counters, wake=self._wake, blocked=self._block, call=call, segmented=segmented
        )
        self.receivers = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(viewers)]
        self.lanes: list[Lane] = []
        self.sessions: list[Session] = []
        self.number = 0
        for receiver in self.receivers:
            receiver.bind((host, 0))
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            protector = Protector(session(profile=profile))
            self.lanes.append(Lane(self.outgoing, receiver.getsockname(), protector))
            self.sessions.append(session(Policy.SSRC_ANY_INBOUND, profile))

    def _wake(self) -> None:
        self.woken += 1

    def _block(self) -> None:
        self.blocked += 1

    def post(self, sizes: list[int], viewers: list[int] | None = None) -> list[list[bytes]]:
        """A burst with payloads of these sizes to each viewer; what each is to get."""
        burst = burst_of(sizes, first=self.number)
        self.number += len(sizes)
        posted: list[list[bytes]] = [[] for _ in self.lanes]
        for viewer in range(len(self.lanes)) if viewers is None else viewers:
            self.lanes[viewer].send_burst(burst)
            posted[viewer] += burst.plain_packets()
        return posted

    def received(self) -> list[list[bytes]]:
        """What has come to each. Over loopback it is there when the sending returns."""
        return [
            [inbound.unprotect(data) for data in datagrams(receiver)]
            for receiver, inbound in zip(self.receivers, self.sessions, strict=True)
        ]

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


def in_mode(mode: str, host: str, profile: int) -> Street:
    call = None if mode == "singles" else batch.system_call()
    return Street(call, segmented=mode == "segments", host=host, profile=profile)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(
    "profile", [Policy.SRTP_PROFILE_AEAD_AES_128_GCM, Policy.SRTP_PROFILE_AES128_CM_SHA1_80]
)
def test_the_wire_carries_the_same_in_every_mode(
    mode: str, host: str, profile: int, streets: list[Street]
) -> None:
    street = in_mode(mode, host, profile)
    streets.append(street)
    assert street.outgoing.mode == mode
    total = 0
    for _ in range(3):
        posted = street.post(FRAME)
        total += sum(len(packet) for one in posted for packet in one)
        street.outgoing.flush()
        assert street.received() == posted
    tags = 9 * len(FRAME) * (16 if profile == Policy.SRTP_PROFILE_AEAD_AES_128_GCM else 10)
    assert street.counters == Counters(sent=9 * len(FRAME), bytes_sent=total + tags)
    assert not street.outgoing.waiting


def test_a_whole_frame_to_all_viewers_is_one_call(streets: list[Street]) -> None:
    kernel = Kernel()
    streets.append(street := Street(kernel))
    street.post([1000] * 5)
    street.outgoing.flush()
    assert (kernel.calls, kernel.messages) == (1, 3)
    assert [len(came) for came in street.received()] == [5, 5, 5]


def test_whoever_flushes_is_told_once_that_something_waits(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel()))
    street.post([100, 200])
    street.post([100])
    assert street.woken == 1


def test_a_single_packet_departs_among_the_bursts_in_order(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(), viewers=1))
    first = street.post([100, 200])[0]
    again = bytearray(first[0])
    again[2:4] = b"\xff\xff"
    street.lanes[0].send(again)
    last = street.post([300])[0]
    street.outgoing.flush()
    assert street.received() == [[*first, bytes(again), *last]]


def test_more_messages_than_a_table_holds_take_several_calls(streets: list[Street]) -> None:
    kernel = Kernel()
    streets.append(street := Street(kernel, segmented=False, viewers=1))
    posted: list[bytes] = []
    for _ in range(MAX_MESSAGES // MAX_BURST + 1):
        posted += street.post([10] * MAX_BURST)[0]
    street.outgoing.flush()
    assert kernel.calls == 2
    assert street.received() == [posted]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_kernel_that_takes_a_part_gets_the_rest_in_order(most: int, streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(most=most)))
    posted = street.post(FRAME)
    street.outgoing.flush()
    assert street.received() == posted


@pytest.mark.parametrize("refusal", [errno.EIO, errno.EINVAL, errno.EMSGSIZE])
def test_a_route_without_segmentation_gets_plain_datagrams(refusal: int, streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(refusal)))
    posted = street.post(FRAME)
    street.outgoing.flush()
    assert street.received() == posted
    assert [lane.segmented for lane in street.lanes] == [False, True, True]
    assert (street.counters.segments_refused, street.counters.send_failed) == (1, 0)
    posted = street.post(FRAME)
    street.outgoing.flush()
    assert street.received() == posted


def test_a_kernel_without_the_call_gets_single_datagrams(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(errno.ENOSYS)))
    posted = street.post(FRAME)
    street.outgoing.flush()
    assert street.received() == posted
    assert street.outgoing.mode == "singles"


@pytest.mark.parametrize("refusal", [errno.EPERM, errno.ENETUNREACH])
def test_a_message_that_cannot_be_sent_does_not_hold_the_others_up(
    refusal: int, streets: list[Street]
) -> None:
    streets.append(street := Street(Kernel(refusal)))
    posted = street.post([500])
    street.outgoing.flush()
    assert street.received() == [[], posted[1], posted[2]]
    assert (street.counters.send_failed, street.counters.sent) == (1, 2)


def test_what_the_kernel_has_no_room_for_waits_in_order(streets: list[Street]) -> None:
    kernel = Kernel(errno.EAGAIN, errno.ENOBUFS)
    streets.append(street := Street(kernel))
    first = street.post(FRAME)
    street.outgoing.flush()
    second = street.post([700])
    street.outgoing.flush()
    assert kernel.calls == 1
    assert street.received() == [[], [], []]
    street.outgoing.resume()
    assert (street.blocked, street.counters.send_waited) == (2, 2)
    street.outgoing.resume()
    assert street.received() == [one + more for one, more in zip(first, second, strict=True)]
    assert not street.outgoing.waiting


def test_what_waits_is_bounded_while_the_kernel_has_no_room(streets: list[Street]) -> None:
    streets.append(street := Street(Kernel(errno.EAGAIN), viewers=1))
    kept: list[bytes] = []
    bursts = ARENA_BYTES // (10 * 1000) + 20
    for _ in range(bursts):
        posted = street.post([1000] * 10)[0]
        if not street.counters.send_blocked:
            kept += posted
    lost = street.counters.send_blocked
    assert lost == 10 * bursts - len(kept)
    assert len(kept) * 1000 < ARENA_BYTES
    street.outgoing.resume()
    assert street.received() == [kept]
    posted = street.post([1000])
    street.outgoing.flush()
    assert street.received() == posted
    assert street.counters.send_blocked == lost


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        ([5, 5, 5], [3]),
        ([5, 5, 3, 3], [3, 1]),
        ([3, 5, 5, 2, 9], [1, 3, 1]),
        ([4] * MAX_BURST, [MAX_BURST]),
    ],
)
def test_runs_are_of_one_size_with_a_shorter_end(payloads: list[int], expected: list[int]) -> None:
    burst = burst_of(payloads)
    assert [packets for _, packets, _, _ in burst.runs] == expected
    assert sum(total for _, _, total, _ in burst.runs) == len(burst.plain)
    for begin, packets, total, segment in burst.runs:
        cuts = [min(segment, total - at) for at in range(0, total, segment)]
        assert len(cuts) == packets
        assert begin in [at for _, at in burst.places]
