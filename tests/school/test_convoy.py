"""Writers of SQLite who come at once: one commit for all of them, and none of them suffers for another."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from school.convoy import Convoy
from school.db import Database
from school.errors import Conflict
from school.people.models import Group
from tests.builders import add_group

CROWD = 40


async def write(database: Database, number: int) -> None:
    async with database.begin() as db:
        await add_group(db, name=f"группа {number}")


async def fail(database: Database, number: int) -> None:
    async with database.begin() as db:
        await add_group(db, name=f"группа {number}")
        raise Conflict


async def groups(database: Database) -> int:
    async with database.read() as db:
        return await db.scalar(select(func.count(Group.id))) or 0


async def test_those_who_come_at_once_share_commits(sqlite_database: Database) -> None:
    commits: list[object] = []
    event.listen(sqlite_database.engine.sync_engine, "commit", commits.append)
    await asyncio.gather(*(write(sqlite_database, number) for number in range(CROWD)))
    assert await groups(sqlite_database) == CROWD
    assert len(commits) < CROWD


async def test_what_one_raises_takes_back_its_own_work_only(sqlite_database: Database) -> None:
    work = [(fail if number % 3 else write)(sqlite_database, number) for number in range(CROWD)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(result, Conflict) for result in results] == [
        bool(number % 3) for number in range(CROWD)
    ]
    assert await groups(sqlite_database) == sum(number % 3 == 0 for number in range(CROWD))


async def test_what_is_done_can_be_read_by_others_at_once(sqlite_database: Database) -> None:
    path = sqlite_database.url.removeprefix("sqlite:///")

    async def write_and_look(number: int) -> int:
        await write(sqlite_database, number)
        with sqlite3.connect(path) as other:
            found: int = other.execute(
                'SELECT count(*) FROM "group" WHERE name = ?', [f"группа {number}"]
            ).fetchone()[0]
        other.close()
        return found

    assert await asyncio.gather(*map(write_and_look, range(CROWD))) == [1] * CROWD


async def test_everybody_is_told_when_the_database_ends_the_transaction_by_itself(
    sqlite_database: Database,
) -> None:
    async def lose() -> None:
        async with sqlite_database.begin() as db:
            await db.execute(text("ROLLBACK"))

    results = await asyncio.gather(
        write(sqlite_database, 1), lose(), write(sqlite_database, 2), return_exceptions=True
    )
    assert isinstance(results[0], DBAPIError)
    assert isinstance(results[1], DBAPIError)
    assert results[2] is None
    assert await groups(sqlite_database) == 1


async def test_while_another_process_writes_the_loop_goes_on(sqlite_database: Database) -> None:
    await write(sqlite_database, 0)
    other = sqlite3.connect(sqlite_database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(write(sqlite_database, 1))
    turns = 0
    while turns < 20:
        await asyncio.sleep(0.001)
        turns += 1
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert await groups(sqlite_database) == 2


async def test_who_waits_in_vain_is_told_and_the_others_go_on(sqlite_database: Database) -> None:
    convoy = Convoy(sqlite_database.engine, patience=0.01)
    async with convoy.join():
        with pytest.raises(PoolExhausted):
            async with convoy.join():
                pass
    async with convoy.join():
        pass


async def test_of_those_who_wait_some_are_cancelled_and_the_others_go_on(sqlite_database: Database) -> None:
    for turns in range(12):
        before = await groups(sqlite_database)
        writers = [asyncio.create_task(write(sqlite_database, 10 * turns + number)) for number in range(6)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for writer in writers[3:]:
            writer.cancel()
        async with asyncio.timeout(10):
            results = await asyncio.gather(*writers, return_exceptions=True)
        assert results[:3] == [None] * 3
        assert await groups(sqlite_database) >= before + 3
