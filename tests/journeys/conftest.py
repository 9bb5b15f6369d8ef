"""What a journey starts with: a Chromium, and a server on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.browser import chromium
from tests.journeys.server import Kabinet, serving
from tests.journeys.steps import PATIENCE

# A guard against hanging, not a demand: on a machine with a load of thirty all of it is needed.
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with chromium(tmp_path) as opened:
        yield opened


@pytest.fixture
async def kabinet(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Kabinet]:
    """A running server; `sqlite_database` is its database."""
    async with serving(sqlite_url, tmp_path) as running:
        yield running
