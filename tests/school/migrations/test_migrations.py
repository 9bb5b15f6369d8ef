"""The migrations: one line of them, and they make what the models say."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect

from school.db import Database
from school.migrations import config, downgrade, metadata, upgrade
from tests import postgres


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata()))


def checks(connection: Connection) -> dict[str, set[str]]:
    """Give the names of every table's CHECKs; Alembic doesn't compare them."""
    inspector = inspect(connection)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in metadata().tables
    }


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


async def test_migrations_make_what_the_models_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_make_the_checks_that_the_models_say(database: Database) -> None:
    declared = {
        table.name: {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
        for table in metadata().tables.values()
    }
    async with database.engine.connect() as connection:
        assert await connection.run_sync(checks) == declared


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    await upgrade(database.url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_everything_can_be_taken_back_and_made_again(database: Database) -> None:
    await downgrade(database.url, "base")
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda connection: inspect(connection).get_table_names())
    assert tables == ["alembic_version"]
    await upgrade(database.url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_processes_that_start_at_once_do_not_migrate_twice(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    name = postgres_server.create()
    for url in (postgres_server.url(name), f"sqlite:///{tmp_path / 'new.sqlite'}"):
        await asyncio.gather(*(upgrade(url) for _ in range(4)))
        async with AsyncExitStack() as stack:
            database = Database.open(url)
            stack.push_async_callback(database.close)
            async with database.engine.connect() as connection:
                assert await connection.run_sync(differences) == []
    postgres_server.drop(name)


def test_sqlite_keeps_a_write_ahead_log(sqlite_url: str) -> None:
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    mode = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    assert mode == ("wal",)
