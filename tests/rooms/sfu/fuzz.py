"""Mutated datagrams by the million, in one process: nothing raises, nothing is answered that should not be.

    python -m tests.rooms.sfu.fuzz --count 10000000 --seed 1

Three parts: the wire (STUN, DTLS records, SRTP and SRTCP, from strangers and from a caller's address), the
same in TCP's framing (broken lengths, cut anywhere), and what an authentic but hostile caller can send inside
of SRTP (RTP with extensions and VP8, all kinds of RTCP).
"""

import argparse
import asyncio
import itertools
import random
import resource
import time
from collections import Counter
from dataclasses import asdict

from rooms.sfu.tcp import Connection
from tests.rooms.sfu.calls import Line, open_line
from tests.rooms.sfu.media import SIMULCAST, Call, Camera, audio_parameters, video_parameters
from tests.rooms.sfu.peer import Peer
from tests.rooms.sfu.test_hostile import Armoury, mutate
from tests.rooms.sfu.test_mutations import reports

ROUND = 2000
PARTS = 3
CALL_ROUNDS = 50
MADE_ONCE = 500


class Wire(asyncio.Transport):
    """A TCP connection's sending half: takes all, and ends when it is told to."""

    def __init__(self, connection: Connection, address: tuple[str, int]) -> None:
        super().__init__({"peername": address})
        self._connection = connection
        self._closing = False
        connection.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._connection.connection_lost(None)

    abort = close


class Fuzz:
    """One run. `counts` has what became of the datagrams; an exception ends it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.call: Call | None = None
        self._ports = itertools.cycle(range(1024, 60_000))

    async def run(self, count: int) -> None:
        """Send `count` datagrams, as many at each part."""
        async with open_line() as line:
            wire = await self._open(line)
            # Time flies, so that the limit on checks lets them through to their reader.
            began, seconds = line.udp.now(), itertools.count()
            line.udp.now = lambda: began + next(seconds)
            for number in range(-(-count // (PARTS * ROUND))):
                await self._wire_round(line, *wire)
                await self._stream_round(line, *wire)
                if number % CALL_ROUNDS == 0:
                    self._end_call()
                    self._begin_call()
                self._call_round()
            self.counts.update(asdict(line.udp.counters))
            self._end_call()

    async def _open(self, line: Line) -> tuple[Peer, list[bytes]]:
        transport, _, _ = line.transport()
        line.accept(transport)
        caller = line.peer(transport)
        sniffed: list[bytes] = []

        def sniff(data: bytes) -> bool:
            if 20 <= data[0] < 64:
                sniffed.append(data)
            return False

        caller.lose = sniff
        await caller.connect()
        _, _, other = await line.call()
        armoury = Armoury(caller, other, sniffed, self.chance.randrange(1 << 30))
        # Signing is slow: the same hostile datagrams are changed again and again.
        return caller, [armoury.next() for _ in range(MADE_ONCE)]

    async def _wire_round(self, line: Line, caller: Peer, made: list[bytes]) -> None:
        known = caller.sockets[0].getsockname()
        for number in range(ROUND):
            address = known if number % 2 else ("127.0.0.1", next(self._ports))
            data = self._hostile(made)
            if data:
                now = line.udp.now()
                line.udp.dispatch(data, address, now, now)
        await asyncio.sleep(0)
        self.counts["wire"] += ROUND

    async def _stream_round(self, line: Line, caller: Peer, made: list[bytes]) -> None:
        connection, wire = self._connect(line, caller, proven=True)
        for number in range(ROUND):
            if wire.is_closing():
                # As a stranger: ends with the first message that is no check.
                connection, wire = self._connect(line, caller, proven=number % 4 != 0)
            data = _framed(self._hostile(made))
            if self.chance.random() < 0.1:
                data = mutate(data, self.chance)
            cut = self.chance.randrange(len(data) + 1)
            connection.data_received(data[:cut])
            if not wire.is_closing():
                connection.data_received(data[cut:])
        wire.close()
        await asyncio.sleep(0)
        self.counts["stream"] += ROUND

    def _hostile(self, made: list[bytes]) -> bytes:
        data = self.chance.choice(made)
        return data if self.chance.random() < 0.1 else mutate(data, self.chance)

    def _connect(self, line: Line, caller: Peer, *, proven: bool) -> tuple[Connection, Wire]:
        connection = Connection(line.tcp)
        host = ".".join(str(part) for part in (10, *self.chance.randbytes(3)))
        wire = Wire(connection, (host, next(self._ports)))
        if proven:
            connection.data_received(_framed(bytes(caller.binding_request(nominate=False))))
        return connection, wire

    def _begin_call(self) -> None:
        self.call = call = Call.start()
        call.publish("video", video_parameters(SIMULCAST, transport_cc=True))
        call.publish("audio", audio_parameters(), "voice")
        self.ssrc = call.watch(size=(640, 360))["encodings"][0]["ssrc"]
        call.watch("voice", "sound")
        self.cameras = [Camera(n + 1, f"r{n}", size=(320 << n, 180 << n)) for n in range(3)]

    def _end_call(self) -> None:
        if self.call is not None:
            self.counts["endpoint_malformed"] += self.call.viewer.malformed + self.call.publisher.malformed

    def _call_round(self) -> None:
        call, chance = self.call, self.chance
        assert call is not None
        whole: list[bytes] = []
        told = reports(chance, self.ssrc)
        for number in range(ROUND):
            if not whole:
                for camera in self.cameras:
                    whole += camera.frame(key=chance.random() < 0.2, packets=3)
            if number % 4:
                data = whole.pop(0)
                call.send([mutate(data, chance) if chance.random() < 0.7 else data])
            else:
                side = chance.choice([call.viewer, call.publisher])
                side.receive_rtcp(mutate(told, chance), call.now)
            if number % 100 == 0:
                call.wait(0.02)
        call.up.rtcp.clear()
        call.down.rtcp.clear()
        self.counts["forwarded"] += len(call.down.rtp)
        call.down.rtp.clear()
        self.counts["inside"] += ROUND
        stats = call.router.stats(call.now)["down"]["consumers"].values()
        self.counts["failed"] += sum(one["failed"] for one in stats)


def _framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


def main() -> None:
    """Run and print what became of the datagrams."""
    options = argparse.ArgumentParser(prog="python -m tests.rooms.sfu.fuzz")
    options.add_argument("--count", type=int, default=10_000_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    fuzz, started = Fuzz(chosen.seed), time.monotonic()
    asyncio.run(fuzz.run(chosen.count))
    rows = sorted(fuzz.counts.items())
    rows += [("seconds", round(time.monotonic() - started))]
    rows += [("KiB resident at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)]
    print(*(f"{name:22} {number:>12,}" for name, number in rows), sep="\n")  # noqa: T201 -- its purpose


if __name__ == "__main__":
    main()
