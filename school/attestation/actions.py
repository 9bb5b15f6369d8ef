"""Ticking, closing with something left out, and saying why when the time had closed it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from school.attestation import queries
from school.attestation.errors import ChecklistIncomplete, NotForAttestation, NothingToExplain
from school.attestation.models import ChecklistItem, ChecklistOmission, ChecklistTick
from school.attestation.rules import check_reason, missing
from school.audit.actions import record
from school.db import Db
from school.errors import Invalid
from school.schedule.models import Purpose
from school.sessions.errors import NotTheHost
from school.sessions.models import Session


async def tick(db: Db, now: datetime, *, session_id: int, by: int, item: ChecklistItem, done: bool) -> bool:
    """Say that an item was gone through, or take it back; False when it was said already.

    Only the worker who holds the session may (R30). Raises NotForAttestation, NotTheHost.
    """
    session = await _locked(db, session_id)
    if session is None or session.purpose is not Purpose.ATTESTATION:
        raise NotForAttestation
    if session.host_id != by:
        raise NotTheHost
    named = {"session_id": session_id, "item": item}
    there = await db.scalar(select(ChecklistTick.ticked_at).filter_by(**named)) is not None
    if there is done:
        return False
    if done:
        await db.execute(insert(ChecklistTick).values(**named, ticked_at=now, ticked_by=by))
    else:
        await db.execute(delete(ChecklistTick).filter_by(**named))
    await record(
        db,
        now,
        actor_id=by,
        action="checklist_ticked" if done else "checklist_unticked",
        subject="session",
        subject_id=session_id,
        detail={"item": item.value},
    )
    return True


async def account_for_omissions(db: Db, now: datetime, *, session_id: int, by: int, reason: str) -> None:
    """Before a session is closed: keep why items were left out. Raises ChecklistIncomplete without a reason.

    Sessions of another purpose, complete ones and those that have ended already need none.
    """
    reason = check_reason(reason)
    session = await _locked(db, session_id)
    if session is None or session.purpose is not Purpose.ATTESTATION or session.ended_at is not None:
        return
    left_out = await _left_out(db, session_id)
    if not left_out:
        return
    if not reason:
        raise ChecklistIncomplete(missing=[item.value for item in left_out])
    await _keep(db, now, session_id, by, left_out, reason)


async def explain_omissions(db: Db, now: datetime, *, session_id: int, by: int, reason: str) -> bool:
    """After a session that its time has ended: keep why items were left out; False when that is written.

    The first reason stays. Raises Invalid, NotForAttestation, NotTheHost, NothingToExplain (it goes on, or
    nothing was left out).
    """
    reason = check_reason(reason)
    if not reason:
        raise Invalid(field="reason", reason="empty")
    session = await _locked(db, session_id)
    if session is None or session.purpose is not Purpose.ATTESTATION:
        raise NotForAttestation
    if session.host_id != by:
        raise NotTheHost
    left_out = await _left_out(db, session_id)
    if session.ended_at is None or not left_out:
        raise NothingToExplain
    if await queries.omission(db, session_id) is not None:
        return False
    await _keep(db, now, session_id, by, left_out, reason)
    return True


async def _left_out(db: Db, session_id: int) -> tuple[ChecklistItem, ...]:
    return missing(row.item for row in await queries.checklist(db, session_id) if row.ticked_at)


async def _keep(
    db: Db, now: datetime, session_id: int, by: int, left_out: Sequence[ChecklistItem], reason: str
) -> None:
    values = {"reason": reason, "omitted_at": now, "omitted_by": by}
    await db.execute(insert(ChecklistOmission).values(session_id=session_id, **values))
    await record(
        db,
        now,
        actor_id=by,
        action="checklist_left_out",
        subject="session",
        subject_id=session_id,
        detail={"items": [item.value for item in left_out], "reason": reason},
    )


async def _locked(db: Db, session_id: int) -> Session | None:
    # Whoever ticks and whoever closes wait for each other.
    query = select(Session).where(Session.id == session_id).with_for_update()
    return await db.scalar(query, execution_options={"populate_existing": True})
