"""The room's page on a phone: `python -m bench.phone`; see README.md.

A real Chromium with a phone's window, its processor slowed down four times and Lighthouse's network
(1.6 Mbit/s down, 750 kbit/s up, 150 ms), opens a consultation's link and the room.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page

from bench import machine
from school.db import Database
from school.migrations import upgrade
from tests.journeys import school, steps
from tests.journeys.browser import chromium, window
from tests.journeys.server import Kabinet, serving

NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
CPU_SLOWER = 4
PHONE: dict[str, Any] = {"width": 360, "height": 740, "has_touch": True}

# Kept from the page's first moment: a task of over 50 ms keeps a finger waiting (Long Tasks API).
WATCH = """
window.longTasks = [];
new PerformanceObserver(list => list.getEntries().forEach(task => longTasks.push(task.duration)))
  .observe({ type: "longtask", buffered: true });
new PerformanceObserver(list => { window.largest = list.getEntries().at(-1).startTime })
  .observe({ type: "largest-contentful-paint", buffered: true });
"""
READ = """
() => {
  const entries = ["navigation", "resource"].flatMap(type => performance.getEntriesByType(type));
  const size = kind => entries.filter(kind).reduce((sum, entry) => sum + entry.transferSize, 0) / 1024;
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  return {
    requests: entries.length,
    kib: size(() => true),
    scripts: size(entry => entry.initiatorType === "script" || entry.name.endsWith(".js")),
    styles: size(entry => entry.name.endsWith(".css")),
    first: first.startTime / 1000,
    largest: (window.largest ?? first.startTime) / 1000,
    long_tasks: longTasks.length,
    blocked: longTasks.reduce((sum, duration) => sum + duration - 50, 0) / 1000,
  };
}
"""


@dataclass(frozen=True)
class Load:
    """One load of the page with nothing kept from before, and one entry; seconds from the page's request."""

    requests: float
    kib: float
    scripts: float
    styles: float
    first: float
    largest: float
    usable: float
    long_tasks: float
    blocked: float
    inside: float
    picture: float


NAMES = {
    "requests": "requests",
    "kib": "transferred, KiB",
    "scripts": "of it scripts, KiB",
    "styles": "of it styles, KiB",
    "first": "first contentful paint, s",
    "largest": "largest contentful paint, s",
    "usable": "«Войти» can be pressed, s",
    "long_tasks": "tasks longer than 50 ms",
    "blocked": "blocked by them, s",
    "inside": "from «Войти» to inside the room, s",
    "picture": "from «Войти» to the teacher's moving picture, s",
}


async def slow_down(page: Page) -> CDPSession:
    """Give the page a phone's processor and network, and nothing in its cache."""
    browser = await page.context.new_cdp_session(page)
    await browser.send("Network.enable")
    await browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await browser.send("Network.emulateNetworkConditions", NETWORK)
    await browser.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    return browser


async def load(browser: Browser, address: str) -> Load:
    """Open the link, press on as people do, and be inside."""
    page = await window(browser, **PHONE)
    await page.add_init_script(WATCH)
    await page.goto(address)
    await slow_down(page)
    begun = time.monotonic()
    await page.get_by_role("button", name="Войти").tap()
    enter = page.locator("button.enter")
    await enter.wait_for()
    usable = time.monotonic() - begun
    await page.wait_for_load_state("networkidle")
    read = await page.evaluate(READ)
    begun = time.monotonic()
    await enter.tap()
    await steps.inside(page)
    inside = time.monotonic() - begun
    await steps.moving(page, by=1)
    picture = time.monotonic() - begun
    await page.context.close()
    return Load(**read, usable=usable, inside=inside, picture=picture)


async def measure(folder: Path, times: int) -> list[Load]:
    """So many loads by a student while the teacher is inside."""
    url = f"sqlite:///{folder / 'kabinet.sqlite'}"
    await upgrade(url)
    database = Database.open(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        planned = await school.consultation(database)
        await steps.set_topic(database, planned)
        kabinet: Kabinet = await stack.enter_async_context(serving(url, folder))
        browser = await stack.enter_async_context(chromium(folder))
        teacher = await window(browser)
        await steps.enter(teacher, kabinet.link(planned.links[planned.teacher_id]))
        link = kabinet.link(planned.links[planned.students[0]])
        return [await load(browser, link) for _ in range(times)]


def table(loads: list[Load]) -> str:
    """The median of each figure, and its extremes."""
    rows = ["| | median | least | most |", "| --- | --- | --- | --- |"]
    for field in fields(Load):
        figures = [getattr(one, field.name) for one in loads]
        whole = field.name in ("requests", "long_tasks")
        shown = (f"{value:.0f}" if whole else f"{value:.1f}" for value in (
            statistics.median(figures), min(figures), max(figures)
        ))  # fmt: skip
        rows.append(f"| {NAMES[field.name]} | {' | '.join(shown)} |")
    return "\n".join(rows)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.phone", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    print(*machine.description(), "", sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        print(table(await measure(Path(folder), given.times)))


if __name__ == "__main__":
    asyncio.run(main())
