"""Setting up the organisation and its local acts; each change is in the audit."""

from datetime import date, datetime

from sqlalchemy import select, update

from school.audit.actions import record
from school.db import Db, insert_once
from school.errors import Invalid
from school.organisation import queries
from school.organisation.errors import NotSetUp
from school.organisation.models import LocalAct, Organisation
from school.organisation.rules import Settings, check_settings
from school.stamp import compare
from school.text import collapse, storable


async def set_up(db: Db, now: datetime, *, by: int | None, settings: Settings) -> bool:
    """Write the settings for the first time; False when there are some. Raises Invalid."""
    values = check_settings(settings)
    made = await insert_once(
        db, Organisation, key=("id",), returning="id", id=1, parity_anchor=None, **values
    )
    if made is None:
        return False
    await _record(db, now, by, "organisation_set_up")
    return True


async def change_settings(
    db: Db, now: datetime, *, by: int | None, settings: Settings, seen: str | None = None
) -> None:
    """Replace the settings; `seen` is the stamp of those that the form showed.

    Raises Invalid, NotSetUp, ChangedMeanwhile.
    """
    await db.execute(select(Organisation.id).with_for_update())
    compare(seen, await queries.settings(db))
    changed = update(Organisation).values(**check_settings(settings)).returning(Organisation.id)
    if await db.scalar(changed) is None:
        raise NotSetUp
    await _record(db, now, by, "settings_changed")


async def set_parity_anchor(db: Db, now: datetime, *, by: int | None, anchor: date | None) -> None:
    """Say which week is odd, by any day of it; None: weeks have no parity. Raises NotSetUp."""
    changed = update(Organisation).values(parity_anchor=anchor).returning(Organisation.id)
    if await db.scalar(changed) is None:
        raise NotSetUp
    await _record(db, now, by, "parity_anchor_set")


async def add_act(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    number: str,
    date: date,
    title: str,
    text: str,
    in_force_since: date,
    in_force_until: date | None = None,
    file_id: int | None = None,
) -> int:
    """Keep a local act, as text or as a stored file or both, and give its id (R1). Raises Invalid."""
    words = {"number": collapse(number), "title": collapse(title), "text": storable(text).strip()}
    for field, value in words.items():
        if not value and not (field == "text" and file_id is not None):
            raise Invalid(field=field, reason="empty")
    if in_force_until is not None and in_force_until < in_force_since:
        raise Invalid(field="in_force_until", reason="before_since")
    row = LocalAct(
        **words,
        date=date,
        in_force_since=in_force_since,
        in_force_until=in_force_until,
        file_id=file_id,
        added_at=now,
    )
    db.add(row)
    await db.flush()
    detail = {"number": words["number"], "date": date.isoformat()}
    await record(
        db, now, actor_id=by, action="act_added", subject="local_act", subject_id=row.id, detail=detail
    )
    return row.id


async def end_act(db: Db, now: datetime, *, by: int | None, act_id: int, until: date) -> bool:
    """End an act that is open, `until` being its last day; False when it is not open."""
    held = (LocalAct.id == act_id, LocalAct.in_force_until.is_(None), LocalAct.in_force_since <= until)
    ended = update(LocalAct).where(*held).values(in_force_until=until).returning(LocalAct.id)
    if await db.scalar(ended) is None:
        return False
    detail = {"until": until.isoformat()}
    await record(
        db, now, actor_id=by, action="act_ended", subject="local_act", subject_id=act_id, detail=detail
    )
    return True


async def _record(db: Db, now: datetime, by: int | None, action: str) -> None:
    await record(db, now, actor_id=by, action=action, subject="organisation", subject_id=1)
