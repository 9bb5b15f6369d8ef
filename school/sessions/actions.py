"""Changes of sessions. Every transition is one conditional update: of many at once, one wins."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, insert, select, update

from school.audit.actions import record
from school.audit.rules import Json
from school.db import Db, insert_once
from school.errors import Conflict, Forbidden, Invalid, SchoolError
from school.organisation.queries import OrganisationRow, settings
from school.people.models import Person, Role
from school.people.permissions import require
from school.people.queries import children, is_active_employee, roles, viewer
from school.people.rules import Capability
from school.schedule.actions import need_groups_and_subject, refuse_clashes
from school.schedule.errors import NotAnEmployee
from school.schedule.models import Audience, Form, Kind, Line, LineGroup, Purpose
from school.schedule.queries import LineRow
from school.schedule.rules import Planned, check_groups, check_purpose, check_text, clashes
from school.sessions.errors import (
    AddresseesRefused,
    NotTheHost,
    SessionCancelled,
    SessionOver,
    SessionStarted,
)
from school.sessions.models import EndReason, Scope, Session, SessionAddressee, SessionGroup, TopicBasis
from school.sessions.queries import SessionRow, busy, session
from school.sessions.rules import Addressee, audience_of_individual, check_times, is_over, may_set_topic

REASON_LIMIT, TOPIC_LIMIT = 500, 300


async def add_one_off(
    db: Db,
    now: datetime,
    *,
    by: int,
    reason: str,
    form: Form,
    kind: Kind,
    host_id: int,
    starts_at: datetime,
    ends_at: datetime,
    purpose: Purpose = Purpose.CURRENT,
    audience: Audience = Audience.STUDENTS,
    subject_id: int | None = None,
    group_ids: Sequence[int] = (),
    addressees: Sequence[Addressee] = (),
) -> int:
    """Add a session outside the approved schedule, saying who did and why (R19), and give its id.

    `group_ids` and `audience` are a group session's, `addressees` an individual one's (R15): its audience
    follows from them. Raises Forbidden (administrators only), Invalid, AttestationIsGroup (cl. 3.7),
    AddresseesRefused, NotAnEmployee (R12), HostTwice (R38).
    """
    await require(db, now, person_id=by, capability=Capability.CHANGE_SESSIONS)
    reason = check_text("reason", reason, REASON_LIMIT)
    check_times(starts_at, ends_at, now)
    check_purpose(kind, purpose)
    check_groups(kind, group_ids)
    await need_groups_and_subject(db, group_ids, subject_id)
    here = await settings(db)
    on = here.today(starts_at)
    if kind is Kind.GROUP and addressees:
        raise AddresseesRefused(field="addressees", reason="group_has_none")
    if kind is Kind.INDIVIDUAL:
        audience = await _individual_audience(db, now, here, addressees)
    await lock_hosts(db, [host_id])
    if not await is_active_employee(db, host_id, on, now):
        raise NotAnEmployee(field="host_id", reason="not_active", person_id=host_id)
    await _refuse_twice(db, Planned(host_id, starts_at, ends_at))
    row = Session(
        planned_at=starts_at,
        one_off_by=by,
        one_off_reason=reason,
        kind=kind,
        form=form,
        purpose=purpose,
        audience=audience,
        subject_id=subject_id,
        host_id=host_id,
        responsible_id=host_id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    await _write(db, row, group_ids, addressees)
    await _record(db, now, by, "one_off_added", row.id, reason=reason)
    return row.id


async def _write(db: Db, row: Session, group_ids: Sequence[int], addressees: Sequence[Addressee]) -> None:
    """Write a session with those it is for; gives the row its id."""
    db.add(row)
    await db.flush()
    if group_ids:
        groups = [{"session_id": row.id, "group_id": group_id} for group_id in dict.fromkeys(group_ids)]
        await db.execute(insert(SessionGroup), groups)
    if addressees:
        people = [{"session_id": row.id, **vars(addressee)} for addressee in addressees]
        await db.execute(insert(SessionAddressee), people)


async def write_planned(
    db: Db, version_id: int, lines: Sequence[LineRow], planned: Sequence[Planned]
) -> None:
    """Write sessions of an approved version in two statements; their groups are the lines' own."""
    of_line = {line.id: line for line in lines}
    rows = [_session_values(of_line[one.line_id], one) for one in planned if one.line_id is not None]
    if rows:
        await db.execute(insert(Session), rows)
    groups = (
        select(Session.id, LineGroup.group_id)
        .join(LineGroup, LineGroup.line_id == Session.line_id)
        .join(Line, Line.id == LineGroup.line_id)
        .where(Line.version_id == version_id, ~exists().where(SessionGroup.session_id == Session.id))
    )
    await db.execute(insert(SessionGroup).from_select(["session_id", "group_id"], groups))


async def replace(
    db: Db, now: datetime, *, version_ids: Sequence[int], by_version: int, since: datetime
) -> int:
    """Cancel the sessions of superseded versions from `since` on that lie ahead; give how many."""
    ahead = (
        Session.line_id.in_(select(Line.id).where(Line.version_id.in_(version_ids))),
        Session.starts_at >= since,
        Session.starts_at > now,
        Session.started_at.is_(None),
        Session.ended_at.is_(None),
        Session.cancelled_at.is_(None),
    )
    statement = update(Session).where(*ahead).values(cancelled_at=now, replaced_by=by_version)
    return len((await db.scalars(statement.returning(Session.id))).all())


async def suppress(db: Db, now: datetime, *, session_ids: Sequence[int], reason: str) -> int:
    """Cancel sessions that the calendar has no day for any more and nobody has begun; give how many."""
    statement = update(Session).where(
        Session.id.in_(session_ids),
        Session.starts_at > now,
        Session.started_at.is_(None),
        Session.ended_at.is_(None),
        Session.cancelled_at.is_(None),
    )
    values = {"cancelled_at": now, "cancel_reason": reason, "suppressed_at": now}
    return len((await db.scalars(statement.values(**values).returning(Session.id))).all())


async def restore(db: Db, *, session_ids: Sequence[int]) -> int:
    """Have sessions held after all that the calendar had taken out; give how many."""
    statement = update(Session).where(Session.id.in_(session_ids), Session.suppressed_at.is_not(None))
    values = {"cancelled_at": None, "cancel_reason": None, "suppressed_at": None}
    return len((await db.scalars(statement.values(**values).returning(Session.id))).all())


async def set_topic(
    db: Db, now: datetime, *, session_id: int, by: int, topic: str, basis: TopicBasis, scope: Scope
) -> None:
    """Set what the session is about, why, and how much it covers (cl. 3.5, 3.6).

    Raises NotTheHost for anybody but the host, Invalid, SessionCancelled, SessionOver.
    """
    topic = check_text("topic", topic, TOPIC_LIMIT)
    found = await session(db, session_id)
    if not may_set_topic(found, by):
        raise NotTheHost(session_id=session_id)
    if is_over(found, await settings(db), now):
        raise SessionOver(session_id=session_id)
    values = {"topic": topic, "topic_basis": basis, "scope": scope, "topic_set_at": now}
    await _change(db, session_id, values, Session.host_id == by)
    await _record(db, now, by, "topic_set", session_id, topic=topic, basis=basis.value, scope=scope.value)


async def cancel(db: Db, now: datetime, *, session_id: int, by: int, reason: str) -> None:
    """Cancel a session with a reason; it takes effect at once. Raises Forbidden, Invalid, SessionOver,
    SessionCancelled when it was cancelled before.
    """
    await require(db, now, person_id=by, capability=Capability.CHANGE_SESSIONS)
    reason = check_text("reason", reason, REASON_LIMIT)
    await _refuse_over(db, now, session_id)
    await _change(db, session_id, {"cancelled_at": now, "cancel_reason": reason})
    await _record(db, now, by, "session_cancelled", session_id, reason=reason)


async def move(
    db: Db,
    now: datetime,
    *,
    session_id: int,
    by: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
) -> None:
    """Move a session that has not started to another time.

    Raises Forbidden, Invalid, NotAnEmployee, HostTwice (R38), SessionStarted, SessionCancelled, SessionOver.
    """
    await require(db, now, person_id=by, capability=Capability.CHANGE_SESSIONS)
    reason = check_text("reason", reason, REASON_LIMIT)
    check_times(starts_at, ends_at, now)
    found = await _refuse_over(db, now, session_id)
    await lock_hosts(db, [found.host_id])
    if not await is_active_employee(db, found.host_id, (await settings(db)).today(starts_at), now):
        raise NotAnEmployee(field="starts_at", reason="not_active", person_id=found.host_id)
    await _refuse_twice(db, Planned(found.host_id, starts_at, ends_at), session_id)
    values = {"starts_at": starts_at, "ends_at": ends_at, "moved_at": now, "move_reason": reason}
    await _change(db, session_id, values, Session.started_at.is_(None), Session.starts_at == found.starts_at)
    await _record(
        db,
        now,
        by,
        "session_moved",
        session_id,
        reason=reason,
        was=[found.starts_at.isoformat(), found.ends_at.isoformat()],
        becomes=[starts_at.isoformat(), ends_at.isoformat()],
    )


async def extend(db: Db, now: datetime, *, session_id: int, by: int, until: datetime) -> None:
    """Let a session last longer, inside its host's free time (R41).

    The host may, and whoever may change sessions. Raises Forbidden, Invalid, HostTwice, SessionCancelled,
    SessionOver.
    """
    await _host_or_changer(db, now, session_id, by)
    found = await _refuse_over(db, now, session_id)
    if until <= found.ends_at:
        raise Invalid(field="until", reason="not_later")
    check_times(found.starts_at, until, now)
    await lock_hosts(db, [found.host_id])
    await _refuse_twice(db, Planned(found.host_id, found.starts_at, until), session_id)
    await _change(db, session_id, {"ends_at": until}, Session.ends_at < until)
    await _record(
        db,
        now,
        by,
        "session_extended",
        session_id,
        was=found.ends_at.isoformat(),
        becomes=until.isoformat(),
    )


async def book(db: Db, now: datetime, *, session_id: int, by: int, addressees: Sequence[Addressee]) -> None:
    """Book one more family into an individual session: its host receives one after another (R15, R43).

    Raises Forbidden, AddresseesRefused (also for a group session and for who is booked already),
    SessionCancelled, SessionOver.
    """
    await require(db, now, person_id=by, capability=Capability.CHANGE_SESSIONS)
    found = await _refuse_over(db, now, session_id)
    if found.kind is not Kind.INDIVIDUAL:
        raise AddresseesRefused(field="addressees", reason="group_has_none")
    audience = await _individual_audience(db, now, await settings(db), addressees)
    together = audience if found.families == 0 or found.audience is audience else Audience.BOTH
    await _change(db, session_id, {"audience": together})
    for one in addressees:
        key = ("session_id", "person_id")
        values = {"session_id": session_id, **vars(one)}
        if await insert_once(db, SessionAddressee, key=key, returning="person_id", **values) is None:
            raise AddresseesRefused(field="addressees", reason="booked", person_id=one.person_id)
    people: list[Json] = [one.person_id for one in addressees]
    await _record(db, now, by, "family_booked", session_id, person_ids=people)


async def let_in_one_by_one(db: Db, now: datetime, *, session_id: int, by: int, on: bool) -> None:
    """Say whether the host lets people in one by one (R43); raises SessionCancelled, SessionOver. Audited."""
    await _change(db, session_id, {"one_by_one": on})
    await _record(db, now, by, "door_changed", session_id, one_by_one=on)


async def mark_started(db: Db, now: datetime, *, session_id: int) -> bool:
    """Note that the session has begun in fact; False when it had, or can't any more."""
    ready = (Session.started_at.is_(None), Session.ended_at.is_(None), Session.cancelled_at.is_(None))
    statement = update(Session).where(Session.id == session_id, *ready).values(started_at=now)
    if await db.scalar(statement.returning(Session.id)) is None:
        return False
    await _record(db, now, None, "session_started", session_id)
    return True


async def end(db: Db, now: datetime, *, session_id: int, by: int | None, reason: EndReason) -> bool:
    """End a session; the first one to do so wins, everybody else gets False.

    `by` is None when its time has run out. Raises Forbidden unless `by` is the host or may change sessions.
    """
    if by is not None:
        await _host_or_changer(db, now, session_id, by)
    going = (Session.ended_at.is_(None), Session.cancelled_at.is_(None))
    statement = update(Session).where(Session.id == session_id, *going)
    statement = statement.values(ended_at=now, ended_by=by, end_reason=reason)
    if await db.scalar(statement.returning(Session.id)) is None:
        return False
    await _record(db, now, by, "session_ended", session_id, reason=reason.value)
    return True


async def lock_hosts(db: Db, host_ids: Sequence[int]) -> None:
    """Have these hosts' time to oneself until the end of the transaction, always taken in the same order."""
    query = select(Person.id).where(Person.id.in_(host_ids)).order_by(Person.id)
    await db.execute(query.with_for_update(key_share=True))


async def _individual_audience(
    db: Db, now: datetime, here: OrganisationRow, addressees: Sequence[Addressee]
) -> Audience:
    audience = audience_of_individual(addressees)
    for person_id, child_id in ((one.person_id, one.child_id) for one in addressees):
        if await viewer(db, person_id, now) is None:
            raise AddresseesRefused(field="addressees", reason="not_active", person_id=person_id)
        if child_id is None:
            held = (await roles(db, [person_id])).get(person_id, frozenset())
            if Role.STUDENT not in held:
                raise AddresseesRefused(field="addressees", reason="not_a_student", person_id=person_id)
        elif child_id not in {child.person_id for child in await children(db, person_id, here.today(now))}:
            raise AddresseesRefused(field="addressees", reason="not_a_parent", person_id=person_id)
    return audience


async def _refuse_twice(db: Db, wished: Planned, session_id: int | None = None) -> None:
    taken = await busy(db, [wished.person_id], wished.starts_at, wished.ends_at, except_id=session_id)
    refuse_clashes([clash for clash in clashes([wished, *taken]) if wished in (clash.first, clash.second)])


async def _refuse_over(db: Db, now: datetime, session_id: int) -> SessionRow:
    found = await session(db, session_id)
    if found.cancelled_at is None and is_over(found, await settings(db), now):
        raise SessionOver(session_id=session_id)
    return found


async def _host_or_changer(db: Db, now: datetime, session_id: int, by: int) -> None:
    if (await session(db, session_id)).host_id != by:
        await require(db, now, person_id=by, capability=Capability.CHANGE_SESSIONS)
    elif await viewer(db, by, now) is None:
        raise Forbidden(person_id=by)


async def _change(
    db: Db, session_id: int, values: Mapping[str, object], *conditions: ColumnElement[bool]
) -> None:
    going = (Session.ended_at.is_(None), Session.cancelled_at.is_(None), *conditions)
    statement = update(Session).where(Session.id == session_id, *going).values(**values)
    if await db.scalar(statement.returning(Session.id)) is None:
        raise _refusal(await session(db, session_id))


def _refusal(found: SessionRow) -> SchoolError:
    if found.cancelled_at is not None:
        return SessionCancelled(session_id=found.id)
    if found.ended_at is not None:
        return SessionOver(session_id=found.id)
    if found.started_at is not None:
        return SessionStarted(session_id=found.id)
    return Conflict(subject="session", id=found.id)


def _session_values(line: LineRow, one: Planned) -> dict[str, object]:
    return {
        "line_id": line.id,
        "planned_at": one.starts_at,
        "kind": line.kind,
        "form": line.form,
        "purpose": line.purpose,
        "audience": line.audience,
        "subject_id": line.subject_id,
        "host_id": line.person_id,
        "responsible_id": line.person_id,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
    }


async def _record(
    db: Db, now: datetime, by: int | None, action: str, session_id: int, **detail: Json
) -> None:
    await record(db, now, actor_id=by, action=action, subject="session", subject_id=session_id, detail=detail)
