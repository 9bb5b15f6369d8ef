"""Weak phones and networks (R42, R44): the verdict before the room, sound alone, another microphone."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from tests.journeys import relay, school, steps
from tests.journeys.browser import inbound, window
from tests.journeys.server import free_port, serving

ANNOUNCED = "127.0.1.1"


@pytest.mark.timeout(180)
async def test_a_network_without_media_is_told_in_words_and_a_weak_phone_is_spared(
    sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    database = Database.open(sqlite_url)
    planned = await school.consultation(database)
    await steps.set_topic(database, planned)
    port, media_port = free_port(), free_port()
    settings = {
        "KABINET_MEDIA_HOST": "127.0.0.1",
        "KABINET_MEDIA_PORT": str(media_port),
        "KABINET_ANNOUNCED": ANNOUNCED,
    }
    async with AsyncExitStack() as stack:
        kabinet = await stack.enter_async_context(serving(sqlite_url, tmp_path, port, settings))
        way = await stack.enter_async_context(relay.way(port, media_port, 2))
        teacher, phone = await window(browser), await window(browser, width=360, height=740)
        for page in (teacher, phone):
            await page.context.add_init_script(relay.OWN_ADDRESS % (ANNOUNCED, way.media_address))

        way.cut_media()
        await steps.check_devices(phone, kabinet.link(planned.links[planned.students[0]]))
        await verdict(phone, "Сеть не пропускает видео: попробуйте мобильный интернет")
        way.mend()
        await phone.get_by_role("button", name="Проверить ещё раз").click()
        await verdict(phone, "Связь хорошая")

        await steps.enter(teacher, kabinet.link(planned.links[planned.teacher_id]))
        await phone.get_by_role("button", name="Войти", exact=True).click()
        await steps.inside(phone)
        await steps.moving(phone)
        line = phone.locator(f'[data-peer="{planned.teacher_id}"] .tile-line')
        await expect(line).to_be_visible(timeout=steps.PATIENCE * 1000)

        await phone.keyboard.press("m")
        await phone.keyboard.press("?")
        await phone.get_by_label("Убирать шум и эхо").uncheck()
        await phone.get_by_label("Только звук").check()
        await phone.keyboard.press("Escape")
        await expect(phone.locator(".tile video")).to_have_count(0)
        await expect(phone.get_by_role("button", name="Включить микрофон")).to_be_visible()
        await expect(phone.get_by_role("button", name="Включить камеру")).to_be_visible()
        await steps.moving(phone, "audio", by=10_000)
        await stands_still(phone)
        await phone.get_by_role("button", name="Показать", exact=True).click()
        await steps.moving(phone)
    await database.close()


async def verdict(page: Page, words: str) -> None:
    await expect(page.get_by_text(words)).to_be_visible(timeout=steps.PATIENCE * 1000)


async def stands_still(page: Page) -> None:
    """No picture comes while a second of sound does."""
    before = [report["frames"] for report in await inbound(page, "video")]
    await steps.moving(page, "audio", by=48_000)
    assert [report["frames"] for report in await inbound(page, "video")] == before
