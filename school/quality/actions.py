"""Keeping minutes, and forgetting them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from school.db import Db
from school.quality.models import QualityMinute
from school.quality.rules import KEPT, Seen, grade

Key: TypeAlias = tuple[int, int, datetime]
"""Session, person, the beginning of the minute."""

_KEY = ("session_id", "person_id", "minute")
# 24 columns each; PostgreSQL takes 32,767 values in a statement, SQLite about as many.
_ROWS = 1_000


async def keep(db: Db, minutes: Mapping[Key, Seen]) -> None:
    """Write whole minutes, up to a thousand in one statement; written again, the fuller one stays."""
    rows = [dict(zip(_KEY, key, strict=True)) | _values(seen) for key, seen in minutes.items()]
    for start in range(0, len(rows), _ROWS):
        await _upsert(db, rows[start : start + _ROWS])


async def _upsert(db: Db, rows: Sequence[Mapping[str, object]]) -> None:
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(QualityMinute).values(list(rows))
    given = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
    fuller = statement.excluded.seconds >= QualityMinute.seconds
    await db.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=given, where=fuller))


def _values(seen: Seen) -> dict[str, object]:
    return {"grade": grade(seen), **asdict(seen)}


async def forget(db: Db, now: datetime) -> int:
    """Delete the minutes that are older than `KEPT`; gives how many."""
    old = delete(QualityMinute).where(QualityMinute.minute < now - KEPT)
    return len((await db.scalars(old.returning(QualityMinute.person_id))).all())
