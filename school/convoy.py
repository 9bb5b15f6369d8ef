"""Writers of SQLite who come at once, and one commit for all of them.

Each writes in its turn, under a savepoint of its own: what it raises takes back its own work only. It is told
that it is done when the commit is: on disk, as if it had been alone. The disk makes everybody wait once, not
one after another.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

# Who came first waits for those who come later, but not for long.
_MOST: Final = 64
_SECONDS: Final = 0.05


class _Trip:
    """One transaction of several writers. `done` is what they wait for."""

    def __init__(self, connection: AsyncConnection, transaction: AsyncTransaction) -> None:
        self.connection = connection
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transaction = transaction
        self._writers = 0
        self._began = time.monotonic()

    @property
    def is_full(self) -> bool:
        """Whether the others are to be taken by the next one."""
        return self._writers >= _MOST or time.monotonic() - self._began > _SECONDS

    def take(self) -> None:
        """One more."""
        self._writers += 1

    async def end(self) -> None:
        """Commit, and tell everybody how it went."""
        try:
            await self._commit()
        except BaseException as error:  # noqa: BLE001 -- whatever it is, the writers are who must be told
            self.done.set_exception(error)
            self.done.exception()  # when nobody is left to be told, that is no fault of its own
        else:
            self.done.set_result(None)
        finally:
            await self.connection.close()

    async def _commit(self) -> None:
        if self.is_lost:
            # SQLite takes everything back on a full disk and the like, and would begin anew by itself.
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("it was taken back"))
        await self._transaction.commit()

    @property
    def is_lost(self) -> bool:
        """Whether the database has ended the transaction by itself."""
        if self.connection.invalidated:
            return True
        driver = self.connection.sync_connection
        return driver is None or not driver.connection.driver_connection.in_transaction  # type: ignore[union-attr]  # it is a Writer


class Convoy:
    """The one writing connection of an engine, whose turns are given first come, first served."""

    def __init__(self, engine: AsyncEngine, patience: float) -> None:
        """`patience` is for how many seconds somebody waits for their turn."""
        self._engine = engine
        self._patience = patience
        self._trip: _Trip | None = None
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._ending: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def join(self) -> AsyncIterator[AsyncConnection]:
        """Write under a savepoint in the block; it is over when everything is on disk.

        Raises SQLAlchemy's TimeoutError when the turn does not come, and whatever the commit raises.
        """
        await self._turn()
        try:
            if self._trip is None:
                self._trip = await self._begin()
            trip = self._trip
            trip.take()
            yield trip.connection
        finally:
            self._pass_on()
        await asyncio.shield(trip.done)

    async def _begin(self) -> _Trip:
        connection = await self._engine.connect()
        try:
            return _Trip(connection, await connection.begin())
        except BaseException:
            await connection.close()
            raise

    async def _turn(self) -> None:
        if not self._taken:
            self._taken = True
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            async with asyncio.timeout(self._patience):
                await mine
        except BaseException as error:
            if mine.done() and not mine.cancelled():
                self._pass_on()
            if isinstance(error, TimeoutError):
                raise PoolExhausted("others have been writing all the time") from error
            raise

    def _pass_on(self) -> None:
        """The turn is over: the next one writes, or what has been written is committed."""
        while self._waiting and self._waiting[0].cancelled():
            self._waiting.popleft()
        trip = self._trip
        if trip is not None and (not self._waiting or trip.is_full or trip.is_lost):
            self._ending = asyncio.create_task(self._end(trip))
        elif self._waiting:
            self._waiting.popleft().set_result(None)
        else:
            self._taken = False

    async def _end(self, trip: _Trip) -> None:
        try:
            await trip.end()
        finally:
            self._trip = None
            self._pass_on()
