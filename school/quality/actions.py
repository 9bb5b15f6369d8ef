"""Keeping minutes, and forgetting them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Insert, Table, delete
from sqlalchemy.dialects import postgresql, sqlite

from school.db import Db
from school.quality.models import QualityMinute, ServedMinute
from school.quality.rules import KEPT, Seen, grade
from school.quality.served import Served

Key: TypeAlias = tuple[int, int, datetime]
"""Session, person, the beginning of the minute."""

_SEEN = QualityMinute.metadata.tables[QualityMinute.__tablename__]
_SERVED = ServedMinute.metadata.tables[ServedMinute.__tablename__]
_KEY = ("session_id", "person_id", "minute")


async def keep(db: Db, minutes: Mapping[Key, Seen]) -> None:
    """Write whole minutes; written again, the fuller one stays.

    One prepared statement for all of them: as one statement with the values of 500 people in its text it
    would hold up the event loop for 180 ms instead of 20.
    """
    rows = [_row(key) | {"grade": grade(seen)} | asdict(seen) for key, seen in minutes.items()]
    if rows:
        await db.execute(_upsert(db, _SEEN, ("grade", *_names(Seen)), "seconds"), rows)


async def keep_served(db: Db, minutes: Mapping[Key, Served]) -> None:
    """Write what the server sent in whole minutes; written again, the fuller one stays."""
    rows = [_row(key) | asdict(served) for key, served in minutes.items()]
    if rows:
        await db.execute(_upsert(db, _SERVED, _names(Served), "packets"), rows)


def _upsert(db: Db, table: Table, figures: tuple[str, ...], measure: str) -> Insert:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    given = {name: statement.excluded[name] for name in figures}
    fuller: ColumnElement[bool] = statement.excluded[measure] >= table.c[measure]
    return statement.on_conflict_do_update(index_elements=_KEY, set_=given, where=fuller)


def _names(kind: type[Seen | Served]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _row(key: Key) -> dict[str, object]:
    return dict(zip(_KEY, key, strict=True))


async def forget(db: Db, now: datetime) -> int:
    """Delete the minutes that are older than `KEPT`; gives how many browsers had reported."""
    await db.execute(delete(ServedMinute).where(ServedMinute.minute < now - KEPT))
    old = delete(QualityMinute).where(QualityMinute.minute < now - KEPT)
    return len((await db.scalars(old.returning(QualityMinute.person_id))).all())
