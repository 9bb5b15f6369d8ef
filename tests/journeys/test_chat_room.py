"""A consultation in a chat (R14, R46): a formula, a file, a reply, what the host hides, a quick question."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from school.schedule.models import Form
from tests.journeys import school, steps
from tests.journeys.people import Person, Screen, on_every_screen
from tests.journeys.server import Kabinet

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ff"
    "ff3f0005fe02fedccc59e70000000049454e44ae426082"
)

AT_ITS_END = """(list => list.scrollHeight > list.clientHeight
    && list.scrollHeight - list.scrollTop - list.clientHeight < 40)(document.querySelector(".messages"))"""


@on_every_screen
@pytest.mark.timeout(180)
async def test_two_write_with_a_formula_a_file_a_reply_and_a_question_to_answer(
    sqlite_database: Database, kabinet: Kabinet, browser: Browser, mine: Screen, theirs: Screen
) -> None:
    planned = await school.consultation(sqlite_database, form=Form.CHAT)
    await steps.set_topic(sqlite_database, planned)
    host, student = await asyncio.gather(Person.sit_down(browser, mine), Person.sit_down(browser, theirs))
    await asyncio.gather(
        host.enter(kabinet.link(planned.links[planned.teacher_id])),
        student.enter(kabinet.link(planned.links[planned.students[0]])),
    )
    await talk(host, student)
    await ask(host, student)
    for person in (host, student):
        assert await person.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await student.press("Выйти")
    await student.page.get_by_role("heading", name="Вы вышли из комнаты").wait_for()


async def talk(host: Person, student: Person) -> None:
    field = student.page.get_by_label("Сообщение", exact=True)
    await student.write(field, "Корни: $x_{1,2}=\\frac{-b\\pm\\sqrt{D}}{2a}$, а это $\\frac{1$?")
    await student.page.keyboard.press("Enter")
    for person in (host, student):
        await expect(person.page.locator("math mfrac")).to_have_count(1)
        await expect(person.page.locator("code").get_by_text("$\\frac{1$")).to_be_visible()

    attach = student.page.get_by_label("Приложить файл")
    await student.attach(attach, {"name": "чертёж.png", "mimeType": "image/png", "buffer": PICTURE})
    shown = host.page.get_by_role("img", name="Картинка чертёж.png")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1

    await host.press(host.button("Ответить: Иванов").first)
    await host.say("Проверьте знак перед b: https://example.org/formula")
    await expect(student.button("Корни:").first).to_be_visible()
    link = student.page.get_by_role("link", name="https://example.org/formula")
    assert await link.get_attribute("rel") == "noopener noreferrer nofollow"

    await student.say("Это нечестно")
    await host.press(host.button("Это нечестно").filter(has_text="Скрыть"))
    await expect(student.page.get_by_text("Сообщение скрыто ведущим")).to_be_visible()
    await expect(student.page.get_by_text("Это нечестно")).to_have_count(0)

    program = {"name": "игра.exe", "mimeType": "application/octet-stream", "buffer": b"MZ..."}
    await student.attach(attach, program)
    await expect(student.page.get_by_text("Такие файлы чат не принимает")).to_be_visible()
    await stays_at_its_end(host.page)


async def stays_at_its_end(page: Page) -> None:
    """The last message is in sight though a telephone's keyboard takes a third of the screen."""
    size = page.viewport_size
    assert size is not None
    await page.set_viewport_size({"width": size["width"], "height": size["height"] * 2 // 3})
    await steps.until(page, AT_ITS_END)
    await page.set_viewport_size(size)


async def ask(host: Person, student: Person) -> None:
    """A question to choose from, asked and answered; its result is shown to all."""
    await host.press("Инструменты")
    tools = host.page.get_by_role("complementary", name="Инструменты")
    await host.write(tools.get_by_label("Вопрос"), "Сколько корней при D < 0?")
    await host.choose(tools.get_by_label("Какой ответ"), "single")
    await host.write(tools.get_by_label("Варианты"), "ни одного\nодин")
    await host.press(tools.get_by_role("button", name="Спросить"))
    poll = student.page.get_by_role("complementary", name="Опрос")
    await student.press(poll.get_by_label("ни одного"))
    await student.press(poll.get_by_role("button", name="Ответить"))
    await expect(tools.get_by_text("1 ответ")).to_be_visible()
    await expect(poll.get_by_text("Результаты видит ведущий")).to_be_visible()
    await host.press(tools.get_by_role("button", name="Показать результаты всем"))
    await expect(poll.locator(".poll-results li").first).to_contain_text("1")
