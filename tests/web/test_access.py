"""Every page × every reader: the whole table of `tests.web.access`, asked of a running site."""

import re

import pytest

from school.people import actions as people
from school.people.models import Category, Role
from tests import builders
from tests.web.access import READERS, TABLE
from tests.web.site import _HASH, Browser, Site
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
    return site


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert set(TABLE) == {(route.name, route.method) for route in ROUTES}


def test_only_pages_that_say_so_are_open_to_nobody() -> None:
    closed = {
        (route.name, route.method) for route in ROUTES if route.access.rule not in (Rule.PUBLIC, Rule.LINK)
    }
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
        path = link if route.name == "link" else _path(route.path, full_site)
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


def _path(pattern: str, site: Site) -> str:
    """The route's path with the session's id in it."""
    path = re.sub(r"\{session[^/]*\}", str(site.cast.session), pattern)
    path = re.sub(r"\{file[^/]*\}", "999", path)
    return re.sub(r"\{\w+[^/]*\}", "nothing", path)
