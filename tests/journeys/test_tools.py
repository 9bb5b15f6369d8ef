"""Tools and a board in a chat room, on a phone and a desktop; who comes late or back sees it all (R47)."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from school.schedule.models import Form
from tests.journeys import school
from tests.journeys.browser import window
from tests.journeys.server import Kabinet
from tests.journeys.steps import PATIENCE, set_topic, until, write


def document(*pages: str) -> bytes:
    """A PDF of one line of Latin letters on each page (ISO 32000-1, 7.5)."""
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        drawn = f"BT /F1 48 Tf 60 180 Td ({text}) Tj ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 640 360] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {first + 2 * number + 1} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
        f"startxref\n{len(body)}\n%%EOF\n"
    ).encode()


async def come(page: Page, address: str) -> None:
    """By the link into a room without devices."""
    await page.goto(address)
    await page.get_by_role("button", name="Войти").click()
    await page.get_by_role("heading", name="Вход на консультацию").wait_for()
    await page.get_by_role("button", name="Войти", exact=True).click()
    await page.locator('.room[data-online="true"]').wait_for()


async def talks(teacher: Page, student: Page) -> None:
    """A formula, and a message that is hidden."""
    await write(student, "Корни: $x_{1,2}=\\frac{-b\\pm\\sqrt{D}}{2a}$")
    await expect(teacher.locator("math mfrac")).to_have_count(1)
    await write(student, "Это нечестно")
    await teacher.get_by_role("button", name="Это нечестно").filter(has_text="Скрыть").click()
    await expect(student.get_by_text("Сообщение скрыто ведущим")).to_be_visible()


async def asks(teacher: Page, student: Page) -> None:
    """A poll that is answered, changed, shown and closed."""
    await teacher.get_by_role("button", name="Инструменты").click()
    tools = teacher.get_by_role("complementary", name="Инструменты")
    await tools.get_by_label("Вопрос").fill("Сколько корней при D < 0?")
    await tools.get_by_label("Какой ответ").select_option("single")
    await tools.get_by_label("Варианты").fill("ни одного\nодин\nдва")
    await tools.get_by_role("button", name="Спросить").click()

    poll = student.get_by_role("complementary", name="Опрос")
    await poll.get_by_label("один", exact=True).check()
    await poll.get_by_role("button", name="Ответить").click()
    await expect(tools.get_by_text("1 ответ")).to_be_visible()
    await expect(poll.get_by_text("Результаты видит ведущий")).to_be_visible()
    await poll.get_by_label("ни одного").check()
    await poll.get_by_role("button", name="Изменить ответ").click()
    await expect(tools.locator(".poll-results li").first).to_contain_text("1")
    await tools.get_by_role("button", name="Показать результаты всем").click()
    await expect(poll.locator(".poll-results li").first).to_contain_text("1")


async def presents(teacher: Page, student: Page) -> None:
    """A PDF, whose pages the teacher turns; a timer."""
    tools = teacher.get_by_role("complementary", name="Инструменты")
    lesson = {"name": "урок.pdf", "mimeType": "application/pdf", "buffer": document("One", "Two", "Three")}
    await tools.get_by_label("Выбрать PDF").set_input_files(lesson)
    for page in (teacher, student):
        await expect(page.get_by_role("img", name="Страница 1 из 3")).to_be_visible(timeout=PATIENCE * 1000)
        await drawn(page, "One")
    await teacher.get_by_role("button", name="Следующая страница").click()
    await drawn(student, "Two")

    await tools.get_by_label("Работа").select_option("20")
    await tools.get_by_label("Потом перерыв").select_option("5")
    await tools.get_by_role("button", name="Запустить").click()
    await expect(student.get_by_role("timer")).to_contain_text("На работу осталось")


async def drawn(page: Page, text: str) -> None:
    """The page's words are there for readers, and something is on the canvas that is not white."""
    await expect(page.locator(".slides-page p")).to_have_text(text, timeout=PATIENCE * 1000)
    dark = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
        .data.some((value, index) => index % 4 === 0 && value < 100)"""
    assert await page.locator(".slides canvas").evaluate(dark)


async def sees_it_all(page: Page) -> None:
    """What a late comer and somebody who is back find."""
    await expect(page.get_by_role("img", name="Страница 2 из 3")).to_be_visible(timeout=PATIENCE * 1000)
    await drawn(page, "Two")
    await expect(page.get_by_role("timer")).to_contain_text("На работу осталось")
    await expect(page.locator(".poll-question")).to_have_text("Сколько корней при D < 0?")
    await expect(page.locator(".poll-results li").first).to_contain_text("1")
    await expect(page.get_by_text("Сообщение скрыто ведущим")).to_have_count(1)
    await expect(page.locator("math mfrac")).to_have_count(1)


async def draws(teacher: Page, student: Page, late: Page) -> None:
    """The teacher and, when everybody may, the student; whoever comes back finds the same board."""
    tools = teacher.get_by_role("complementary", name="Инструменты")
    await tools.get_by_role("button", name="Показать доску").click()
    await line(teacher)
    await expect(student.get_by_role("img", name="На доске 1 линия")).to_be_visible()
    await teacher.get_by_role("button", name="Рисуют все").click()
    await student.get_by_role("button", name="Закрыть", exact=True).click()
    await student.get_by_role("button", name="Синий").click()
    await line(student)
    await line(student)
    await expect(teacher.get_by_role("img", name="На доске 3 линии")).to_be_visible()
    await student.get_by_role("button", name="Отменить").click()
    await late.reload()
    await late.get_by_role("button", name="Войти", exact=True).click()
    for page in (teacher, student, late):
        await expect(page.get_by_role("img", name="На доске 2 линии")).to_be_visible()
        await until(page, _COLOURED)
    async with teacher.expect_download() as saved:
        await teacher.get_by_role("button", name="Сохранить картинку").click()
    assert (await saved.value).suggested_filename == "доска.png"


_COLOURED = """(sheet => sheet.height > 0 && sheet.getContext("2d")
    .getImageData(0, 0, sheet.width, sheet.height).data
    .some((value, index) => index % 4 === 2 && value < 200))(document.querySelector("canvas.sheet"))"""


async def line(page: Page) -> None:
    """A line across the board, by the mouse."""
    box = await page.locator("canvas.sheet").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    await page.mouse.up()


async def on_its_side(teacher: Page) -> None:
    """A phone on its side with the tools open: the page of the document is still there to be read."""
    before = teacher.viewport_size
    assert before is not None
    await teacher.set_viewport_size({"width": 740, "height": 360})
    await expect(teacher.get_by_role("button", name="Выйти")).to_be_in_viewport(ratio=1)
    await until(teacher, 'document.querySelector(".slides canvas").clientWidth > 200')
    await fits(teacher)
    await teacher.set_viewport_size(before)


async def fits(*pages: Page) -> None:
    """Nothing is wider than its window, and no style or script was refused."""
    for page in pages:
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.timeout(120)
async def test_a_lesson_with_a_poll_slides_a_timer_and_a_board_is_the_same_for_late_comers(
    sqlite_database: Database, kabinet: Kabinet, browser: Browser
) -> None:
    planned = await school.consultation(sqlite_database, form=Form.CHAT)
    await set_topic(sqlite_database, planned)
    teacher, student, late = await asyncio.gather(
        window(browser), window(browser, width=360, height=740), window(browser, width=360, height=740)
    )
    complaints: list[str] = []
    for page in (teacher, student, late):
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
    await come(teacher, kabinet.link(planned.links[planned.teacher_id]))
    await come(student, kabinet.link(planned.links[planned.students[0]]))
    await talks(teacher, student)
    await asks(teacher, student)
    await presents(teacher, student)
    await on_its_side(teacher)
    await fits(teacher, student)

    await come(late, kabinet.link(planned.links[planned.parent_id]))
    await sees_it_all(late)
    await student.reload()
    await student.get_by_role("button", name="Войти", exact=True).click()
    await student.get_by_role("button", name="Опрос").click()
    await sees_it_all(student)
    await expect(student.get_by_text("Ваш ответ принят")).to_be_visible()
    await draws(teacher, student, late)
    await fits(teacher, student, late)
    assert complaints == []
