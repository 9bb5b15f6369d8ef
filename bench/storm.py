"""A whole class comes at once, and then the media worker is killed under it.

    python -m bench.storm                   # 300 people in 10 seconds, then SIGKILL with all of them inside
    python -m bench.storm --people 200 --seconds 7

The server as people run it, on SQLite; everybody comes by a personal link (two pages), a ticket, Socket.IO,
a transport, DTLS and two consumers, and is ready at the first packet. Nothing is pinned: the server, its
worker and this program share the machine.
"""

import argparse
import asyncio
import os
import signal
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from bench.crowd import table
from bench.school import Running, running
from bench.visitor import Broadcast, Visitor

BACK_SECONDS = 60.0
GOAL_BACK = 5.0
STEPS = {
    "link and room page": ("came", "page"),
    "ticket": ("page", "ticket"),
    "Socket.IO": ("ticket", "socket"),
    "join": ("socket", "join"),
    "transport, DTLS": ("join", "transport"),
    "two consumers": ("transport", "consume"),
    "first packet": ("consume", "ready"),
    "from click to first packet": ("page", "ready"),
}


@dataclass
class Came:
    """How they came in; times are in seconds, `steps` has for each step how long everybody took."""

    people: int
    failed: list[str]
    again: list[str]
    whole: float
    steps: dict[str, list[float]]
    server_cpu: float
    worker_cpu: float
    own_cpu: float

    def print(self) -> None:
        """Say it."""
        inside = self.people - len(self.failed)
        print(
            f"{self.people} people: {inside} inside, {len(self.failed)} failed, {len(self.again)} tries anew;"
        )
        print(f"the last one was ready {self.whole:.1f} s after the first came.", "", sep="\n")
        print(table("step,s p50,s p95,s at most"))
        for step, took in self.steps.items():
            print(
                f"| {step} | {_share(took, 0.5):.2f} | {_share(took, 0.95):.2f} | {_share(took, 1.0):.2f} |"
            )
        each = [1000 * cpu / self.people for cpu in (self.server_cpu, self.worker_cpu, self.own_cpu)]
        print(
            "", f"CPU ms a person: server {each[0]:.1f}, worker {each[1]:.1f}, here {each[2]:.1f}", sep="\n"
        )
        for what, failures in (("failed", self.failed), ("tried again", self.again)):
            for failure in sorted(set(failures)):
                print(f"  {what}: {failures.count(failure)} × {failure}")


async def storm(school: Running, people: int, seconds: float) -> tuple[Came, list[Visitor]]:
    """Let them come evenly within so many seconds."""
    server, worker = school.kabinet.process.pid, school.kabinet.media_worker
    cpu = machine.cpu_seconds(server), machine.cpu_seconds(worker)
    own = time.process_time()
    visitors = [school.student(number) for number in range(people)]
    began = time.monotonic()

    async def come(number: int) -> str:
        await asyncio.sleep(seconds * number / people)
        try:
            await visitors[number].come()
        except Exception as error:  # noqa: BLE001 -- whatever it was, it is a failure and is shown
            return f"{type(error).__name__} {error}"
        return ""

    failed = [failure for failure in await asyncio.gather(*map(come, range(people))) if failure]
    inside = [visitor for visitor in visitors if "ready" in visitor.marks]
    came = Came(
        people=people,
        failed=failed,
        again=[failure for visitor in visitors for failure in visitor.failures],
        whole=max((visitor.marks["ready"] for visitor in inside), default=began) - began,
        steps={
            label: [visitor.marks[end] - visitor.marks[start] for visitor in inside]
            for label, (start, end) in STEPS.items()
        },
        server_cpu=machine.cpu_seconds(server) - cpu[0],
        worker_cpu=machine.cpu_seconds(worker) - cpu[1],
        own_cpu=time.process_time() - own,
    )
    return came, visitors


async def kill(school: Running, visitors: list[Visitor]) -> list[float]:
    """SIGKILL to the media worker: after how many seconds each had the first packet again."""
    killed = time.monotonic()
    os.kill(school.kabinet.media_worker, signal.SIGKILL)
    try:
        async with asyncio.timeout(BACK_SECONDS):
            await asyncio.gather(*(visitor.back.wait() for visitor in visitors))
    except TimeoutError:
        print("Some did not come back:", *(failure for one in visitors for failure in one.failures[-1:]))
    return [visitor.marks["ready"] - killed for visitor in visitors if visitor.back.is_set()]


def _share(values: list[float], part: float) -> float:
    return sorted(values)[int(part * (len(values) - 1))] if values else float("nan")


async def main() -> None:
    """Let them come, kill, and say how long both took."""
    options = argparse.ArgumentParser(
        prog="python -m bench.storm", description="A storm of joins, a killed worker."
    )
    options.add_argument("--people", type=int, default=300, help="how many come")
    options.add_argument("--seconds", type=float, default=10.0, help="within how many seconds")
    chosen = options.parse_args()
    machine.allow_descriptors()
    print(*machine.description(), "", sep="\n")
    with tempfile.TemporaryDirectory() as place:
        async with running(Path(place), chosen.people) as school:
            teacher = school.teacher()
            await teacher.come()
            broadcast = Broadcast(teacher)
            came, visitors = await storm(school, chosen.people, chosen.seconds)
            came.print()
            inside = [visitor for visitor in visitors if "ready" in visitor.marks]
            back = await kill(school, inside)
            print(f"Worker killed with {len(inside)} inside: {len(back)} back.")
            if back:
                times = f"median {statistics.median(back):.2f} s, the last after {max(back):.2f} s"
                print(f"First packet again: {times} (goal {GOAL_BACK:g} s).")
            broadcast.stop()
            for visitor in [teacher, *visitors]:
                await visitor.vanish()
        print(_log(Path(place)))


def _log(folder: Path) -> str:
    """What the server complained of."""
    lines = (folder / "server.log").read_text().splitlines()
    bad = [line for line in lines if "Traceback" in line or '"error"' in line]
    return f"Errors in the server's log: {len(bad)}." + "".join(f"\n  {line[:200]}" for line in bad[:5])


if __name__ == "__main__":
    asyncio.run(main())
