"""Adding programmes and subjects; each change is in the audit."""

from datetime import date, datetime

from sqlalchemy import select, update

from school.audit.actions import record
from school.db import Db, insert_once, unless_taken
from school.errors import Invalid, NotFound
from school.stamp import compare
from school.study.errors import ProgrammeExists, SubjectExists
from school.study.models import Programme, Subject, SubjectType
from school.study.queries import subject
from school.text import collapse, sort_key


async def add_programme(db: Db, now: datetime, *, by: int | None, name: str) -> int:
    """Add a programme and give its id. Raises Invalid, ProgrammeExists."""
    name = _named(name)
    programme_id: int | None = await insert_once(
        db, Programme, key=("name",), returning="id", name=name, sort_key=sort_key(name)
    )
    if programme_id is None:
        raise ProgrammeExists(name=name)
    await record(db, now, actor_id=by, action="programme_added", subject="programme", subject_id=programme_id)
    return programme_id


async def add_subject(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    programme_id: int,
    name: str,
    subject_type: SubjectType,
    since: date,
    until: date,
) -> int:
    """Add a subject, studied from `since` to `until`, and give its id.

    Raises Invalid, NotFound, SubjectExists.
    """
    name = _named(name)
    if until < since:
        raise Invalid(field="until", reason="before_since")
    if await db.get(Programme, programme_id) is None:
        raise NotFound(subject="programme", id=programme_id)
    values = {"programme_id": programme_id, "name": name, "since": since, "until": until}
    subject_id: int | None = await insert_once(
        db,
        Subject,
        key=("programme_id", "name", "since"),
        returning="id",
        **values,
        subject_type=subject_type,
        sort_key=sort_key(name),
    )
    if subject_id is None:
        raise SubjectExists(name=name, since=since)
    await record(db, now, actor_id=by, action="subject_added", subject="subject", subject_id=subject_id)
    return subject_id


async def rename_programme(db: Db, now: datetime, *, by: int | None, programme_id: int, name: str) -> None:
    """Give a programme another name. Raises Invalid, NotFound, ProgrammeExists."""
    name = _named(name)
    if await db.get(Programme, programme_id) is None:
        raise NotFound(subject="programme", id=programme_id)
    changed = update(Programme).where(Programme.id == programme_id)
    if not await unless_taken(db, changed.values(name=name, sort_key=sort_key(name))):
        raise ProgrammeExists(name=name)
    await record(
        db, now, actor_id=by, action="programme_renamed", subject="programme", subject_id=programme_id
    )


async def change_subject(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    subject_id: int,
    name: str,
    subject_type: SubjectType,
    since: date,
    until: date,
    seen: str | None = None,
) -> None:
    """Give a subject another name, type or period; `seen` is the stamp of the row that the form showed.

    Raises Invalid, NotFound, SubjectExists, ChangedMeanwhile.
    """
    name = _named(name)
    if until < since:
        raise Invalid(field="until", reason="before_since")
    await db.execute(select(Subject.id).where(Subject.id == subject_id).with_for_update())
    compare(seen, await subject(db, subject_id))
    values = {"name": name, "sort_key": sort_key(name), "since": since, "until": until}
    changed = update(Subject).where(Subject.id == subject_id)
    if not await unless_taken(db, changed.values(**values, subject_type=subject_type)):
        raise SubjectExists(name=name, since=since)
    await record(db, now, actor_id=by, action="subject_changed", subject="subject", subject_id=subject_id)


def _named(name: str) -> str:
    cleaned = collapse(name)
    if not cleaned:
        raise Invalid(field="name", reason="empty")
    return cleaned
