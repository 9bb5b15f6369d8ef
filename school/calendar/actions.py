"""Changing the calendar; each change is in the audit."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, func, select

from school.audit.actions import record
from school.calendar.errors import Overlaps
from school.calendar.models import Holiday, SchoolBreak, Term, Transfer
from school.db import Db, insert_once
from school.errors import Invalid
from school.text import collapse

# PostgreSQL's advisory lock under which periods are compared and added; SQLite's writing transaction is one.
_PERIODS_LOCK = 0x6B616270


async def add_term(db: Db, now: datetime, *, by: int | None, name: str, since: date, until: date) -> int:
    """Add a term, both days included, and give its id. Raises Invalid, Overlaps."""
    return await _add_period(db, now, by, Term, name, since, until)


async def add_break(db: Db, now: datetime, *, by: int | None, name: str, since: date, until: date) -> int:
    """Add a school break, both days included, and give its id. Raises Invalid, Overlaps."""
    return await _add_period(db, now, by, SchoolBreak, name, since, until)


async def _add_period(
    db: Db,
    now: datetime,
    by: int | None,
    table: type[Term] | type[SchoolBreak],
    name: str,
    since: date,
    until: date,
) -> int:
    name = collapse(name)
    if not name:
        raise Invalid(field="name", reason="empty")
    if until < since:
        raise Invalid(field="until", reason="before_since")
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(select(func.pg_advisory_xact_lock(_PERIODS_LOCK)))
    in_the_way = await db.scalar(
        select(table.name).where(table.since <= until, table.until >= since).limit(1)
    )
    if in_the_way is not None:
        raise Overlaps(name=in_the_way)
    row = table(name=name, since=since, until=until)
    db.add(row)
    await db.flush()
    detail = {"since": since.isoformat(), "until": until.isoformat()}
    await record(
        db,
        now,
        actor_id=by,
        action=f"{table.__tablename__}_added",
        subject=table.__tablename__,
        subject_id=row.id,
        detail=detail,
    )
    return row.id


async def remove_term(db: Db, now: datetime, *, by: int | None, term_id: int) -> bool:
    """Remove a term; False when there is none."""
    return await _remove_period(db, now, by, Term, term_id)


async def remove_break(db: Db, now: datetime, *, by: int | None, break_id: int) -> bool:
    """Remove a school break; False when there is none."""
    return await _remove_period(db, now, by, SchoolBreak, break_id)


async def _remove_period(
    db: Db, now: datetime, by: int | None, table: type[Term] | type[SchoolBreak], period_id: int
) -> bool:
    gone = delete(table).where(table.id == period_id).returning(table.since, table.until)
    row = (await db.execute(gone)).one_or_none()
    if row is None:
        return False
    await record(
        db,
        now,
        actor_id=by,
        action=f"{table.__tablename__}_removed",
        subject=table.__tablename__,
        subject_id=period_id,
        detail={"since": row.since.isoformat(), "until": row.until.isoformat()},
    )
    return True


async def keep_holidays(db: Db, now: datetime, *, by: int | None, holidays: Mapping[date, str]) -> int:
    """Store holidays, such as `rules.official_holidays` offers; give how many were new."""
    # In order, so that two who store the same days wait for each other and never in a circle.
    added = [on for on, name in sorted(holidays.items()) if await _keep_holiday(db, on, collapse(name))]
    if added:
        detail = {"dates": [on.isoformat() for on in added]}
        await record(
            db, now, actor_id=by, action="holidays_kept", subject="calendar", subject_id=None, detail=detail
        )
    return len(added)


async def _keep_holiday(db: Db, on: date, name: str) -> bool:
    return await insert_once(db, Holiday, key=("date",), returning="date", date=on, name=name) is not None


async def remove_holiday(db: Db, now: datetime, *, by: int | None, on: date) -> bool:
    """Make a holiday an ordinary day; False when it is one."""
    if await db.scalar(delete(Holiday).where(Holiday.date == on).returning(Holiday.date)) is None:
        return False
    await _record_day(db, now, by, "holiday_removed", on)
    return True


async def transfer(db: Db, now: datetime, *, by: int | None, on: date, weekday: int) -> bool:
    """Have a day taught as another weekday (1 is Monday); False when it is already. Raises Invalid."""
    if weekday not in range(1, 8):
        raise Invalid(field="weekday", reason="out_of_range", low=1, high=7)
    kept = await insert_once(db, Transfer, key=("date",), returning="date", date=on, weekday=weekday)
    if kept is None:
        return False
    await _record_day(db, now, by, "day_transferred", on, weekday=weekday)
    return True


async def remove_transfer(db: Db, now: datetime, *, by: int | None, on: date) -> bool:
    """Take a transfer back; False when there is none."""
    if await db.scalar(delete(Transfer).where(Transfer.date == on).returning(Transfer.date)) is None:
        return False
    await _record_day(db, now, by, "transfer_removed", on)
    return True


async def _record_day(db: Db, now: datetime, by: int | None, action: str, on: date, **detail: int) -> None:
    await record(
        db,
        now,
        actor_id=by,
        action=action,
        subject="calendar",
        subject_id=None,
        detail={"date": on.isoformat(), **detail},
    )
