"""Ours and Janus' VideoRoom in turn, the same generator, the same machine, the same minutes.

    python -m bench.janus                       # 100 viewers; then 20 rooms of 5
    python -m bench.janus --quick               # the same, shorter: under 150 seconds
    python -m bench.janus --libsrtp FOLDER      # Janus with another libsrtp2 than Debian's, see README.md

The last line is JSON: ours divided by Janus', of the medians over all rounds.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import machine, videoroom
from bench.crowd import COLUMNS, Crowd, Joins, Result, middle, table
from bench.forwarder import Forwarder, Ours

SCALES = (1.0, 4.0)
ROOMS, PEOPLE = 20, 5
OURS, JANUS = "ours", "Janus"


@dataclass
class Side:
    """One of the two: how it is started, and all that was measured of it."""

    name: str
    start: Callable[[], Forwarder]
    joins: list[Joins] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    lectures: dict[float, list[Result]] = field(default_factory=dict)
    most: list[Result] = field(default_factory=list)
    meetings: list[Result] = field(default_factory=list)

    async def lecture(self, viewers: int, seconds: float, *, search: bool) -> None:
        """One publisher, many viewers: both rates, and the most without loss."""
        crowd = Crowd(self.start())
        await crowd.open()
        try:
            self.joins.append(await crowd.lecture(viewers))
            self.bare.append(crowd.bare_cost())
            for scale in SCALES:
                self.lectures.setdefault(scale, []).append(crowd.measure(seconds, scale))
            if search and (most := crowd.most()):
                self.most.append(most)
        finally:
            await crowd.close()

    async def meet(self, seconds: float) -> None:
        """Many small rooms where everybody publishes."""
        crowd = Crowd(self.start())
        await crowd.open()
        try:
            await crowd.meetings(ROOMS, PEOPLE)
            self.meetings.append(crowd.measure(seconds, 1.0))
        finally:
            await crowd.close()


async def measure(sides: list[Side], viewers: int, seconds: float, rounds: int, searches: int) -> None:
    """Let the two take turns; who begins changes."""
    for number in range(rounds):
        for side in sides if number % 2 == 0 else sides[::-1]:
            print(f"round {number + 1}: {side.name}", file=sys.stderr)
            await side.lecture(viewers, seconds, search=number < searches)
            await side.meet(seconds)


def print_tables(sides: list[Side], viewers: int) -> None:
    """All rounds, one row each."""
    print(table("forwarder,joins/s,CPU ms per join,KiB per viewer"))
    print(*(f"| {side.name} | {one.row()} |" for side in sides for one in side.joins), "", sep="\n")
    print(f"One publisher, {viewers} viewers", "", table("forwarder,scale", COLUMNS), sep="\n")
    for scale in SCALES:
        print(*(_row(side, one) for side in sides for one in side.lectures[scale]), sep="\n")
    print("", "The most without loss", "", table("forwarder,scale", COLUMNS), sep="\n")
    print(*(_row(side, one) for side in sides for one in side.most), sep="\n")
    print("", f"{ROOMS} rooms of {PEOPLE}, all publish", "", table("forwarder,scale", COLUMNS), sep="\n")
    print(*(_row(side, one) for side in sides for one in side.meetings), sep="\n")
    bare = [cost for side in sides for cost in side.bare]
    print("", f"A bare sendto of such a packet: {statistics.median(bare):.2f} µs", sep="\n")


def _row(side: Side, result: Result) -> str:
    return f"| {side.name} | {result.scale:.1f} | {result.row()} |"


def summary(ours: Side, janus: Side, libsrtp: str) -> dict[str, object]:
    """Ours divided by Janus'."""
    most = [max((one.rate for one in side.most), default=0.0) for side in (ours, janus)]
    return {
        "cpu_ratio_to_janus": _ratio(ours.lectures[SCALES[0]], janus.lectures[SCALES[0]]),
        "cpu_ratio_to_janus_77k": _ratio(ours.lectures[SCALES[1]], janus.lectures[SCALES[1]]),
        "max_ratio_to_janus": round(most[0] / most[1], 3) if most[1] else None,
        "cpu_ratio_to_janus_rooms": _ratio(ours.meetings, janus.meetings),
        "max_packets_per_second": [round(rate) for rate in most],
        "p99_ms_77k": [_p99(side.lectures[SCALES[1]]) for side in (ours, janus)],
        "janus": videoroom.version(),
        "libsrtp": libsrtp,
        "load": round(os.getloadavg()[0], 1),
    }


def _ratio(ours: list[Result], janus: list[Result]) -> float:
    return round(middle(ours) / middle(janus), 3)


def _p99(results: list[Result]) -> float:
    return round(statistics.median(one.delay(0.99) for one in results), 2)


async def main() -> None:
    """Measure both and print the tables, then the ratios."""
    options = argparse.ArgumentParser(prog="python -m bench.janus", description="Ours beside Janus.")
    options.add_argument("--viewers", type=int, default=100, help="size of the audience")
    options.add_argument("--seconds", type=float, default=6.0, help="length of one measurement")
    options.add_argument("--rounds", type=int, default=4, help="how often both are started and measured")
    options.add_argument("--searches", type=int, default=2, help="in how many rounds the most is looked for")
    options.add_argument("--libsrtp", type=Path, help="a folder with another libsrtp2.so.1 for Janus")
    options.add_argument("--quick", action="store_true", help="two rounds of three seconds")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.searches, chosen.seconds = 2, 1, 3.0
    if reason := videoroom.missing():
        raise SystemExit(reason)
    videoroom.move_into_namespace()
    machine.allow_descriptors()
    print(*machine.description(), "", sep="\n")
    libsrtp: set[str] = set()
    sides = [
        Side(OURS, Ours),
        Side(JANUS, lambda: videoroom.Janus(chosen.libsrtp, libsrtp)),
    ]
    await measure(sides, chosen.viewers, chosen.seconds, chosen.rounds, chosen.searches)
    print_tables(sides, chosen.viewers)
    print(f"Janus ran with libsrtp built with {', '.join(libsrtp)}.")
    print(json.dumps(summary(sides[0], sides[1], ", ".join(libsrtp))))


if __name__ == "__main__":
    asyncio.run(main())
