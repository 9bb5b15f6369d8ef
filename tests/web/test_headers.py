"""What the browser may do with our pages."""

import pytest

from school.db import Database
from tests.web.site import Browser, running
from web.routes import ROUTES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self' ws://localhost:8080; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": None,
}


@pytest.mark.parametrize("login", ["", "orlova"])
async def test_every_page_has_the_policy_and_no_cache(browser: Browser, login: str) -> None:
    if login:
        await browser.become(login)
    for path in sorted({route.path for route in ROUTES} - {"/schedule/embed"}):
        shown = path.split("{", maxsplit=1)[0] + ("1" if "{" in path else "")
        answer = await browser.get(shown, follow=False)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert "camera=(self), microphone=(self)" in answer.headers["Permissions-Policy"], path
        assert "aiohttp" not in answer.headers["Server"], path


async def test_under_https_browsers_stay_with_https(sqlite_database: Database) -> None:
    async with running(sqlite_database, public_url="https://kabinet.example") as site, site.browser() as one:
        answer = await one.get("/sign-in")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "connect-src 'self' wss://kabinet.example;" in answer.headers["Content-Security-Policy"]
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_pages_hold_nothing_inline(browser: Browser) -> None:
    for path in ("/sign-in", "/schedule", "/nothing-here"):
        text = (await browser.get(path)).text
        assert " style=" not in text
        assert "<style" not in text
        assert "onclick" not in text
        assert "<script>" not in text


async def test_pages_are_small(browser: Browser) -> None:
    assert len((await browser.get("/sign-in")).text.encode()) < 20_000
