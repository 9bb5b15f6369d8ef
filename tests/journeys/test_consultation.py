"""The one job: two come by their links, see, hear and write; the room ends; attendance is kept."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update

from school.db import Database
from school.sessions.models import Session
from tests.journeys import school
from tests.journeys.browser import inbound, window
from tests.journeys.server import Kabinet

INSIDE = timedelta(seconds=45)  # long enough for one minute of attendance
ENOUGH_FRAMES = 45
WHOLE, SMALL = 640, 320  # widths of the camera's picture and of its next smaller layer, in pixels
PATIENCE = 30  # seconds: a guard against hanging, three times what a slow machine needs


async def enter_by_link(page: Page, address: str) -> None:
    """From the link through the device check to the door."""
    await page.goto(address)
    await page.get_by_role("button", name="Войти").click()
    await page.get_by_role("heading", name="Проверьте камеру и микрофон").wait_for()
    await page.get_by_role("button", name="Войти", exact=True).click()


async def receives(
    page: Page, kind: str, *, width_at_most: int = 10_000, **at_least: float
) -> dict[str, float]:
    """Wait until a track of that kind arrives whose every named figure is at least that."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for report in await inbound(page, kind):
                enough = all(report[name] >= figure for name, figure in at_least.items())
                if enough and report["width"] <= width_at_most:
                    return report
            await asyncio.sleep(0.2)


@pytest.mark.timeout(240)
async def test_a_student_waits_for_the_teacher_then_both_see_hear_and_write_until_time_is_up(
    sqlite_database: Database, kabinet: Kabinet, browser: Browser
) -> None:
    planned = await school.consultation(sqlite_database)
    student, teacher = await window(browser), await window(browser)

    await student.goto(kabinet.link(planned.links[planned.students[0]]))
    await expect(student.get_by_text("Иванов Пётр")).to_be_visible()
    await enter_by_link(student, kabinet.link(planned.links[planned.students[0]]))
    await expect(student.get_by_role("heading", name="тему консультации")).to_be_visible()

    await enter_by_link(teacher, kabinet.link(planned.links[planned.teacher_id]))
    await teacher.get_by_label("Тема", exact=True).fill("Квадратные уравнения")
    await teacher.get_by_role("button", name="Открыть дверь").click()

    await expect(student.get_by_role("toolbar", name="Управление")).to_be_visible(timeout=PATIENCE * 1000)
    came = datetime.now(UTC)
    for page in (student, teacher):
        picture = await receives(page, "video", frames=ENOUGH_FRAMES)
        assert picture["freezes"] < 1
        await receives(page, "audio", energy=0.001)

    await write(student, "Здравствуйте, Анна Павловна")
    await expect(teacher.get_by_text("Здравствуйте, Анна Павловна")).to_have_count(1)

    await student.set_viewport_size({"width": 320, "height": 560})
    await receives(student, "video", frames=ENOUGH_FRAMES, width=1, width_at_most=SMALL)
    await student.set_viewport_size({"width": 1280, "height": 720})
    await receives(student, "video", width=WHOLE)

    await teacher.get_by_role("button", name="Показать экран").click()
    await expect(student.get_by_text("показывает экран").first).to_be_visible()
    await arrives(student, tracks=2)

    await time_goes_by(sqlite_database, came + INSIDE)
    await over(student)
    await over(teacher)
    await attendance_is_kept(await window(browser), kabinet, planned)


async def write(page: Page, text: str) -> None:
    await page.get_by_role("button", name="Чат").click()
    await page.get_by_label("Сообщение").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log").get_by_text(text)).to_be_visible()
    await page.get_by_role("button", name="Чат", exact=True).click()


async def arrives(page: Page, *, tracks: int) -> None:
    """Wait until that many pictures move."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if sum(report["frames"] > 0 for report in await inbound(page, "video")) >= tracks:
                return
            await asyncio.sleep(0.2)


async def time_goes_by(database: Database, ends_at: datetime) -> None:
    """The planned end is that moment, or now if it has passed: nobody waits for the rest of the hour."""
    async with database.begin() as db:
        await db.execute(update(Session).values(ends_at=max(ends_at, datetime.now(UTC))))


async def over(page: Page) -> None:
    heading = page.get_by_role("heading", name="Консультация окончена")
    await expect(heading).to_be_visible(timeout=(INSIDE.total_seconds() + PATIENCE) * 1000)


async def attendance_is_kept(page: Page, kabinet: Kabinet, planned: school.Consultation) -> None:
    """The teacher signs in and reads who came, when and for how long."""
    await page.goto(f"{kabinet.base_url}/sign-in")
    await page.get_by_label("Логин").fill("sokolova")
    await page.get_by_label("Пароль").fill(school.PASSWORD)
    await page.get_by_role("button", name="Войти").click()
    await page.get_by_role("heading", name="Сегодня").wait_for()
    await page.goto(f"{kabinet.base_url}/sessions/{planned.session_id}/attendance")
    came = page.get_by_role("row").filter(has_text="Иванов Пётр Андреевич")
    for label in ("Вход", "Выход"):
        await expect(came.locator(f'[data-label="{label}"]')).to_have_text(re.compile(r"^\s*\d\d:\d\d\s*$"))
    await expect(came.locator('[data-label="Минут"]')).to_have_text(re.compile(r"^\s*[12]\s*$"))
    absent = page.get_by_role("row").filter(has_text="Ёлкина Яна")
    await expect(absent).to_contain_text("не было")
