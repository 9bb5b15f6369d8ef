"""Rooms are spread over the media workers, and a worker that dies takes only its own rooms' media with it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from rooms.registry import Registry
from rooms.room import Room
from rooms.sfu.channel import WorkerSettings
from school.db import Database
from tests import consultations
from tests.rooms.house import SECRET, START, MovedClock


@pytest.fixture
async def registry(sqlite_database: Database) -> AsyncIterator[Registry]:
    settings = WorkerSettings(host="127.0.0.1", announced=["127.0.0.1"])
    opened = Registry(sqlite_database, MovedClock(), SECRET, settings, worker_count=2)
    await opened.start()
    yield opened
    await opened.close()


async def open_room(registry: Registry, school: consultations.School, *, hours: int) -> Room:
    """A room of one more consultation of the same teacher, that many hours later."""
    async with registry.database.begin() as db:
        session = await consultations.add_session(db, school, starts_at=START + timedelta(hours=hours))
    room = await registry.open(session)
    assert room.media is not None
    assert await room.media.capabilities() is not None
    return room


async def test_rooms_are_spread_and_a_dead_worker_takes_only_its_own(registry: Registry) -> None:
    school = await consultations.open_school(registry.database)
    first = await open_room(registry, school, hours=0)
    second = await open_room(registry, school, hours=2)
    assert first.media
    assert second.media
    assert (first.media.keeper, second.media.keeper) == registry.keepers

    worker, survivor = (keeper.current for keeper in registry.keepers)
    assert worker
    assert survivor
    os.kill(worker.pid, signal.SIGKILL)
    async with asyncio.timeout(10):
        while first.media.keeper.deaths == 0:  # noqa: ASYNC110 -- a death is told to rooms, not to tests
            await asyncio.sleep(0.01)
    assert await first.media.capabilities() is not None
    assert first.media.keeper.current is not worker
    assert second.media.keeper.current is survivor
    assert second.media.keeper.deaths == 0


async def test_a_closed_rooms_place_is_free_again(registry: Registry) -> None:
    school = await consultations.open_school(registry.database)
    first = await open_room(registry, school, hours=0)
    await open_room(registry, school, hours=2)
    await registry.forget(first)
    third = await open_room(registry, school, hours=4)
    assert third.media
    assert third.media.keeper is registry.keepers[0]


async def test_several_workers_take_ports_in_a_row(sqlite_database: Database) -> None:
    settings = WorkerSettings(host="127.0.0.1", port=46_110, announced=["127.0.0.1"])
    registry = Registry(sqlite_database, MovedClock(), SECRET, settings, worker_count=2)
    await registry.start()
    try:
        assert [keeper.current and keeper.current.port for keeper in registry.keepers] == [46_110, 46_111]
    finally:
        await registry.close()
