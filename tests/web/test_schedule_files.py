"""Files and the embedded page say what the schedule's page says: the same words, order and numbers (R22)."""

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from docx import Document
from pypdf import PdfReader

from school.sessions import actions as sessions
from tests.web.site import Browser, Site, running
from tests.web.tables import rows
from tests.web.test_schedule_pages import publish

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ORGANISATION_SITE = "https://school7.example"


async def download(browser: Browser, path: str) -> bytes:
    async with browser.client.get(path) as response:
        assert response.status == 200
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        return await response.read()


def on_the_page(html: str) -> list[list[str]]:
    """The rows of the page as a file writes them: a line break is one."""
    return [[cell.replace(" / ", "\n") for cell in row] for row in rows(html)]


def sheet_rows(content: bytes) -> list[list[str]]:
    """Texts of a sheet's rows; cells under a merged one are empty and left out."""
    with ZipFile(BytesIO(content)) as book:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{SHEET}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 -- our own file
        ]
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- our own file
    return [
        [strings[int(value.text or "")] for value in row.iter(f"{SHEET}v")]
        for row in sheet.iter(f"{SHEET}row")
    ]


def numbered(html: str) -> dict[tuple[str, str], str]:
    """Numbers by name and position."""
    return {(row[1], row[2]): row[0] for row in rows(html) if len(row) == 6 and row[0]}


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


async def test_the_spreadsheet_is_the_page(site: Site, browser: Browser) -> None:
    await publish(site)
    page = await browser.get("/schedule")
    written = sheet_rows(await download(browser, "/schedule.xlsx"))
    assert written[-len(rows(page.text)) :] == on_the_page(page.text)
    for line in (line for row in written[: -len(rows(page.text))] for line in row):
        assert line in page.words


async def test_the_document_is_the_page(site: Site, browser: Browser) -> None:
    await publish(site)
    page = await browser.get("/schedule")
    document = Document(BytesIO(await download(browser, "/schedule.docx")))
    met: set[object] = set()
    written = []
    for row in document.tables[0].rows:
        fresh = [cell for cell in row.cells if not (cell._tc in met or met.add(cell._tc))]
        written.append([cell.text for cell in fresh])
    assert written == on_the_page(page.text)
    assert all(paragraph.text in page.words for paragraph in document.paragraphs)
    assert any("№ 115-о" in paragraph.text for paragraph in document.paragraphs)


async def test_the_paper_is_the_page(site: Site, browser: Browser) -> None:
    await publish(site)
    page = await browser.get("/schedule")
    reader = PdfReader(BytesIO(await download(browser, "/schedule.pdf")))
    first = reader.pages[0]
    assert first.mediabox.width > first.mediabox.height
    text = words("".join(part.extract_text() for part in reader.pages))
    at = 0
    for row in rows(page.text):
        for cell in row:
            found = text.find(words(cell.replace(" / ", "")), at)
            assert found >= 0, cell
        at = text.find(words(row[0]), at)
    assert words("График утверждён приказом от 07.09.2026 № 112-У.") in text


async def test_a_name_that_looks_like_a_formula_stays_a_text(site: Site, browser: Browser) -> None:
    await publish(site)
    with ZipFile(BytesIO(await download(browser, "/schedule.xlsx"))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


async def test_the_calendar_has_the_coming_dates_of_what_is_shown(site: Site, browser: Browser) -> None:
    keys = await publish(site)
    text = (await download(browser, "/schedule.ics?weekday=5")).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    starts = re.findall(r"DTSTART:(\w+)", unfolded)
    assert starts[:2] == ["20260911T060000Z", "20260918T060000Z"]
    assert set(re.findall(r"URL:(\S+)", unfolded)) == {f"http://localhost:8080/k/{keys['Жуков 5 09']}"}
    assert "/r/" not in text


async def test_a_cancelled_consultation_stands_in_the_calendar_as_cancelled(
    site: Site, browser: Browser
) -> None:
    await publish(site)
    unfolded = (await download(browser, "/schedule.ics?weekday=5")).decode().replace("\r\n ", "")
    found = re.search(r"UID:consultation-(\d+)@", unfolded)
    assert found is not None
    async with site.database.begin() as db:
        await sessions.cancel(
            db, site.clock(), session_id=int(found[1]), by=site.cast.administrator, reason="Болезнь"
        )
    again = (await download(browser, "/schedule.ics?weekday=5")).decode()
    assert again.count("STATUS:CANCELLED") == 1
    assert "Болезнь" not in again


@pytest.mark.parametrize("path", ["/schedule.xlsx", "/schedule.docx", "/schedule.pdf", "/schedule.ics"])
async def test_there_are_no_files_before_a_schedule_is_published(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("weekday=1", ["Захарова Елена Михайловна"]),
        ("form=chat", ["Жуков Олег Ильич", "Захарова Елена Михайловна"]),
        ("weekday=5&form=webinar", []),
        ("weekday=9&worker=abc&form=x&subject=y", ["Ёлкин Павел Романович", "Жуков Олег Ильич"]),
    ],
)
async def test_filters_work_without_scripts_and_keep_the_numbers(
    site: Site, browser: Browser, query: str, names: list[str]
) -> None:
    await publish(site)
    whole = numbered((await browser.get("/schedule")).text)
    for address in ("/schedule", "/schedule/embed"):
        page = await browser.get(f"{address}?{query}")
        assert page.status == 200
        shown = numbered(page.text)
        assert [name for name, _ in shown][: len(names)] == names
        assert shown.items() <= whole.items()
    if not names:
        assert "В графике ничего не нашлось." in page.words


async def test_a_worker_is_found_by_name_in_both_positions(site: Site, browser: Browser) -> None:
    await publish(site)
    page = await browser.get("/schedule")
    offered = re.search(r'<option value="(\d+)">Захарова Елена Михайловна</option>', page.text)
    assert offered is not None
    assert page.text.count("Захарова Елена Михайловна</option>") == 1
    found = rows((await browser.get(f"/schedule?worker={offered[1]}")).text)
    assert [row[2] for row in found if len(row) == 6][1:] == ["учитель истории", "заместитель директора"]


async def test_the_page_carries_its_own_code_for_the_print(site: Site, browser: Browser) -> None:
    await publish(site)
    page = await browser.get("/schedule")
    assert 'class="annex-code print-only" src="data:image/svg+xml' in page.text


async def test_the_embedded_page_alone_may_be_framed_and_leaves_nothing_behind(
    site: Site, browser: Browser
) -> None:
    keys = await publish(site)
    page = await browser.get("/schedule/embed")
    assert rows(page.text) == rows((await browser.get("/schedule")).text)
    assert f"/k/{keys['Жуков 5 09']}" in page.text
    assert "<script" not in page.text
    assert 'name="csrf"' not in page.text
    assert "Set-Cookie" not in page.headers
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    other = await browser.get("/schedule")
    assert other.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]


async def test_sites_that_may_embed_are_named_in_the_settings(sqlite_database: object) -> None:
    async with (
        running(sqlite_database, embed_origins=(ORGANISATION_SITE,)) as site,
        site.browser() as browser,
    ):
        page = await browser.get("/schedule/embed")
        assert page.status == 200
        assert "График консультаций ещё не опубликован." in page.words
        assert f"frame-ancestors 'self' {ORGANISATION_SITE};" in page.headers["Content-Security-Policy"] + ";"
