"""The sections beside a page."""

import pytest

from school.people.models import Role
from school.people.rules import Viewer
from tests.web.site import Browser
from web.addresses import Addresses
from web.navigation import entries
from web.routes import ROUTES

ADDRESSES = Addresses(ROUTES)


def viewer(*roles: Role) -> Viewer:
    return Viewer(1, "Орлова Вера", "Орлова В.", frozenset(roles), None, None)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_one_to_six_sections_that_exist(role: Role) -> None:
    found = entries(viewer(role), ADDRESSES)
    assert 1 <= len(found) <= 6
    assert all(entry.route in ADDRESSES for entry in found)


def test_who_has_every_role_has_six_at_most_and_each_once() -> None:
    found = entries(viewer(*Role), ADDRESSES)
    assert len(found) <= 6
    assert len(set(found)) == len(found)


def test_a_visitor_has_the_schedule() -> None:
    assert [entry.route for entry in entries(None, ADDRESSES)] == ["schedule"]


def test_a_page_that_does_not_exist_is_not_offered() -> None:
    assert entries(viewer(Role.ADMINISTRATOR), Addresses([])) == ()


async def test_the_section_shown_is_marked(browser: Browser) -> None:
    page = await browser.get("/schedule")
    assert '<a href="/schedule" aria-current="page">' in page.text


async def test_health_is_told_without_cookies(browser: Browser) -> None:
    answer = await browser.get("/healthz")
    assert (answer.status, answer.text) == (200, '{"status": "ok"}')
    assert "Set-Cookie" not in answer.headers
