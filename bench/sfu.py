"""What forwarding costs: one publisher, many viewers, real ICE and DTLS-SRTP, over loopback.

    python -m bench.sfu --viewers 10,50,100,200 --scale 1,4
    python -m bench.sfu --quick

The worker runs on the first core, this generator on the second, both before others where that is allowed.
Viewers join for real; then their packets are only counted: decrypting would cost more than forwarding.
"""

import argparse
import asyncio
import contextlib
import resource
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from bench import machine, receiving, stream
from rooms.sfu.channel import Notification, TransportState, Worker, WorkerSettings
from tests.rooms.sfu.peer import Peer, dtls_parameters

PARALLEL_JOINS = 8
WARM_SECONDS = 1.5
SETTLE_SECONDS = 0.5
CHECK_SECONDS = 5.0
REPORT_SECONDS = 1.0
LOSS_FREE = 0.001
QUEUED = 0.05  # more than this still under way when the sending stops means that it does not keep up
SEARCH_SECONDS = 2.0
SEARCH_STEPS = 6
SO_RCVBUFFORCE = 33
PICTURE_LOSS = (206, 1)


@dataclass
class Joins:
    """How the viewers came in."""

    seconds: float
    cpu_seconds: float
    grown_kib: int


@dataclass
class Result:
    """One measurement."""

    viewers: int
    scale: float
    seconds: float
    sent: int
    received: int
    cpu_seconds: float
    generator_seconds: float
    queued: int
    delays: list[float]

    @property
    def kept_up(self) -> bool:
        """Whether nothing was lost and little was still waiting at the end."""
        # More than was sent is what the step before had left on its way: that is no success either.
        return abs(self.loss) < LOSS_FREE and self.queued <= QUEUED * self.sent * self.viewers

    @property
    def loss(self) -> float:
        """Share of packets that did not arrive."""
        expected = self.sent * self.viewers
        return 1 - self.received / expected if expected else 0.0

    @property
    def cost(self) -> float:
        """Worker's CPU, microseconds per packet that arrived."""
        return self.cpu_seconds / self.received * 1e6


class Audience:
    """A room with one publisher and its viewers."""

    def __init__(self) -> None:
        self.worker: Worker
        self.capabilities: dict[str, Any] = {}
        self.publisher: Peer
        self.viewers: list[Peer] = []
        self.names: list[str] = []
        self.stream = stream.Stream()
        self.received = 0
        self.sent = 0
        self._states: set[tuple[str, str]] = set()
        self._sweep = receiving.Sweep()
        self._witnesses: dict[int, receiving.Witness] = {}

    async def open(self) -> None:
        """Start the worker on its core and bring the publisher in."""
        settings = WorkerSettings(host="127.0.0.1")
        self.worker = await Worker.start(settings, notify=self._notify, died=lambda: print("the worker died"))
        machine.pin(self.worker.pid, 0)
        machine.pin(0, 1)
        self.capabilities = await self.worker.create_router("room")
        self.publisher = await self._join("publisher")
        for kind in ("audio", "video"):
            await self.worker.produce("publisher", kind, kind, stream.parameters(kind), False)

    async def close(self) -> None:
        for peer in [self.publisher, *self.viewers]:
            peer.close()
        await self.worker.close()

    async def admit(self, count: int) -> Joins:
        """Let viewers join until there are `count`, a few at a time."""
        gate = asyncio.Semaphore(PARALLEL_JOINS)
        before = machine.resident_kib(self.worker.pid)
        cpu, started = machine.cpu_seconds(self.worker.pid), time.monotonic()
        names = [f"v{number}" for number in range(len(self.viewers), count)]

        async def one(name: str) -> Peer:
            async with gate:
                peer = await self._join(name)
                for kind in ("audio", "video"):
                    await self.worker.consume(name, f"{name}-{kind}", kind, self.capabilities)
                    await self.worker.resume_consumer(f"{name}-{kind}")
                await self.worker.set_consumer_size(f"{name}-video", 1280, 720)
                return peer

        self.viewers += await asyncio.gather(*(one(name) for name in names))
        # The first and the last to be served.
        for peer in {self.viewers[0], self.viewers[-1]}:
            number = peer.sockets[0].fileno()
            if number not in self._witnesses:
                self._witnesses[number] = receiving.Witness(peer.sockets[0], peer.rx)
        return Joins(
            seconds=time.monotonic() - started,
            cpu_seconds=machine.cpu_seconds(self.worker.pid) - cpu,
            grown_kib=machine.resident_kib(self.worker.pid) - before,
        )

    async def _join(self, name: str) -> Peer:
        parameters = await self.worker.create_transport("room", name)
        peer = Peer(parameters)
        with contextlib.suppress(PermissionError):
            peer.sockets[0].setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        await self.worker.connect_transport(name, dtls_parameters())
        await peer.connect()
        asyncio.get_running_loop().remove_reader(peer.sockets[0])
        return peer

    def _notify(self, told: Notification) -> None:
        if isinstance(told, TransportState) and told.state in ("failed", "closed", "disconnected"):
            print(f"{told.transport} is {told.state}")

    def run(self, seconds: float, scale: float) -> None:
        """Publish and receive for so long; without `scale` nothing is published."""
        with select.epoll() as poll:
            peers = {peer.sockets[0].fileno(): peer for peer in self.viewers}
            ours = self.publisher.sockets[0].fileno()
            for number in (*peers, ours):
                poll.register(number, select.EPOLLIN)
            start = time.monotonic()
            schedule = self.stream.schedule(start, scale) if scale else iter([(float("inf"), False)])
            due, is_frame = next(schedule)
            report, check = start + REPORT_SECONDS / 2, start
            while (now := time.monotonic()) < start + seconds:
                while due <= now:
                    self._publish(is_frame)
                    due, is_frame = next(schedule)
                if now >= report:
                    report += REPORT_SECONDS
                    self._report()
                if now >= check:
                    check += CHECK_SECONDS
                    self._check()
                for number, _ in poll.poll(max(0.0, min(due, report) - now)):
                    if number == ours:
                        self._listen()
                    else:
                        self._count(peers[number].sockets[0])

    def _publish(self, is_frame: bool) -> None:
        packets = self.stream.frame() if is_frame else [self.stream.sound()]
        for packet in packets:
            self.publisher.send_rtp(packet[: -receiving.STAMP.size] + receiving.STAMP.pack(time.time()))
        self.sent += len(packets)

    def _count(self, viewer: socket.socket) -> None:
        self.received += self._witnesses.get(viewer.fileno(), self._sweep).count(viewer)

    def _listen(self) -> None:
        self.publisher.received_rtcp.clear()
        self.publisher._readable(0)
        for report in self.publisher.received_rtcp:
            if (report[1], report[0] & 31) == PICTURE_LOSS:
                self.stream.key_frame_wanted = True

    def _report(self) -> None:
        """One receiver report from each viewer, as browsers send them."""
        empty = struct.pack("!BBHI", 0x80, 201, 1, 1)
        for peer in self.viewers:
            peer.send_rtcp(empty)

    def _check(self) -> None:
        """Consent (RFC 7675): without it the worker would stop sending."""
        for peer in [self.publisher, *self.viewers]:
            peer.send(bytes(peer.binding_request(nominate=True)))

    def measure(self, seconds: float, scale: float) -> Result:
        """Warm up, then count what is sent, received and spent."""
        self.run(WARM_SECONDS, scale)
        self.run(SETTLE_SECONDS, 0)
        self.sent = self.received = 0
        cpu, own = machine.cpu_seconds(self.worker.pid), time.process_time()
        for witness in self._witnesses.values():
            witness.delays.clear()
        self.run(seconds, scale)
        queued = self.sent * len(self.viewers) - self.received
        # What is still queued arrives now, with what it cost.
        self.run(SETTLE_SECONDS, 0)
        return Result(
            viewers=len(self.viewers),
            scale=scale,
            seconds=seconds,
            sent=self.sent,
            received=self.received,
            cpu_seconds=machine.cpu_seconds(self.worker.pid) - cpu,
            generator_seconds=time.process_time() - own,
            queued=queued,
            delays=[delay for witness in self._witnesses.values() for delay in witness.delays],
        )

    def most(self, seconds: float) -> tuple[float, Result | None]:
        """The highest multiple of the browser's rate at which nothing is lost, by halving; its result."""
        low, high, best = 0.0, 32.0, None
        for _ in range(SEARCH_STEPS):
            scale = (low + high) / 2
            result = self.measure(seconds, scale)
            if result.kept_up:
                low, best = scale, result
            else:
                high = scale
        return low, best

    def bare_cost(self) -> float:
        """What the kernel alone takes here and now to send one such packet, in microseconds."""
        count, packet = 20_000, bytes(stream.VIDEO_BYTES + 40)
        send, addresses = (
            self.publisher.sockets[0].sendto,
            [peer.sockets[0].getsockname() for peer in self.viewers],
        )
        cpu = time.process_time()
        for number in range(count):
            send(packet, addresses[number % len(addresses)])
        cpu = time.process_time() - cpu
        for peer in self.viewers:
            self._count(peer.sockets[0])
        return cpu / count * 1e6

    def idle(self, seconds: float) -> float:
        """The share of a core that is used while nobody sends media."""
        self.run(SETTLE_SECONDS, 0)
        cpu = machine.cpu_seconds(self.worker.pid)
        self.run(seconds, 0)
        return (machine.cpu_seconds(self.worker.pid) - cpu) / seconds


def joins_line(viewers: int, joins: Joins) -> str:
    """A row of the table of joins."""
    return (
        f"| {viewers} | {viewers / joins.seconds:.0f} | {joins.cpu_seconds / viewers * 1000:.2f} "
        f"| {joins.grown_kib / viewers:.0f} |"
    )


def result_line(result: Result) -> str:
    """A row of the table of forwarding."""
    return (
        f"| {result.viewers} | {result.scale:g} | {result.received / result.seconds:,.0f} "
        f"| {result.cost:.2f} | {result.cpu_seconds / result.seconds:.0%} | {result.loss:.3%} "
        f"| {result.generator_seconds / result.seconds:.0%} "
        f"| {receiving.share(result.delays, 0.5):.2f} / {receiving.share(result.delays, 0.99):.2f} |"
    )


@dataclass
class Measured:
    """One audience: its row of joins, its rows of forwarding, what it costs idle, what the kernel costs."""

    joins: str
    rows: list[str]
    idle: float
    bare: float
    most: str


async def measure(viewers: int, scales: list[float], seconds: float, *, search: bool) -> Measured:
    """Open an audience, measure it, close it."""
    audience = Audience()
    await audience.open()
    try:
        joins = await audience.admit(viewers)
        bare = audience.bare_cost()
        idle = audience.idle(5.0)
        rows = [result_line(audience.measure(seconds, scale)) for scale in scales]
        best = audience.most(SEARCH_SECONDS)[1] if search else None
        stats = await audience.worker.stats()
        if stats["internalErrors"] or stats["datagrams"]["send_blocked"]:
            print("worker:", stats["internalErrors"], "errors;", stats["datagrams"])
    finally:
        await audience.close()
    return Measured(joins_line(viewers, joins), rows, idle, bare, result_line(best) if best else "")


async def main() -> None:
    """Measure every size of audience and print the tables."""
    options = argparse.ArgumentParser(prog="python -m bench.sfu", description="CPU per forwarded packet.")
    options.add_argument("--viewers", default="10,50,100,200", help="comma-separated sizes of the audience")
    options.add_argument("--scale", default="1,4", help="comma-separated multiples of 192 packets/s")
    options.add_argument("--seconds", type=float, default=8.0, help="length of one measurement")
    options.add_argument("--quick", action="store_true", help="100 viewers, both rates, most without loss")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.viewers, chosen.scale = "100", "1,4"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    sizes = [int(size) for size in chosen.viewers.split(",")]
    scales = [float(scale) for scale in chosen.scale.split(",")]
    print(*machine.description(), "", sep="\n")
    measured = [await measure(size, scales, chosen.seconds, search=chosen.quick) for size in sizes]
    print("| viewers | joins/s | worker CPU ms per join | KiB per viewer |\n| --- | --- | --- | --- |")
    print(*(one.joins for one in measured), "", sep="\n")
    columns = "viewers,scale,packets/s out,µs per packet,worker core,loss,generator core,ms p50 / p99"
    print("|", columns.replace(",", " | "), "|\n" + 8 * "| --- ", "|", sep="")
    print(*(row for one in measured for row in one.rows), "", sep="\n")
    if chosen.quick:
        print("Most without loss:", measured[-1].most or "less than measured", sep="\n")
    print("A bare sendto of such a packet, µs:", *(f"{one.bare:.2f}" for one in measured))
    print(f"Idle with {sizes[-1]} viewers: {measured[-1].idle:.2%} of a core.")


if __name__ == "__main__":
    asyncio.run(main())
