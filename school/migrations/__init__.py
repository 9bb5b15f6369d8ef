"""The tables' history: `upgrade` brings a database to what the models say."""

from functools import partial
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from school.db import Base, driver_url, prepare_sqlite

_HERE = Path(__file__).parent
# PostgreSQL's advisory lock that lets one process migrate at a time; SQLite's writing transaction is one.
_LOCK = 0x6B616271


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, creating what is missing: all of it or, on an error, nothing."""
    await _run(url, partial(command.upgrade, revision=revision))


async def downgrade(url: str, revision: str) -> None:
    """Take the database back to an older revision."""
    await _run(url, partial(command.downgrade, revision=revision))


def config() -> Config:
    """Give Alembic's configuration; nothing is read from files."""
    settings = Config()
    settings.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def metadata() -> MetaData:
    """Give the tables of every feature."""
    for models in sorted(_HERE.parent.glob("*/models.py")):
        import_module(f"school.{models.parent.name}.models")
    return Base.metadata


async def _run(url: str, change: partial[None]) -> None:
    engine = create_async_engine(driver_url(url))
    if engine.dialect.name == "sqlite":
        # Rebuilding a table drops the old one: its rows must not be taken for deleted meanwhile.
        prepare_sqlite(engine.sync_engine, writing=True, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            await connection.run_sync(partial(_change, change=change))
    finally:
        await engine.dispose()


def _change(connection: Connection, change: partial[None]) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    change(settings)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"rows without what they refer to: {broken[:10]}")
