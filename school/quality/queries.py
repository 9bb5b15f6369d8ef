"""Reading minutes: of one session, in few words for many."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import distinct, func, select

from school.db import Db
from school.quality.models import QualityMinute, ServedMinute
from school.quality.rules import Grade, Seen, Summary
from school.quality.served import Served
from school.sessions.models import Session

_FIELDS = tuple(field.name for field in fields(Seen))


@dataclass(frozen=True)
class SessionQuality:
    """How a session was: how many people reported, and their minutes."""

    session_id: int
    people: int
    summary: Summary


async def minutes(db: Db, session_id: int) -> dict[int, dict[datetime, Seen]]:
    """Give what each person's browser saw, by minute, in the order of time."""
    query = (
        select(
            QualityMinute.person_id, QualityMinute.minute, *(getattr(QualityMinute, name) for name in _FIELDS)
        )
        .where(QualityMinute.session_id == session_id)
        .order_by(QualityMinute.minute, QualityMinute.person_id)
    )
    found: dict[int, dict[datetime, Seen]] = {}
    for row in await db.execute(query):
        found.setdefault(row.person_id, {})[row.minute] = Seen(*row[2:])
    return found


async def served(db: Db, session_id: int) -> dict[int, dict[datetime, Served]]:
    """Give what the server carried for each person, by minute, in the order of time."""
    names = [getattr(ServedMinute, field.name) for field in fields(Served)]
    query = (
        select(ServedMinute.person_id, ServedMinute.minute, *names)
        .where(ServedMinute.session_id == session_id)
        .order_by(ServedMinute.minute, ServedMinute.person_id)
    )
    found: dict[int, dict[datetime, Served]] = {}
    for row in await db.execute(query):
        found.setdefault(row.person_id, {})[row.minute] = Served(*row[2:])
    return found


async def by_person(db: Db, session_id: int) -> dict[int, Summary]:
    """Give each person's minutes of a session in numbers."""
    query = (
        select(QualityMinute.person_id, QualityMinute.grade, func.count())
        .where(QualityMinute.session_id == session_id)
        .group_by(QualityMinute.person_id, QualityMinute.grade)
    )
    counts: dict[int, dict[Grade, int]] = {}
    for person_id, grade, count in await db.execute(query):
        counts.setdefault(person_id, {})[grade] = count
    return {person_id: _summary(own) for person_id, own in counts.items()}


async def of_sessions(db: Db, since: datetime, until: datetime) -> list[SessionQuality]:
    """Give the sessions that start in `[since, until)` and of which there are minutes, the latest first."""
    of_grade = [func.count().filter(QualityMinute.grade == grade) for grade in Grade]
    query = (
        select(Session.id, func.count(distinct(QualityMinute.person_id)), *of_grade)
        .join(QualityMinute, QualityMinute.session_id == Session.id)
        .where(Session.starts_at >= since, Session.starts_at < until)
        .group_by(Session.id, Session.starts_at)
        .order_by(Session.starts_at.desc(), Session.id)
    )
    return [
        SessionQuality(session_id, people, _summary(dict(zip(Grade, counts, strict=True))))
        for session_id, people, *counts in await db.execute(query)
    ]


def _summary(counts: dict[Grade, int]) -> Summary:
    return Summary(counts.get(Grade.GOOD, 0), counts.get(Grade.WEAK, 0), counts.get(Grade.BAD, 0))
