"""Appending to the audit."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import func, insert, select

from school.audit.models import AuditRecord
from school.audit.rules import FIRST_HASH, Entry, Json, canonical, chained_hash
from school.db import Db, before_commit

# PostgreSQL's advisory lock under which the chain grows; any number that nothing else uses.
_CHAIN_LOCK = 0x6B616269
_PENDING = "audit_pending"


async def record(
    db: Db,
    now: datetime,
    *,
    actor_id: int | None,
    action: str,
    subject: str,
    subject_id: int | None,
    detail: Mapping[str, Json] | None = None,
) -> None:
    """Add a record to this transaction; it is chained and written as the last thing before the commit.

    `action` and `subject` are short codes such as `role_granted`, `person`. Actor None is the system itself.
    Nothing is recorded when the transaction is rolled back; a refusal worth keeping is recorded by itself.
    """
    pending: list[Entry] = db.info.setdefault(_PENDING, [])
    pending.append(Entry(now, actor_id, action, subject, subject_id, canonical(detail or {})))
    before_commit(db, _PENDING, partial(_append, db))


async def _append(db: Db) -> None:
    await _lock(db)
    last = await db.execute(select(AuditRecord.id, AuditRecord.hash).order_by(AuditRecord.id.desc()).limit(1))
    number, previous = last.one_or_none() or (0, FIRST_HASH)
    rows = []
    for entry in db.info.pop(_PENDING):
        number += 1
        following = chained_hash(previous, entry)
        rows.append({"id": number, **vars(entry), "previous_hash": previous, "hash": following})
        previous = following
    await db.execute(insert(AuditRecord), rows)


async def _lock(db: Db) -> None:
    # SQLite's writing transaction is the lock already.
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
