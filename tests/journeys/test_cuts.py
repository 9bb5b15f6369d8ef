"""Cut off (R48): UDP and TCP both stop, for one second and for longer than two minutes; a network is changed.

Whoever comes back has the same seat and role, the same switches, and the conversation once and in order,
without a click. The times from the end of each loss to a moving picture go to `docs/coming-back.md`.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from school.quality import queries as quality
from tests.journeys import house, steps
from tests.journeys.browser import Camera, chromium
from tests.journeys.house import House, back
from tests.journeys.relay import Way
from tests.journeys.test_accessible_room import sound

BACK_SECONDS = 60  # a guard; what it took is kept with the report
LID_SECONDS = 30


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Five people at once: their pictures are small."""
    async with chromium(tmp_path, camera=Camera(320, 180, 10)) as opened:
        yield opened


@pytest.mark.timeout(420)
async def test_who_was_cut_off_comes_back_by_himself_to_what_was(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path, browser: Browser
) -> None:
    async with house.opened(sqlite_database, sqlite_url, tmp_path, browser, students=3) as opened:
        first, second, third = opened.planned.students
        parent, host = opened.planned.parent_id, opened.planned.teacher_id
        teacher, _ = await opened.come(host)
        people = {person: await opened.come(person) for person in (first, second, third, parent)}
        await muted(people[second][0])
        for page, _ in people.values():
            await page.keyboard.press("c")
            await steps.moving(page)
        await short_cut(opened, first, *people[first])

        leaving = asyncio.gather(
            away(*people[first], first, 20),
            away(*people[second], second, 110),
            away(*people[parent], parent, 150),
            another_network_and_a_closed_lid(opened, third, *people[third]),
        )
        await teacher.keyboard.press("c")
        for number in range(3):
            await steps.write(teacher, f"Пункт {number}")
        await leaving

        said = [f"Пункт {number}" for number in range(3)] + [
            f"Без связи {one}" for one in (first, second, parent)
        ]
        await everybody_has_read(opened, said, [teacher, *(page for page, _ in people.values())])
        await expect(teacher.locator(".tile")).to_have_count(5)
        await expect(teacher.locator(microphone(second))).to_have_attribute("data-on", "false")
        await expect(teacher.locator(microphone(first))).to_have_attribute("data-on", "true")
        assert {person: len(await opened.stays(person)) for person in people} == dict.fromkeys(people, 2)
        await opened.nothing_is_doubled()
        async with sqlite_database.read() as db:
            seen = await quality.minutes(db, opened.planned.session_id)
        assert sum(minute.seconds for minute in seen[host].values()) >= 60


async def muted(page: Page) -> None:
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name="Включить микрофон")).to_be_visible()


def microphone(person: int) -> str:
    return f'.tile[data-peer="{person}"] .tile-microphone'


async def short_cut(opened: House, person: int, page: Page, way: Way) -> None:
    """A second is no absence: the stay goes on."""
    way.cut()
    await asyncio.sleep(1)
    way.mend()
    steps.measured("cut of 1 s", await back(page, monotonic()))
    assert len(await opened.stays(person)) == 1


async def away(page: Page, way: Way, person: int, seconds: int) -> None:
    """Cut off for so long, writing meanwhile; back by oneself."""
    way.cut()
    begun = monotonic()
    await expect(page.get_by_text("Связь прервалась")).to_be_visible(timeout=BACK_SECONDS * 1000)
    await steps.write(page, f"Без связи {person}")
    if seconds > 120:
        words = page.get_by_text("Связи нет больше двух минут")
        await expect(words).to_be_visible(timeout=seconds * 1000)
        await sound(page, "cut off for long")
    await asyncio.sleep(max(0.0, begun + seconds - monotonic()))
    way.mend()
    async with asyncio.timeout(BACK_SECONDS):
        steps.measured(f"cut of {seconds} s", await back(page, monotonic()))


async def another_network_and_a_closed_lid(opened: House, person: int, page: Page, way: Way) -> None:
    """The media's sockets lead nowhere: ICE restarts under the same stay. Then the machine sleeps."""
    begun = monotonic()
    way.change_network()
    await stopped(page)
    async with asyncio.timeout(BACK_SECONDS):
        steps.measured("another network, from the change", await back(page, begun))
    assert len(await opened.stays(person)) == 1

    browser = await page.context.new_cdp_session(page)
    way.cut()
    await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    await asyncio.sleep(LID_SECONDS)
    await browser.send("Page.setWebLifecycleState", {"state": "active"})
    way.mend()
    async with asyncio.timeout(BACK_SECONDS):
        steps.measured(f"lid closed for {LID_SECONDS} s, from its opening", await back(page, monotonic()))


async def stopped(page: Page) -> None:
    """Wait until the browser itself has noticed that nothing comes."""
    await steps.until(
        page, 'connections.some(one => ["disconnected", "failed"].includes(one.connectionState))'
    )


async def everybody_has_read(opened: House, said: list[str], pages: list[Page]) -> None:
    stored = await opened.conversation()
    assert sorted(stored) == sorted(said)
    for page in pages:
        await expect(page.locator(".message[data-unsent]")).to_have_count(0)
        assert await page.locator(".message-body").all_inner_texts() == stored
