"""What forwarding costs: one publisher, many viewers, real ICE and DTLS-SRTP, over loopback.

    python -m bench.sfu --viewers 10,50,100,200 --scale 1,4
    python -m bench.sfu --quick

The worker runs on the first core, this generator on the second, both before others where that is allowed.
Viewers join for real; then their packets are only counted: decrypting would cost more than forwarding.
"""

import argparse
import asyncio
from dataclasses import dataclass

from bench import machine
from bench.crowd import COLUMNS, Crowd, Joins, Result, table
from bench.forwarder import Ours


@dataclass
class Measured:
    """One audience: its joins, its forwarding, what it costs idle, what the kernel costs."""

    joins: Joins
    results: list[Result]
    idle: float
    bare: float
    most: Result | None


async def measure(viewers: int, scales: list[float], seconds: float, *, search: bool) -> Measured:
    """Open an audience, measure it, close it."""
    ours = Ours()
    crowd = Crowd(ours)
    await crowd.open()
    try:
        joins = await crowd.lecture(viewers)
        bare = crowd.bare_cost()
        idle = crowd.idle(5.0)
        results = [crowd.measure(seconds, scale) for scale in scales]
        best = crowd.most() if search else None
        await ours.complain()
    finally:
        await crowd.close()
    return Measured(joins, results, idle, bare, best)


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
    machine.allow_descriptors()
    sizes = [int(size) for size in chosen.viewers.split(",")]
    scales = [float(scale) for scale in chosen.scale.split(",")]
    print(*machine.description(), "", sep="\n")
    measured = {size: await measure(size, scales, chosen.seconds, search=chosen.quick) for size in sizes}
    print(table("viewers,joins/s,worker CPU ms per join,KiB per viewer"))
    print(*(f"| {size} | {one.joins.row()} |" for size, one in measured.items()), "", sep="\n")
    print(table("viewers,scale", COLUMNS))
    rows = [(size, result) for size, one in measured.items() for result in one.results]
    print(*(f"| {size} | {result.scale:g} | {result.row()} |" for size, result in rows), "", sep="\n")
    last = measured[sizes[-1]]
    if chosen.quick:
        most = last.most
        print("Most without loss:", most.row() if most else "less than measured")
    print("A bare sendto of such a packet, µs:", *(f"{one.bare:.2f}" for one in measured.values()))
    print(f"Idle with {sizes[-1]} viewers: {last.idle:.2%} of a core.")


if __name__ == "__main__":
    asyncio.run(main())
