"""Fixtures of the edge's tests."""

from collections.abc import AsyncIterator

import pytest

from school.db import Database
from tests.web.site import Browser, Site, running


@pytest.fixture
async def site(sqlite_database: Database) -> AsyncIterator[Site]:
    """A running site with the smallest school; the database has its own tests on both engines."""
    async with running(sqlite_database) as one:
        yield one


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Browser]:
    """A browser at that site, nobody signed in."""
    async with site.browser() as one:
        yield one
