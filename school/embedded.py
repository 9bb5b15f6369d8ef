"""SQLite read in the thread that asks: a look-up takes microseconds, and each change of thread takes more.

SQLAlchemy's asyncio speaks to a driver whose methods are awaited; here they are done at once. For reading
only: in WAL mode a reader waits for nobody.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, Self


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

    async def fetchall(self) -> list[Any]:
        """Give all rows that are left."""
        return self._cursor.fetchall()

    async def fetchmany(self, size: int) -> list[Any]:
        """Give the next rows: of a result that is read piece by piece."""
        return self._cursor.fetchmany(size)

    async def close(self) -> None:
        """Let go of the rows."""
        self._cursor.close()


class Reader:
    """A connection as SQLAlchemy's aiosqlite dialect uses one."""

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


async def connect(path: str) -> Reader:
    """Open the file; transactions are begun by whoever reads."""
    return Reader(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
