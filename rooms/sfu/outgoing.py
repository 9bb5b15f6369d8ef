"""What waits to be sent: a lane for each viewer, emptied by one call of the kernel for all of them.

Three ways, each a fallback of the one before: equal packets to one viewer as one message that the kernel
cuts up (UDP_SEGMENT), many messages in one call (`sendmmsg`), one call for each packet (`sendto`). The bytes
on the wire and their order for each viewer are the same in all.
"""

import errno
import socket
from collections.abc import Callable
from typing import Final

from rooms.sfu import batch
from rooms.sfu.batch import MAX_MESSAGES, MAX_SEGMENTS, NO_SEGMENTS, Batch, SendMany
from rooms.sfu.counters import Counters
from rooms.sfu.ice_lite import UdpAddress
from rooms.sfu.srtp import MAX_PACKET

LANE_BYTES: Final = 16 << 10  # a dozen full packets; a viewer who gets more between two departures makes one
LAST_START: Final = LANE_BYTES - MAX_PACKET
# No segmentation on this route: the device cannot checksum, the packets are too long for it.
UNSEGMENTED: Final = frozenset({errno.EIO, errno.EINVAL, errno.EOPNOTSUPP, errno.EMSGSIZE})
NO_SUCH_CALL: Final = frozenset({errno.ENOSYS})
FULL: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS})


class Lane:
    """One viewer's packets, protected, one behind the other, in a buffer of fixed size.

    `sizes` are those of the packets from `start` to `used`. A `queued` one is empty when its viewer has gone.
    """

    __slots__ = (
        "_name",
        "address",
        "base",
        "buffer",
        "name",
        "queued",
        "segmented",
        "sizes",
        "start",
        "used",
    )

    def __init__(self) -> None:
        self.buffer = bytearray(LANE_BYTES)
        self.base = batch.address_of(self.buffer)
        self.sizes: list[int] = []
        self.start = 0
        self.used = 0
        self.queued = False
        self.segmented = True
        self.address: UdpAddress | None = None
        self.name = (0, 0)
        self._name = bytearray()

    def aim(self, family: int, address: UdpAddress) -> None:
        """Send what waits and what comes to `address` from now on."""
        self.address = address
        self.segmented = True
        self._name = bytearray(batch.socket_address(family, address))
        self.name = (batch.address_of(self._name), len(self._name))

    def clear(self) -> None:
        """Drop what waits."""
        self.sizes.clear()
        self.start = self.used = 0

    def depart(self, packets: int) -> int:
        """Forget the first `packets`; their bytes."""
        sizes = self.sizes
        if packets == len(sizes):
            gone = self.used - self.start
            self.clear()
        else:
            gone = sum(sizes[:packets])
            del sizes[:packets]
            self.start += gone
        return gone

    def runs(self, *, segmented: bool) -> list[tuple[int, int, int]]:
        """What waits as (packets, bytes, segment): runs of one size, the last packet may be shorter."""
        sizes = self.sizes
        if segmented and 0 < len(sizes) <= MAX_SEGMENTS and sizes.count(sizes[0]) == len(sizes):
            return [(len(sizes), self.used - self.start, sizes[0])]
        found: list[tuple[int, int, int]] = []
        packets = total = segment = 0
        for size in sizes:
            if packets and (not segmented or size > segment or packets == MAX_SEGMENTS):
                found.append((packets, total, segment))
                packets = total = 0
            segment = segment if packets else size
            packets += 1
            total += size
            if size < segment:
                found.append((packets, total, segment))
                packets = total = 0
        if packets:
            found.append((packets, total, segment))
        return found


class Outgoing:
    """The queue of lanes before one socket. `blocked` is told when the kernel has no room: flush when it has.

    `call` None does without `sendmmsg`; `segmented` False without UDP_SEGMENT.
    """

    def __init__(
        self,
        udp: socket.socket,
        counters: Counters,
        blocked: Callable[[], None],
        *,
        call: SendMany | None,
        segmented: bool,
    ) -> None:
        self.family = udp.family
        self.segmented = segmented
        self.waiting: list[Lane] = []
        self._udp = udp
        self._counters = counters
        self._blocked = blocked
        self._batch = Batch(call) if call is not None else None

    def queue(self, lane: Lane) -> None:
        """Let what a lane is filled with depart with the next `flush`."""
        lane.queued = True
        self.waiting.append(lane)

    @property
    def mode(self) -> str:
        """`segments`, `batches` or `singles`: the quickest way that the kernel has not refused."""
        if self._batch is None:
            return "singles"
        return "segments" if self.segmented else "batches"

    def flush(self) -> None:
        """Send what waits. What the kernel has no room for stays, in order."""
        while self.waiting:
            done = self._flush_batch(self._batch) if self._batch is not None else self._flush_singles()
            if not done:
                self._counters.send_waited += 1
                self._blocked()
                return

    def _flush_batch(self, table: Batch) -> bool:
        """One table full of messages; False when the kernel has no room."""
        plan: list[tuple[Lane, int]] = []
        put = table.put
        for lane in self.waiting:
            if len(plan) == MAX_MESSAGES:
                break
            sizes, at = lane.sizes, lane.base + lane.start
            if len(sizes) == 1:
                put(len(plan), lane.name, at, sizes[0], NO_SEGMENTS)
                plan.append((lane, 1))
                continue
            for packets, total, segment in lane.runs(segmented=self.segmented and lane.segmented):
                if len(plan) == MAX_MESSAGES:
                    break
                put(len(plan), lane.name, at, total, segment if packets > 1 else NO_SEGMENTS)
                plan.append((lane, packets))
                at += total
        taken = refused = 0
        while taken < len(plan) and not refused:
            try:
                taken += table.send(self._udp.fileno(), taken, len(plan))
            except OSError as error:
                refused = error.errno or errno.EIO
        self._departed(plan[:taken])
        return not refused or self._refused(refused, *plan[taken])

    def _departed(self, plan: list[tuple[Lane, int]]) -> None:
        counters = self._counters
        for lane, packets in plan:
            counters.sent += packets
            counters.bytes_sent += lane.depart(packets)
        self._tidy()

    def _tidy(self) -> None:
        left = []
        for lane in self.waiting:
            lane.queued = bool(lane.sizes)
            if lane.sizes:
                left.append(lane)
        self.waiting = left

    def _refused(self, number: int, lane: Lane, packets: int) -> bool:
        """Decide what the refusal of a message means; False when there is no room."""
        if number in FULL:
            return False
        if number in NO_SUCH_CALL:
            self._batch = None
        elif packets > 1 and number in UNSEGMENTED:
            lane.segmented = False
            self._counters.segments_refused += 1
        else:
            self._counters.send_failed += packets
            lane.depart(packets)
            self._tidy()
        return True

    def _flush_singles(self) -> bool:
        for lane in self.waiting:
            view = memoryview(lane.buffer)
            while lane.sizes and lane.address is not None:
                try:
                    self._udp.sendto(view[lane.start : lane.start + lane.sizes[0]], lane.address)
                except BlockingIOError:
                    self._tidy()
                    return False
                except OSError:
                    self._counters.send_failed += 1
                    lane.depart(1)
                else:
                    self._counters.sent += 1
                    self._counters.bytes_sent += lane.depart(1)
        self._tidy()
        return True
