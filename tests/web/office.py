"""The people who draft and approve a schedule, at a site; what their browsers do again and again."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import event

from school.db import Database
from school.people import actions as people
from school.people.models import Role
from tests import builders
from tests.web.site import _HASH, Browser, Page, Site

VERSION = {"title": "График на год", "valid_from": "2026-09-01", "valid_until": "2027-05-31"}
LOGINS = ("lisina", "rozova", "zimina", "belov")


@dataclass(frozen=True)
class Office:
    """Two methodists and two heads, each signed in at a browser of their own."""

    methodist: Browser
    second: Browser
    head: Browser
    deputy: Browser


@asynccontextmanager
async def open_office(site: Site, *, act: bool = True) -> AsyncIterator[Office]:
    async with site.database.begin() as db:
        for login, role in zip(LOGINS, (Role.METHODIST,) * 2 + (Role.HEAD,) * 2, strict=True):
            person = await builders.add_person(db, role, family_name=login.title(), login=login)
            await people.set_password(db, builders.NOW, by=None, person_id=person, password_hash=_HASH)
        if act:
            await builders.add_act(db)
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(site.browser()) for _ in LOGINS]
        for login, browser in zip(LOGINS, browsers, strict=True):
            await browser.become(login)
        yield Office(*browsers)


def line(site: Site, **changes: str) -> dict[str, str]:
    """The fields of a line of the worker's: Tuesdays, 15:00 to 15:45, for the group 7А."""
    return {
        "appointment_id": "1",
        "weekday": "2",
        "starts": "15:00",
        "ends": "15:45",
        "parity": "every",
        "form": "videoconference",
        "kind": "group",
        "purpose": "current",
        "audience": "students",
        "subject_id": "1",
        "groups": str(site.cast.group),
    } | changes


async def begin(browser: Browser, site: Site, *lines: dict[str, str]) -> str:
    """Draft a version with these lines and give its path."""
    await browser.get("/versions/new")
    page = await browser.post("/versions/new", **VERSION)
    assert re.fullmatch(r"/versions/\d+", page.path), page.words
    for one in lines or (line(site),):
        assert (await browser.post(f"{page.path}/lines/new", follow=False, **one)).status == 303
    return page.path


async def step(browser: Browser, path: str, name: str, **fields: str) -> Page:
    await browser.get(path)
    return await browser.post(f"{path}/{name}", **fields)


async def approved(office: Office, site: Site, *lines: dict[str, str]) -> str:
    """A version from its first line to its approval; gives its path."""
    path = await begin(office.methodist, site, *lines)
    await step(office.methodist, path, "submit")
    page = await step(office.head, path, "approve", order_number="12-о", order_date="2026-09-05")
    assert page.status == 200
    return path


class Statements:
    """Counts what a database is asked."""

    def __init__(self, database: Database) -> None:
        self._engines = [database.engine.sync_engine, database._reading.sync_engine]
        self.count = 0

    def __enter__(self) -> "Statements":
        for engine in self._engines:
            event.listen(engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._engines:
            event.remove(engine, "before_cursor_execute", self._one)

    def _one(self, *_: object) -> None:
        self.count += 1
