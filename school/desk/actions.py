"""What changes a schedule's sessions as a whole: its approval (R19, R20), another calendar (R36)."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from school.audit.actions import record
from school.calendar.queries import calendar
from school.db import Db
from school.desk.errors import ChangeIsAnother, NoActInForce
from school.desk.queries import change_of, meant
from school.desk.rules import Recalculation
from school.organisation.models import Organisation
from school.organisation.queries import act_in_force, settings
from school.people.permissions import require
from school.people.rules import Capability
from school.schedule.actions import mark_approved, refuse_clashes, refuse_unemployed
from school.schedule.queries import lines, planned, version
from school.schedule.rules import Planned, check_text, clashes, overlap
from school.sessions.actions import REASON_LIMIT, lock_hosts, replace, restore, suppress, write_planned
from school.sessions.queries import busy


async def approve(
    db: Db, now: datetime, *, version_id: int, by: int, order_number: str, order_date: date
) -> int:
    """Approve a submitted version by an order, and give how many sessions were written.

    Sessions are written for every time the lines are held that lies ahead of `now`. Versions whose validity
    overlaps are superseded; their sessions ahead, from this version's first day on, are replaced. Raises
    Forbidden, Invalid, NoActInForce (R1), WrongState, NotAnEmployee (R12), HostTwice (R38).
    """
    await require(db, now, person_id=by, capability=Capability.APPROVE_SCHEDULE)
    # One approval at a time: each has to see what those before it have superseded.
    await db.execute(select(Organisation.id).with_for_update(key_share=True))
    today = (await settings(db)).today(now)
    if await act_in_force(db, today) is None:
        raise NoActInForce(on=today.isoformat())
    superseded = await mark_approved(
        db, now, version_id=version_id, by=by, order_number=order_number, order_date=order_date
    )
    found, held = await version(db, version_id), await lines(db, version_id)
    await refuse_unemployed(db, now, found)
    hosts = sorted({line.person_id for line in held})
    await lock_hosts(db, hosts)
    since = datetime.combine(found.valid_from, time.min, ZoneInfo(found.zone)).astimezone(UTC)
    await replace(db, now, version_ids=superseded, by_version=version_id, since=since)
    ahead = [one for one in planned(found, held, await calendar(db)) if one.starts_at > now]
    taken = await _taken(db, hosts, ahead)
    replaced = {line.id for old in superseded for line in await lines(db, old)}
    ahead = _without(ahead, [one for one in taken if one.line_id in replaced])
    refuse_clashes(clashes([*ahead, *(one for one in taken if one.line_id not in replaced)]))
    await write_planned(db, version_id, held, ahead)
    return len(ahead)


async def recalculate(db: Db, now: datetime, *, by: int, mark: str, reason: str) -> Recalculation:
    """Do what `queries.calendar_change` showed: add, take out and take back the sessions that lie ahead.

    `mark` is that of the change that was shown. What is taken out counts as cancelled for this reason.
    Raises Forbidden, Invalid, ChangeIsAnother when meanwhile it would be another one, NoParityAnchor.
    """
    await require(db, now, person_id=by, capability=Capability.MANAGE_CALENDAR)
    reason = check_text("reason", reason, REASON_LIMIT)
    # Waits for approvals, and they for it.
    await db.execute(select(Organisation.id).with_for_update(key_share=True))
    found = await meant(db, now)
    await lock_hosts(db, sorted({line.person_id for version in found for line in version.lines}))
    change = await change_of(db, found, now)
    if change.mark != mark:
        raise ChangeIsAnother(mark=change.mark)
    for version_ in found:
        own = {line.id for line in version_.lines}
        added = [one for one in change.add if one.line_id in own]
        if added:
            await write_planned(db, version_.version.id, version_.lines, added)
    out = await suppress(db, now, session_ids=[one.id for one in change.suppress], reason=reason)
    back = await restore(db, session_ids=[one.id for one in change.restore])
    if (out, back) != (len(change.suppress), len(change.restore)):
        raise ChangeIsAnother(mark=mark)
    await record(
        db,
        now,
        actor_id=by,
        action="calendar_applied",
        subject="calendar",
        subject_id=None,
        detail={"added": len(change.add), "suppressed": out, "restored": back, "reason": reason},
    )
    return change


async def _taken(db: Db, hosts: list[int], ahead: list[Planned]) -> list[Planned]:
    if not ahead:
        return []
    since, until = min(one.starts_at for one in ahead), max(one.ends_at for one in ahead)
    return await busy(db, hosts, since, until)


def _without(ahead: list[Planned], going_on: list[Planned]) -> list[Planned]:
    """Leave out what would double a consultation of a replaced line that is being held right now."""
    return [one for one in ahead if not any(overlap(one, other) for other in going_on)]
