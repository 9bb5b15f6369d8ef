"""Reading attendance: the table of a session, who was in it when."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from school.attendance.models import Mark, Presence
from school.attendance.rules import Interval, Summary, merge, session_end, union
from school.db import Db
from school.organisation.queries import settings
from school.people.models import Person
from school.people.rules import full_name
from school.sessions.models import RoomRole, Session
from school.sessions.queries import DayRow, SessionRow, expected, session, several


@dataclass(frozen=True)
class MarkRow:
    """What the host confirmed (no reason) or corrected (with one)."""

    attended: bool
    minutes: int
    reason: str | None
    by: int
    at: datetime


@dataclass(frozen=True)
class AttendanceRow:
    """One person of a session's table. `summary` is None for who did not come; `expected` is False for who
    was in the room without being entitled by today's groups and links (they have changed since).
    """

    person_id: int
    name: str
    role: RoomRole
    child_id: int | None
    child_name: str | None
    group_name: str | None
    relation: str | None
    expected: bool
    summary: Summary | None
    mark: MarkRow | None


@dataclass(frozen=True)
class _Stays:
    name: str
    role: RoomRole
    child_id: int | None
    child_name: str | None
    intervals: list[Interval]


async def table(db: Db, session_id: int) -> list[AttendanceRow]:
    """Give a session's attendance, those who did not come included: host, students, parents, each by name.

    Who counts as expected is decided by the day of the session. Raises NotFound.
    """
    found = await session(db, session_id)
    zone = ZoneInfo((await settings(db)).zone)
    stays = await _stays(db, session_id)
    marks = await _marks(db, session_id)
    rows = [
        AttendanceRow(
            person_id=row.person_id,
            name=row.name,
            role=row.role,
            child_id=row.child_id,
            child_name=row.child_name,
            group_name=row.group_name,
            relation=row.relation,
            expected=True,
            summary=_summary(stays.pop(row.person_id, None), found),
            mark=marks.get(row.person_id),
        )
        for row in await expected(db, session_id, found.starts_at.astimezone(zone).date(), found.starts_at)
    ]
    return rows + [_unexpected(person_id, own, found, marks) for person_id, own in stays.items()]


async def stays(db: Db, session_id: int) -> dict[int, list[Interval]]:
    """Give when each person was in the room: stays that do not touch, in order."""
    return {person_id: union(own.intervals) for person_id, own in (await _stays(db, session_id)).items()}


async def past(db: Db, person_id: int, since: datetime, until: datetime) -> list[DayRow]:
    """Give the sessions of `[since, until)` that are over and that a person was in, by start.

    As whom: as they came the first time, whatever they are entitled to today.
    """
    child = aliased(Person)
    query = (
        select(Presence.session_id, Presence.role, Presence.child_id, child.family_name, child.given_name)
        .join(Session, Session.id == Presence.session_id)
        .outerjoin(child, child.id == Presence.child_id)
        .where(Presence.person_id == person_id, Session.starts_at >= since, Session.starts_at < until)
        .where(or_(Session.ended_at.is_not(None), Session.cancelled_at.is_not(None)))
        .order_by(Presence.joined_at)
    )
    came: dict[int, tuple[RoomRole, int | None, str | None]] = {}
    for session_id, role, child_id, *names in await db.execute(query):
        came.setdefault(session_id, (role, child_id, None if child_id is None else " ".join(names)))
    return [DayRow(found, *came[found.id]) for found in await several(db, list(came))]


async def _stays(db: Db, session_id: int) -> dict[int, _Stays]:
    child = aliased(Person)
    query = (
        select(
            Presence.person_id,
            Presence.role,
            Presence.child_id,
            Presence.joined_at,
            Presence.seen_at,
            Presence.left_at,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            child.family_name.label("child_family"),
            child.given_name.label("child_given"),
        )
        .join(Person, Person.id == Presence.person_id)
        .outerjoin(child, child.id == Presence.child_id)
        .where(Presence.session_id == session_id)
        .order_by(Person.sort_key, Person.id, Presence.joined_at)
    )
    stays: dict[int, _Stays] = {}
    for row in await db.execute(query):
        name = full_name(row.family_name, row.given_name, row.patronymic)
        child_name = None if row.child_id is None else f"{row.child_family} {row.child_given}"
        own = stays.setdefault(row.person_id, _Stays(name, row.role, row.child_id, child_name, []))
        own.intervals.append(Interval(row.joined_at, max(row.joined_at, row.left_at or row.seen_at)))
    return stays


async def _marks(db: Db, session_id: int) -> dict[int, MarkRow]:
    query = select(Mark.person_id, Mark.attended, Mark.minutes, Mark.reason, Mark.by, Mark.at)
    rows = await db.execute(query.where(Mark.session_id == session_id))
    return {row.person_id: MarkRow(row.attended, row.minutes, row.reason, row.by, row.at) for row in rows}


def _summary(own: _Stays | None, found: SessionRow) -> Summary | None:
    if own is None:
        return None
    end = session_end(found.ends_at, found.ended_at)
    return merge(own.intervals, starts_at=found.starts_at, ends_at=end)


def _unexpected(person_id: int, own: _Stays, found: SessionRow, marks: dict[int, MarkRow]) -> AttendanceRow:
    return AttendanceRow(
        person_id=person_id,
        name=own.name,
        role=own.role,
        child_id=own.child_id,
        child_name=own.child_name,
        group_name=None,
        relation=None,
        expected=False,
        summary=_summary(own, found),
        mark=marks.get(person_id),
    )


async def left_since(db: Db, session_id: int, since: datetime) -> dict[int, datetime]:
    """Give when those left whose last stay in the session has ended at `since` or later, by person."""
    last = func.max(Presence.left_at)
    query = (
        select(Presence.person_id, last)
        .where(Presence.session_id == session_id)
        .group_by(Presence.person_id)
        .having(last >= since, func.count() == func.count(Presence.left_at))
    )
    rows = await db.execute(query)
    return {person_id: left_at for person_id, left_at in rows if left_at is not None}
