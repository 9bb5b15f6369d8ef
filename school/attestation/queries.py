"""Reading the checklist."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from school.attestation.models import ChecklistItem, ChecklistOmission, ChecklistTick
from school.db import Db


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
