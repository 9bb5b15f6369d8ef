"""Every page of every role in a browser: axe finds nothing, and no phone has to scroll sideways (R65)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from school.db import Database
from school.people import actions as people
from school.people import queries
from tests.web.access import READERS
from tests.web.forms import pages_of
from tests.web.site import Site, running
from tests.web.test_access import LOGINS, add_the_rest, path_of
from tests.web.test_schedule_pages import publish
from web.cookies import SIGN_IN

PATIENCE = 300  # seconds: a guard against hanging
PHONE, DESKTOP = (360, 740), (1280, 800)
UNFOLD = "document.querySelectorAll('main details').forEach(details => { details.open = true })"
RULES = {"resultTypes": ["violations"]}


@pytest.fixture
async def site(sqlite_database: Database) -> AsyncIterator[Site]:
    """A school with everybody in it, a published schedule, a draft, an open consultation with its links."""
    async with running(sqlite_database) as one:
        await add_the_rest(one)
        await publish(one)
        yield one


async def opened(browser: Browser, site: Site, reader: str, size: tuple[int, int], scheme: str) -> Page:
    """A window of the reader's, signed in."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="ru-RU",
        color_scheme=scheme,  # type: ignore[arg-type]  # the parameters are the two schemes by name
    )
    if reader != "nobody":
        async with site.database.begin() as db:
            known = await queries.by_login(db, LOGINS[reader])
            assert known is not None
            token = await people.start_sign_in(
                db,
                site.clock(),
                person_id=known.person_id,
                user_agent="",
                lifetime=timedelta(days=1),
            )
        await context.add_cookies([{"name": SIGN_IN, "value": token, "url": address(site, "/")}])
    return await context.new_page()


def address(site: Site, path: str) -> str:
    return str(site.server.make_url("/")).rstrip("/") + path


async def troubles(page: Page, *, phone: bool, part: str | None = None) -> list[str]:
    """What axe has against the page (or one part of it), and whether it is wider than the screen."""
    found = (await Axe().run(page, context=part, options=RULES)).response["violations"]
    told = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
    width = await page.evaluate("document.documentElement.scrollWidth")
    return told + ([f"{width} pixels wide"] if phone and width > PHONE[0] else [])


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("reader", READERS)
async def test_every_page_of_a_role_is_accessible_on_a_phone_and_on_a_desktop(
    site: Site, browser: Browser, reader: str, tmp_path: Path
) -> None:
    link = await site.link(site.cast.student)
    found: dict[str, list[str]] = {}
    for size, scheme in ((PHONE, "dark"), (DESKTOP, "light")):
        page = await opened(browser, site, reader, size, scheme)
        for route in pages_of(reader):
            path = link if route.name == "link" else path_of(route.path, site)
            answer = await page.goto(address(site, path))
            assert answer is not None
            assert answer.ok, f"{path}: {answer.status}"
            assert urlsplit(page.url).path == urlsplit(path).path
            await page.evaluate(UNFOLD)
            told = await troubles(page, phone=size == PHONE)
            if told:
                found[f"{path} {scheme}"] = told
        await page.context.close()
    assert found == {}
