"""A person before a screen: a phone under a finger, a desktop under a mouse or by keys alone (R65).

A journey says what is done; how a button is reached depends on who does it. By the keyboard there are Tab,
Enter, Space, the arrows and typing, nothing else; wherever Tab stops must show that it has the focus, and
must not lie under something.
"""

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.journeys import steps
from tests.journeys.browser import window

MOST_TABS = 80  # no screen has its next thing further away
STOP = """
target => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  // What asks for a file is drawn by its label.
  const drawn = it.type === "file" ? it.closest("label") : it;
  const style = getComputedStyle(drawn), box = drawn.getBoundingClientRect();
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    there: it === target,
    group: it.type === "radio" && target.type === "radio" && it.name === target.name,
    html: it.outerHTML.slice(0, 120),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inSight: box.width > 1 && box.height > 1
      && (drawn.contains(middle) || !!middle?.contains(drawn)),
  };
}
"""


@dataclass(frozen=True)
class Screen:
    """A window's size in CSS pixels and what its person has to hand."""

    width: int
    height: int
    by: Literal["finger", "mouse", "keyboard"]


PHONE, DESKTOP = Screen(360, 740, "finger"), Screen(1280, 800, "keyboard")

# Whoever leads, and the others: every form at each size on each side, and by keyboard alone on each side.
on_every_screen = pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        pytest.param(PHONE, DESKTOP, id="host on a phone, others by keyboard"),
        pytest.param(DESKTOP, PHONE, id="host by keyboard, others on phones"),
    ],
)


class Person:
    """One window and whoever sits before it."""

    def __init__(self, page: Page, by: str) -> None:
        self.page = page
        self._by = by

    @classmethod
    async def sit_down(cls, browser: Browser, screen: Screen) -> "Person":
        """A window of that size; a phone's has a touch screen."""
        touch = screen.width < DESKTOP.width
        return cls(
            await window(browser, width=screen.width, height=screen.height, has_touch=touch), screen.by
        )

    async def come(self, address: str) -> None:
        """From the personal link to the door, with or without devices to check."""
        page = self.page
        await page.goto(address)
        await self.press(page.get_by_role("button", name="Войти"))
        await page.get_by_role("heading", level=1).wait_for()
        await self.press(page.locator("button.enter"))

    async def enter(self, address: str) -> None:
        """From the personal link into the room."""
        await self.come(address)
        await steps.inside(self.page)

    def button(self, name: str, *, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    async def press(self, target: Locator | str) -> None:
        """Press a button, or choose a box or a mark. A string is a button's name."""
        target = self.button(target) if isinstance(target, str) else target
        if self._by == "finger":
            await target.tap()
        elif self._by == "mouse":
            await target.click()
        else:
            await self._reach(target)
            kind = await target.evaluate("it => it.type")
            await self.page.keyboard.press("Space" if kind in ("radio", "checkbox") else "Enter")

    async def write(self, field: Locator, text: str) -> None:
        """Write into a field and leave the focus there."""
        if self._by == "keyboard":
            await self._reach(field)
            await self.page.keyboard.type(text)
        else:
            await self.press(field)
            await field.fill(text)

    async def choose(self, field: Locator, value: str) -> None:
        """Choose from a list."""
        if self._by != "keyboard":
            await field.select_option(value)
            return
        await self._reach(field)
        await self.page.keyboard.press("Home")
        for _ in range(await field.evaluate("it => it.length")):
            if await field.input_value() == value:
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")

    async def attach(self, field: Locator, file: Any) -> None:
        """Give a file; by the keyboard through the browser's own question for one."""
        if self._by != "keyboard":
            await field.set_input_files(file)
            return
        async with self.page.expect_file_chooser() as asked:
            await self._reach(field)
            await self.page.keyboard.press("Enter")
        await (await asked.value).set_files(file)

    async def say(self, text: str) -> None:
        """Write in the chat, whose panel is open, and see it there."""
        await self.write(self.page.get_by_label("Сообщение", exact=True), text)
        await self.page.keyboard.press("Enter")
        await expect(self.page.get_by_role("log")).to_contain_text(text)

    async def act(self, name: str, action: str) -> None:
        """Open what can be done about somebody in the list of people, and do it."""
        person = self.page.get_by_role("complementary").get_by_role("button", name=f"Действия: {name}")
        if await person.count() == 0:
            await self.press("Участники:")
        await self.press(person)
        await self.press(self.page.get_by_role("dialog").get_by_role("button", name=action, exact=True))

    async def _reach(self, target: Locator) -> None:
        """Press Tab until the focus is there, and the arrows within a group of marks."""
        await target.wait_for(state="attached")
        element = await target.element_handle()
        for _ in range(MOST_TABS):
            stop = await self.page.evaluate(STOP, element)
            if stop is not None and stop["there"]:
                return
            await self.page.keyboard.press("ArrowDown" if stop is not None and stop["group"] else "Tab")
            stop = await self.page.evaluate(STOP, element)
            if stop is not None:
                assert stop["marked"], f"nothing shows that this has the focus: {stop['html']}"
                assert stop["inSight"], f"the focus is out of sight: {stop['html']}"
        raise AssertionError(f"Tab does not lead to {target}")
