"""Reading what joins several features: what a changed calendar means, families to be addressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from school.calendar.queries import calendar
from school.db import Db
from school.desk.rules import Recalculation, Written, recalculation
from school.people.models import ParentLink, Person, PersonRole, Relation, Role
from school.people.queries import is_here, rights_in_force
from school.people.rules import full_name
from school.schedule.errors import NoParityAnchor
from school.schedule.models import Kind, Line, VersionState
from school.schedule.queries import LineRow, VersionRow, lines, planned, versions
from school.schedule.rules import Planned
from school.sessions.models import Session
from school.sessions.queries import SessionRow, busy, several
from school.text import search_words

_IN_FORCE = (VersionState.APPROVED, VersionState.PUBLISHED, VersionState.SUPERSEDED)


@dataclass(frozen=True)
class Meant:
    """The lines of one version that still lie ahead, and the time that they take in this calendar."""

    version: VersionRow
    lines: list[LineRow]
    times: list[Planned]


@dataclass(frozen=True)
class ParentOption:
    """A parent whose rights for the child are in force."""

    person_id: int
    name: str
    relation: Relation


@dataclass(frozen=True)
class Family:
    """A student, and the parents who may come for them."""

    student_id: int
    name: str
    parents: tuple[ParentOption, ...]


async def meant(db: Db, now: datetime) -> list[Meant]:
    """Give what the schedules that were approved mean from `now` on; raises NoParityAnchor.

    A version counts until the first day of the earliest one that was approved after it and overlaps with it.
    """
    found = [row for row in await versions(db) if row.state in _IN_FORCE]
    days = await calendar(db)
    return [
        Meant(row, held, [one for one in planned(row, held, days) if now < one.starts_at < _ends(row, found)])
        for row in found
        if _ends(row, found) > now
        for held in [await lines(db, row.id)]
    ]


async def calendar_change(db: Db, now: datetime) -> Recalculation:
    """Compare the sessions ahead with what the schedules mean in today's calendar; raises NoParityAnchor."""
    return await change_of(db, await meant(db, now), now)


async def calendar_has_changed(db: Db, now: datetime) -> bool:
    """Say whether the sessions ahead are not those that schedules and calendar mean."""
    try:
        return not (await calendar_change(db, now)).is_empty
    except NoParityAnchor:
        return True


async def change_of(db: Db, found: Sequence[Meant], now: datetime) -> Recalculation:
    """Compare the sessions ahead with what these versions mean."""
    wished = [one for version in found for one in version.times]
    written = await _written(db, [version.version.id for version in found], now)
    hosts = sorted({line.person_id for version in found for line in version.lines})
    until = max([now, *(one.ends_at for one in wished)])
    return recalculation(wished, written, await busy(db, hosts, now, until), now)


async def deviations(db: Db, since: datetime, until: datetime) -> list[SessionRow]:
    """Give the group sessions of `[since, until)` that are not as the schedule says, by start (R39).

    Cancelled, moved or one-off ones; what a new schedule replaced is not among them.
    """
    other = or_(Session.cancelled_at.is_not(None), Session.moved_at.is_not(None), Session.line_id.is_(None))
    query = select(Session.id).where(
        Session.starts_at >= since,
        Session.starts_at < until,
        Session.kind == Kind.GROUP,
        Session.replaced_by.is_(None),
        other,
    )
    return await several(db, list(await db.scalars(query)))


async def families(db: Db, text: str, today: date, now: datetime, limit: int = 10) -> list[Family]:
    """Find students by name with the parents who may come for them, alphabetically."""
    held = select(PersonRole.person_id).where(PersonRole.role == Role.STUDENT)
    query = select(Person.id, Person.family_name, Person.given_name, Person.patronymic)
    query = query.where(Person.id.in_(held), is_here(now))
    for word in search_words(text):
        query = query.where(Person.search_key.contains(word, autoescape=True))
    students = (await db.execute(query.order_by(Person.sort_key, Person.id).limit(limit))).all()
    parents = await _parents(db, [student.id for student in students], today, now)
    return [
        Family(student_id, full_name(*names), tuple(parents.get(student_id, ())))
        for student_id, *names in students
    ]


async def _parents(db: Db, child_ids: list[int], today: date, now: datetime) -> dict[int, list[ParentOption]]:
    in_force = select(ParentLink.id).join(Person, Person.id == ParentLink.child_id)
    in_force = in_force.where(rights_in_force(today), ParentLink.child_id.in_(child_ids))
    query = (
        select(
            ParentLink.child_id,
            Person.id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            ParentLink.relation,
        )
        .join(Person, Person.id == ParentLink.parent_id)
        .where(ParentLink.id.in_(in_force), is_here(now))
        .order_by(Person.sort_key, Person.id)
    )
    found: dict[int, list[ParentOption]] = {}
    for child_id, person_id, family, given, patronymic, relation in await db.execute(query):
        option = ParentOption(person_id, full_name(family, given, patronymic), relation)
        found.setdefault(child_id, []).append(option)
    return found


async def _written(db: Db, version_ids: list[int], now: datetime) -> list[Written]:
    columns: tuple[Any, ...] = (
        Session.id,
        Session.line_id,
        Session.host_id,
        Session.planned_at,
        Session.starts_at,
        Session.ends_at,
        and_(Session.suppressed_at.is_not(None), Session.replaced_by.is_(None)),
        or_(*(at.is_not(None) for at in (Session.cancelled_at, Session.started_at, Session.ended_at))),
    )
    query = select(*columns).join(Line, Line.id == Session.line_id)
    ahead = or_(Session.starts_at > now, Session.planned_at > now)
    rows = await db.execute(query.where(Line.version_id.in_(version_ids), ahead))
    return [Written(*row) for row in rows]


def _ends(row: VersionRow, found: Sequence[VersionRow]) -> datetime:
    """Give the instant from which a version says nothing any more."""
    followers = [
        other.valid_from
        for other in found
        if other.approved_at is not None
        and row.approved_at is not None
        and (other.approved_at, other.id) > (row.approved_at, row.id)
        and other.valid_from <= row.valid_until
        and other.valid_until >= row.valid_from
    ]
    last = min([row.valid_until + timedelta(days=1), *followers])
    return datetime.combine(last, time.min, ZoneInfo(row.zone)).astimezone(UTC)
