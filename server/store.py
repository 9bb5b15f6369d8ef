"""The database as the commands meet it: its folder, its migrations, plain words when it is unreachable."""

from datetime import datetime
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from school import migrations
from school.db import Database, driver_url
from school.organisation import actions as organisation
from school.organisation.rules import Settings as OrganisationSettings
from server.config import Settings
from server.errors import CannotStart
from web.words import N_

# Until the administrator writes down the organisation's own.
FIRST_SETTINGS = OrganisationSettings(
    name="Образовательная организация", short_name="Кабинет", zone="Europe/Moscow"
)


class DatabaseUnreachable(CannotStart):
    """`reason` is the database's own first line; the address itself may hold a password and is not shown."""

    message = N_("The database cannot be reached (KABINET_DATABASE): %(reason)s")


async def migrate(settings: Settings) -> None:
    """Raises DatabaseUnreachable."""
    try:
        prepare_folder(settings)
        await migrations.upgrade(settings.database_url)
    except (OSError, DBAPIError) as error:
        raise DatabaseUnreachable(reason=first_line(error)) from error


def prepare_folder(settings: Settings) -> None:
    """SQLite makes its file, but not the folder around it."""
    url = driver_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]


async def is_current(database: Database) -> bool:
    """Whether every migration of this version has been applied."""
    wanted = set(ScriptDirectory.from_config(migrations.config()).get_heads())
    async with database.read() as db:
        connection = await db.connection()
        return wanted == await connection.run_sync(_heads)


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


async def set_up(settings: Settings, now: datetime) -> None:
    """Give a fresh installation the settings that it starts with; one that has its own keeps them."""
    database = Database.open(settings.database_url)
    try:
        async with database.begin() as db:
            await organisation.set_up(db, now, by=None, settings=FIRST_SETTINGS)
    finally:
        await database.close()
