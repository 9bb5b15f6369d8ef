"""Whose subjects are whose, as far as the schedule knows: by the lines of their groups, by their own."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select

from school.db import Db
from school.schedule.models import Line, LineGroup
from school.schedule.queries import in_effect


async def subject_ids(
    db: Db, on: date, *, group_ids: Sequence[int] = (), host_id: int | None = None
) -> set[int]:
    """Give the subjects that the schedule in effect has for these groups, or that this worker consults on."""
    version = await in_effect(db, on)
    if version is None:
        return set()
    of_groups = select(LineGroup.line_id).where(LineGroup.group_id.in_(group_ids))
    theirs = (
        [Line.id.in_(of_groups)] if host_id is None else [Line.id.in_(of_groups), Line.person_id == host_id]
    )
    query = select(Line.subject_id).where(
        Line.version_id == version.id, Line.subject_id.is_not(None), or_(*theirs)
    )
    return {subject_id for subject_id in await db.scalars(query.distinct()) if subject_id is not None}
