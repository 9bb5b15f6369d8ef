"""Mutated datagrams by the million, in one process: nothing raises, nothing is answered that should not be.

    python -m tests.rooms.sfu.fuzz --count 10000000 --seed 1

Two halves: the wire (STUN, DTLS records, SRTP and SRTCP, from strangers and from a caller's address), and
what an authentic but hostile caller can send inside of SRTP (RTP with extensions and VP8, all kinds of RTCP).
"""

import argparse
import asyncio
import itertools
import random
import resource
import time
from collections import Counter
from dataclasses import asdict

from tests.rooms.sfu.calls import Line, open_line
from tests.rooms.sfu.media import SIMULCAST, Call, Camera, audio_parameters, video_parameters
from tests.rooms.sfu.peer import Peer
from tests.rooms.sfu.test_hostile import Armoury, mutate
from tests.rooms.sfu.test_mutations import reports

ROUND = 2000
CALL_ROUNDS = 50
MADE_ONCE = 500


class Fuzz:
    """One run. `counts` has what became of the datagrams; an exception ends it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self._ports = itertools.cycle(range(1024, 60_000))

    async def run(self, count: int) -> None:
        """Send `count` datagrams, half of them at each half."""
        async with open_line() as line:
            wire = await self._open(line)
            for number in range(count // (2 * ROUND)):
                await self._wire_round(line, *wire)
                if number % CALL_ROUNDS == 0:
                    self._begin_call()
                self._call_round()
            self.counts.update(asdict(line.udp.counters))
            self.counts["endpoint_malformed"] += self.call.viewer.malformed + self.call.publisher.malformed

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
        now = line.udp.now() + self.counts["wire"]
        for number in range(ROUND):
            address = known if number % 2 else ("127.0.0.1", next(self._ports))
            data = mutate(self.chance.choice(made), self.chance)
            if data:
                # Time flies, so that the limit on checks lets them through to their reader.
                line.udp.dispatch(data, address, now, now + number)
        await asyncio.sleep(0)
        self.counts["wire"] += ROUND

    def _begin_call(self) -> None:
        self.call = call = Call.start()
        call.publish("video", video_parameters(SIMULCAST, transport_cc=True))
        call.publish("audio", audio_parameters(), "voice")
        self.ssrc = call.watch(size=(640, 360))["encodings"][0]["ssrc"]
        call.watch("voice", "sound")
        self.cameras = [Camera(n + 1, f"r{n}", size=(320 << n, 180 << n)) for n in range(3)]

    def _call_round(self) -> None:
        call, chance = self.call, self.chance
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
