"""How the schedule is carried out: what was planned of a period, and what became of it (cl. 4.1; R2, R32)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from school.attendance.models import Presence
from school.db import Db
from school.organisation.queries import settings
from school.sessions.models import RoomRole, Session
from school.sessions.queries import SessionRow, between
from school.sessions.rules import Openings, is_over

LATE_AFTER = timedelta(minutes=1)


class Outcome(StrEnum):
    """One fact about one session; several may be true of it."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    MOVED = "moved"
    LATE = "late"
    NO_SHOW = "no_show"
    AHEAD = "ahead"


@dataclass(frozen=True)
class ExecutionRow:
    """One session, when its host first came into the room, and what is to be said of it."""

    session: SessionRow
    host_came_at: datetime | None
    outcomes: frozenset[Outcome]


def outcomes(
    session: SessionRow, host_came_at: datetime | None, openings: Openings, now: datetime
) -> frozenset[Outcome]:
    """Say what became of a session by now.

    Held: its host was there and it is over, or it is going on. Late: the host came a minute or more after the
    start. No-show: it is over and the host was never there. Ahead: nothing of all this can be said yet.
    """
    found = {Outcome.PLANNED}
    if session.planned_at != session.starts_at:
        found.add(Outcome.MOVED)
    if session.cancelled_at is not None:
        return frozenset(found | {Outcome.CANCELLED})
    if host_came_at is None:
        over = is_over(session, openings, now)
        return frozenset(found | {Outcome.NO_SHOW if over else Outcome.AHEAD})
    if host_came_at - session.starts_at >= LATE_AFTER:
        found.add(Outcome.LATE)
    if now < session.starts_at:
        return frozenset(found | {Outcome.AHEAD})
    return frozenset(found | {Outcome.HELD})


async def execution(db: Db, now: datetime, since: datetime, until: datetime) -> list[ExecutionRow]:
    """Give every session that starts in `[since, until)` with what became of it, by start."""
    openings = await settings(db)
    sessions = await between(db, since, until)
    came = await _hosts_came(db, since, until)
    return [
        ExecutionRow(
            row,
            came.get((row.id, row.host_id)),
            outcomes(row, came.get((row.id, row.host_id)), openings, now),
        )
        for row in sessions
    ]


def counts(rows: Iterable[ExecutionRow]) -> dict[Outcome, int]:
    """Give how many sessions each thing is true of, with zeros."""
    found = dict.fromkeys(Outcome, 0)
    for row in rows:
        for outcome in row.outcomes:
            found[outcome] += 1
    return found


async def _hosts_came(db: Db, since: datetime, until: datetime) -> dict[tuple[int, int], datetime]:
    """The first moment of each host's stays in the sessions of the period."""
    of_period = select(Session.id).where(Session.starts_at >= since, Session.starts_at < until)
    query = (
        select(Presence.session_id, Presence.person_id, func.min(Presence.joined_at))
        .where(Presence.role == RoomRole.HOST, Presence.session_id.in_(of_period))
        .group_by(Presence.session_id, Presence.person_id)
    )
    return {(session_id, person_id): at for session_id, person_id, at in await db.execute(query)}
