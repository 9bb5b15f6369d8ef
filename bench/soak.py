"""Half an hour of joins and leaves: memory and descriptors of the server and of its media worker stay flat.

    python -m bench.soak --minutes 30

A webinar whose teacher publishes all the time. So many people are inside at once; each stays for a while and
goes, one half with a goodbye, the other without a word, and the next one of three times as many takes the
place. Every so often everything is counted. At the end the second half is compared with the first, after a
warm-up.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench import machine
from bench.school import Running, running
from bench.visitor import Broadcast

STAY_SECONDS = (5.0, 40.0)
SAMPLE_SECONDS = 15.0
WARM = 0.3  # of the samples
FLAT = 0.05  # growth from half to half that is no leak


@dataclass(frozen=True)
class Sample:
    """What one process held at one moment."""

    kib: int
    descriptors: int


class Soak:
    """The crowd and what was counted. `failures` are joins that did not succeed."""

    def __init__(self, school: Running, people: int) -> None:
        self.joins = self.inside = 0
        self.failures: list[str] = []
        self.samples: dict[str, list[Sample]] = {"server": [], "worker": []}
        self._school = school
        self._people = people
        self._chance = random.Random(1)
        self._numbers = iter(range(1 << 30))

    async def run(self, seconds: float) -> None:
        """Come and go for so long."""
        began = time.monotonic()
        seats = [asyncio.create_task(self._seat()) for _ in range(self._people)]
        print("| minute | joins | inside | server MiB | files | worker MiB | files |\n" + "| --- " * 7 + "|")
        while time.monotonic() - began < seconds:
            await asyncio.sleep(SAMPLE_SECONDS)
            self._sample((time.monotonic() - began) / 60)
        for seat in seats:
            seat.cancel()
        await asyncio.gather(*seats, return_exceptions=True)

    async def _seat(self) -> None:
        """One place: taken, left, taken by the next."""
        await asyncio.sleep(self._chance.uniform(0, STAY_SECONDS[1]))
        while True:
            visitor = self._school.student(next(self._numbers))
            try:
                await visitor.come()
                self.joins += 1
                self.inside += 1
                await asyncio.sleep(self._chance.uniform(*STAY_SECONDS))
                self.inside -= 1
                if self._chance.random() < 0.5:
                    await visitor.leave()
            except Exception as error:  # noqa: BLE001 -- whatever it was, it is a failure and is shown
                self.failures.append(f"{type(error).__name__} {error}")
            finally:
                await visitor.vanish()

    def _sample(self, minute: float) -> None:
        kabinet = self._school.kabinet
        row = f"| {minute:.1f} | {self.joins} | {self.inside}"
        for name, pid in (("server", kabinet.process.pid), ("worker", kabinet.media_worker)):
            sample = Sample(machine.resident_kib(pid), machine.descriptors(pid))
            self.samples[name].append(sample)
            row += f" | {sample.kib / 1024:.1f} | {sample.descriptors}"
        print(f"{row} |", flush=True)

    def verdict(self) -> str:
        """How much more the second half holds than the first."""
        lines = [f"{self.joins} joins, {len(self.failures)} failed."]
        lines += [f"  {failure}" for failure in sorted(set(self.failures))[:5]]
        for name, samples in self.samples.items():
            warm = samples[int(len(samples) * WARM) :]
            first, second = warm[: len(warm) // 2], warm[len(warm) // 2 :]
            memory = _growth([one.kib for one in first], [one.kib for one in second])
            files = _growth([one.descriptors for one in first], [one.descriptors for one in second])
            flat = "flat" if memory < FLAT and files < FLAT else "NOT FLAT"
            lines.append(f"{name}: memory {memory:+.1%}, descriptors {files:+.1%}: {flat}")
        return "\n".join(lines)


def _growth(first: list[int], second: list[int]) -> float:
    return statistics.median(second) / statistics.median(first) - 1 if first and second else 0.0


async def main() -> None:
    """Run and say whether anything grew."""
    options = argparse.ArgumentParser(
        prog="python -m bench.soak", description="Joins and leaves for a long time."
    )
    options.add_argument("--minutes", type=float, default=30.0, help="for how long")
    options.add_argument("--people", type=int, default=20, help="how many are inside at once")
    chosen = options.parse_args()
    machine.allow_descriptors()
    print(*machine.description(), "", sep="\n")
    length = timedelta(minutes=chosen.minutes + 20)
    with tempfile.TemporaryDirectory() as place:
        async with running(Path(place), 3 * chosen.people, length) as school:
            teacher = school.teacher()
            await teacher.come()
            broadcast = Broadcast(teacher)
            soak = Soak(school, chosen.people)
            await soak.run(chosen.minutes * 60)
            broadcast.stop()
            await teacher.vanish()
            print("", soak.verdict(), sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
