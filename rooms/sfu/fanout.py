"""Many viewers served together: what differs between their packets is written for all of them at once.

A viewer served alone costs some fifty steps of the interpreter for each burst, and what belongs to him has to
be fetched from memory for them. Here viewers are rows of arrays, and what is left for each is to number his
packets and to encrypt them.
"""

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rooms.sfu.batch import MAX_MESSAGES
from rooms.sfu.burst import OWN_AT, Burst
from rooms.sfu.continuity import Part, Tally
from rooms.sfu.delivery import Delivery
from rooms.sfu.outgoing import ARENA_BYTES, Lane
from rooms.sfu.rtp import SEQUENCE_AT, TIMESTAMP_AT, WIDE_AT, MediaPacket
from rooms.sfu.srtp import MAX_ROWS_PACKETS, protect_rows

if TYPE_CHECKING:
    from rooms.sfu.consumer import Consumer
    from rooms.sfu.layer import Layer

LEAST: Final = 12  # for fewer viewers the arrays cost more than they spare
ROWS_BYTES: Final = 256 << 10  # written, then encrypted, then sent: it stays in the cache meanwhile


# What writing a packet for a viewer can raise: a buffer that is too short, a value out of range, a socket
# that is gone.
FAILURES: Final = (ValueError, LookupError, ArithmeticError, TypeError, OSError, struct.error)


class Seat(NamedTuple):
    """A viewer who can be served together with others: what he is sent, and how."""

    consumer: "Consumer"
    part: Part
    delivery: Delivery | None
    lane: Lane


class Shifts:
    """How some viewers' streams differ from the publisher's (see `Part`), a row for each."""

    __slots__ = ("_pictures", "_sequences", "_timestamps", "_tl0s")

    def __init__(self, parts: list[Part]) -> None:
        self._sequences = np.array([part.sequence & 0xFFFF for part in parts], np.uint32)[:, None]
        self._timestamps = np.array([part.timestamp & 0xFFFFFFFF for part in parts], np.uint32)[:, None]
        self._pictures = np.array([part.pictures >> 8 for part in parts], np.uint32)
        self._tl0s = np.array([part.pictures & 0xFF for part in parts], np.uint32)

    def write(self, burst: Burst, arena: bytearray, at: int, begin: int, end: int) -> None:
        """Write what is shifted into the rows of viewers `begin` to `end`; the first of them lies at `at`."""
        rows, first = slice(begin, end), 0
        for start, packets, _, segment in burst.runs:
            some = burst.packets[first : first + packets]
            shape, strides, place = (end - begin, packets), (burst.room, segment), at + start
            numbers = np.array([packet.number & 0xFFFF for packet in some], np.uint32)
            times = np.array([packet.timestamp for packet in some], np.uint32)
            np.ndarray(shape, ">u2", arena, place + SEQUENCE_AT, strides)[:] = (
                numbers + self._sequences[rows]
            ) & 0xFFFF
            np.ndarray(shape, ">u4", arena, place + TIMESTAMP_AT, strides)[:] = times + self._timestamps[rows]
            first += packets
        for index, place in burst.places:
            if burst.packets[index].picture_at:
                self._write_picture(burst, burst.packets[index], arena, at + place, rows)

    def _write_picture(
        self, burst: Burst, packet: MediaPacket, arena: bytearray, at: int, rows: slice
    ) -> None:
        """As `rtp.write_picture`."""
        numbers, strides = packet.picture + self._pictures[rows], (burst.room,)
        shape, place = numbers.shape, at + packet.picture_at
        if packet.picture_bits == 15:
            np.ndarray(shape, ">u2", arena, place, strides)[:] = 0x8000 | numbers & 0x7FFF
        else:
            np.ndarray(shape, np.uint8, arena, place, strides)[:] = numbers & 0x7F
        if packet.tl0_at:
            tl0s = packet.tl0 + self._tl0s[rows] & 0xFF
            np.ndarray(shape, np.uint8, arena, at + packet.tl0_at, strides)[:] = tl0s


class Fanout:
    """Viewers of a layer. Until `dissolve` none of them is served alone."""

    __slots__ = (
        "_contexts",
        "_deliveries",
        "_lanes",
        "_names",
        "_outgoing",
        "_part",
        "_payload_type",
        "_refused",
        "_shifts",
        "_ssrcs",
        "_tally",
        "consumers",
        "since",
    )

    def __init__(self, seats: list[Seat]) -> None:
        """Of one seat at least; all with transport-wide numbers, or none."""
        self.consumers = [seat.consumer for seat in seats]
        self.since = max(seat.part.since for seat in seats)
        self._part = seats[0].part
        alike = all(seat.part.shifts == self._part.shifts for seat in seats)
        # Those who never changed layer are: nearly all, on good lines.
        self._shifts = None if alike else Shifts([seat.part for seat in seats])
        self._payload_type = self.consumers[0].stream.payload_type
        self._ssrcs = np.array([consumer.ssrc for consumer in self.consumers], ">u4")[:, None]
        self._deliveries = [seat.delivery for seat in seats if seat.delivery is not None]
        self._lanes = [seat.lane for seat in seats]
        self._names = np.array([lane.name for lane in self._lanes], np.uint64)
        # Each viewer's as often as a burst has packets, by how many these are.
        self._contexts: dict[int, list[Any]] = {}
        self._outgoing = self._lanes[0].outgoing
        self._refused = self._outgoing.counters.segments_refused
        self._tally = Tally()
        for consumer in self.consumers:
            consumer.stream.share(self._tally)

    def dissolve(self) -> None:
        """Let each stream go on alone."""
        for consumer in self.consumers:
            consumer.stream.unshare()

    @property
    def valid(self) -> bool:
        """Whether the kernel still takes segments on all ways, as far as is known."""
        return self._outgoing.segmented and self._outgoing.counters.segments_refused == self._refused

    def send(self, burst: Burst) -> None:
        """Send a burst of the layer, none of it older than `since`, to all."""
        part, packets = self._part, len(burst.packets)
        if burst.shifts != part.shifts:
            burst.shift(part.shifts, part.sequence, part.timestamp, self._payload_type, part.pictures)
        numbers = self._numbers(burst)
        self._tally.add(burst)
        if self._outgoing.waiting:
            self._outgoing.flush()
        viewers = len(self._lanes)
        most = min(ROWS_BYTES // burst.room, MAX_MESSAGES // len(burst.runs), MAX_ROWS_PACKETS // packets)
        for begin in range(0, viewers, most):
            self._send_rows(burst, numbers, begin, min(begin + most, viewers))

    def _numbers(self, burst: Burst) -> NDArray[Any]:
        """The transport-wide ones: a row for each viewer. Without agreement 0, as in `Continuity.write`."""
        packets = len(burst.packets)
        if not self._deliveries:
            return np.zeros((len(self._lanes), packets), ">u2")
        firsts = np.array([delivery.depart(burst) for delivery in self._deliveries], np.uint32)
        return (firsts[:, None] + np.arange(packets, dtype=np.uint32)).astype(">u2")

    def _send_rows(self, burst: Burst, numbers: NDArray[Any], begin: int, end: int) -> None:
        outgoing, viewers, packets = self._outgoing, end - begin, len(burst.packets)
        at = outgoing.used
        if at + viewers * burst.room > ARENA_BYTES:
            outgoing.counters.send_blocked += viewers * packets
            return
        arena = outgoing.arena.buffer
        _write_rows(burst, arena, at, self._ssrcs[begin:end], numbers[begin:end])
        if self._shifts is not None:
            self._shifts.write(burst, arena, at, begin, end)
        contexts = self._contexts_of(packets)[begin * packets : end * packets]
        failed = protect_rows(contexts, burst, outgoing.arena, at)
        outgoing.counters.protect_failed += len(failed) * packets
        outgoing.send_rows(self._lanes[begin:end], self._names[begin:end], burst, failed)

    def _contexts_of(self, packets: int) -> list[Any]:
        found = self._contexts.get(packets)
        if found is None:
            contexts = [lane.protector.context for lane in self._lanes]
            found = self._contexts[packets] = [context for context in contexts for _ in range(packets)]
        return found


class Fanouts:
    """The viewers of a layer, grouped as they are at present; `alone` are those who are in no group.

    `since` is the oldest packet that all groups can be sent.
    """

    __slots__ = ("alone", "groups", "since")

    def __init__(self, layer: "Layer") -> None:
        seats: dict[bool, list[Seat]] = {}
        for consumer in layer.consumers:
            seat = consumer.seat(layer)
            if seat is not None:
                seats.setdefault(seat.delivery is not None, []).append(seat)
        self.groups = [Fanout(alike) for alike in seats.values() if len(alike) >= LEAST]
        together = {consumer.id for group in self.groups for consumer in group.consumers}
        self.alone = [consumer for consumer in layer.consumers if consumer.id not in together]
        self.since = max((group.since for group in self.groups), default=0)

    @property
    def valid(self) -> bool:
        """Whether all groups are."""
        return all(group.valid for group in self.groups)

    def dissolve(self) -> None:
        """Let each stream go on alone."""
        for group in self.groups:
            group.dissolve()


def send(layer: "Layer", burst: Burst, failed: Callable[["Consumer"], None]) -> None:
    """Send a burst to all viewers of its layer, together where that is cheaper.

    `failed` is told, while the exception is being handled, whose sending raised: that costs nobody else a
    packet.
    """
    groups, alone = _grouped(layer, burst)
    for group in groups:
        try:
            group.send(burst)
        except FAILURES:
            for consumer in group.consumers:
                failed(consumer)
    for consumer in alone:
        try:
            consumer.send(burst)
        except FAILURES:
            failed(consumer)


def _grouped(layer: "Layer", burst: Burst) -> tuple[list[Fanout], "list[Consumer]"]:
    """Who is sent this burst together, and who alone."""
    if len(layer.consumers) < LEAST:
        return [], layer.consumers
    if layer.fanouts is not None and not layer.fanouts.valid:
        layer.regroup()
    fanouts = layer.fanouts = layer.fanouts or Fanouts(layer)
    if burst.lowest < fanouts.since:
        # A late packet, older than somebody's stream: each has to be asked.
        layer.regroup()
        return [], layer.consumers
    return fanouts.groups, fanouts.alone


def _write_rows(burst: Burst, arena: bytearray, at: int, ssrcs: NDArray[Any], numbers: NDArray[Any]) -> None:
    """Write a burst for each viewer, `burst.room` bytes apart from `at` on.

    `ssrcs` is (viewers, 1), `numbers`, the transport-wide ones, (viewers, packets).
    """
    viewers, room, first = len(ssrcs), burst.room, 0
    np.ndarray((viewers, room), np.uint8, arena, at)[:] = np.frombuffer(burst.plain, np.uint8)
    for begin, packets, _, segment in burst.runs:
        shape, strides, place = (viewers, packets), (room, segment), at + begin
        np.ndarray(shape, ">u4", arena, place + OWN_AT, strides)[:] = ssrcs
        np.ndarray(shape, ">u2", arena, place + WIDE_AT, strides)[:] = numbers[:, first : first + packets]
        first += packets
