"""Reading programmes and subjects."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from school.db import Db
from school.errors import NotFound
from school.study.models import Programme, Subject, SubjectType


@dataclass(frozen=True)
class ProgrammeRow:
    """One programme."""

    id: int
    name: str


@dataclass(frozen=True)
class SubjectRow:
    """One subject, studied from `since` to `until`, both days included."""

    id: int
    programme_id: int
    programme_name: str
    name: str
    subject_type: SubjectType
    since: date
    until: date


async def programmes(db: Db) -> list[ProgrammeRow]:
    """Give every programme, alphabetically."""
    query = select(Programme.id, Programme.name).order_by(Programme.sort_key, Programme.id)
    return [ProgrammeRow(*row) for row in await db.execute(query)]


async def programme(db: Db, programme_id: int) -> ProgrammeRow:
    """Give one programme; raises NotFound."""
    query = select(Programme.id, Programme.name).where(Programme.id == programme_id)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        raise NotFound(subject="programme", id=programme_id)
    return ProgrammeRow(*row)


async def subjects(db: Db, *, on: date | None = None) -> list[SubjectRow]:
    """Give the subjects, alphabetically: all, or those studied on a day."""
    query = _subjects()
    if on is not None:
        query = query.where(Subject.since <= on, Subject.until >= on)
    return [SubjectRow(*row) for row in await db.execute(query)]


async def subject(db: Db, subject_id: int) -> SubjectRow:
    """Give one subject; raises NotFound."""
    row = (await db.execute(_subjects().where(Subject.id == subject_id))).one_or_none()
    if row is None:
        raise NotFound(subject="subject", id=subject_id)
    return SubjectRow(*row)


def _subjects() -> Select[int, int, str, str, SubjectType, date, date]:
    query = select(
        Subject.id,
        Subject.programme_id,
        Programme.name,
        Subject.name,
        Subject.subject_type,
        Subject.since,
        Subject.until,
    ).join(Programme, Programme.id == Subject.programme_id)
    return query.order_by(Subject.sort_key, Subject.since, Subject.id)
