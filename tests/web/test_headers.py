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


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES} - {"/schedule/embed"}))
async def test_every_page_has_the_policy_and_no_cache(browser: Browser, path: str) -> None:
    answer = await browser.get(path.split("{", maxsplit=1)[0] + ("1" if "{" in path else ""), follow=False)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self), microphone=(self)" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "aiohttp" not in answer.headers["Server"]
    assert "Strict-Transport-Security" not in answer.headers


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
