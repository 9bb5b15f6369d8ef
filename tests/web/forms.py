"""Every form that the site shows to anybody, found by walking its pages as each of their readers."""

import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from school.calendar import actions as calendar
from school.db import Db
from school.directory import actions as directory
from school.factors import actions as factors
from school.factors.rules import code_at, step_at
from school.people import queries
from school.schedule import actions as schedule
from school.schedule.models import Form, Kind
from school.schedule.queries import versions
from school.sessions import actions as sessions
from school.sessions.rules import Addressee
from tests import builders
from tests.web.access import READERS, TABLE
from tests.web.site import Browser, Page, Site
from tests.web.test_access import LOGINS, add_the_rest, path_of
from tests.web.test_schedule_pages import publish
from web.access import Route
from web.cookies import SIGN_IN
from web.routes import ROUTES

# What is not a page, and the room, whose own journey looks at it in all its states.
NOT_PAGES = {"healthz", "schedule_xlsx", "schedule_docx", "schedule_pdf", "schedule_ics", "audit_csv", "room"}
# Posted to by the room's script: no page has a form.
NO_FORM = {"room_ticket", "room_files", "room_probe", "omission"}
ADULT = "vzroslov"  # a student of age; the other readers are those of the table of access
TYPED = {"input", "select", "textarea"}
NOT_TYPED = {"hidden", "submit", "button"}


@dataclass
class Shown:
    """A form as it stands on a page: where it goes, what may be filled in, which button sends it."""

    action: str
    fields: dict[str, bool] = field(default_factory=dict)
    """By name: whether it must not be left empty."""
    button: str = ""


@dataclass(frozen=True)
class Place:
    """Where to meet a form: who opens which page, and its number among the page's forms."""

    reader: str
    path: str
    number: int
    form: Shown


class Reading(HTMLParser):
    """The forms of a page that are posted."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._open: Shown | None = None
        self.forms: list[Shown] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and given.get("method") == "post":
            self._open = Shown(urlsplit(given.get("action") or self._path).path)
            self.forms.append(self._open)
        elif self._open is not None and tag == "button" and not (given.get("value") or "").isdigit():
            self._open.button = f"{given['name']}={given['value']}" if given.get("name") else ""
        elif self._open is not None and tag in TYPED and given.get("type") not in NOT_TYPED:
            self._open.fields[given["name"] or ""] = "required" in given and tag != "select"

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def pages_of(reader: str) -> Iterator[Route]:
    """What the table of access opens to this reader, but for what is not a page."""
    for route in ROUTES:
        row = TABLE.get((route.name, route.method))
        if route.method == "GET" and route.name not in NOT_PAGES and row and getattr(row, reader) == 200:
            yield route


def name_of(form: Shown) -> str:
    """The route that the form goes to, and its button's where one address has several forms."""
    for route in ROUTES:
        pattern = re.sub(r"\{\w+:([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", r"(?:\1)", route.path)
        if route.method == "POST" and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), form.action):
            return f"{route.name} {form.button}".strip()
    raise AssertionError(f"a form goes to {form.action}, and nothing is there")


async def token_of(site: Site, reader: str) -> str:
    """A sign-in of the reader's, as its cookie has it."""
    return await site.sign_in_of(LOGINS.get(reader, reader))


@dataclass(frozen=True)
class Furnished:
    """Ids of what a school must have for every form to be on some page."""

    left: int
    ahead: int
    individual: int
    submitted: int
    published: int


async def furnish(site: Site) -> Furnished:
    """Put the site's school into all the states whose pages have forms of their own."""
    await add_the_rest(site)
    await publish(site)
    site.clock.pass_by(hours=2)  # the session of the cast is over then
    now = site.clock()
    async with site.database.begin() as db:
        left = await _people(db, site)
        ahead, individual = await _sessions(db, site)
        await _calendar(db, site)
        await _second_factors(db, site)
        waiting = await submitted(db, site)
        published = next(one.id for one in await versions(db) if one.published_at is not None)
    site.clock.now = now
    return Furnished(left, ahead, individual, waiting, published)


async def _people(db: Db, site: Site) -> int:
    """An adult student with a parent, and somebody who has left."""
    now, admin = site.clock(), site.cast.administrator
    adult = await builders.add_student(
        db, family_name="Взрослов", birth_date=date(2007, 5, 1), login=ADULT, group_id=site.cast.group
    )
    await builders.add_parent(db, adult, family_name="Взрослова")
    left = await builders.add_student(db, family_name="Ушедшев")
    last_day = builders.YEAR_STARTS
    await directory.dismiss(db, now, by=admin, person_id=left, last_day=last_day, zone="Europe/Moscow")
    return left


async def _sessions(db: Db, site: Site) -> tuple[int, int]:
    """Two that are still to come: of a group, and of a family."""
    now, hour = site.clock(), timedelta(hours=1)

    async def one_off(hours: int, kind: Kind, **whom: Any) -> int:
        return await sessions.add_one_off(
            db,
            now,
            by=site.cast.administrator,
            reason="Проверка",
            form=Form.CHAT,
            kind=kind,
            host_id=site.cast.worker,
            starts_at=now + hours * hour,
            ends_at=now + (hours + 1) * hour,
            **whom,
        )

    return (
        await one_off(3, Kind.GROUP, group_ids=[site.cast.group]),
        await one_off(5, Kind.INDIVIDUAL, addressees=[Addressee(site.cast.student)]),
    )


async def _calendar(db: Db, site: Site) -> None:
    """One of each, changed since the schedule was approved."""
    now, by = site.clock(), site.cast.administrator
    await calendar.keep_holidays(db, now, by=by, holidays={date(2026, 9, 21): "День школы"})
    await calendar.transfer(db, now, by=by, on=date(2026, 9, 26), weekday=1)
    quarter = {"since": date(2026, 9, 1), "until": date(2026, 10, 25)}
    await calendar.add_term(db, now, by=by, name="I четверть", **quarter)
    pause = {"since": date(2026, 10, 26), "until": date(2026, 11, 3)}
    await calendar.add_break(db, now, by=by, name="Осенние каникулы", **pause)


async def _second_factors(db: Db, site: Site) -> None:
    """One that is on, one that waits for its first code."""
    now = site.clock()
    await factors.begin(db, now, person_id=await _id_of(db, LOGINS["colleague"]))
    secret = await factors.begin(db, now, person_id=site.cast.worker)
    await factors.enable(db, now, person_id=site.cast.worker, code=code_at(secret, step_at(now)))


async def submitted(db: Db, site: Site) -> int:
    """A version that waits for the head."""
    now, by = site.clock(), await _id_of(db, LOGINS["methodist"])
    version_id = await schedule.draft(
        db, now, by=by, title="Весна", valid_from=date(2027, 2, 1), valid_until=date(2027, 5, 31)
    )
    appointment = 1
    await schedule.add_line(
        db,
        now,
        by=by,
        version_id=version_id,
        appointment_id=appointment,
        weekday=3,
        starts=time(10),
        ends=time(11),
        form=Form.CHAT,
        kind=Kind.GROUP,
        group_ids=[site.cast.group],
    )
    await schedule.submit(db, now, version_id=version_id, by=by)
    return version_id


async def _id_of(db: Db, login: str) -> int:
    known = await queries.by_login(db, login)
    assert known is not None
    return known.person_id


def _walk(site: Site, made: Furnished) -> Iterator[tuple[str, str]]:
    """Who opens what: pages of states that need an address of their own, and every page of every reader."""
    for person in (site.cast.administrator, site.cast.worker, site.cast.student, made.left):
        yield "administrator", f"/people/{person}"
    yield "administrator", f"/people/{site.cast.student}?relative=Иванова"
    yield "administrator", f"/groups/{site.cast.group}?find=Чужов"
    yield "administrator", f"/sessions/{made.ahead}/change"
    yield "administrator", f"/sessions/{made.individual}/families?search=Чужов"
    yield "host", f"/sessions/{made.ahead}"
    yield "methodist", f"/versions/{made.submitted}"
    yield "methodist", f"/versions/{made.published}"
    yield "head", f"/versions/{made.submitted}"
    yield ADULT, "/account"
    for reader in READERS:
        for route in pages_of(reader):
            if route.name != "link":
                yield reader, path_of(route.path, site)


async def all_forms(site: Site, made: Furnished, stack: AsyncExitStack) -> dict[str, Place]:
    """Each form of the site once, by its name (`name_of`): where it is met first.

    Browsers are closed with the stack, and the site's server with the first of them.
    """
    found: dict[str, Place] = {}
    browsers: dict[str, Browser] = {}
    for reader, path in _walk(site, made):
        if reader not in browsers:
            browsers[reader] = await stack.enter_async_context(site.browser())
            if reader != "nobody":
                await token_of(site, reader)  # a second sign-in, so that there is one to end
                token = await token_of(site, reader)
                browsers[reader].client.session.cookie_jar.update_cookies({SIGN_IN: token})
        page = await browsers[reader].get(path)
        assert page.status == 200, f"{reader} {path}: {page.status}"
        _note(found, reader, page, path)
    nobody = browsers["nobody"]
    link = await site.link(site.cast.student, session_id=made.ahead)
    _note(found, "nobody", await nobody.get(link), link)
    _note(found, "nobody", await nobody.sign_in(LOGINS["host"]), "/sign-in/code")
    return found


def _note(found: dict[str, Place], reader: str, page: Page, path: str) -> None:
    reading = Reading(path)
    reading.feed(page.text)
    for number, form in enumerate(reading.forms):
        found.setdefault(name_of(form), Place(reader, path, number, form))
