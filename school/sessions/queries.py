"""Reading sessions: one, a day's, those of a room, and who is entitled to be in them (R11, R15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    func,
    select,
)

from school.db import INT64, Db, fetch
from school.errors import NotFound
from school.people.models import Group, Person
from school.people.rules import full_name
from school.schedule.models import Audience, Form, Kind, Purpose
from school.schedule.rules import Planned
from school.sessions.models import (
    EndReason,
    RoomRole,
    Scope,
    Session,
    SessionAddressee,
    SessionGroup,
    TopicBasis,
)
from school.sessions.rules import LONGEST, Openings
from school.sessions.ways import ways
from school.study.models import Subject


@dataclass(frozen=True)
class SessionRow:
    """A session with the names that go with it; instants are aware UTC."""

    id: int
    line_id: int | None
    planned_at: datetime
    one_off_by: int | None
    one_off_reason: str | None
    kind: Kind
    form: Form
    purpose: Purpose
    audience: Audience
    subject_id: int | None
    subject: str | None
    host_id: int
    host_name: str
    responsible_id: int
    starts_at: datetime
    ends_at: datetime
    topic: str | None
    topic_basis: TopicBasis | None
    scope: Scope | None
    topic_set_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    suppressed_at: datetime | None
    moved_at: datetime | None
    move_reason: str | None
    replaced_by: int | None
    one_by_one: bool
    started_at: datetime | None
    ended_at: datetime | None
    ended_by: int | None
    end_reason: EndReason | None
    group_names: tuple[str, ...]
    families: int = 0
    """How many families an individual session is for; the host receives one after another (R15)."""


@dataclass(frozen=True)
class ExpectedRow:
    """One person entitled to be in a session, and as whom.

    For a parent `child_*` name the child and `relation` is mother, father or guardian; `group_name` is the
    student's own group or the child's. Names: `name` in full, `child_name` family and given name.
    """

    session_id: int
    person_id: int
    name: str
    sort_key: str
    role: RoomRole
    child_id: int | None
    child_name: str | None
    group_name: str | None
    relation: str | None


@dataclass(frozen=True)
class DayRow:
    """A session of somebody's day, and as whom they come to it (for a parent: for which child)."""

    session: SessionRow
    role: RoomRole
    child_id: int | None
    child_name: str | None


_FIELDS = tuple(name for name in SessionRow.__dataclass_fields__ if name in Session.__table__.columns)
_FAMILIES = (
    select(func.count(func.distinct(func.coalesce(SessionAddressee.child_id, SessionAddressee.person_id))))
    .where(SessionAddressee.session_id == Session.id)
    .correlate(Session)
    .scalar_subquery()
)
_GROUPS = (
    select(Group.name)
    .join(SessionGroup, Group.id == SessionGroup.group_id)
    .order_by(Group.sort_key, Group.id)
)
_GROUPS_OF_ONE = _GROUPS.where(SessionGroup.session_id == bindparam("session", type_=INT64))
_ROLE_ORDER = (RoomRole.HOST, RoomRole.COHOST, RoomRole.STUDENT, RoomRole.PARENT)


async def session(db: Db, session_id: int) -> SessionRow:
    """Give one session; raise NotFound."""
    for row in await fetch(db, _one(), session=session_id):
        names = tuple(name for (name,) in await fetch(db, _GROUPS_OF_ONE, session=session_id))
        return _session_row(row, names)
    raise NotFound(subject="session", id=session_id)


async def several(db: Db, session_ids: Sequence[int]) -> list[SessionRow]:
    """Give these sessions, by start; those that do not exist are left out."""
    return await _rows(db, Session.id.in_(session_ids))


async def running(db: Db) -> list[int]:
    """Give the ids of sessions that have started and that nobody has ended or cancelled."""
    query = select(Session.id).where(
        Session.started_at.is_not(None), Session.ended_at.is_(None), Session.cancelled_at.is_(None)
    )
    return list(await db.scalars(query.order_by(Session.id)))


async def open_now(db: Db, now: datetime, settings: Openings) -> list[SessionRow]:
    """Give the sessions whose rooms may be entered now, by start."""
    grace = timedelta(minutes=settings.grace_minutes)
    return await _rows(
        db,
        Session.cancelled_at.is_(None),
        Session.ended_at.is_(None),
        Session.starts_at > now - LONGEST - grace,  # says nothing new, but keeps the past out of the search
        Session.starts_at <= now + timedelta(minutes=settings.lobby_minutes),
        Session.ends_at > now - grace,
    )


async def between(
    db: Db,
    since: datetime,
    until: datetime,
    *,
    host_id: int | None = None,
    group_id: int | None = None,
    moved_away: bool = False,
) -> list[SessionRow]:
    """Give every session that starts in `[since, until)` and was not replaced by a new schedule, by start.

    Of one host or for one group only, if they are given; or those that were to start then and were moved.
    """
    where = _in_time(since, until, moved_away)
    if host_id is not None:
        where.append(Session.host_id == host_id)
    if group_id is not None:
        addressed = select(SessionGroup.session_id).where(SessionGroup.group_id == group_id)
        where.append(Session.id.in_(addressed))
    return await _rows(db, *where)


async def next_of_lines(db: Db, line_ids: Sequence[int], now: datetime) -> SessionRow | None:
    """Give the session that is going on or comes next of the lines that share a public address."""
    query = select(Session.id).where(
        Session.line_id.in_(line_ids), Session.ends_at > now, Session.ended_at.is_(None)
    )
    query = query.where(Session.cancelled_at.is_(None)).order_by(Session.starts_at).limit(1)
    found = await db.scalar(query)
    return None if found is None else await session(db, found)


async def busy(
    db: Db, host_ids: Sequence[int], since: datetime, until: datetime, *, except_id: int | None = None
) -> list[Planned]:
    """Give what takes these hosts' time in `[since, until)`; a session that was closed early takes less."""
    ended = func.coalesce(Session.ended_at, Session.ends_at)
    query = select(Session.host_id, Session.starts_at, ended, Session.line_id).where(
        Session.host_id.in_(host_ids),
        Session.cancelled_at.is_(None),
        Session.starts_at < until,
        ended > since,
        Session.id != (except_id or 0),
    )
    return [Planned(*row) for row in await db.execute(query.order_by(Session.starts_at))]


async def of_day(
    db: Db,
    person_id: int,
    day_start: datetime,
    day_end: datetime,
    *,
    today: date,
    now: datetime,
    moved_away: bool = False,
) -> list[DayRow]:
    """Give what a person may come to in `[day_start, day_end)`, by start, once for each child of theirs.

    `today` is the local date whose memberships and rights count; who has left by `now` comes to nothing.
    With `moved_away` give what was to start then and was moved.
    """
    in_time = _in_time(day_start, day_end, moved_away)
    rights = _merged(await db.execute(ways(today, tuple(in_time), person_id), {"now": now}))
    rows = {row.id: row for row in await _rows(db, Session.id.in_({right.session_id for right in rights}))}
    days = [DayRow(rows[right.session_id], right.role, right.child_id, right.child_name) for right in rights]
    return sorted(days, key=lambda day: (day.session.starts_at, day.session.id))


async def expected(db: Db, session_id: int, today: date, now: datetime) -> list[ExpectedRow]:
    """Give everybody entitled to be in a session, once each: host, students, parents, each by name.

    By the memberships and rights of `today`, without those who have left by `now`.
    A parent of two children in it stands once, for the child first by name.
    """
    seen: dict[int, ExpectedRow] = {}
    for row in _merged(await fetch(db, _ways_of_all(today), session=session_id, now=now)):
        seen.setdefault(row.person_id, row)
    return list(seen.values())


async def entitlements(
    db: Db, session_id: int, person_id: int, today: date, now: datetime
) -> list[ExpectedRow]:
    """Give every way in which one person may be in a session: empty means that they may not.

    The strongest comes first: host, student, parent; a parent has a row for each child.
    """
    return _merged(await fetch(db, _ways_of_one(today), session=session_id, person=person_id, now=now))


@lru_cache(maxsize=4)
def _ways_of_one(today: date) -> Select[tuple[Any, ...]]:
    """Made once a day: each page, ticket and entry of a room asks, and making it takes longer than asking."""
    return ways(today, (Session.id == bindparam("session", type_=INT64),), bindparam("person", type_=INT64))


@lru_cache(maxsize=4)
def _ways_of_all(today: date) -> Select[tuple[Any, ...]]:
    return ways(today, (Session.id == bindparam("session", type_=INT64),), None)


def _in_time(since: datetime, until: datetime, moved_away: bool) -> list[ColumnElement[bool]]:
    if not moved_away:
        return [Session.starts_at >= since, Session.starts_at < until, Session.replaced_by.is_(None)]
    return [
        Session.planned_at >= since,
        Session.planned_at < until,
        Session.moved_at.is_not(None),
        Session.cancelled_at.is_(None),
        Session.replaced_by.is_(None),
    ]


async def _rows(db: Db, *where: ColumnElement[bool]) -> list[SessionRow]:
    found = (await db.execute(_listing().where(*where))).all()
    groups = await _group_names(db, [row.id for row in found])
    return [_session_row(row, tuple(groups.get(row.id, ()))) for row in found]


def _session_row(found: Row[*tuple[Any, ...]], group_names: tuple[str, ...]) -> SessionRow:
    row = found._asdict()
    host_name = full_name(row.pop("family_name"), row.pop("given_name"), row.pop("patronymic"))
    return SessionRow(host_name=host_name, group_names=group_names, **row)


@cache
def _one() -> Select[tuple[Any, ...]]:
    return _listing().where(Session.id == bindparam("session", type_=INT64))


@cache
def _listing() -> Select[tuple[Any, ...]]:
    return (
        select(
            *(getattr(Session, name) for name in _FIELDS),
            Subject.name.label("subject"),
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            _FAMILIES.label("families"),
        )
        .join(Person, Person.id == Session.host_id)
        .outerjoin(Subject, Subject.id == Session.subject_id)
        .order_by(Session.starts_at, Session.id)
    )


async def _group_names(db: Db, session_ids: Iterable[int]) -> dict[int, list[str]]:
    query = _GROUPS.add_columns(SessionGroup.session_id)
    names: dict[int, list[str]] = {}
    for name, session_id in await db.execute(query.where(SessionGroup.session_id.in_(list(session_ids)))):
        names.setdefault(session_id, []).append(name)
    return names


def _merged(found: Iterable[Row[tuple[Any, ...]]]) -> list[ExpectedRow]:
    rows = [_expected_row(row) for row in found]
    whole = {(row.session_id, row.person_id, row.role, row.child_id): row for row in reversed(rows)}
    return sorted(
        whole.values(),
        key=lambda row: (_ROLE_ORDER.index(row.role), row.sort_key, row.person_id, row.child_name or ""),
    )


def _expected_row(row: Row[tuple[Any, ...]]) -> ExpectedRow:
    return ExpectedRow(
        session_id=row.session_id,
        person_id=row.person_id,
        name=full_name(row.family_name, row.given_name, row.patronymic),
        sort_key=row.sort_key,
        role=RoomRole(row.role),
        child_id=row.child_id,
        child_name=None if row.child_id is None else full_name(row.child_family, row.child_given, ""),
        group_name=row.group_name,
        relation=row.relation,
    )
