"""`python -m bench.weak`: what a viewer sees and hears over weak lines, in virtual time or in Chromium."""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import Pool
from pathlib import Path
from statistics import mean
from typing import Any

from tests.rooms.sfu.browser_call import Meeting, Person, meeting
from tests.rooms.sfu.ear import PACKET, PATIENT
from tests.rooms.sfu.line import Line
from tests.rooms.sfu.narrow import Link, Screening
from tests.rooms.sfu.relay import Relay, relay

BEFORE, WEAK, AFTER = 6.0, 20.0, 12.0  # seconds
WIDE = 20e6
TRIP = 0.02  # seconds each way
TOP = 1280
SEEDS = range(1, 7)
APART = 0.01  # seconds from one seed to the next until the weather begins
LAYERS = [
    {"scaleResolutionDownBy": 4, "maxBitrate": 150_000},
    {"scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"scaleResolutionDownBy": 1, "maxBitrate": 1_700_000},
]

Times = Sequence[tuple[float, int]]  # when a frame was shown, and its width


@dataclass(frozen=True)
class Weather:
    """What both sides' lines do for a while; a cap and its queue are on the way to the viewer alone."""

    name: str
    loss: float = 0.0
    burst: float = 1.0
    jitter: float = 0.0
    mixed: float = 0.0
    cap: float = WIDE
    depth: float = 0.25
    cut: bool = False

    def strike(self, lines: Iterable[Line], to_viewer: Line) -> None:
        """Begin."""
        for line in lines:
            line.loss, line.burst, line.jitter, line.cut = self.loss, self.burst, self.jitter, self.cut
            line.reordered = line.doubled = self.mixed
        to_viewer.rate, to_viewer.depth = self.cap, self.depth


WEATHERS = (
    Weather("nothing"),
    *(Weather(f"{share} % lost", loss=share / 100) for share in (2, 5, 10)),
    *(Weather(f"{share} % lost, four in a row", loss=share / 100, burst=4) for share in (2, 5, 10)),
    *(Weather(f"jitter up to {most} ms", jitter=most / 1000) for most in (30, 100, 200)),
    Weather("2 % overtaken, 2 % twice, jitter 30 ms", mixed=0.02, jitter=0.03),
    *(
        Weather(f"{cap} kbit/s, queue {depth} ms", cap=cap * 1e3, depth=depth / 1000)
        for depth in (100, 250, 1000)
        for cap in (300, 400, 800)
    ),
    *(Weather(f"{cap} kbit/s, queue 20 ms", cap=cap * 1e3, depth=0.02) for cap in (300, 800)),
    Weather("800 kbit/s, queue 250 ms, jitter up to 100 ms", cap=800e3, jitter=0.1),
    Weather("150 kbit/s, queue 250 ms", cap=150e3),
    Weather("400 kbit/s, queue 250 ms, 2 % lost", cap=400e3, loss=0.02),
    Weather("cut", cut=True),
)


@dataclass(frozen=True)
class Heard:
    """Seconds of concealed sound in bad weather, the longest that was not interrupted, and those after it."""

    concealed: float
    longest: float
    after: float


@dataclass(frozen=True)
class Course:
    """How it went; times are seconds since the weather began, which ended at `ended`."""

    weather: Weather
    shown: Times
    heard: Heard
    ended: float
    lasted: float

    @property
    def freeze(self) -> float:
        """The longest in bad weather."""
        return self._freeze(0.0, self.ended)

    @property
    def freeze_after(self) -> float:
        """The longest after it."""
        return self._freeze(self.ended, self.lasted)

    @property
    def rate(self) -> float:
        """Frames per second in bad weather."""
        return sum(0 <= at < self.ended for at, _ in self.shown) / self.ended

    @property
    def layers(self) -> str:
        """The widths that were shown in bad weather, and from when on."""
        before = [width for at, width in self.shown if at < 0]
        found = [str(before[-1])] if before else []
        for (_, old), (at, new) in pairwise(self.shown):
            if new != old and 0 <= at < self.ended:
                found.append(f"{new} ({at:.1f} s)")
        return " → ".join(found)

    @property
    def top(self) -> float:
        """When the largest was shown again for good; infinite when it never was."""
        smaller = [at for at, width in self.shown if width != TOP]
        later = [at for at, width in self.shown if width == TOP and at > max(smaller, default=-1.0)]
        return max(0.0, later[0] - self.ended) if later else float("inf")

    def _freeze(self, since: float, until: float) -> float:
        times = [since, *(at for at, _ in self.shown if since <= at < until), until]
        return max(after - before for before, after in pairwise(times))


HEADINGS = (
    "line",
    "longest freeze, s",
    "frames/s",
    "sound concealed, ms",
    "longest, ms",
    "to the silent: concealed",
    "longest",
    "width",
    "top again after, s",
    "freeze then",
    "concealed then",
)


def row(speaking: Sequence[Course], silent: Sequence[Course]) -> str:
    """One line of the table, of the same weather several times: the worst, of sound and frames the mean."""
    every = speaking or silent
    top = max(one.top for one in every)
    cells = [
        every[0].weather.name,
        f"{max(one.freeze for one in every):.2f}",
        f"{mean(one.rate for one in every):.1f}",
        *_sound(speaking),
        *_sound(silent),
        every[0].layers,
        f"{top:.1f}" if top < float("inf") else "never",
        f"{max(one.freeze_after for one in every):.2f}",
        f"{1000 * mean(one.heard.after for one in every):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _sound(courses: Sequence[Course]) -> list[str]:
    if not courses:
        return ["–", "–"]
    concealed = mean(one.heard.concealed for one in courses)
    return [f"{1000 * concealed:.0f}", f"{1000 * max(one.heard.longest for one in courses):.0f}"]


def virtual(weather: Weather, target: float, seed: int) -> Course:
    """A publisher and a viewer of the tests' own, in virtual time: the same each time.

    `target` is how many seconds of sound wait at the viewer.
    """
    screening = Screening(Link(WIDE, seed=seed))
    ear, lines = screening.viewer.ear, (screening.link, screening.back, screening.up, screening.down)
    ear.target = target
    screening.run(BEFORE + APART * seed)
    begun, concealed = screening.now, ear.concealed
    weather.strike(lines, screening.link)
    screening.run(WEAK)
    ended, meanwhile = screening.now, ear.concealed
    Weather("").strike(lines, screening.link)
    screening.run(AFTER)
    shown = [(at - begun, width) for at, width in screening.viewer.shown]
    longest = max((long for at, long in ear.gaps if begun <= at < ended), default=0.0)
    after = (ear.concealed - meanwhile) * PACKET
    heard = Heard((meanwhile - concealed) * PACKET, longest, after)
    return Course(weather, shown, heard, ended - begun, screening.now - begun)


def in_virtual_time(weathers: Sequence[Weather]) -> Iterator[str]:
    """The table's lines, on all cores."""
    jobs = [(one, target, seed) for one in weathers for target in (0.0, PATIENT) for seed in SEEDS]
    with Pool(os.cpu_count()) as pool:
        courses = pool.starmap(virtual, jobs, chunksize=1)
    for begin in range(0, len(courses), 2 * len(SEEDS)):
        middle, end = begin + len(SEEDS), begin + 2 * len(SEEDS)
        yield row(courses[begin:middle], courses[middle:end])


async def real(weather: Weather, target: float) -> Course:
    """Two Chromium pages, each behind a relay of its own; `target` as in virtual time."""
    with tempfile.TemporaryDirectory() as folder:
        async with meeting(Path(folder)) as call, _relays(call) as (far, near):
            return await _in_chromium(weather, target, call, far, near)


@asynccontextmanager
async def _relays(call: Meeting) -> AsyncIterator[tuple[Relay, Relay]]:
    async with relay(call.worker.port, seed=1) as far, relay(call.worker.port, seed=3) as near:
        for line in (far.up, far.down, near.up, near.down):
            line.delay = TRIP
        yield far, near


async def _in_chromium(weather: Weather, target: float, call: Meeting, far: Relay, near: Relay) -> Course:
    teacher, student = await call.person(), await call.person()
    teacher.udp_port, student.udp_port = far.port, near.port
    voice = await teacher.publish("audio")
    camera = await teacher.publish("video", LAYERS)
    heard = await student.watch(voice["id"])
    shown = await student.watch(camera["id"], 1280, 720)
    await student.until(shown, width=TOP, frames=60)
    await student.page.evaluate("([p, s]) => follow(p, s)", [shown, heard])
    for consumer in (heard, shown) if target else ():
        await student.page.evaluate("([id, ms]) => target(id, ms)", [consumer, 1000 * target])
    await asyncio.sleep(BEFORE)
    lines = (far.up, far.down, near.up, near.down)
    begun, concealed = await _mark(student, heard)
    weather.strike(lines, near.down)
    await asyncio.sleep(WEAK)
    ended, meanwhile = await _mark(student, heard)
    Weather("").strike(lines, near.down)
    await asyncio.sleep(AFTER)
    lasted, after = await _mark(student, heard)
    course = await student.page.evaluate("() => followed()")
    frames = [(at / 1000 - begun, width) for at, width in course["shown"]]
    samples = [one for one in course["samples"] if begun <= one["at"] / 1000 < ended]
    sound = Heard(meanwhile - concealed, _longest(samples), after - meanwhile)
    return Course(weather, frames, sound, ended - begun, lasted - begun)


def _longest(samples: Iterable[dict[str, Any]]) -> float:
    """The most seconds that were concealed in tenths of a second in a row: no gap was longer."""
    longest = running = 0.0
    told = [(one["heard"]["concealed"] + one["heard"]["silent"]) / 48_000 for one in samples]
    for before, after in pairwise(told):
        running = running + after - before if after > before else 0.0
        longest = max(longest, running)
    return longest


async def _mark(viewer: Person, sound: str) -> tuple[float, float]:
    """Seconds since following began, and of concealed sound."""
    seen = await viewer.seen(sound)
    return await viewer.page.evaluate("() => elapsed()") / 1000, (seen["concealed"] + seen["silent"]) / 48_000


def main() -> None:
    """Print the table, line by line."""
    parser = argparse.ArgumentParser(prog="python -m bench.weak", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="in real Chromium, 45 seconds each")
    parser.add_argument("--silent", action="store_true", help="there, as somebody who is silent hears it")
    parser.add_argument("--only", default="", help="lines whose name contains this")
    wishes = parser.parse_args()
    weathers = [weather for weather in WEATHERS if wishes.only in weather.name]
    print(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}", flush=True)
    if not wishes.browser:
        for line in in_virtual_time(weathers):
            print(line, flush=True)
        return
    for weather in weathers:
        course = [asyncio.run(real(weather, PATIENT if wishes.silent else 0.0))]
        print(row(*(([], course) if wishes.silent else (course, []))), flush=True)


if __name__ == "__main__":
    main()
