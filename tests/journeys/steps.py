"""What people do in a browser, in steps that several journeys share."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Page

from school.db import Database
from school.sessions import actions as sessions
from school.sessions.models import Scope, TopicBasis
from tests.journeys.browser import inbound
from tests.journeys.school import Consultation

log = logging.getLogger("measured")
PATIENCE = 60  # seconds: a guard against hanging, ten times what a quiet machine needs


async def set_topic(database: Database, planned: Consultation) -> None:
    """As the worker does on a page, before coming."""
    async with database.begin() as db:
        await sessions.set_topic(
            db,
            datetime.now(UTC),
            session_id=planned.session_id,
            by=planned.teacher_id,
            topic="Квадратные уравнения",
            basis=TopicBasis.PERFORMANCE,
            scope=Scope.SINGLE_TOPIC,
        )


async def check_devices(page: Page, address: str) -> None:
    """From the link to the device check."""
    await page.goto(address)
    await page.get_by_role("button", name="Войти").click()
    await page.get_by_role("heading", name="Проверьте камеру и микрофон").wait_for()


async def enter(page: Page, address: str) -> None:
    """From the link through the device check into the room."""
    await check_devices(page, address)
    await page.get_by_role("button", name="Войти", exact=True).click()
    await inside(page)


async def inside(page: Page) -> None:
    """Wait until the page is in the room and connected."""
    await page.locator('.room[data-online="true"]').wait_for(timeout=PATIENCE * 1000)


async def moving(page: Page, kind: str = "video", *, by: int = 10) -> dict[str, Any]:
    """Wait until a picture moves (its frames grow), or a voice comes; gives what arrives."""
    return await _grows(page, kind, "frames" if kind == "video" else "samples", by)


async def heard(page: Page) -> None:
    """Wait until what comes is no silence."""
    await _grows(page, "audio", "energy", 0.001)


async def _grows(page: Page, kind: str, figure: str, by: float) -> dict[str, Any]:
    before: dict[str, float] = {}
    async with asyncio.timeout(PATIENCE):
        while True:
            for report in await inbound(page, kind):
                start = before.setdefault(report["track"], report[figure])
                if report[figure] - start >= by:
                    return report
            await asyncio.sleep(0.1)


async def until(page: Page, condition: str) -> None:
    """Wait until an expression holds in the page, whose policy forbids what Playwright's own waiting does."""
    look = f"const look = () => {condition} ? done() : setTimeout(look, 100);"
    async with asyncio.timeout(PATIENCE):
        await page.evaluate(f"() => new Promise(done => {{ {look} look(); }})")


async def write(page: Page, text: str) -> None:
    """Write in the chat, whose panel is open."""
    await page.get_by_label("Сообщение", exact=True).fill(text)
    await page.keyboard.press("Enter")


def measured(what: str, seconds: float) -> None:
    """Keep how long it took; `--log-cli-level=INFO` shows it."""
    log.info("%s: %.1f s", what, seconds)
