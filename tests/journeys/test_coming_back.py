"""Lost and found (R48): the network is cut, the page reloaded, the device changed, the server killed.

Whoever comes back has the same seat and role, the same switches, and the conversation once and in order,
without a click.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from school.attendance.models import Presence
from school.conversation.models import Message
from school.db import Database
from school.seats.models import Seat
from tests.journeys import relay, school, steps
from tests.journeys.browser import window
from tests.journeys.relay import Way
from tests.journeys.server import Kabinet, free_port, serving

BACK_SECONDS = 30  # a guard; what it took is kept with the report
AFTER_A_WORKER, AFTER_A_RESTART = 15, 30


@dataclass
class House:
    """A running server and the way of each person to it."""

    planned: school.Consultation
    database: Database
    kabinet: Kabinet
    media_port: int
    stack: AsyncExitStack
    browser: Browser
    ways: int = 1

    async def come(self, person: int) -> tuple[Page, Way]:
        """A window of this person, inside the room over a way of their own."""
        self.ways += 1
        port = int(self.kabinet.base_url.rpartition(":")[2])
        way = await self.stack.enter_async_context(relay.way(port, self.media_port, self.ways))
        page = await window(self.browser)
        await page.context.add_init_script(relay.OWN_ADDRESS % ("127.0.1.1", way.media_address))
        await steps.enter(page, self.kabinet.link(self.planned.links[person], base_url=way.base_url))
        return page, way

    async def stays(self, person: int) -> list[Presence]:
        async with self.database.read() as db:
            found = await db.scalars(
                select(Presence).where(Presence.person_id == person).order_by(Presence.joined_at)
            )
            return list(found)

    async def nothing_is_doubled(self) -> None:
        """One seat for each person, and no instant of anybody's attendance twice."""
        async with self.database.read() as db:
            seats = list(await db.scalars(select(Seat.person_id)))
        assert len(seats) == len(set(seats))
        for person in seats:
            stays = await self.stays(person)
            for stay, later in pairwise(stays):
                assert stay.left_at is not None
                assert stay.left_at <= later.joined_at

    async def conversation(self) -> list[str]:
        async with self.database.read() as db:
            return list(await db.scalars(select(Message.body).order_by(Message.id)))


@pytest.fixture
async def house(sqlite_url: str, browser: Browser, tmp_path: Path) -> AsyncIterator[House]:
    database = Database.open(sqlite_url)
    planned = await school.consultation(database)
    await steps.set_topic(database, planned)
    media_port = free_port()
    async with AsyncExitStack() as stack:
        kabinet = await stack.enter_async_context(serving(sqlite_url, tmp_path, more=media(media_port)))
        yield House(planned, database, kabinet, media_port, stack, browser)
    await database.close()


def media(port: int) -> dict[str, str]:
    return {
        "KABINET_MEDIA_HOST": "127.0.0.1",
        "KABINET_MEDIA_PORT": str(port),
        "KABINET_ANNOUNCED": "127.0.1.1",
    }


async def said(page: Page) -> list[str]:
    """The bodies of the conversation as this window shows them; its panel is open."""
    return await page.locator(".message-body").all_inner_texts()


async def back(page: Page, begun: float) -> float:
    """Wait until the page is inside again and a picture moves; gives the seconds since `begun`."""
    await steps.inside(page)
    await steps.moving(page)
    return monotonic() - begun


def tile(page: Page, person: int) -> str:
    return f'.tile[data-peer="{person}"] .tile-microphone'


@pytest.mark.timeout(400)
async def test_who_was_cut_off_for_20_110_and_150_seconds_comes_back_by_himself_to_what_was(
    house: House,
) -> None:
    planned = house.planned
    first, second = planned.students
    teacher, _ = await house.come(planned.teacher_id)
    people = {person: await house.come(person) for person in (first, second, planned.parent_id)}
    lengths = {first: 20, second: 110, planned.parent_id: 150}
    await second_is_muted(people[second][0])
    for page, _ in people.values():
        await page.keyboard.press("c")
        await steps.moving(page)

    page, way = people[first]
    way.cut()
    await asyncio.sleep(1)
    way.mend()
    steps.measured("back_after_1", await back(page, monotonic()))
    assert len(await house.stays(first)) == 1

    async def away(person: int) -> float:
        page, way = people[person]
        way.cut()
        begun = monotonic()
        await expect(page.get_by_text("Связь прервалась")).to_be_visible(timeout=BACK_SECONDS * 1000)
        await steps.write(page, f"Без связи {person}")
        if lengths[person] > 120:
            words = page.get_by_text("Связи нет больше двух минут")
            await expect(words).to_be_visible(timeout=lengths[person] * 1000)
        await asyncio.sleep(max(0.0, begun + lengths[person] - monotonic()))
        way.mend()
        async with asyncio.timeout(BACK_SECONDS):
            return await back(page, monotonic())

    leaving = asyncio.gather(*(away(person) for person in people))
    await teacher.keyboard.press("c")
    for number in range(3):
        await steps.write(teacher, f"Пункт {number}")
    for person, seconds in zip(people, await leaving, strict=True):
        steps.measured(f"back_after_{lengths[person]}", seconds)
        assert seconds < BACK_SECONDS

    stored = await house.conversation()
    assert sorted(stored) == sorted({*(f"Пункт {number}" for number in range(3)),
                                     *(f"Без связи {person}" for person in people)})  # fmt: skip
    for page in (teacher, *(page for page, _ in people.values())):
        await expect(page.locator(".message[data-unsent]")).to_have_count(0)
        assert await said(page) == stored
    await expect(teacher.locator(".tile")).to_have_count(4)
    await expect(teacher.locator(tile(teacher, second))).to_have_attribute("data-on", "false")
    await expect(teacher.locator(tile(teacher, first))).to_have_attribute("data-on", "true")
    for person in people:
        assert len(await house.stays(person)) == 2
    await house.nothing_is_doubled()


async def second_is_muted(page: Page) -> None:
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name="Включить микрофон")).to_be_visible()


@pytest.mark.timeout(240)
async def test_a_reload_a_later_device_a_killed_worker_and_a_new_server_lose_nobody(
    house: House, sqlite_url: str, tmp_path: Path
) -> None:
    planned = house.planned
    student_id = planned.students[0]
    teacher, _ = await house.come(planned.teacher_id)
    student, way = await house.come(student_id)
    await second_is_muted(student)
    for page in (teacher, student):
        await steps.moving(page)

    worker = house.kabinet.media_worker
    begun = monotonic()
    os.kill(worker, signal.SIGKILL)
    took = max(await asyncio.gather(*(back(page, begun) for page in (teacher, student))))
    steps.measured("back_after_a_worker", took)
    assert took < AFTER_A_WORKER
    await expect(teacher.locator(tile(teacher, student_id))).to_have_attribute("data-on", "false")
    assert len(await house.stays(student_id)) == 1

    await student.reload()
    await student.get_by_role("button", name="Войти", exact=True).click()
    await back(student, monotonic())
    await expect(student.get_by_role("button", name="Включить микрофон")).to_be_visible()

    phone = await window(house.browser, width=360, height=640)
    await phone.context.add_init_script(relay.OWN_ADDRESS % ("127.0.1.1", way.media_address))
    await steps.enter(phone, house.kabinet.link(planned.links[student_id], base_url=way.base_url))
    await expect(student.get_by_role("heading", name="на другом устройстве")).to_be_visible()
    await expect(teacher.locator(".tile")).to_have_count(2)
    await back(phone, monotonic())

    port = int(house.kabinet.base_url.rpartition(":")[2])
    await house.kabinet.stop()
    await expect(phone.get_by_text("Связь прервалась")).to_be_visible()
    async with serving(sqlite_url, tmp_path, port, media(house.media_port)):
        begun = monotonic()
        took = max(await asyncio.gather(*(back(page, begun) for page in (teacher, phone))))
        steps.measured("back_after_a_restart", took)
        assert took < AFTER_A_RESTART
        await expect(student.get_by_role("heading", name="на другом устройстве")).to_be_visible()
        await expect(teacher.locator(".tile")).to_have_count(2)
    await house.nothing_is_doubled()
