"""SQLite asked in the thread that asks: a look-up takes microseconds, and each change of thread takes more.

SQLAlchemy's asyncio speaks to a driver whose methods are awaited; here they are done at once. In WAL mode a
reader waits for nobody. A writer waits for two things only: for another process that writes, which is asked
about again and again, and at the commit for the disk, which is done in another thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, Final, Self

BEGIN: Final = "BEGIN IMMEDIATE"
_PAUSE: Final = 0.005


class Cursor:
    """A cursor whose answers are there when they are awaited."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.arraysize = cursor.arraysize

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns, as PEP 249 has them."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """Rows that the last statement changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The last inserted row's number."""
        return self._cursor.lastrowid

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        """Do one statement."""
        self._cursor.execute(operation, parameters)

    async def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Do one statement with each of the parameters."""
        self._cursor.executemany(operation, parameters)

    async def fetchall(self) -> list[Any]:
        """Give all rows that are left."""
        return self._cursor.fetchall()

    async def fetchmany(self, size: int) -> list[Any]:
        """Give the next rows of a result that is read piece by piece; others go on between the pieces."""
        await asyncio.sleep(0)
        return self._cursor.fetchmany(size)

    async def close(self) -> None:
        """Let go of the rows."""
        self._cursor.close()


class Reader:
    """A connection as SQLAlchemy's aiosqlite dialect uses one."""

    isolation_level = None

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection  # the dialect asks whether it is there before it rolls back

    def cursor(self) -> Cursor:
        """Give a new cursor."""
        return Cursor(self._connection.cursor())

    async def create_function(self, *args: Any, **options: Any) -> None:
        """Have SQL call a function of Python's."""
        self._connection.create_function(*args, **options)

    async def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    async def rollback(self) -> None:
        """End the transaction."""
        self._connection.rollback()

    async def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def stop(self) -> None:
        """Close the file, when nobody can await it any more."""
        self._connection.close()


class WritingCursor(Cursor):
    """A cursor that waits, without holding up the loop, until no other process writes."""

    def __init__(self, cursor: sqlite3.Cursor, patience: float) -> None:
        super().__init__(cursor)
        self._patience = patience

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        """Do one statement; raises sqlite3.OperationalError when another process writes for too long."""
        if operation != BEGIN:
            self._cursor.execute(operation, parameters)
            return
        # SQLite would sleep in this thread.
        self._cursor.execute("PRAGMA busy_timeout = 0")
        until = time.monotonic() + self._patience
        while not self._has_begun(until):  # noqa: ASYNC110 -- nothing tells when another process is done
            await asyncio.sleep(_PAUSE)

    def _has_begun(self, until: float) -> bool:
        try:
            self._cursor.execute(BEGIN)
        except sqlite3.OperationalError as error:
            # The extended codes have more in their higher bytes: https://sqlite.org/rescode.html
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            return False
        return True


class Writer(Reader):
    """A connection for writing, of which there is one in a process."""

    def __init__(self, connection: sqlite3.Connection, patience: float) -> None:
        super().__init__(connection)
        self._patience = patience

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open: SQLite ends one by itself on a full disk and the like."""
        return self._connection.in_transaction

    def cursor(self) -> Cursor:
        """Give a new cursor."""
        return WritingCursor(self._connection.cursor(), self._patience)

    async def commit(self) -> None:
        """Have everything on disk."""
        writing = asyncio.get_running_loop().run_in_executor(None, self._connection.commit)
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            # Whoever is cancelled closes the connection: not under the other thread's hands.
            await asyncio.wait([writing])
            raise


async def read(path: str) -> Reader:
    """Open the file for reading; transactions are begun by whoever reads."""
    return Reader(sqlite3.connect(path, isolation_level=None, check_same_thread=False))


async def write(path: str, patience: float) -> Writer:
    """Open the file for writing; `patience` is for how many seconds another process may write."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=_WritingConnection
    )
    return Writer(connection, patience)


class _WritingConnection(sqlite3.Connection):
    """Gives the file's lock back when it is closed.

    SQLAlchemy closes a connection on which somebody was cancelled. SQLite keeps one that is closed in the
    middle of a transaction, lock and all, while a cursor of it exists: in the traceback of the cancellation.
    """

    def close(self) -> None:
        """Roll back, then close."""
        self.rollback()
        super().close()
