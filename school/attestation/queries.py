"""Reading the checklist."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select

from school.attestation.models import ChecklistItem, ChecklistOmission, ChecklistTick
from school.db import Db
from school.schedule.models import Purpose
from school.sessions.models import Session


@dataclass(frozen=True)
class ItemRow:
    """One item; `ticked_at` is None while it is left out."""

    item: ChecklistItem
    ticked_at: datetime | None


async def checklist(db: Db, session_id: int) -> tuple[ItemRow, ...]:
    """Give the three items of a session, in the order of cl. 3.8."""
    query = select(ChecklistTick.item, ChecklistTick.ticked_at).where(ChecklistTick.session_id == session_id)
    ticked = {row.item: row.ticked_at for row in await db.execute(query)}
    return tuple(ItemRow(item, ticked.get(item)) for item in ChecklistItem)


async def omission(db: Db, session_id: int) -> str | None:
    """Give the reason for which items were left out, None when nobody gave one."""
    query = select(ChecklistOmission.reason).where(ChecklistOmission.session_id == session_id)
    return await db.scalar(query)


async def unexplained(db: Db, host_id: int) -> list[int]:
    """Give the host's ended sessions with items left out and no reason yet, the oldest first (R31)."""
    ticked = select(func.count()).select_from(ChecklistTick).where(ChecklistTick.session_id == Session.id)
    query = select(Session.id).where(
        Session.host_id == host_id,
        Session.purpose == Purpose.ATTESTATION,
        Session.ended_at.is_not(None),
        ticked.scalar_subquery() < len(ChecklistItem),
        ~exists().where(ChecklistOmission.session_id == Session.id),
    )
    return list(await db.scalars(query.order_by(Session.starts_at, Session.id)))
