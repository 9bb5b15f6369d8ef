"""What was gone through before an attestation, as pages show it (R30, R31)."""

from dataclasses import dataclass
from datetime import datetime

from school.attestation import queries as attestation
from school.db import Db
from school.schedule.models import Purpose
from school.sessions.queries import SessionRow
from web import labels
from web.words import Words


@dataclass(frozen=True, slots=True)
class Item:
    """One of the three, in words; `ticked_at` is None while it is left out."""

    words: str
    ticked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """`reason` says why something was left out; `awaits_reason`: it was, and nobody has said why."""

    items: tuple[Item, ...]
    reason: str | None
    awaits_reason: bool


async def read(db: Db, session: SessionRow, words: Words) -> Checklist | None:
    """None for a consultation that is not before an attestation."""
    if session.purpose is not Purpose.ATTESTATION:
        return None
    rows = await attestation.checklist(db, session.id)
    reason = await attestation.omission(db, session.id)
    left_out = any(row.ticked_at is None for row in rows)
    return Checklist(
        tuple(Item(words.gettext(labels.CHECKLIST[row.item]), row.ticked_at) for row in rows),
        reason,
        awaits_reason=left_out and reason is None and session.ended_at is not None,
    )
