"""Pages by the keyboard alone: whoever has no mouse signs in, sets a topic, sees attendance, signs out (R65).

Nothing here points or clicks: there are Tab, Enter, Space, the arrows and typing, and wherever Tab leads, the
place can be seen.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from school.db import Database
from school.sessions import queries as sessions
from school.sessions.models import Scope, TopicBasis
from tests.journeys import school
from tests.journeys.browser import window
from tests.journeys.server import serving

PATIENCE = 120  # seconds: a guard against hanging
MOST_TABS = 60  # no page has its next thing further away
FOCUSED = """
() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const labels = [...(it.labels ?? [])].map(label => label.textContent.trim());
  return {
    tag: it.tagName, html: it.outerHTML.slice(0, 120),
    name: it.getAttribute("aria-label") || labels[0] || it.textContent.trim(),
    marked: outlined,
    inSight: box.width > 1 && box.height > 1 && (it.contains(middle) || !!middle?.contains(it)),
  };
}
"""


class Keyboard:
    """Somebody at a keyboard: where the focus is, and the keys that move it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def tab_to(self, tag: str, name: str) -> None:
        """Press Tab until that is focused. Every stop on the way shows where it is."""
        passed = []
        for _ in range(MOST_TABS):
            await self._page.keyboard.press("Tab")
            stop = await self._page.evaluate(FOCUSED)
            if stop is None:
                passed.append("the browser's own frame")
                continue
            assert stop["marked"], f"nothing shows that this has the focus: {stop['html']}"
            assert stop["inSight"], f"the focus is out of sight: {stop['html']}"
            if (stop["tag"], stop["name"]) == (tag, name):
                return
            passed.append(f"{stop['tag']} {stop['name']}")
        raise AssertionError(f"Tab does not lead to {tag} {name!r}, but past: {passed}")

    async def press(self, key: str) -> None:
        await self._page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self._page.keyboard.type(text)

    async def go(self, key: str, path: str) -> None:
        """Press the key that leaves the page, and wait for the next one."""
        async with self._page.expect_navigation(url=lambda url: url.partition("#")[0].endswith(path)):
            await self._page.keyboard.press(key)


@pytest.mark.timeout(PATIENCE)
async def test_a_worker_does_their_pages_work_without_a_mouse_on_a_phone_and_on_a_desktop(
    sqlite_database: Database, sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    planned = await school.consultation(sqlite_database)
    async with serving(sqlite_url, tmp_path) as kabinet:
        for width, height, topic in ((360, 740, "Дроби"), (1280, 800, "Проценты")):
            page = await window(browser, width=width, height=height)
            await page.goto(f"{kabinet.base_url}/sign-in")
            await work(page, planned.session_id, topic)
            async with sqlite_database.read() as db:
                kept = await sessions.session(db, planned.session_id)
            assert (kept.topic, kept.topic_basis, kept.scope) == (
                topic,
                TopicBasis.STUDENT_REQUEST,
                Scope.SINGLE_TOPIC,
            )
            await page.context.close()


async def work(page: Page, session_id: int, topic: str) -> None:
    """From the sign-in to the sign-out."""
    keys, session = Keyboard(page), f"/sessions/{session_id}"
    await skip_to_content(page, keys)
    await keys.tab_to("INPUT", "Логин")
    await keys.type("sokolova")
    await keys.tab_to("INPUT", "Пароль")
    await keys.type(school.PASSWORD)
    await keys.go("Enter", "/today")

    await keys.tab_to("A", await page.locator(f'main a[href="{session}"]').first.inner_text())
    await keys.go("Enter", session)

    await skip_to_content(page, keys)
    await keys.tab_to("INPUT", "Тема")
    await keys.press("Control+A")
    await keys.type(topic)
    for name, value in (("На основе чего выбрана тема", "student_request"), ("Охват", "single_topic")):
        await keys.tab_to("SELECT", name)
        await choose(page, keys, value)
    await keys.tab_to("BUTTON", "Сохранить тему")
    await keys.go("Space", session)
    assert topic in await page.locator("main dl").inner_text()

    await keys.tab_to("A", "Посещаемость")
    await keys.go("Enter", f"{session}/attendance")
    await keys.tab_to("SUMMARY", "Соколова А. П.")
    await keys.press("Space")
    await keys.tab_to("BUTTON", "Выйти")
    await keys.go("Enter", "/schedule")


async def skip_to_content(page: Page, keys: Keyboard) -> None:
    """The first Tab of a page offers to pass over what every page has."""
    await keys.press("Tab")
    assert await page.evaluate("document.activeElement.matches('a.skip')")
    stop = await page.evaluate(FOCUSED)
    assert (stop["name"], stop["marked"], stop["inSight"]) == ("Перейти к содержанию", True, True)
    await keys.press("Enter")
    await page.wait_for_function("document.activeElement.id === 'main'")
    await keys.press("Tab")
    assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")
    await keys.press("Shift+Tab")


async def choose(page: Page, keys: Keyboard, value: str) -> None:
    """In the focused list, from its first value down."""
    await keys.press("Home")
    for _ in range(await page.evaluate("document.activeElement.length")):
        if await page.evaluate("document.activeElement.value") == value:
            return
        await keys.press("ArrowDown")
    raise AssertionError(f"the arrows do not reach {value}")
