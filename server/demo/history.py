"""What the demo school did in the past weeks: topics, who came, who was late. Deterministic."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from school.attendance import actions as attendance
from school.db import Db
from school.organisation import queries as organisation
from school.people import queries as people
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions, queries
from school.sessions.models import EndReason, RoomRole, Scope, TopicBasis
from school.sessions.queries import ExpectedRow, SessionRow
from server.demo.timetable import TOPICS, ZONE

#: everybody's attendance; it takes a second to write
DAYS: Final = timedelta(days=5)
#: longer than any term: what was before has been held too, else the head finds a term of missed consultations
WEEKS: Final = timedelta(weeks=11)
AHEAD: Final = timedelta(days=14)
_REASON: Final = "Дополнительная консультация по просьбе класса"
_TOPIC: Final = ("Повторение: алгоритмы и исполнители", "student_request", "overview")


async def write(db: Db, now: datetime, *, administrator: str, teacher: str, group: str) -> None:
    """Hold the consultations of the past days, one of yesterday at least; set topics of coming ones."""
    await _yesterday(db, now, administrator, teacher, group)
    settings = await organisation.settings(db)
    for row in await queries.between(db, now - WEEKS, now + AHEAD):
        if row.subject in TOPICS:
            await _set_topic(db, min(now, row.starts_at), row, TOPICS[row.subject])
        if row.ends_at + timedelta(minutes=settings.grace_minutes) < now:
            await _hold(db, row, settings.grace_minutes, everybody=row.starts_at >= now - DAYS)


async def _yesterday(db: Db, now: datetime, administrator: str, teacher: str, group: str) -> None:
    """Holidays and school breaks leave no past to look at: one was held yesterday in any case."""
    day = now.astimezone(ZoneInfo(ZONE)).date() - timedelta(days=1)
    starts_at = datetime.combine(day, time(19), ZoneInfo(ZONE))
    by, host = await people.by_login(db, administrator), await people.by_login(db, teacher)
    if by is None or host is None:
        raise LookupError(administrator, teacher)
    session_id = await actions.add_one_off(
        db,
        starts_at - timedelta(hours=5),
        by=by.person_id,
        reason=_REASON,
        form=Form.VIDEOCONFERENCE,
        kind=Kind.GROUP,
        host_id=host.person_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        audience=Audience.STUDENTS,
        group_ids=[row.id for row in await people.groups(db) if row.name == group],
    )
    await _set_topic(db, starts_at, await queries.session(db, session_id), _TOPIC)


async def _set_topic(db: Db, at: datetime, row: SessionRow, topic: tuple[str, str, str]) -> None:
    words, basis, scope = topic
    await actions.set_topic(
        db,
        at - timedelta(hours=1),
        session_id=row.id,
        by=row.host_id,
        topic=words,
        basis=TopicBasis(basis),
        scope=Scope(scope),
    )


async def _hold(db: Db, row: SessionRow, grace_minutes: int, *, everybody: bool) -> None:
    settings = await organisation.settings(db)
    came = [
        one
        for one in await queries.expected(db, row.id, settings.today(row.starts_at), row.starts_at)
        if everybody or one.role is RoomRole.HOST
    ]
    for place, person in enumerate(came):
        await _stay(db, row, person, place)
    if came:
        await actions.mark_started(db, row.starts_at, session_id=row.id)
    closed = row.ends_at + timedelta(minutes=grace_minutes)
    await actions.end(db, closed, session_id=row.id, by=None, reason=EndReason.TIME)


async def _stay(db: Db, row: SessionRow, person: ExpectedRow, place: int) -> None:
    """Most come before the start; every fourth does not, every fifth is late, one loses the network."""
    host = person.role is RoomRole.HOST
    if place % 4 == 3 and not host:
        return
    late = (
        timedelta(minutes=place % 7 + 3) if place % 5 == 4 and not host else timedelta(minutes=-(place % 6))
    )
    came, left = row.starts_at + late, row.ends_at - timedelta(minutes=place % 3)
    if place == 5:
        lost = row.starts_at + (row.ends_at - row.starts_at) / 2
        await _present(db, row, person, came, lost)
        came = lost + timedelta(minutes=2)
    await _present(db, row, person, came, left)


async def _present(db: Db, row: SessionRow, person: ExpectedRow, came: datetime, left: datetime) -> None:
    presence = await attendance.joined(
        db, came, session_id=row.id, person_id=person.person_id, role=person.role, child_id=person.child_id
    )
    await attendance.left(db, left, presence)
