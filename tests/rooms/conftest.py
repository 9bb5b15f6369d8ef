from collections.abc import AsyncIterator

import pytest

from rooms.sfu.channel import WorkerSettings
from school.db import Database
from tests.rooms.house import House


@pytest.fixture
async def loud(sqlite_database: Database) -> AsyncIterator[House]:
    """A house with a media worker."""
    worker = WorkerSettings(host="127.0.0.1", announced=["127.0.0.1"])
    house = await House.build(sqlite_database, worker=worker)
    await house.registry.start()
    yield house
    await house.registry.close()
