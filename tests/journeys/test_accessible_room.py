"""The room for everybody (R65): axe in every state, the keyboard alone, 200 % zoom, larger letters."""

from dataclasses import dataclass

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from sqlalchemy import update

from school.db import Database
from school.organisation.models import Organisation
from school.schedule.models import Form, Purpose
from school.sessions.models import Session
from tests.journeys import school, steps
from tests.journeys.browser import window
from tests.journeys.server import Kabinet
from tests.journeys.test_line import reception
from tests.journeys.test_tools import come, document

# WCAG 2.2 AA and what axe calls best practice; its experimental rules are not asked.
OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 720}


@dataclass
class House:
    planned: school.Consultation
    database: Database
    kabinet: Kabinet
    browser: Browser

    def link(self, person: int) -> str:
        return self.kabinet.link(self.planned.links[person])


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, sqlite_database: Database, kabinet: Kabinet, browser: Browser
) -> House:
    form = getattr(request, "param", Form.VIDEOCONFERENCE)
    planned = await school.consultation(sqlite_database, form=form, students_expected=3)
    return House(planned, sqlite_database, kabinet, browser)


async def sound(page: Page, state: str) -> None:
    """Nothing for axe to find, on a dark phone and a light desktop, and nothing wider than the window."""
    for size, scheme in ((PHONE, "dark"), (DESKTOP, "light")):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=scheme)
        found = await Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, f"{state} at {size['width']}: {found.generate_report()}"
        assert await narrow(page), f"{state} is wider than {size['width']}"


async def narrow(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.timeout(240)
async def test_axe_finds_nothing_in_any_state_of_the_room(house: House) -> None:
    planned = house.planned
    student_id = planned.students[0]
    student, teacher = await window(house.browser), await window(house.browser)
    await steps.check_devices(student, house.link(student_id))
    await sound(student, "device check")
    await student.get_by_role("button", name="Войти", exact=True).click()
    await student.get_by_role("heading", name="тему консультации").wait_for()
    await sound(student, "waiting")

    await steps.enter(teacher, house.link(planned.teacher_id))
    await teacher.get_by_role("dialog").wait_for()
    await sound(teacher, "topic")
    await teacher.get_by_role("button", name="Позже").click()
    await sound(teacher, "alone")
    await steps.set_topic(house.database, planned)
    await steps.inside(student)
    await steps.moving(teacher)
    await sound(teacher, "two")
    await sound(student, "two, as the student")
    for key, name in (("c", "chat"), ("p", "people")):
        await teacher.keyboard.press(key)
        await teacher.locator(".panel").wait_for()
        await sound(teacher, name)
        await teacher.keyboard.press("Escape")
    await teacher.keyboard.press("?")
    await teacher.get_by_role("dialog").wait_for()
    await sound(teacher, "settings")
    await teacher.keyboard.press("Escape")
    for scheme in ("black-on-white", "white-on-black", "blue-on-sky"):
        await show_in(teacher, scheme)
        await sound(teacher, scheme)

    tablet = await window(house.browser)
    await steps.enter(tablet, house.link(student_id))
    await student.get_by_role("heading", name="на другом устройстве").wait_for()
    await sound(student, "taken over")
    await teacher.get_by_role("button", name="Выйти…").click()
    await sound(teacher, "the question before the end")
    await teacher.get_by_role("button", name="Завершить для всех").click()
    await tablet.get_by_role("heading", name="завершил консультацию").wait_for()
    await sound(tablet, "over")
    await sound(teacher, "over, as the teacher")


@pytest.mark.timeout(240)
async def test_axe_finds_nothing_in_what_a_host_opens(house: House) -> None:
    planned = house.planned
    await steps.set_topic(house.database, planned)
    async with house.database.begin() as db:
        await db.execute(update(Session).values(purpose=Purpose.ATTESTATION))
    teacher, student = await window(house.browser), await window(house.browser)
    await steps.enter(teacher, house.link(planned.teacher_id))
    await steps.enter(student, house.link(planned.students[0]))
    await student.keyboard.press("h")
    await teacher.get_by_role("region", name="Подняли руку").wait_for()
    await sound(teacher, "a raised hand")
    await sound(student, "a raised hand, as the student")
    await teacher.keyboard.press("s")
    await student.locator('.tile[data-source="screen"] video').wait_for()
    await sound(teacher, "showing the screen")
    await sound(student, "a screen is shown")
    await teacher.keyboard.press("s")
    await door_and_dialogs(house, teacher)
    await tools_in_use(teacher, student)


async def door_and_dialogs(house: House, teacher: Page) -> None:
    """Somebody knocks; what can be done about people, and the questions before it is done."""
    await teacher.keyboard.press("p")
    await teacher.get_by_label("Впускать по одному").check()
    parent = await window(house.browser)
    await steps.check_devices(parent, house.link(house.planned.parent_id))
    await parent.get_by_role("button", name="Войти", exact=True).click()
    await parent.get_by_role("heading", name="Ведущий скоро вас впустит").wait_for()
    await sound(parent, "at the door")
    await teacher.get_by_role("button", name="Впустить: Иванова").wait_for()
    await sound(teacher, "somebody at the door")
    people = teacher.get_by_role("complementary")
    for opening, deeper in (("Отказать… Иванова", None), ("Действия: Иванов", "Удалить из комнаты…")):
        await people.get_by_role("button", name=opening).click()
        dialog = teacher.get_by_role("dialog")
        await dialog.wait_for()
        await sound(teacher, opening)
        if deeper:
            await dialog.get_by_role("button", name=deeper).click()
            await sound(teacher, deeper)
        await teacher.keyboard.press("Escape")
    await teacher.keyboard.press("Escape")
    await teacher.get_by_role("button", name="Ещё…").click()
    await teacher.get_by_role("dialog").wait_for()
    await sound(teacher, "more")
    await teacher.keyboard.press("Escape")
    await refused_and_full(house, teacher, parent)


async def refused_and_full(house: House, teacher: Page, parent: Page) -> None:
    """Somebody is refused with a word, tries again, and finds a full room."""
    await teacher.keyboard.press("p")
    await teacher.get_by_role("button", name="Отказать… Иванова").click()
    dialog = teacher.get_by_role("dialog")
    await dialog.get_by_label("Что ответить").fill("Сегодня без родителей")
    await dialog.get_by_role("button", name="Не впускать").click()
    await parent.get_by_role("heading", name="Ведущий не может вас принять").wait_for()
    await sound(parent, "refused")
    await teacher.get_by_label("Впускать по одному").uncheck()
    await teacher.keyboard.press("Escape")
    async with house.database.begin() as db:
        await db.execute(update(Organisation).values(videoconference_places=1))
    await parent.get_by_role("button", name="Вернуться").click()
    await parent.get_by_text("Комната заполнена").wait_for()
    await sound(parent, "a full room")
    await parent.context.close()


async def tools_in_use(teacher: Page, student: Page) -> None:
    """The checklist, a poll asked and answered, a timer, a board, slides, a file in the chat."""
    await teacher.get_by_role("button", name="Инструменты").click()
    tools = teacher.get_by_role("complementary", name="Инструменты")
    await tools.get_by_label("Критерии оценивания").check()
    await sound(teacher, "tools with a checklist")
    await tools.get_by_label("Вопрос").fill("Понятно?")
    await tools.get_by_role("button", name="Спросить").click()
    await student.get_by_label("Да", exact=True).wait_for()
    await sound(student, "a poll")
    await student.get_by_label("Да", exact=True).check()
    await student.get_by_role("button", name="Ответить").click()
    await expect(tools.get_by_text("1 ответ")).to_be_visible()
    await tools.get_by_role("button", name="Показать результаты всем").click()
    await tools.get_by_role("button", name="Запустить").click()
    await student.get_by_role("timer").wait_for()
    await sound(teacher, "a poll's results and a timer")
    await sound(student, "a poll's results and a timer, as the student")
    await student.keyboard.press("Escape")

    await tools.get_by_role("button", name="Показать доску").click()
    await student.get_by_role("img", name="Доска пуста").wait_for()
    await sound(teacher, "a board")
    await sound(student, "a board, as the student")
    await tools.get_by_role("button", name="Убрать доску").click()
    lesson = {"name": "урок.pdf", "mimeType": "application/pdf", "buffer": document("One", "Two")}
    await tools.get_by_label("Выбрать PDF").set_input_files(lesson)
    await student.get_by_role("img", name="Страница 1 из 2").wait_for()
    await sound(student, "slides")
    await teacher.keyboard.press("c")
    await teacher.get_by_role("link", name="урок.pdf").wait_for()
    await steps.write(teacher, "Формула $\\frac{a}{b}$")
    await teacher.locator("math").wait_for()
    await sound(teacher, "slides, and a chat with a file and a formula")
    for scheme in ("black-on-white", "white-on-black"):
        await show_in(student, scheme)
        await sound(student, f"slides, {scheme}")


async def show_in(page: Page, scheme: str) -> None:
    """Choose one of the versions for the visually impaired."""
    await page.keyboard.press("?")
    await page.get_by_label("Версия для слабовидящих").select_option(scheme)
    await page.keyboard.press("Escape")


@pytest.mark.parametrize("house", [Form.WEBINAR], indirect=True)
@pytest.mark.timeout(180)
async def test_axe_finds_nothing_in_a_webinar_and_in_a_line(house: House) -> None:
    planned = house.planned
    await steps.set_topic(house.database, planned)
    teacher, student = await window(house.browser), await window(house.browser)
    await steps.enter(teacher, house.link(planned.teacher_id))
    await come(student, house.link(planned.students[0]))
    await steps.moving(student)
    await student.keyboard.press("h")
    await teacher.get_by_role("region", name="Подняли руку").wait_for()
    await sound(teacher, "a webinar")
    await teacher.get_by_role("button", name="Дать слово").click()
    await student.get_by_text("Вам дали слово").first.wait_for()
    await sound(student, "the floor in a webinar")
    await teacher.get_by_role("button", name="Выйти…").click()
    await teacher.get_by_role("button", name="Завершить для всех").click()
    await teacher.get_by_role("heading", name="Консультация завершена").wait_for()

    house.planned, (first, second, _) = await reception(house.database, planned)
    await steps.set_topic(house.database, house.planned)
    waits = await window(house.browser)
    for page, person in ((student, first), (waits, second)):
        await steps.check_devices(page, house.link(person))
        await page.get_by_role("button", name="Войти", exact=True).click()
        await page.get_by_role("heading", name="Ждём ведущего").wait_for()
    await steps.enter(teacher, house.link(planned.teacher_id))
    await waits.get_by_text("Перед вами 1 человек.").wait_for()
    await sound(waits, "in a line")
    await teacher.get_by_role("button", name="Следующий").click()
    await steps.moving(teacher)
    await sound(teacher, "a line")
    await teacher.get_by_role("button", name="Следующий").click()
    await student.get_by_role("heading", name="Разговор окончен").wait_for()
    await sound(student, "a finished conversation")


@pytest.mark.parametrize("house", [Form.CHAT], indirect=True)
@pytest.mark.timeout(120)
async def test_axe_finds_nothing_in_a_chat(house: House) -> None:
    planned = house.planned
    await steps.set_topic(house.database, planned)
    teacher = await window(house.browser)
    await teacher.goto(house.link(planned.teacher_id))
    await teacher.get_by_role("button", name="Войти").click()
    await teacher.get_by_role("heading", name="Вход на консультацию").wait_for()
    await sound(teacher, "the door of a chat")
    await teacher.get_by_role("button", name="Войти", exact=True).click()
    await steps.inside(teacher)
    await steps.write(teacher, "Здравствуйте")
    await expect(teacher.get_by_role("log")).to_contain_text("Здравствуйте")
    await sound(teacher, "chat")


@pytest.mark.timeout(120)
async def test_the_keyboard_alone_leads_from_the_link_to_the_goodbye(house: House) -> None:
    planned = house.planned
    await steps.set_topic(house.database, planned)
    page = await window(house.browser)
    await page.goto(house.link(planned.teacher_id))
    await press(page, "Войти")
    await page.get_by_role("heading", name="Проверьте камеру и микрофон").wait_for()
    await press(page, "Войти")
    await steps.inside(page)
    # Signs for eyes are words for ears: the screen says what has the focus.
    await expect(page.locator(":focus")).to_have_text("Групповая консультация")

    await press(page, "Выключить микрофон")
    await expect(page.get_by_role("button", name="Включить микрофон")).to_be_focused()
    await press(page, "Чат")
    await expect(page.get_by_label("Сообщение", exact=True)).to_be_focused()
    await page.keyboard.type("Микрофон: M не выключает")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("M не выключает")
    await expect(page.get_by_role("button", name="Включить микрофон")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_have_count(0)
    await expect(page.get_by_role("button", name="Чат", exact=True)).to_be_focused()

    await press(page, "Настройки и клавиши")
    await stays_within(page, "dialog")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Настройки и клавиши")).to_be_focused()

    await press(page, "Выйти…")
    await press(page, "Только выйти")
    await page.get_by_role("heading", name="Вы вышли из комнаты").wait_for()
    await press(page, "Вернуться")
    await steps.inside(page)


async def press(page: Page, name: str) -> None:
    """Go to a button with Tab alone, see that the focus shows, and press it."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if await focus.count() and (await focus.evaluate(NAME)) == name:
            assert await focus.evaluate(OUTLINE), f"the focus does not show on {name}"
            await page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never comes to {name}")


NAME = """
element => element.tagName === "BUTTON"
  && (element.querySelector(".hidden-words") ?? element).textContent.trim()
"""
OUTLINE = "element => getComputedStyle(element).outlineStyle !== 'none'"


async def stays_within(page: Page, container: str) -> None:
    """Tab goes round inside: never to what lies under the dialog."""
    await expect(page.locator(container)).to_be_visible()
    for _ in range(15):
        await page.keyboard.press("Tab")
        inside = await page.evaluate(
            """selector => {
              const focus = document.activeElement;
              return focus === document.body || focus.closest(selector) !== null;
            }""",
            container,
        )
        assert inside


@pytest.mark.timeout(120)
async def test_nothing_is_lost_at_twice_the_size(house: House) -> None:
    """200 % of a window of 1280 × 720 is a window of 640 × 360 (WCAG 1.4.4, 1.4.10 at 320)."""
    planned = house.planned
    await steps.set_topic(house.database, planned)
    page = await window(house.browser, width=640, height=360)
    await steps.check_devices(page, house.link(planned.teacher_id))
    for size in ({"width": 640, "height": 360}, {"width": 320, "height": 640}):
        await page.set_viewport_size(size)
        assert await narrow(page)
    await page.get_by_role("button", name="Войти", exact=True).click()
    await steps.inside(page)
    await page.get_by_role("button", name="Версия для слабовидящих").click()
    for size in ({"width": 640, "height": 360}, {"width": 320, "height": 640}):
        await page.set_viewport_size(size)
        assert await narrow(page)
        for name in ("микрофон", "камеру", "Чат", "Участники", "Выйти"):
            button = page.get_by_role("toolbar").get_by_role("button", name=name).first
            await button.scroll_into_view_if_needed()
            await expect(button).to_be_in_viewport(ratio=0.9)
