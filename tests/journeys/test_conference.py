"""A videoconference of five (R14, R45): all see and hear all, hands in their order, mutes, one is removed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from tests.journeys import school, steps
from tests.journeys.browser import Camera, chromium, inbound
from tests.journeys.people import Person, Screen, on_every_screen
from tests.journeys.server import Kabinet

SMALL = Screen(640, 480, "mouse")
OTHERS, TILES_ON_A_PHONE = (
    4,
    3,
)  # pictures of others: everybody's, and what a phone shows at a time beside one's own


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Five cameras are encoded on one machine, and twenty pictures decoded: they are small."""
    async with chromium(tmp_path, camera=Camera(320, 180, 10)) as opened:
        yield opened


@on_every_screen
@pytest.mark.timeout(240)
async def test_five_see_and_hear_each_other_raise_hands_are_muted_and_one_is_removed(
    sqlite_database: Database, kabinet: Kabinet, browser: Browser, mine: Screen, theirs: Screen
) -> None:
    planned = await school.consultation(sqlite_database, students_expected=3)
    await steps.set_topic(sqlite_database, planned)
    ids = [planned.teacher_id, *planned.students, planned.parent_id]
    screens = [mine, theirs, SMALL, SMALL, SMALL]
    people = [await Person.sit_down(browser, screen) for screen in screens]
    for person, id_ in zip(people, ids, strict=True):
        await person.enter(kabinet.link(planned.links[id_]))
    host, student, other, third, parent = people
    await asyncio.gather(
        *(sees_and_hears(person.page, screen) for person, screen in zip(people, screens, strict=True))
    )

    await raise_hands(host, [("Ёлкина Яна", other), ("Иванов Пётр", student)])
    await mute_all(host, people[1:])
    await student.press("Включить микрофон")
    heard = parent.page.get_by_role("figure", name="Иванов Пётр").get_by_text("микрофон включён")
    await expect(heard).to_have_count(1)

    await host.act("Иванов Пётр", "Остановить видео")
    await expect(student.button("Включить камеру")).to_have_count(0)
    await expect(third.page.locator(f'.tile[data-peer="{ids[1]}"] video')).to_have_count(0)
    await host.act("Ёлкина Яна", "Запретить микрофон")
    await expect(other.button("Включить микрофон")).to_have_count(0)

    await host.act("Ёлкина Яна", "Удалить из комнаты…")
    await host.press(host.page.get_by_role("dialog").get_by_role("button", name="Удалить без возврата"))
    await expect(other.page.get_by_role("heading", name="Ведущий попросил вас выйти")).to_be_visible()
    await expect(student.page.get_by_role("figure", name="Ёлкина Яна")).to_have_count(0)
    await other.page.goto(kabinet.link(planned.links[ids[2]]))
    await expect(other.button("Войти", exact=True)).to_have_count(0)

    await student.press("Выйти")
    await student.page.get_by_role("heading", name="Вы вышли из комнаты").wait_for()


async def sees_and_hears(page: Page, screen: Screen) -> None:
    """Every picture that has a place on this screen moves, and everybody is heard."""
    pictures = OTHERS if screen.width > SMALL.height else TILES_ON_A_PHONE
    await arrive(page, "video", "frames", pictures)
    await arrive(page, "audio", "energy", OTHERS)


async def arrive(page: Page, kind: str, figure: str, count: int) -> None:
    async with asyncio.timeout(2 * steps.PATIENCE):
        while True:
            if sum(report[figure] > 0 for report in await inbound(page, kind)) >= count:
                return
            await asyncio.sleep(0.3)


async def raise_hands(host: Person, raising: list[tuple[str, Person]]) -> None:
    """They stand with the host in their order; he lowers the first and gives the floor to the second."""
    waiting = host.page.get_by_role("region", name="Подняли руку").get_by_role("listitem")
    for number, (name, person) in enumerate(raising):
        await person.press("Поднять руку")
        await expect(waiting.nth(number)).to_contain_text(name)
        await expect(waiting.nth(number)).to_contain_text("с ")
    await on_its_side(host)
    (_, first), (_, second) = raising
    await host.press(waiting.nth(0).get_by_role("button", name="Опустить руку"))
    await expect(first.page.get_by_text("Ведущий опустил вашу руку").first).to_be_visible()
    await host.press(waiting.nth(0).get_by_role("button", name="Дать слово"))
    await expect(second.page.get_by_text("Вам дали слово").first).to_be_visible()
    await expect(waiting).to_have_count(0)


async def on_its_side(host: Person) -> None:
    """On a phone on its side the hands take one low row, and nothing is pushed out of sight."""
    before = host.page.viewport_size
    assert before is not None
    await host.page.set_viewport_size({"width": 740, "height": 360})
    for name in ("Дать слово", "Выключить микрофон", "Выйти"):
        await expect(host.button(name).first).to_be_in_viewport(ratio=1)
    assert await host.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await host.page.set_viewport_size(before)


async def mute_all(host: Person, others: list[Person]) -> None:
    await host.press("Ещё…")
    await host.press("Выключить все микрофоны")
    for person in others:
        await expect(person.page.get_by_text("Ведущий выключил ваш микрофон").first).to_be_visible()
        await expect(person.button("Включить микрофон")).to_be_visible()
