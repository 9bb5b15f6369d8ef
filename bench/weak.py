"""`python -m bench.weak`: what a viewer sees and hears over weak lines, in virtual time or in Chromium."""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.rooms.sfu.browser_call import Meeting, Person, meeting
from tests.rooms.sfu.ear import PACKET
from tests.rooms.sfu.line import Line
from tests.rooms.sfu.narrow import Link, Screening
from tests.rooms.sfu.relay import Relay, relay

BEFORE, WEAK, AFTER = 6.0, 20.0, 12.0  # seconds
WIDE = 20e6
TRIP = 0.02  # seconds each way
TOP = 1280
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
    Weather("150 kbit/s, queue 250 ms", cap=150e3),
    Weather("400 kbit/s, queue 250 ms, 2 % lost", cap=400e3, loss=0.02),
    Weather("cut", cut=True),
)


@dataclass(frozen=True)
class Course:
    """How it went; times are seconds since the weather began, which ended at `ended`."""

    weather: Weather
    shown: Times
    concealed: float
    concealed_after: float
    ended: float
    lasted: float

    def row(self) -> str:
        """One line of the table."""
        cells = [
            self.weather.name,
            f"{self._freeze(0.0, self.ended):.2f}",
            f"{sum(0 <= at < self.ended for at, _ in self.shown) / self.ended:.1f}",
            f"{1000 * self.concealed:.0f}",
            self._layers(),
            self._top(),
            f"{self._freeze(self.ended, self.lasted):.2f}",
            f"{1000 * self.concealed_after:.0f}",
        ]
        return f"| {' | '.join(cells)} |"

    def _freeze(self, since: float, until: float) -> float:
        times = [since, *(at for at, _ in self.shown if since <= at < until), until]
        return max(after - before for before, after in pairwise(times))

    def _layers(self) -> str:
        """The widths that were shown in bad weather, and from when on."""
        before = [width for at, width in self.shown if at < 0]
        found = [str(before[-1])] if before else []
        for (_, old), (at, new) in pairwise(self.shown):
            if new != old and 0 <= at < self.ended:
                found.append(f"{new} ({at:.1f} s)")
        return " → ".join(found)

    def _top(self) -> str:
        """When the largest was shown again for good."""
        smaller = [at for at, width in self.shown if width != TOP]
        later = [at for at, width in self.shown if width == TOP and at > max(smaller, default=-1.0)]
        return f"{max(0.0, later[0] - self.ended):.1f}" if later else "never"


HEADINGS = (
    "line",
    "longest freeze, s",
    "frames/s",
    "sound concealed, ms",
    "width",
    "top again after, s",
    "freeze then",
    "concealed then",
)


def virtual(weather: Weather) -> Course:
    """A publisher and a viewer of the tests' own, in virtual time: the same each time."""
    screening = Screening(Link(WIDE))
    ear, lines = screening.viewer.ear, (screening.link, screening.back, screening.up, screening.down)
    screening.run(BEFORE)
    begun, concealed = screening.now, ear.concealed
    weather.strike(lines, screening.link)
    screening.run(WEAK)
    ended, meanwhile = screening.now, ear.concealed
    Weather("").strike(lines, screening.link)
    screening.run(AFTER)
    shown = [(at - begun, width) for at, width in screening.viewer.shown]
    return Course(
        weather,
        shown,
        (meanwhile - concealed) * PACKET,
        (ear.concealed - meanwhile) * PACKET,
        ended - begun,
        screening.now - begun,
    )


async def real(weather: Weather) -> Course:
    """Two Chromium pages, each behind a relay of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with meeting(Path(folder)) as call, _relays(call) as (far, near):
            return await _in_chromium(weather, call, far, near)


@asynccontextmanager
async def _relays(call: Meeting) -> AsyncIterator[tuple[Relay, Relay]]:
    async with relay(call.worker.port, seed=1) as far, relay(call.worker.port, seed=3) as near:
        for line in (far.up, far.down, near.up, near.down):
            line.delay = TRIP
        yield far, near


async def _in_chromium(weather: Weather, call: Meeting, far: Relay, near: Relay) -> Course:
    teacher, student = await call.person(), await call.person()
    teacher.udp_port, student.udp_port = far.port, near.port
    voice = await teacher.publish("audio")
    camera = await teacher.publish("video", LAYERS)
    heard = await student.watch(voice["id"])
    shown = await student.watch(camera["id"], 1280, 720)
    await student.until(shown, width=TOP, frames=60)
    await student.page.evaluate("([p, s]) => follow(p, s)", [shown, heard])
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
    return Course(weather, frames, meanwhile - concealed, after - meanwhile, ended - begun, lasted - begun)


async def _mark(viewer: Person, sound: str) -> tuple[float, float]:
    """Seconds since following began, and of concealed sound."""
    seen = await viewer.seen(sound)
    return await viewer.page.evaluate("() => elapsed()") / 1000, (seen["concealed"] + seen["silent"]) / 48_000


def main() -> None:
    """Print the table, line by line."""
    parser = argparse.ArgumentParser(prog="python -m bench.weak", description=__doc__)
    parser.add_argument("--browser", action="store_true", help="in real Chromium, 40 seconds each")
    parser.add_argument("--only", default="", help="lines whose name contains this")
    wishes = parser.parse_args()
    run: Callable[[Weather], Course] = (lambda one: asyncio.run(real(one))) if wishes.browser else virtual
    print(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}", flush=True)
    for weather in WEATHERS:
        if wishes.only in weather.name:
            print(run(weather).row(), flush=True)


if __name__ == "__main__":
    main()
