"""The demo school in a running server: written at the first start, its rooms kept open while it runs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from school.db import Database
from school.errors import SchoolError
from school.organisation import queries as organisation
from school.organisation.errors import NotSetUp
from school.people import queries as people
from school.people.passwords import hash_password
from server.demo import history, open_now, school
from server.errors import CannotStart
from web.keys import CLOCK, DATABASE
from web.words import N_

ADMINISTRATOR: Final = "chernov.artem"
_TEACHER_OF_YESTERDAY: Final = ("kim.anna", "8Б")
#: a room closed by hand is opened again within this time
_LOOK_EVERY_SECONDS: Final = 20.0

log = structlog.get_logger("demo")


class NotADemo(CannotStart):
    """The database holds a real organisation."""

    message = N_(
        "This database holds another organisation. The demo school goes into an empty one: "
        "set KABINET_DATABASE or KABINET_FOLDER to another place."
    )


async def prepare(database: Database, now: datetime) -> None:
    """Write the school into an empty database and see to it that its rooms are open. Raises NotADemo."""
    if await _is_empty(database):
        hashed = await asyncio.to_thread(hash_password, school.PASSWORD)
        async with database.begin() as db:
            await school.found(db, now, hashed)
            teacher, group = _TEACHER_OF_YESTERDAY
            await history.write(db, now, administrator=ADMINISTRATOR, teacher=teacher, group=group)
    await keep_open(database, now)
    async with database.read() as db:
        rooms = await open_now.showing(db, now)
    for room in rooms:
        # A process that was stopped early may have left some without a link.
        await _invite(database, now, room.id)


async def keep_open(database: Database, now: datetime) -> list[int]:
    """Add the rooms that are missing now, with their links; gives the ids of the sessions added."""
    async with database.begin() as db:
        added = await open_now.keep_open(db, now, administrator=ADMINISTRATOR)
    for session_id in added:
        await _invite(database, now, session_id)
    return added


async def _invite(database: Database, now: datetime, session_id: int) -> None:
    async with database.read() as db:
        missing = await open_now.uninvited(db, now, session_id)
    for who in missing:
        # A transaction for each: those who are in rooms meanwhile are waiting to write too.
        async with database.begin() as db:
            await open_now.invite(db, now, who, administrator=ADMINISTRATOR)


async def in_server(app: web.Application) -> AsyncIterator[None]:
    """For `cleanup_ctx`: the school is there before the server listens."""
    await prepare(app[DATABASE], app[CLOCK]())
    task = asyncio.create_task(_keep_open_for_ever(app), name="demo rooms")
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _keep_open_for_ever(app: web.Application) -> None:
    while True:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        try:
            added = await keep_open(app[DATABASE], app[CLOCK]())
        except (SchoolError, SQLAlchemyError) as error:
            # The next turn tries again: a busy database must not leave the demo without rooms for good.
            log.warning("rooms not renewed", error=str(error))
        else:
            if added:
                log.info("rooms renewed", sessions=added)


async def _is_empty(database: Database) -> bool:
    async with database.read() as db:
        try:
            await organisation.settings(db)
        except NotSetUp:
            return True
        if await people.by_login(db, ADMINISTRATOR) is None:
            raise NotADemo
        return False
