"""The database: one door for SQLite and PostgreSQL that behaves alike on both."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any, ClassVar, Self, TypeAlias

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    Integer,
    MetaData,
    Row,
    String,
    TypeDecorator,
    Update,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from school import embedded
from school.convoy import Convoy

Db: TypeAlias = AsyncSession

# How long a writer waits for another process's transaction, and for its turn in this one.
BUSY_SECONDS = 30

_LAST = "work_before_commit"


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, gives aware UTC ones; compares rightly inside SQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Turn into UTC; raise ValueError for a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- SQLAlchemy's signature
        """Give UTC back; SQLite stores no offset and always holds UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Whole numbers have 64 bits on both engines, so that any number in an address is simply not found. SQLite's
# always have, and only a column called INTEGER is its row's own number.
INT64 = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Every table's base: names of constraints are fixed, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        str: String(),
        int: INT64,
    }


def choice(kind: type[StrEnum], name: str) -> Enum:
    """Give the column type of a StrEnum: a short string with a CHECK named after `name`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda values: [value.value for value in values],
    )


async def fetch(db: Db, statement: Executable, **values: object) -> Sequence[Row[*tuple[Any, ...]]]:
    """Execute a statement that was made once, and give its rows; `values` are those of its `bindparam`s.

    For what every request asks: it goes past the ORM, which would take several times as long as the database.
    """
    return await db.run_sync(_fetch, statement, values)


def _fetch(
    session: Session, statement: Executable, values: Mapping[str, object]
) -> Sequence[Row[*tuple[Any, ...]]]:
    if session.new or session.dirty or session.deleted:
        session.flush()
    return session.connection().execute(statement, values).all()


def inserting(db: Db, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that may say what happens on a conflict, which no engine says as the other does."""
    return (postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert)(table)


async def insert_once(
    db: Db, table: type[Base], /, *, key: Sequence[str], returning: str, **values: object
) -> Any | None:
    """Insert a row unless one with this unique `key` exists.

    Gives the new row's column `returning`, or None when the row was there already: of many at once, one wins.
    An empty `key` means any unique constraint of the table.
    """
    statement = inserting(db, table).values(**values).on_conflict_do_nothing(index_elements=list(key) or None)
    return await db.scalar(statement.returning(getattr(table, returning)))


async def insert_missing(
    db: Db, table: type[Base], /, rows: Sequence[Mapping[str, object]], *, key: Sequence[str], returning: str
) -> list[Any]:
    """Insert in one statement those of the rows whose unique `key` is not there yet.

    Gives the column `returning` of the new ones.
    """
    if not rows:
        return []
    statement = inserting(db, table).values(list(rows)).on_conflict_do_nothing(index_elements=list(key))
    return list(await db.scalars(statement.returning(getattr(table, returning))))


async def unless_taken(db: Db, statement: Update) -> bool:
    """Execute a change; False when another row has a unique value of it: of many at once, one wins."""
    try:
        async with db.begin_nested():
            await db.execute(statement)
    except IntegrityError:
        return False
    return True


def before_commit(db: Db, name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Have `work` done once, as the last thing in this writing transaction.

    For what takes a lock that everybody wants: taken last, it cannot close a circle of waiting.
    """
    db.info[_LAST].setdefault(name, work)


class Database:
    """An open database: `begin` to write, `read` to read, `close` at the end.

    `faults` counts the transactions that failed in the database itself.
    """

    def __init__(self, url: str, writing: AsyncEngine, reading: AsyncEngine) -> None:
        """Use `Database.open` instead."""
        self.url = url
        self.engine = writing
        self.dialect = writing.dialect.name
        self.faults = 0
        self._reading = reading
        self._convoy = Convoy(writing, BUSY_SECONDS) if self.dialect == "sqlite" else None
        self._write_sessions = async_sessionmaker(writing, expire_on_commit=False)
        self._read_sessions = async_sessionmaker(reading, expire_on_commit=False, autoflush=False)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open `sqlite:///path` or `postgresql://user@host/name`; nothing is connected until it is used.

        Raises ValueError for any other kind of database, one in memory included: it has no second connection.
        """
        parsed = driver_url(url)
        if parsed.get_backend_name() == "sqlite":
            if parsed.database is None or parsed.database in {"", ":memory:"}:
                raise ValueError("a SQLite database needs a file")
            return cls(
                url, _sqlite_writing(parsed, parsed.database), _sqlite_reading(parsed, parsed.database)
            )
        engine = create_async_engine(
            parsed,
            pool_size=10,
            max_overflow=10,
            pool_timeout=BUSY_SECONDS,
            pool_pre_ping=True,  # the server may have been restarted meanwhile
        )
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return cls(url, engine, reading)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Db]:
        """Open one writing transaction: committed at the end of the block, rolled back on an exception."""
        with self._counting_faults():
            async with self._writing() as db, db.begin():
                db.info[_LAST] = {}
                yield db
                await db.flush()
                for work in db.info[_LAST].values():
                    await work()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Db]:
        if self._convoy is None:
            async with self._write_sessions() as db:
                yield db
            return
        async with self._convoy.join() as connection:
            joined = self._write_sessions(bind=connection, join_transaction_mode="create_savepoint")
            async with joined as db:
                yield db

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Db]:
        """Open one reading transaction: a single picture of the data; the database refuses writes in it."""
        with self._counting_faults():
            async with self._read_sessions() as db, db.begin():
                yield db

    @contextmanager
    def _counting_faults(self) -> Iterator[None]:
        """Count transactions that ended because the database failed or had no connection to give."""
        try:
            yield
        except IntegrityError:  # a refusal of ours, not a fault of the database's
            raise
        except (DBAPIError, PoolExhausted):
            self.faults += 1
            raise

    async def close(self) -> None:
        """Close every connection."""
        await self._reading.dispose()
        await self.engine.dispose()


def driver_url(url: str) -> URL:
    """Name the driver that goes with a database address; raise ValueError for one we do not run on."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise ValueError(f"no such kind of database: {other}")


def _sqlite_writing(url: URL, path: str) -> AsyncEngine:
    # One writing connection: writers queue for it in order, instead of polling the file's lock.
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        async_creator=partial(embedded.write, path, BUSY_SECONDS),
    )
    prepare_sqlite(engine.sync_engine, writing=True)
    return engine


def _sqlite_reading(url: URL, path: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=5,
        max_overflow=10,
        pool_timeout=BUSY_SECONDS,
        async_creator=partial(embedded.read, path),
    )
    prepare_sqlite(engine.sync_engine, writing=False)
    return engine


def prepare_sqlite(engine: Engine, *, writing: bool, foreign_keys: bool = True) -> None:
    """Take transactions out of the driver's hands, and set what SQLite forgets with each connection."""

    @event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        if connection.isolation_level is not None:
            connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        if writing:
            cursor.execute("PRAGMA journal_mode = WAL")
        else:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(embedded.BEGIN if writing else "BEGIN")
