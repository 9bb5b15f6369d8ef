"""Reading the audit and checking its chain."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from school.audit.models import AuditRecord
from school.audit.rules import FIRST_HASH, Entry, chained_hash
from school.db import Db, fetch
from school.text import storable


@dataclass(frozen=True)
class AuditRow:
    """One record as stored; `detail` is canonical JSON."""

    id: int
    at: datetime
    actor_id: int | None
    action: str
    subject: str
    subject_id: int | None
    detail: str


@dataclass(frozen=True)
class Wanted:
    """What is looked for: None looks for anything; `since` belongs to the period, `until` does not."""

    since: datetime | None = None
    until: datetime | None = None
    actor_id: int | None = None
    action: str | None = None
    subject: str | None = None


_ROW = (
    AuditRecord.id,
    AuditRecord.at,
    AuditRecord.actor_id,
    AuditRecord.action,
    AuditRecord.subject,
    AuditRecord.subject_id,
    AuditRecord.detail,
)
_NEWEST = select(func.max(AuditRecord.id))


async def latest(db: Db, limit: int, before_id: int | None = None) -> list[AuditRow]:
    """Give the newest records first, optionally only those older than `before_id`."""
    query = select(*_ROW).order_by(AuditRecord.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditRecord.id < before_id)
    return [AuditRow(*row) for row in await db.execute(query)]


async def newest(db: Db) -> int:
    """Give the id of the newest record, 0 when there is none."""
    [(found,)] = await fetch(db, _NEWEST)
    return found or 0


async def has_others(db: Db, after_id: int, actions: Collection[str]) -> bool:
    """Say whether anything but these actions was recorded after a record."""
    later = exists().where(AuditRecord.id > after_id, AuditRecord.action.not_in(actions))
    return bool(await db.scalar(select(later)))


async def found(db: Db, wanted: Wanted, limit: int, before_id: int | None = None) -> list[AuditRow]:
    """Give the newest records that fit first, optionally only those older than `before_id`."""
    query = select(*_ROW).where(*_fits(wanted)).order_by(AuditRecord.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditRecord.id < before_id)
    return [AuditRow(*row) for row in await db.execute(query)]


async def every(db: Db, wanted: Wanted) -> AsyncIterator[AuditRow]:
    """Give everything that fits in the order in which it happened, without holding all of it."""
    query = select(*_ROW).where(*_fits(wanted)).order_by(AuditRecord.id)
    async for row in await db.stream(query.execution_options(yield_per=1000)):
        yield AuditRow(*row)


async def actors(db: Db) -> list[int]:
    """Give the ids of everybody who has ever done something that is kept."""
    query = select(AuditRecord.actor_id).where(AuditRecord.actor_id.is_not(None)).distinct()
    return [actor_id for actor_id in await db.scalars(query) if actor_id is not None]


async def kinds(db: Db) -> tuple[list[str], list[str]]:
    """Give the actions and the subjects that there are records of."""
    actions = await db.scalars(select(AuditRecord.action).distinct())
    subjects = await db.scalars(select(AuditRecord.subject).distinct())
    return list(actions), list(subjects)


def _fits(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.since is not None:
        conditions.append(AuditRecord.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditRecord.at < wanted.until)
    for column, value in (
        (AuditRecord.actor_id, wanted.actor_id),
        (AuditRecord.action, wanted.action),
        (AuditRecord.subject, wanted.subject),
    ):
        if value is not None:
            conditions.append(column == (storable(value) if isinstance(value, str) else value))
    return conditions


async def first_broken(db: Db) -> int | None:
    """Give the id of the first record that does not follow from those before it, or None if the chain holds.

    Ids run 1, 2, 3, …: a record that was taken out of the middle is found too.
    """
    previous, expected = FIRST_HASH, 1
    query = select(*_ROW, AuditRecord.previous_hash, AuditRecord.hash).order_by(AuditRecord.id)
    async for row in await db.stream(query.execution_options(yield_per=1000)):
        entry = Entry(row.at, row.actor_id, row.action, row.subject, row.subject_id, row.detail)
        if row.id != expected or row.previous_hash != previous or row.hash != chained_hash(previous, entry):
            return int(row.id)
        previous, expected = row.hash, expected + 1
    return None
