"""Local acts through the browser: a text, a file, or both; readable by every role (R1)."""

from io import BytesIO
from urllib.parse import quote

import pytest
from aiohttp import FormData

from school.files.rules import LARGEST
from school.organisation import queries as organisation
from tests.builders import TODAY
from tests.web.site import Browser, Page, Site

PDF = b"%PDF-1.7\n the order itself \x00\xff"
ACT = {
    "number": "115-о",
    "date": "2026-09-01",
    "title": "Об учебно-методической помощи",
    "in_force_since": "2026-09-01",
}


async def send(
    browser: Browser,
    fields: dict[str, str],
    name: str = "",
    content: bytes = b"",
    *,
    path: str = "/settings/acts",
) -> Page:
    """Send the form as a browser does, with a file part that may be empty."""
    data = FormData(quote_fields=False, default_to_multipart=True)
    for field, value in ({"csrf": browser.token} | fields).items():
        data.add_field(field, value)
    data.add_field("file", BytesIO(content), filename=name, content_type="application/octet-stream")
    async with browser.client.post(path, data=data, allow_redirects=True) as response:
        return Page(response.status, response.headers, await response.text(), response.url.path_qs)


@pytest.fixture
async def office(browser: Browser) -> Browser:
    """The administrator's browser on the page of acts."""
    await browser.become("orlova")
    await browser.get("/settings/acts")
    return browser


async def test_an_act_with_a_file_is_read_by_every_role_byte_for_byte(site: Site, office: Browser) -> None:
    page = await send(office, ACT, "Приказ 115-о.pdf", PDF)
    assert (page.status, "Приказ 115-о.pdf" in page.words) == (200, True)
    async with site.browser() as one:
        for reader in ("ivanov", "ivanova", "sokolova"):
            one.client.session.cookie_jar.clear()
            await one.become(reader)
            assert "Скачать: Приказ 115-о.pdf" in (await one.get("/act")).words
            async with one.client.get("/act/1/file") as answer:
                assert await answer.read() == PDF
                headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == (
        f"attachment; filename=\"______ 115-_.pdf\"; filename*=UTF-8''{quote('Приказ 115-о.pdf')}"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


async def test_a_visitor_is_asked_to_sign_in_for_the_file(site: Site, office: Browser) -> None:
    await send(office, ACT, "Приказ.pdf", PDF)
    async with site.browser() as visitor:
        answer = await visitor.get("/act/1/file", follow=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2Fact%2F1%2Ffile")


async def test_an_act_as_text_is_shown_in_paragraphs(office: Browser) -> None:
    await send(office, ACT | {"text": "# Общее\n\nУтвердить порядок."})
    page = await office.get("/act")
    assert "<h2>Общее</h2>" in page.text
    assert "Утвердить порядок." in page.words


@pytest.mark.parametrize(
    ("fields", "name", "content", "wrong", "words"),
    [
        ({}, "", b"", "text", "Введите текст или выберите файл."),
        ({"number": ""}, "a.pdf", PDF, "number", "Заполните это поле."),
        ({"date": "вчера"}, "a.pdf", PDF, "date", "Введите дату, например 01.09.2026."),
        ({"in_force_until": "2026-08-01"}, "a.pdf", PDF, "in_force_until", "Последний день раньше первого."),
        ({}, "page.html", b"<html>", "file", "Такие файлы не принимаются."),
        ({}, "a.pdf", b"<html>", "file", "Внутри не файл .pdf."),
        ({}, "a.pdf", b"%PDF-" + bytes(LARGEST), "file", "Файл слишком велик: не больше 10 МБ."),
    ],
)
async def test_a_wrong_act_is_named_by_field_and_what_was_typed_stays(
    site: Site, office: Browser, fields: dict[str, str], name: str, content: bytes, wrong: str, words: str
) -> None:
    page = await send(office, ACT | fields, name, content)
    assert page.status == 422
    assert f'id="e-{wrong}">{words}' in page.text
    assert 'value="Об учебно-методической помощи"' in page.text
    async with site.database.read() as db:
        assert await organisation.acts(db) == []


async def test_a_body_beyond_the_limit_is_refused_as_a_whole(office: Browser) -> None:
    page = await send(office, ACT, "a.pdf", b"%PDF-" + bytes(LARGEST + 512 * 1024))
    assert page.status == 413


async def test_other_pages_take_no_large_bodies(site: Site) -> None:
    async with site.browser() as visitor:
        await visitor.get("/sign-in")
        answer = await send(visitor, {}, "a.pdf", bytes(2 * 1024 * 1024), path="/sign-in")
    assert answer.status == 413


async def test_an_act_is_ended_by_its_last_day(site: Site, office: Browser) -> None:
    await send(office, ACT | {"text": "Утвердить."})
    early = await office.post("/settings/acts/1/end", until="2026-08-31")
    assert early.status == 422
    assert "Последний день раньше первого." in early.words
    await office.post("/settings/acts/1/end", until=TODAY.isoformat())
    async with site.database.read() as db:
        (act,) = await organisation.acts(db)
    assert act.in_force_until == TODAY
