"""One worker at its size: a webinar of 500, a conference of 30 with all cameras on.

    python -m bench.scale
    python -m bench.scale --quick       # under a minute

The webinar: one publisher of 1.2 Mbit/s and sound. The conference: everybody sends three sizes of their
picture (simulcast) and sound, six of them speak, and everybody sees twelve others in tiles of 426 × 240.
"""

import argparse
import asyncio

from bench import machine
from bench.crowd import COLUMNS, Crowd, Joins, Result, table
from bench.forwarder import Ours

VISIBLE, LOUD = 12, 6
HEAD = "what,people,joins/s,worker MiB,packets/s in"


async def webinar(viewers: int, seconds: float) -> str:
    """One publisher; the table's row."""
    crowd = Crowd(Ours())
    await crowd.open()
    try:
        joins = await crowd.lecture(viewers)
        result = crowd.measure(seconds, 1.0)
        return _row("webinar", viewers, crowd, joins, result)
    finally:
        await crowd.close()


async def conference(people: int, seconds: float) -> str:
    """Everybody publishes; the table's row. What is lost is told by the sequence numbers at two of them."""
    ours = Ours()
    crowd = Crowd(ours)
    await crowd.open()
    try:
        joins = await crowd.conference(ours, people, VISIBLE, LOUD)
        result = crowd.measure(seconds, 1.0)
        result.due = round(result.received / (1 - result.missing))
        return _row("conference", people, crowd, joins, result)
    finally:
        await crowd.close()


def _row(what: str, people: int, crowd: Crowd, joins: Joins, result: Result) -> str:
    mib = machine.resident_kib(crowd.forwarder.pid) / 1024
    rates = f"{joins.count / joins.seconds:.0f} | {mib:.0f} | {result.sent / result.seconds:,.0f}"
    return f"| {what} | {people} | {rates} | {result.row()} |"


async def main() -> None:
    """Measure both and print a table."""
    options = argparse.ArgumentParser(prog="python -m bench.scale", description="Large rooms.")
    options.add_argument("--viewers", type=int, default=500, help="of the webinar")
    options.add_argument("--people", type=int, default=30, help="in the conference")
    options.add_argument("--seconds", type=float, default=15.0, help="length of one measurement")
    options.add_argument("--quick", action="store_true", help="five seconds each")
    chosen = options.parse_args()
    seconds = 5.0 if chosen.quick else chosen.seconds
    machine.allow_descriptors()
    print(*machine.description(), "", sep="\n")
    print(table(HEAD, COLUMNS))
    print(await webinar(chosen.viewers, seconds))
    print(await conference(chosen.people, seconds))


if __name__ == "__main__":
    asyncio.run(main())
