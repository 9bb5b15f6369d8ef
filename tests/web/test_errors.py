"""Refusals: words in the reader's language that say what to do, and the right status."""

import asyncio
import io

import pytest

from school.errors import Conflict, Forbidden, Invalid, NotFound, SchoolError
from tests.web.site import Browser, Site
from web.cookies import SIGN_IN
from web.errors import refusal_of


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "Такой страницы нет"), ("en", "There is no such page")],
)
async def test_an_unknown_address_is_told_in_the_readers_language(
    browser: Browser, language: str, words: str
) -> None:
    await browser.get("/sign-in")
    await browser.post("/language", language=language, back="/sign-in")
    answer = await browser.get("/nothing-here")
    assert answer.status == 404
    assert words in answer.words
    assert f'<html lang="{language}"' in answer.text


async def test_the_forms_of_an_error_page_work(browser: Browser) -> None:
    await browser.get("/nothing-here")
    answer = await browser.post("/language", language="en", back="/nothing-here")
    assert (answer.status, "There is no such page" in answer.words) == (404, True)


async def test_a_form_sent_after_the_sign_in_has_ended_leads_to_it_and_back(
    site: Site, browser: Browser
) -> None:
    await browser.become("orlova")
    await browser.get("/groups")
    browser.client.session.cookie_jar.clear(lambda cookie: cookie.key == SIGN_IN)
    page = {"Referer": str(browser.client.make_url("/groups"))}
    async with browser.client.post("/groups", data={"csrf": browser.token}, headers=page) as answer:
        assert answer.status == 401
        text = await answer.text()
    assert '<a class="button primary" href="/sign-in?next=%2Fgroups">Войти</a>' in text


async def test_a_wrong_method_is_405_and_names_the_right_ones(browser: Browser) -> None:
    answer = await browser.get("/language")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert "Этот адрес так не открывают" in answer.words


async def test_a_body_that_is_too_large_is_413(browser: Browser) -> None:
    await browser.get("/sign-in")
    form = io.BytesIO(f"csrf={browser.token}&login={'x' * 1_100_000}".encode())
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with browser.client.post("/sign-in", data=form, headers=kind) as response:
        assert response.status == 413
        assert "Слишком большой размер" in await response.text()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=klingon", b"csrf=a"),
        ("application/x-www-form-urlencoded", b"csrf=\xff\xfe"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"csrf="),
        ("multipart/form-data", b"csrf=a"),
        ("multipart/form-data; boundary=b", b"csrf=a"),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nno header\r\n\r\na\r\n--b--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 200, b"--b\r\n"),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n'
         b"Content-Transfer-Encoding: base65\r\n\r\na\r\n--b--\r\n"),
    ],
)  # fmt: skip
async def test_a_body_that_is_no_form_is_400_and_no_fault_of_ours(
    browser: Browser, kind: str, body: bytes
) -> None:
    await browser.become("orlova")
    await browser.get("/groups")
    for given in ({}, {"X-CSRF-Token": browser.token}):
        headers = {"Content-Type": kind, "Accept": "text/html", **given}
        async with browser.client.post("/groups", data=body, headers=headers) as answer:
            assert answer.status in ((400, 403, 422) if given else (400, 403)), await answer.text()


@pytest.mark.parametrize(
    ("path", "expected", "status"),
    [
        ("/sign-in", b"\xff", 417),
        ("/sign-in", b"tea", 417),
        ("/sign-in", b"100-continue", 100),
        ("/sign-in", b"100-Continue", 100),
    ],
)
async def test_what_cannot_be_expected_is_refused_and_leave_is_given_to_a_body(
    site: Site, path: str, expected: bytes, status: int
) -> None:
    reader, writer = await asyncio.open_connection(site.server.host, site.server.port)
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nExpect: ".encode()
    writer.write(head + expected + b"\r\n\r\n")
    assert int((await reader.readline()).split()[1]) == status
    if status == 100:
        assert await reader.readline() == b"\r\n"
        assert int((await reader.readline()).split()[1]) == 200
    writer.close()
    await writer.wait_closed()


async def test_a_script_gets_codes(browser: Browser) -> None:
    answer = await browser.get("/nothing-here", Accept="application/json")
    assert (answer.status, answer.text) == (404, '{"code": "http_404"}')


async def test_a_fault_of_ours_is_told_without_its_details(
    site: Site, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    await site.database.close()
    site.database.engine.sync_engine.dispose()
    async with site.database.begin() as db:
        await db.connection()
        await (await db.connection()).exec_driver_sql("ALTER TABLE organisation RENAME TO gone")
    answer = await browser.get("/sign-in")
    assert answer.status == 500
    assert "У нас что-то сломалось" in answer.words
    assert "gone" not in answer.text
    assert "organisation" not in answer.words
    assert "no such table" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(), 404),
        (Forbidden(), 403),
        (Conflict(), 409),
        (Invalid(field="name", reason="empty"), 422),
        (SchoolError(), 400),
    ],
)
def test_each_family_of_refusals_has_its_status(error: SchoolError, status: int) -> None:
    assert refusal_of(error).status == status
