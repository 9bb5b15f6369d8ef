"""`python -m school.migrations.draft NUMBER MESSAGE` writes the next migration from what the models say now.

A draft is to be read and mended before it is kept: data, renames and triggers are not seen by Alembic.
"""

import asyncio
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger, Connection
from sqlalchemy.ext.asyncio import create_async_engine

from school.db import UtcDateTime, driver_url, prepare_sqlite
from school.migrations import config, upgrade


def render(kind: str, thing: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our own column types as they are imported in migrations."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "UtcDateTime()"
    return "INT64" if kind == "type" and isinstance(thing, BigInteger) else False


async def draft(number: str, message: str) -> None:
    """Compare an upgraded empty database with the models and write the difference down."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'draft.sqlite'}"
        await upgrade(url)
        engine = create_async_engine(driver_url(url))
        prepare_sqlite(engine.sync_engine, writing=True)
        async with engine.begin() as connection:
            await connection.run_sync(partial(_write, number, message))
        await engine.dispose()


def _write(number: str, message: str, connection: Connection) -> None:
    settings = config()
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes["connection"] = connection
    settings.attributes["render_item"] = render
    command.revision(settings, message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    asyncio.run(draft(sys.argv[1], sys.argv[2]))
