"""Taking attendance as it happens, and the host's word on it afterwards (R57)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, update

from school.attendance.errors import NotOverYet
from school.attendance.models import Mark, Presence
from school.attendance.queries import table
from school.audit.actions import record
from school.db import INT64, Db, fetch, insert_missing, insert_once
from school.errors import Invalid
from school.organisation.queries import settings
from school.people.actions import need_person
from school.sessions.errors import NotTheHost, SessionCancelled
from school.sessions.models import RoomRole
from school.sessions.queries import session
from school.sessions.rules import is_over
from school.text import collapse

_DAY_MINUTES = 24 * 60
REASON_LIMIT = 500

_JOINING = insert(Presence).returning(Presence.id)
_LEAVING = (
    update(Presence)
    .where(Presence.id == bindparam("presence", type_=INT64), Presence.left_at.is_(None))
    .values(left_at=bindparam("now"))
    .returning(Presence.id)
)


async def joined(
    db: Db, now: datetime, *, session_id: int, person_id: int, role: RoomRole, child_id: int | None
) -> int:
    """Begin a stay and give its id, for `heartbeat` and `left`."""
    values = {"role": role, "child_id": child_id, "joined_at": now, "seen_at": now}
    [(presence_id,)] = await fetch(db, _JOINING, session_id=session_id, person_id=person_id, **values)
    return int(presence_id)


async def heartbeat(db: Db, now: datetime, presence_ids: Sequence[int]) -> None:
    """Note in one statement that all these people are still there."""
    if presence_ids:
        still_in = (Presence.id.in_(presence_ids), Presence.left_at.is_(None), Presence.seen_at < now)
        await db.execute(update(Presence).where(*still_in).values(seen_at=now))


async def left(db: Db, now: datetime, presence_id: int) -> bool:
    """End a stay; False when it has ended before."""
    return bool(await fetch(db, _LEAVING, presence=presence_id, now=now))


async def close_dangling(db: Db, now: datetime, older_than: timedelta) -> int:
    """End the stays that were not seen for that long, at the instant they were last seen; give how many.

    After a crash nothing is lost that a heartbeat has told.
    """
    dangling = (Presence.left_at.is_(None), Presence.seen_at <= now - older_than)
    statement = update(Presence).where(*dangling).values(left_at=Presence.seen_at)
    return len((await db.scalars(statement.returning(Presence.id))).all())


async def confirm(db: Db, now: datetime, *, session_id: int, by: int) -> int:
    """Record what the server counted of everybody without a word yet as the host's own; give of how many.

    Raises NotTheHost, NotOverYet, SessionCancelled, NotFound.
    """
    await _may_mark(db, now, session_id=session_id, by=by)
    rows = {row.person_id: row for row in await table(db, session_id) if row.mark is None}
    minutes = {person_id: row.summary.minutes if row.summary else 0 for person_id, row in rows.items()}
    word = {"session_id": session_id, "by": by, "at": now}
    counted = [
        word | {"person_id": person_id, "attended": row.summary is not None, "minutes": minutes[person_id]}
        for person_id, row in rows.items()
    ]
    key = ("session_id", "person_id")
    made = set(await insert_missing(db, Mark, counted, key=key, returning="person_id"))
    for person_id in rows:
        if person_id in made:
            await _record(
                db, now, "attendance_confirmed", session_id, person_id, by, minutes[person_id], None
            )
    return len(made)


async def correct(
    db: Db, now: datetime, *, session_id: int, person_id: int, by: int, minutes: int, reason: str
) -> None:
    """Put the host's own count in place of the server's or of an earlier one; 0 minutes means absent.

    Raises Invalid without a reason or for impossible minutes, NotTheHost, NotOverYet, SessionCancelled,
    NotFound.
    """
    reason = collapse(reason)
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid(field="reason", reason="too_long" if reason else "empty", limit=REASON_LIMIT)
    if not 0 <= minutes <= _DAY_MINUTES:
        raise Invalid(field="minutes", reason="out_of_range", low=0, high=_DAY_MINUTES)
    await _may_mark(db, now, session_id=session_id, by=by)
    await need_person(db, person_id)
    values = {"attended": minutes > 0, "minutes": minutes, "reason": reason, "by": by, "at": now}
    made = await insert_once(
        db,
        Mark,
        key=("session_id", "person_id"),
        returning="person_id",
        session_id=session_id,
        person_id=person_id,
        **values,
    )
    if made is None:
        mine = (Mark.session_id == session_id, Mark.person_id == person_id)
        await db.execute(update(Mark).where(*mine).values(**values))
    await _record(db, now, "attendance_corrected", session_id, person_id, by, minutes, reason)


async def _may_mark(db: Db, now: datetime, *, session_id: int, by: int) -> None:
    found = await session(db, session_id)
    if found.host_id != by:
        raise NotTheHost(session_id=session_id)
    if found.cancelled_at is not None:
        raise SessionCancelled(session_id=session_id)
    if not is_over(found, await settings(db), now):
        raise NotOverYet(session_id=session_id)


async def _record(
    db: Db,
    now: datetime,
    action: str,
    session_id: int,
    person_id: int,
    by: int,
    minutes: int,
    reason: str | None,
) -> None:
    detail = {"person_id": person_id, "minutes": minutes, "reason": reason}
    await record(db, now, actor_id=by, action=action, subject="session", subject_id=session_id, detail=detail)
