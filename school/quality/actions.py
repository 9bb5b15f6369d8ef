"""Keeping minutes, and forgetting them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Insert, delete
from sqlalchemy.dialects import postgresql, sqlite

from school.db import Db
from school.quality.models import QualityMinute
from school.quality.rules import KEPT, Seen, grade

Key: TypeAlias = tuple[int, int, datetime]
"""Session, person, the beginning of the minute."""

_TABLE = QualityMinute.metadata.tables[QualityMinute.__tablename__]
_KEY = ("session_id", "person_id", "minute")
_FIGURES = ("grade", *(field.name for field in fields(Seen)))


async def keep(db: Db, minutes: Mapping[Key, Seen]) -> None:
    """Write whole minutes; written again, the fuller one stays.

    One prepared statement for all of them: as one statement with the values of 500 people in its text it
    would hold up the event loop for 180 ms instead of 20.
    """
    if minutes:
        await db.execute(_upsert(db), [_row(key, seen) for key, seen in minutes.items()])


def _upsert(db: Db) -> Insert:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(_TABLE)
    given = {name: statement.excluded[name] for name in _FIGURES}
    fuller = statement.excluded.seconds >= _TABLE.c.seconds
    return statement.on_conflict_do_update(index_elements=_KEY, set_=given, where=fuller)


def _row(key: Key, seen: Seen) -> dict[str, object]:
    return dict(zip(_KEY, key, strict=True)) | {"grade": grade(seen)} | asdict(seen)


async def forget(db: Db, now: datetime) -> int:
    """Delete the minutes that are older than `KEPT`; gives how many."""
    old = delete(QualityMinute).where(QualityMinute.minute < now - KEPT)
    return len((await db.scalars(old.returning(QualityMinute.person_id))).all())
