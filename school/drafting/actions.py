"""Changing a draft that others may be changing too: who opened an older revision is told, nothing is lost."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Delete, Update, delete, exists, or_, select, update

from school.audit.actions import record
from school.audit.rules import Json
from school.db import Db
from school.drafting.errors import EditedMeanwhile, NotTheDrafter, RemovedMeanwhile
from school.drafting.queries import may_discard
from school.errors import Invalid
from school.people.permissions import require
from school.people.rules import Capability
from school.schedule.actions import check_slot, draft, refusal, step, write_groups, write_line
from school.schedule.models import Line, LineGroup, Version, VersionState
from school.schedule.queries import LineRow, lines, version
from school.schedule.rules import TITLE_LIMIT, Slot, check_text, check_validity
from school.stamp import compare


async def copy(
    db: Db, now: datetime, *, by: int, source_id: int, title: str, valid_from: date, valid_until: date
) -> int:
    """Begin a version with the lines of another, under their public addresses (R22), and give its id.

    A line's own validity is kept where it lies inside the new version's; a bound outside is dropped.
    Raises Forbidden, Invalid, NotFound.
    """
    await version(db, source_id)
    version_id = await draft(db, now, by=by, title=title, valid_from=valid_from, valid_until=valid_until)
    for line in await lines(db, source_id):
        await write_line(db, version_id, line.person_id, _inside(line, valid_from, valid_until), line.key)
    await _record(db, now, by, "schedule_copied", version_id, source=source_id)
    return version_id


async def change_version(
    db: Db,
    now: datetime,
    *,
    by: int,
    version_id: int,
    revision: int,
    title: str,
    valid_from: date,
    valid_until: date,
) -> None:
    """Rename a draft or give it another validity.

    Raises Forbidden, Invalid (a line's own validity would lie outside, too), EditedMeanwhile, WrongState.
    """
    await require(db, now, person_id=by, capability=Capability.DRAFT_SCHEDULE)
    title = check_text("title", title, TITLE_LIMIT)
    check_validity(valid_from, valid_until)
    values = {"title": title, "valid_from": valid_from, "valid_until": valid_until}
    statement = update(Version).where(
        Version.id == version_id, Version.state == VersionState.DRAFT, Version.revision == revision
    )
    changed = statement.values(**values, revision=revision + 1).returning(Version.id)
    if await db.scalar(changed) is None:
        await _refuse_version(db, version_id)
    outside = or_(
        Line.valid_from < valid_from,
        Line.valid_from > valid_until,
        Line.valid_until > valid_until,
        Line.valid_until < valid_from,
    )
    if await db.scalar(select(exists().where(Line.version_id == version_id, outside))):
        raise Invalid(field="valid_until", reason="lines_outside")
    await _record(db, now, by, "schedule_draft_changed", version_id, title=title)


async def change_line(
    db: Db, now: datetime, *, by: int, version_id: int, line_id: int, revision: int, slot: Slot
) -> None:
    """Have a line of a draft say something else.

    Raises what adding one raises, EditedMeanwhile, RemovedMeanwhile.
    """
    await require(db, now, person_id=by, capability=Capability.DRAFT_SCHEDULE)
    host_id = await check_slot(db, version_id, slot)
    statement = update(Line).where(*_opened(version_id, line_id, revision))
    changed = statement.values(**slot.values(), person_id=host_id, revision=revision + 1)
    await _done(db, changed, version_id, line_id)
    await db.execute(delete(LineGroup).where(LineGroup.line_id == line_id))
    await write_groups(db, line_id, slot.group_ids)
    await _record(db, now, by, "schedule_line_changed", version_id, line=line_id)


async def remove_line(
    db: Db, now: datetime, *, by: int, version_id: int, line_id: int, revision: int
) -> None:
    """Take a line out of a draft. Raises Forbidden, EditedMeanwhile, RemovedMeanwhile, WrongState."""
    await require(db, now, person_id=by, capability=Capability.DRAFT_SCHEDULE)
    lock = select(Version.state).where(Version.id == version_id).with_for_update(read=True)
    if await db.scalar(lock) is not VersionState.DRAFT:
        raise await refusal(db, version_id, VersionState.DRAFT)
    # Taken first, so that nobody changes the line between the two deletions.
    opened = select(Line.id).where(*_opened(version_id, line_id, revision)).with_for_update()
    if await db.scalar(opened) is None:
        await _refuse_line(db, version_id, line_id)
    await db.execute(delete(LineGroup).where(LineGroup.line_id == line_id))
    await _done(db, delete(Line).where(*_opened(version_id, line_id, revision)), version_id, line_id)
    await _record(db, now, by, "schedule_line_removed", version_id, line=line_id)


async def discard(db: Db, now: datetime, *, by: int, version_id: int, seen: str) -> None:
    """Delete a draft with its lines; `seen` is the print (`school.stamp`) of the version and its lines.

    Raises Forbidden, NotTheDrafter while whoever began it still drafts, ChangedMeanwhile, WrongState.
    """
    await require(db, now, person_id=by, capability=Capability.DRAFT_SCHEDULE)
    lock = select(Version.state).where(Version.id == version_id).with_for_update()
    if await db.scalar(lock) is not VersionState.DRAFT:
        raise await refusal(db, version_id, VersionState.DRAFT)
    found, held = await version(db, version_id), await lines(db, version_id)
    if not await may_discard(db, now, found, by):
        raise NotTheDrafter(version_id=version_id, drafted_by=found.drafted_by)
    compare(seen, found, held)
    await db.execute(delete(LineGroup).where(LineGroup.line_id.in_([line.id for line in held])))
    await db.execute(delete(Line).where(Line.version_id == version_id))
    await db.execute(delete(Version).where(Version.id == version_id))
    await _record(db, now, by, "schedule_draft_deleted", version_id, title=found.title, lines=len(held))


async def take_back(db: Db, now: datetime, *, version_id: int, by: int) -> None:
    """Make a submitted version a draft again, before the head has decided. Raises Forbidden, WrongState."""
    await require(db, now, person_id=by, capability=Capability.SUBMIT_SCHEDULE)
    values: dict[str, object] = {"submitted_by": None, "submitted_at": None}
    await step(db, version_id, VersionState.SUBMITTED, VersionState.DRAFT, values)
    await _record(db, now, by, "schedule_taken_back", version_id)


def _inside(line: LineRow, first: date, last: date) -> Slot:
    said = line.slot.values() | {"group_ids": line.group_ids}
    for bound in ("valid_from", "valid_until"):
        if said[bound] is not None and not first <= said[bound] <= last:
            said[bound] = None
    return Slot(**said)


def _opened(version_id: int, line_id: int, revision: int) -> tuple[ColumnElement[bool], ...]:
    return (Line.id == line_id, Line.version_id == version_id, Line.revision == revision)


async def _done(db: Db, statement: Update | Delete, version_id: int, line_id: int) -> None:
    if await db.scalar(statement.returning(Line.id)) is None:
        await _refuse_line(db, version_id, line_id)


async def _refuse_line(db: Db, version_id: int, line_id: int) -> None:
    now_has = select(Line.revision).where(Line.id == line_id, Line.version_id == version_id)
    revision = await db.scalar(now_has)
    if revision is None:
        raise RemovedMeanwhile(id=line_id)
    raise EditedMeanwhile(subject="schedule_line", id=line_id, revision=revision)


async def _refuse_version(db: Db, version_id: int) -> None:
    held = await db.execute(select(Version.state, Version.revision).where(Version.id == version_id))
    row = held.one_or_none()
    if row is None or row.state is not VersionState.DRAFT:
        raise await refusal(db, version_id, VersionState.DRAFT)
    raise EditedMeanwhile(subject="schedule_version", id=version_id, revision=row.revision)


async def _record(db: Db, now: datetime, by: int, action: str, version_id: int, **detail: Json) -> None:
    subject = "schedule_version"
    await record(db, now, actor_id=by, action=action, subject=subject, subject_id=version_id, detail=detail)
