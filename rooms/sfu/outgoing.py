"""What waits to be sent, protected, to all viewers: handed to the kernel by one call for many of them.

Three ways, each a fallback of the one before: equal packets to one viewer as one message that the kernel
cuts up (UDP_SEGMENT), many messages in one call (`sendmmsg`), one call for each packet (`sendto`). The bytes
on the wire and their order for each viewer are the same in all.
"""

import errno
import socket
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pylibsrtp
from numpy.typing import NDArray

from rooms.sfu import batch, srtp
from rooms.sfu.batch import MAX_MESSAGES, Batch, SendMany
from rooms.sfu.burst import MAX_PACKET, Burst
from rooms.sfu.counters import Counters
from rooms.sfu.ice_lite import Stream, UdpAddress
from rooms.sfu.srtp import Arena, Protector

ARENA_BYTES: Final = 1 << 20  # what waits, at most, while the kernel has no room
FLUSH_BYTES: Final = 64 << 10  # so much departs at once: it is still in the cache when the kernel copies it
# No segmentation on this route: the device cannot checksum, the packets are too long for it.
UNSEGMENTED: Final = frozenset({errno.EIO, errno.EINVAL, errno.EOPNOTSUPP, errno.EMSGSIZE})
NO_SUCH_CALL: Final = frozenset({errno.ENOSYS})
FULL: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})

# As `batch.Message`.
Message = tuple["Lane", int, int, int, int]
# Of a `Protector`: what, into which memory, where; how long it came out.
Write = Callable[[bytes | bytearray, Arena, int], int]


class Lane:
    """The way to one viewer's address. `segmented` is False when its route has refused segments."""

    __slots__ = ("_name", "address", "name", "outgoing", "protector", "segmented")

    def __init__(self, outgoing: "Outgoing", address: UdpAddress, protector: Protector) -> None:
        self.outgoing = outgoing
        self.protector = protector
        self.address = address
        self.segmented = True
        self._name = bytearray(batch.socket_address(outgoing.family, address))
        self.name = batch.address_of(self._name)

    def send_burst(self, burst: Burst) -> None:
        """Protect a burst and let it depart soon; counted, and nothing sent, when there is no room for it."""
        outgoing = self.outgoing
        at = outgoing.used
        if at + burst.room > FLUSH_BYTES:
            outgoing.flush()
            at = outgoing.used
            if at + burst.room > ARENA_BYTES:
                outgoing.counters.send_blocked += len(burst.packets)
                return
        try:
            side_by_side = self.protector.write_burst(burst, outgoing.arena, at)
        except pylibsrtp.Error:
            outgoing.counters.protect_failed += len(burst.packets)
            return
        waiting = outgoing.waiting
        if not waiting:
            outgoing.wake()
        outgoing.used = at + burst.room
        if side_by_side and self.segmented and outgoing.segmented:
            for begin, packets, total, segment in burst.runs:
                waiting.append((self, at + begin, packets, total, segment))
        else:
            sizes = srtp.lengths(len(burst.packets))
            for index, place in burst.places:
                waiting.append((self, at + place, 1, sizes[index], sizes[index]))

    def send(self, packet: bytes | bytearray) -> None:
        """Protect one packet and let it depart soon; counted, and not sent, when there is no room for it."""
        self._send(self.protector.write, packet)

    def send_rtcp(self, compound: bytes) -> None:
        """Protect one RTCP compound and let it depart likewise."""
        self._send(self.protector.write_rtcp, compound)

    def _send(self, write: Write, plain: bytes | bytearray) -> None:
        outgoing = self.outgoing
        at = outgoing.used
        if at > ARENA_BYTES - MAX_PACKET:
            outgoing.counters.send_blocked += 1
            return
        try:
            size = write(plain, outgoing.arena, at)
        except pylibsrtp.Error:
            outgoing.counters.protect_failed += 1
            return
        if not outgoing.waiting:
            outgoing.wake()
        outgoing.used = at + size
        outgoing.waiting.append((self, at, 1, size, size))

    @property
    def even(self) -> bool:
        """Whether what was sent last was one message for each run of packets."""
        return self.segmented and self.outgoing.segmented and self.protector.side_by_side


class StreamLane:
    """The way to one viewer over a TCP connection: packet by packet, since bytes have no boundaries there."""

    __slots__ = ("_counters", "_protector", "_stream")

    def __init__(self, stream: Stream, counters: Counters, protector: Protector) -> None:
        self._stream = stream
        self._counters = counters
        self._protector = protector

    def send_burst(self, burst: Burst) -> None:
        """Protect and send each packet; the stream drops and counts what is too much."""
        for packet in burst.plain_packets():
            self.send(packet)

    def send(self, packet: bytes | bytearray) -> None:
        """Protect and send one packet."""
        self._send(self._protector.protect, bytes(packet))

    def send_rtcp(self, compound: bytes) -> None:
        """Protect and send one RTCP compound."""
        self._send(self._protector.protect_rtcp, compound)

    def _send(self, protect: Callable[[bytes], bytes], plain: bytes) -> None:
        try:
            data = protect(plain)
        except (pylibsrtp.Error, ValueError):
            self._counters.protect_failed += 1
        else:
            self._stream.send(data)


class Outgoing:
    """The queue before one socket. `wake` is told when something waits: flush soon. `blocked` is told when
    the kernel has no room: call `resume` when it has.

    `call` None does without `sendmmsg`; `segmented` False without UDP_SEGMENT.
    """

    __slots__ = (
        "_batch",
        "_blocked",
        "_full",
        "_udp",
        "arena",
        "counters",
        "family",
        "segmented",
        "used",
        "waiting",
        "wake",
    )

    def __init__(
        self,
        udp: socket.socket,
        counters: Counters,
        *,
        wake: Callable[[], None],
        blocked: Callable[[], None],
        call: SendMany | None,
        segmented: bool,
    ) -> None:
        self.family = udp.family
        self.segmented = segmented
        self.counters = counters
        self.arena = Arena(ARENA_BYTES)
        self.waiting: list[Message] = []
        self.used = 0
        self._full = False
        self._udp = udp
        self.wake = wake
        self._blocked = blocked
        self._batch = (
            Batch(call, self.arena.address, batch.name_size(udp.family)) if call is not None else None
        )

    @property
    def mode(self) -> str:
        """`segments`, `batches` or `singles`: the quickest way that the kernel has not refused."""
        if self._batch is None:
            return "singles"
        return "segments" if self.segmented else "batches"

    def resume(self) -> None:
        """The kernel has room again."""
        self._full = False
        self.flush()

    def send_rows(
        self, lanes: Sequence[Lane], names: NDArray[np.uint64], burst: Burst, failed: list[int]
    ) -> None:
        """Send one burst to each of `lanes`, whose names are `names`, but to those of `failed`.

        Protected, it lies from `used` on for each of them, `burst.room` bytes apart. What the kernel has no
        room for waits, in order.
        """
        at, taken = self.used, 0
        if not failed and not self.waiting and self._batch is not None and self.segmented:
            count = self._batch.spread(names, burst, at)
            taken, _ = self._hand_over(self._batch, count)
            if taken == count:
                self.counters.sent += len(lanes) * len(burst.packets)
                self.counters.bytes_sent += len(lanes) * sum(total for _, _, total, _ in burst.runs)
                return
        if not self.waiting:
            self.wake()
        self.used = at + len(lanes) * burst.room
        self.waiting += [
            (lane, row + begin, packets, total, segment)
            for index, (lane, row) in enumerate(zip(lanes, range(at, self.used, burst.room), strict=True))
            if index not in failed
            for begin, packets, total, segment in burst.runs
        ]
        self._departed(self.waiting[:taken])
        # It meets the same refusal and decides what that means.
        self.flush()

    def flush(self) -> None:
        """Send what waits. What the kernel has no room for stays, in order."""
        while self.waiting and not self._full:
            done = self._flush_batch(self._batch) if self._batch is not None else self._flush_singles()
            if not done:
                self._full = True
                self.counters.send_waited += 1
                self._blocked()
        if not self.waiting:
            self.used = 0

    def _flush_batch(self, table: Batch) -> bool:
        """One table full of messages; False when the kernel has no room."""
        messages = self.waiting[:MAX_MESSAGES]
        table.fill(messages)
        taken, refused = self._hand_over(table, len(messages))
        self._departed(messages[:taken])
        return not refused or self._refused(refused)

    def _hand_over(self, table: Batch, count: int) -> tuple[int, int]:
        """How many of the table's first messages the kernel took; the errno of the next one, or 0."""
        taken = 0
        while taken < count:
            try:
                taken += table.send(self._udp.fileno(), taken, count)
            except OSError as error:
                return taken, error.errno or errno.EIO
        return taken, 0

    def _departed(self, messages: list[Message]) -> None:
        packets = total = 0
        for _, _, some, size, _ in messages:
            packets += some
            total += size
        self.counters.sent += packets
        self.counters.bytes_sent += total
        del self.waiting[: len(messages)]

    def _refused(self, number: int) -> bool:
        """Decide what the refusal of the first that waits means; False when there is no room."""
        message = self.waiting[0]
        if number in FULL:
            return False
        if number in NO_SUCH_CALL:
            self._batch = None
        elif message[2] > 1 and number in UNSEGMENTED:
            message[0].segmented = False
            self.counters.segments_refused += 1
            self.waiting[:1] = _cut(message)
        else:
            self.counters.send_failed += message[2]
            del self.waiting[0]
        return True

    def _flush_singles(self) -> bool:
        view = memoryview(self.arena.buffer)
        while self.waiting:
            self.waiting[:1] = _cut(self.waiting[0])
            lane, at, _, size, _ = self.waiting[0]
            try:
                self._udp.sendto(view[at : at + size], lane.address)
            except BlockingIOError:
                return False
            except OSError:
                self.counters.send_failed += 1
                del self.waiting[0]
            else:
                self._departed(self.waiting[:1])
        return True


def _cut(message: Message) -> list[Message]:
    """A message of many packets as messages of one."""
    lane, at, _, total, segment = message
    cuts = range(0, total, segment)
    return [(lane, at + cut, 1, min(segment, total - cut), segment) for cut in cuts]
