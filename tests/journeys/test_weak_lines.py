"""Phones and weak networks (R42, R44): the verdict, another microphone, fewer pictures, a floating one."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from tests.journeys import house, steps
from tests.journeys.browser import inbound

# Nobody but a test needs to look at the locks: they are kept as they are given.
KEEP_LOCKS = """
(() => {
  const native = WakeLock.prototype.request;
  window.locks = [];
  WakeLock.prototype.request = async function (kind) {
    const lock = await native.call(this, kind);
    window.locks.push(lock);
    return lock;
  };
})();
"""
WAITING = """
connections.filter(one => one.connectionState !== "closed").flatMap(one => one.getReceivers())
  .some(one => one.jitterBufferTarget > 0)
"""
AWAKE = "locks.filter(lock => !lock.released).length"


@pytest.mark.timeout(180)
async def test_a_network_without_media_is_told_in_words_and_a_weak_phone_is_spared(
    sqlite_database: Database, sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    async with house.opened(sqlite_database, sqlite_url, tmp_path, browser) as opened:
        planned, way = opened.planned, await opened.way()
        teacher, phone = await opened.window(way), await opened.window(way, width=360, height=740)

        await phone.context.grant_permissions(["camera", "microphone", "screen-wake-lock"])
        await phone.add_init_script(KEEP_LOCKS)
        way.cut_media()
        await steps.check_devices(phone, opened.link(planned.students[0], way))
        await verdict(phone, "Сеть не пропускает видео: попробуйте мобильный интернет")
        way.mend()
        await phone.get_by_role("button", name="Проверить ещё раз").click()
        await verdict(phone, "Связь хорошая")

        await steps.enter(teacher, opened.link(planned.teacher_id, way))
        await phone.get_by_role("button", name="Войти", exact=True).click()
        await steps.inside(phone)
        await steps.moving(phone)
        line = phone.locator(f'[data-peer="{planned.teacher_id}"] .tile-line')
        await expect(line).to_be_visible(timeout=steps.PATIENCE * 1000)

        await phone.keyboard.press("?")
        await takes_another_microphone(phone)
        await phone.get_by_label("Показывать только меня").check()
        await phone.keyboard.press("Escape")
        await expect(phone.locator(".tile video")).to_have_count(1)
        await steps.heard(teacher)
        await steps.moving(teacher)

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
        await waits_while_silent(phone)
        await floats_over_other_windows(phone)
        await lets_the_screen_go_dark_only_outside(phone)


async def verdict(page: Page, words: str) -> None:
    await expect(page.get_by_text(words)).to_be_visible(timeout=steps.PATIENCE * 1000)


async def takes_another_microphone(page: Page) -> None:
    """Choose another one while talking: its track is sent instead."""
    choice = page.get_by_role("dialog").get_by_role("combobox", name="Микрофон")
    name = await choice.locator("option").last.inner_text()
    await choice.select_option(label=name)
    await steps.until(
        page,
        "connections.some(one => one.connectionState !== 'closed' &&"
        f" one.getSenders().some(sender => sender.track?.label === '{name}'))",
    )


async def stands_still(page: Page) -> None:
    """No picture comes while a second of sound does."""
    before = [report["frames"] for report in await inbound(page, "video")]
    await steps.moving(page, "audio", by=48_000)
    assert [report["frames"] for report in await inbound(page, "video")] == before


async def waits_while_silent(page: Page) -> None:
    """What comes is played later while the microphone is off, and at once as soon as it is on."""
    await steps.until(page, WAITING)
    await page.keyboard.press("m")
    await steps.until(page, f"!({WAITING})")


async def floats_over_other_windows(page: Page) -> None:
    """The browser's own small window shows a picture that moves, and goes when it is put away."""
    await page.get_by_role("button", name="Картинка поверх других окон").click()
    shown = "document.pictureInPictureElement?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    await steps.until(page, f"({shown}) > 10")
    await page.get_by_role("button", name="Убрать картинку поверх окон").click()
    await steps.until(page, "document.pictureInPictureElement === null")


async def lets_the_screen_go_dark_only_outside(page: Page) -> None:
    """One lock on the screen while in the room, none after leaving it."""
    assert await page.evaluate(AWAKE) == 1
    await page.get_by_role("button", name="Выйти").click()
    await page.get_by_role("heading", name="Вы вышли из комнаты").wait_for()
    await steps.until(page, f"{AWAKE} === 0")
