"""Every page × every reader: the whole table of `tests.web.access`, asked of a running site."""

import re
from datetime import time

import pytest

from school.db import Db
from school.people import actions as people
from school.people.models import Category, Role
from school.quality import actions as quality
from school.quality.rules import MINUTE, Way
from school.schedule import actions as schedule
from school.schedule.models import Form, Kind
from tests import builders
from tests.quality import seen
from tests.web.access import READERS, TABLE
from tests.web.site import _HASH, Browser, Cast, Site
from web.access import Rule
from web.routes import ROUTES

LOGINS = {
    "student": "ivanov",
    "classmate": "chuzhov",
    "parent": "ivanova",
    "host": "sokolova",
    "colleague": "gromov",
    "methodist": "lisina",
    "head": "zimina",
    "administrator": "orlova",
}


@pytest.fixture
async def full_site(site: Site) -> Site:
    """The smallest school, and one more person of every role that it lacks."""
    await add_the_rest(site)
    return site


async def add_the_rest(site: Site) -> None:
    """One more person of every role, an act in force, a draft of the schedule, a call that was not good."""
    at = site.clock()
    async with site.database.begin() as db:
        colleague, _ = await builders.add_worker(
            db,
            position="педагог-библиотекарь",
            category=Category.OTHER,
            family_name="Громов",
            given_name="Олег",
            patronymic="Ильич",
            login="gromov",
        )
        methodist = await builders.add_person(db, Role.METHODIST, family_name="Лисина", login="lisina")
        head = await builders.add_person(db, Role.HEAD, family_name="Зимина", login="zimina")
        for person in (colleague, methodist, head):
            await people.set_password(db, at, by=None, person_id=person, password_hash=_HASH)
        await builders.add_act(db)
        await add_draft(db, methodist, site.cast)
        await quality.keep(
            db,
            {
                (site.cast.session, site.cast.worker, at): seen(up_lost=900),
                (site.cast.session, site.cast.student, at): seen(down_lost=2_000, way=Way.TCP),
                (site.cast.session, site.cast.student, at + MINUTE): seen(round_trip_ms=700),
            },
        )


async def add_draft(db: Db, methodist: int, cast: Cast) -> None:
    """A version with one line: the first of both."""
    version_id = await schedule.draft(
        db,
        builders.NOW,
        by=methodist,
        title="Осень",
        valid_from=builders.YEAR_STARTS,
        valid_until=builders.YEAR_ENDS,
    )
    await schedule.add_line(
        db,
        builders.NOW,
        by=methodist,
        version_id=version_id,
        appointment_id=1,
        weekday=2,
        starts=time(15),
        ends=time(16),
        form=Form.WEBINAR,
        kind=Kind.GROUP,
        group_ids=[cast.group],
    )


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert set(TABLE) == {(route.name, route.method) for route in ROUTES}


def test_only_pages_that_say_so_are_open_to_nobody() -> None:
    open_ones = (Rule.PUBLIC, Rule.LINK, Rule.TOKEN)
    closed = {(route.name, route.method) for route in ROUTES if route.access.rule not in open_ones}
    for route in closed:
        expected = {"GET": (303,), "POST": (401,)}[route[1]]
        assert TABLE[route].nobody in expected, route


@pytest.mark.parametrize("reader", READERS)
async def test_each_reader_gets_exactly_what_the_table_says(
    full_site: Site, browser: Browser, reader: str
) -> None:
    link = await full_site.link(full_site.cast.student)
    answers, expected = {}, {}
    for route in ROUTES:
        if reader != "nobody" and browser.cookie("kabinet_sign_in") is None:
            assert (await browser.sign_in(LOGINS[reader])).status == 303
        path = link if route.name == "link" else path_of(route.path, full_site)
        if route.name.startswith("room"):
            browser.client.session.cookie_jar.clear(lambda morsel: morsel.key.startswith("kabinet_pass"))
        answer = await _ask(browser, route.method, path)
        key = (route.name, route.method)
        answers[key], expected[key] = answer, getattr(TABLE[key], reader)
    assert answers == expected


async def _ask(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return (await browser.get(path, follow=False)).status
    await browser.get("/schedule")
    if path.endswith(("/ticket", "/files")):
        return (await browser.script_post(path)).status
    return (await browser.post(path, follow=False)).status


def path_of(pattern: str, site: Site) -> str:
    """The route's path with ids of the site's cast in it, of the first row, or of none."""
    ids = {"session": site.cast.session, "person": site.cast.stranger, "group": site.cast.group}
    ids |= dict.fromkeys(("programme", "subject", "appointment", "link", "act", "version", "line"), 1) | {
        "file": 999
    }
    ids["child"] = site.cast.student
    path = re.sub(r"\{\w+:(\w+)\|[^/]*\}", r"\1", pattern)  # the first of the values that may stand there
    for name, number in ids.items():
        path = re.sub(rf"\{{{name}(:[^/]*)?\}}", str(number), path)
    return re.sub(r"\{\w+[^/]*\}", "nothing", path)
