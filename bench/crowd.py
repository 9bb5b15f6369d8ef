"""The generator: publishers and viewers around a forwarder, and what is counted of them."""

import asyncio
import contextlib
import heapq
import select
import socket
import statistics
import struct
import time
from collections.abc import Awaitable, Iterable, Iterator
from dataclasses import dataclass, field

from bench import machine, receiving, stream
from bench.acknowledging import INTERVAL, Acknowledger
from bench.forwarder import Forwarder, Ours
from bench.stream import Stream
from bench.turns import Turns
from tests.rooms.sfu.peer import Peer

PARALLEL_JOINS = 8
WARM_SECONDS = 1.5
SETTLE_SECONDS = 0.5
CHECK_SECONDS = 5.0
REPORT_SECONDS = 1.0
LOSS_FREE = 0.001
QUEUED = 0.05  # more than this still under way when the sending stops means that it does not keep up
SEARCH_SECONDS = 1.5
SEARCH_STEPS = 6
LEAST_SCALE, MOST_SCALE = 2.0, 26.0
SO_RCVBUFFORCE = 33
PICTURE_LOSS = (206, 1)
RECEIVER_REPORT = struct.pack("!BBHI", 0x80, 201, 1, 1)
TURN_SECONDS = 0.005
NEVER = float("inf")
TILE, HIDDEN = (426, 240), (0, 0)


@dataclass
class Joins:
    """How some of them came in."""

    count: int
    seconds: float
    cpu_seconds: float
    grown_kib: int

    def row(self) -> str:
        """The cells of a table: joins/s, worker's CPU ms per join, KiB per join."""
        return (
            f"{self.count / self.seconds:.0f} | {self.cpu_seconds / self.count * 1000:.2f} "
            f"| {self.grown_kib / self.count:.0f}"
        )


@dataclass
class Result:
    """One measurement. `sent` is what was published, `due` what should have arrived of it at all viewers if
    each is sent all; `missing` is the share of sequence numbers that lacked at the worst of two viewers.
    """

    scale: float
    seconds: float
    sent: int
    due: int
    received: int
    cpu_seconds: float
    generator_seconds: float
    queued: int
    delays: list[float]
    missing: float

    @property
    def kept_up(self) -> bool:
        """Whether nothing was lost and little was still waiting at the end."""
        # More than was sent is what the step before had left on its way: that is no success either.
        return abs(self.loss) < LOSS_FREE and self.queued <= QUEUED * self.due

    @property
    def loss(self) -> float:
        """Share of packets that did not arrive."""
        return 1 - self.received / self.due if self.due else 0.0

    @property
    def cost(self) -> float:
        """Forwarder's CPU, microseconds per packet that arrived."""
        return self.cpu_seconds / max(1, self.received) * 1e6

    @property
    def rate(self) -> float:
        """Packets that arrived in a second."""
        return self.received / self.seconds

    def delay(self, part: float) -> float:
        """The delay, in milliseconds, that `part` of the packets stay below."""
        return receiving.share(self.delays, part)

    def row(self) -> str:
        """The cells of a table; `COLUMNS` heads them."""
        return (
            f"{self.rate:,.0f} | {self.cost:.2f} | {self.cpu_seconds / self.seconds:.0%} | {self.loss:.3%} "
            f"| {self.generator_seconds / self.seconds:.0%} | {self.delay(0.5):.2f} / {self.delay(0.99):.2f}"
        )


COLUMNS = "packets/s out,µs per packet,worker core,loss,generator core,ms p50 / p99"


@dataclass
class Publisher:
    """One who sends sound and picture to so many viewers."""

    peer: Peer
    viewers: int
    stream: Stream = field(default_factory=Stream)


class Crowd:
    """Everybody at one forwarder."""

    def __init__(self, forwarder: Forwarder) -> None:
        self.forwarder = forwarder
        self.publishers: list[Publisher] = []
        self.viewers: list[Peer] = []
        self.sent = self.due = self.received = 0
        self._sweep = receiving.Sweep()
        self._witnesses: dict[int, receiving.Witness] = {}
        self._acknowledgers: dict[int, Acknowledger] = {}
        self._acknowledging, self._reporting = Turns(INTERVAL), Turns(REPORT_SECONDS)
        self._checking = Turns(CHECK_SECONDS)

    async def open(self) -> None:
        """Start the forwarder on the first core; the generator keeps to the second."""
        await self.forwarder.open()
        machine.pin(self.forwarder.pid, 0)
        machine.pin(0, 1)

    async def close(self) -> None:
        """Leave without a word and end the forwarder."""
        for peer in [*(publisher.peer for publisher in self.publishers), *self.viewers]:
            peer.close()
        await self.forwarder.close()

    async def lecture(self, viewers: int) -> Joins:
        """One publisher, and so many who watch."""
        self.publishers = [Publisher(_ready(await self.forwarder.publish("room", "publisher")), viewers)]
        return await self.admit(
            self.forwarder.watch("room", f"v{number}", ["publisher"]) for number in range(viewers)
        )

    async def meetings(self, rooms: int, people: int) -> Joins:
        """So many rooms in which everybody publishes to everybody."""
        names = {f"room{room}": [f"{room}-{person}" for person in range(people)] for room in range(rooms)}
        for room, those in names.items():
            for name in those:
                self.publishers.append(
                    Publisher(_ready(await self.forwarder.publish(room, name)), people - 1)
                )
        return await self.admit(
            self.forwarder.watch(room, f"{name}-down", [other for other in those if other != name])
            for room, those in names.items()
            for name in those
        )

    async def conference(self, ours: Ours, people: int, visible: int, loud: int) -> Joins:
        """One room where everybody sends three sizes of their picture and sees so many others in tiles."""
        names = [f"p{number}" for number in range(people)]
        for number, name in enumerate(names):
            layers = stream.simulcast()
            peer = _ready(await ours.publish("room", name, layers))
            level = stream.VOICE if number < loud else stream.SILENCE
            self.publishers.append(Publisher(peer, people - 1, Stream(layers, level)))
        return await self.admit(
            ours.watch(
                "room",
                f"{name}-down",
                names[:number] + names[number + 1 :],
                {
                    other: TILE if 0 < (at - number) % people <= visible else HIDDEN
                    for at, other in enumerate(names)
                },
            )
            for number, name in enumerate(names)
        )

    async def admit(self, coming: Iterable[Awaitable[Peer]]) -> Joins:
        """Let these viewers in, a few at a time."""
        gate = asyncio.Semaphore(PARALLEL_JOINS)
        pid = self.forwarder.pid
        before = machine.resident_kib(pid)
        cpu, started = machine.cpu_seconds(pid), time.monotonic()

        async def one(join: Awaitable[Peer]) -> Peer:
            async with gate:
                return _ready(await join)

        joined = await asyncio.gather(*(one(join) for join in coming))
        self.viewers += joined
        if self.forwarder.transport_cc:
            self._acknowledgers |= {
                peer.sockets[0].fileno(): Acknowledger(self.forwarder.transport_cc) for peer in joined
            }
        # The first and the last to be served.
        for peer in {self.viewers[0], self.viewers[-1]}:
            number = peer.sockets[0].fileno()
            if number not in self._witnesses:
                self._witnesses[number] = receiving.Witness(peer.sockets[0], peer.rx)
        return Joins(
            count=len(joined),
            seconds=time.monotonic() - started,
            cpu_seconds=machine.cpu_seconds(pid) - cpu,
            grown_kib=machine.resident_kib(pid) - before,
        )

    def run(self, seconds: float, scale: float) -> None:
        """Publish and receive for so long; without `scale` nothing is published."""
        with select.epoll() as poll:
            viewers = {peer.sockets[0].fileno(): peer.sockets[0] for peer in self.viewers}
            publishers = {one.peer.sockets[0].fileno(): one for one in self.publishers}
            for number in (*viewers, *publishers):
                poll.register(number, select.EPOLLIN)
            start = time.monotonic()
            schedule = self._schedule(start, scale)
            due, publisher, is_frame = next(schedule)
            while (now := time.monotonic()) < start + seconds:
                while due <= now:
                    self._publish(self.publishers[publisher], is_frame)
                    due, publisher, is_frame = next(schedule)
                self._speak(now)
                for number, _ in poll.poll(max(0.0, min(due - now, TURN_SECONDS))):
                    if number in publishers:
                        _listen(publishers[number])
                    else:
                        self._count(viewers[number], now)

    def _schedule(self, start: float, scale: float) -> Iterator[tuple[float, int, bool]]:
        """When who sends what: their frames are spread over the time of one frame."""
        if not scale:
            return iter([(NEVER, 0, False)])
        apart = 1 / (stream.FRAMES * scale * len(self.publishers))
        return heapq.merge(
            *(
                _numbered(number, one.stream.schedule(start + number * apart, scale))
                for number, one in enumerate(self.publishers)
            )
        )

    def _publish(self, publisher: Publisher, is_frame: bool) -> None:
        packets = publisher.stream.frame() if is_frame else [publisher.stream.sound()]
        for packet in packets:
            publisher.peer.send_rtp(packet[: -receiving.STAMP.size] + receiving.STAMP.pack(time.time()))
        self.sent += len(packets)
        self.due += len(packets) * publisher.viewers

    def _count(self, viewer: socket.socket, now: float) -> None:
        number = viewer.fileno()
        reader = self._witnesses.get(number, self._sweep)
        found = reader.count(viewer)
        self.received += found
        if found and number in self._acknowledgers:
            self._acknowledgers[number].came(reader.last, now)

    def _speak(self, now: float) -> None:
        """What viewers say of themselves, each at an hour of their own."""
        for peer in self._acknowledging.due(now, self.viewers):
            # Transport-cc feedback, to whom anything came.
            acknowledger = self._acknowledgers.get(peer.sockets[0].fileno())
            if acknowledger is not None and (report := acknowledger.report()):
                peer.send_rtcp(report)
        for peer in self._reporting.due(now, self.viewers):
            peer.send_rtcp(RECEIVER_REPORT)
        everybody = [*(publisher.peer for publisher in self.publishers), *self.viewers]
        for peer in self._checking.due(now, everybody):
            # Consent (RFC 7675): without it the forwarder would stop sending.
            peer.send(bytes(peer.binding_request(nominate=True)))

    def measure(self, seconds: float, scale: float, *, warm: float = WARM_SECONDS) -> Result:
        """Warm up, then count what is sent, received and spent."""
        pid = self.forwarder.pid
        self.run(warm, scale)
        self.run(SETTLE_SECONDS, 0)
        self.sent = self.due = self.received = 0
        cpu, own = machine.cpu_seconds(pid), time.process_time()
        for witness in self._witnesses.values():
            witness.forget()
        self.run(seconds, scale)
        queued = self.due - self.received
        # What is still queued arrives now, with what it cost.
        self.run(SETTLE_SECONDS, 0)
        return Result(
            scale=scale,
            seconds=seconds,
            sent=self.sent,
            due=self.due,
            received=self.received,
            cpu_seconds=machine.cpu_seconds(pid) - cpu,
            generator_seconds=time.process_time() - own,
            queued=queued,
            delays=[delay for witness in self._witnesses.values() for delay in witness.delays],
            missing=max(witness.missing() for witness in self._witnesses.values()),
        )

    def most(self) -> Result | None:
        """The highest multiple of the browser's rate at which nothing is lost, by halving."""
        low, high, best = LEAST_SCALE, MOST_SCALE, None
        for _ in range(SEARCH_STEPS):
            scale = (low * high) ** 0.5
            result = self._kept_up(scale)
            if result is not None:
                low, best = scale, result
            else:
                high = scale
        return best

    def _kept_up(self, scale: float) -> Result | None:
        # The second try is for what else the machine did during the first.
        for _ in range(2):
            result = self.measure(SEARCH_SECONDS, scale, warm=SETTLE_SECONDS)
            if result.kept_up:
                return result
        return None

    def bare_cost(self) -> float:
        """What the kernel alone takes here and now to send one such packet, in microseconds."""
        count, packet = 20_000, bytes(stream.VIDEO_BYTES + 40)
        send = self.publishers[0].peer.sockets[0].sendto
        addresses = [peer.sockets[0].getsockname() for peer in self.viewers]
        cpu = time.process_time()
        for number in range(count):
            send(packet, addresses[number % len(addresses)])
        cpu = time.process_time() - cpu
        for peer in self.viewers:
            self._sweep.count(peer.sockets[0])
        return cpu / count * 1e6

    def idle(self, seconds: float) -> float:
        """The share of a core that is used while nobody sends media."""
        self.run(SETTLE_SECONDS, 0)
        cpu = machine.cpu_seconds(self.forwarder.pid)
        self.run(seconds, 0)
        return (machine.cpu_seconds(self.forwarder.pid) - cpu) / seconds


def middle(results: list[Result]) -> float:
    """The median of what a packet cost."""
    return statistics.median(result.cost for result in results)


def table(*columns: str) -> str:
    """The head of a table; a column may hold several, separated by commas."""
    names = [name for column in columns for name in column.split(",")]
    return f"| {' | '.join(names)} |\n{'| --- ' * len(names)}|"


def _numbered(number: int, schedule: Iterator[tuple[float, bool]]) -> Iterator[tuple[float, int, bool]]:
    return ((due, number, is_frame) for due, is_frame in schedule)


def _ready(peer: Peer) -> Peer:
    """The same peer, from now on read by the generator instead of the loop."""
    with contextlib.suppress(PermissionError):
        peer.sockets[0].setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    asyncio.get_running_loop().remove_reader(peer.sockets[0])
    return peer


def _listen(publisher: Publisher) -> None:
    peer = publisher.peer
    peer.received_rtcp.clear()
    peer._readable(0)
    for report in peer.received_rtcp:
        if (report[1], report[0] & 31) == PICTURE_LOSS:
            publisher.stream.key_frame_wanted = True
