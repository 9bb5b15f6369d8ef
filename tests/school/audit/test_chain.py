"""The audit: append-only, one unbroken chain (R34)."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from school.audit.actions import record
from school.audit.queries import first_broken, latest
from school.db import Database, Db
from school.errors import Conflict
from tests.races import race

NOW = datetime(2026, 9, 1, 9, 30, 0, 123456, tzinfo=UTC)
WRITERS = 200


async def write(db: Db, number: int) -> None:
    await record(
        db,
        NOW,
        actor_id=number,
        action="tried",
        subject="person",
        subject_id=None,
        detail={"имя": "Ёж", "n": number},
    )


async def test_200_writers_at_once_leave_one_unbroken_chain(database: Database) -> None:
    await race(database, write, runners=WRITERS)
    async with database.read() as db:
        rows = await latest(db, WRITERS + 1)
        assert [row.id for row in rows] == list(range(WRITERS, 0, -1))
        assert {row.actor_id for row in rows} == set(range(WRITERS))
        assert await first_broken(db) is None


async def test_the_loop_goes_on_while_a_long_chain_is_checked(sqlite_database: Database) -> None:
    async with sqlite_database.begin() as db:
        for number in range(5_000):
            await write(db, number)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    going = asyncio.create_task(others())
    async with sqlite_database.read() as db:
        assert await first_broken(db) is None
    going.cancel()
    assert turns >= 5


async def test_a_record_keeps_what_it_was_given(database: Database) -> None:
    async with database.begin() as db:
        await write(db, 7)
    async with database.read() as db:
        (row,) = await latest(db, 10)
    assert (row.at, row.actor_id, row.action, row.subject, row.subject_id) == (
        NOW,
        7,
        "tried",
        "person",
        None,
    )
    assert row.detail == '{"n":7,"имя":"Ёж"}'


async def test_words_that_no_database_takes_do_not_break_the_chain(database: Database) -> None:
    async with database.begin() as db:
        detail = {"reason": "при\x00чина\ud800"}
        await record(db, NOW, actor_id=None, action="tried", subject="person", subject_id=1, detail=detail)
    async with database.read() as db:
        assert await first_broken(db) is None
        (row,) = await latest(db, 10)
    assert row.detail == '{"reason":"при\\u0000чина"}'


async def test_several_records_of_one_transaction_stand_in_their_order(database: Database) -> None:
    async with database.begin() as db:
        for number in (3, 1, 2):
            await write(db, number)
    async with database.read() as db:
        assert [row.actor_id for row in await latest(db, 10)] == [2, 1, 3]
        assert await first_broken(db) is None


async def test_a_transaction_rolled_back_leaves_no_record(database: Database) -> None:
    async def change_my_mind() -> None:
        async with database.begin() as db:
            await write(db, 1)
            raise Conflict

    with pytest.raises(Conflict):
        await change_my_mind()
    async with database.read() as db:
        assert await latest(db, 10) == []


@pytest.mark.parametrize(
    "change", ["UPDATE audit_record SET action = 'nothing'", "DELETE FROM audit_record WHERE id = 1"]
)
async def test_the_database_refuses_to_change_a_record(database: Database, change: str) -> None:
    await race(database, write, runners=3)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.begin() as db:
            await db.execute(text(change))


@pytest.mark.parametrize(
    ("tampering", "found_at"),
    [
        ("UPDATE audit_record SET actor_id = 99 WHERE id = 2", 2),
        ("UPDATE audit_record SET detail = '{}' WHERE id = 3", 3),
        ("UPDATE audit_record SET previous_hash = 'x' WHERE id = 4", 4),
        ("DELETE FROM audit_record WHERE id = 2", 3),
        ("DELETE FROM audit_record WHERE id = 1", 2),
    ],
)
async def test_tampering_around_the_triggers_is_found(
    database: Database, tampering: str, found_at: int
) -> None:
    await race(database, write, runners=5)
    async with database.begin() as db:
        if database.dialect == "sqlite":
            await db.execute(text("DROP TRIGGER audit_record_no_UPDATE"))
            await db.execute(text("DROP TRIGGER audit_record_no_DELETE"))
        else:
            await db.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
        await db.execute(text(tampering))
    async with database.read() as db:
        assert await first_broken(db) == found_at
