"""Steps of a schedule's version and its lines. Approval writes sessions too and is in `desk`."""

import base64
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import exists, insert, select, update

from school.audit.actions import record
from school.calendar.queries import calendar
from school.db import Db
from school.errors import Conflict, Invalid, NotFound
from school.organisation.queries import settings
from school.people.models import Group
from school.people.permissions import require
from school.people.queries import appointment
from school.people.rules import Capability, Tenure, in_tenure, is_active
from school.schedule.errors import EmptySchedule, HostTwice, NotAnEmployee, WrongState
from school.schedule.models import (
    Audience,
    Form,
    Kind,
    Line,
    LineGroup,
    Parity,
    PublicationRecord,
    Purpose,
    Version,
    VersionState,
    Where,
)
from school.schedule.queries import VersionRow, employment, lines, planned, version
from school.schedule.rules import (
    ORDER_NUMBER_LIMIT,
    REMARK_LIMIT,
    TITLE_LIMIT,
    Clash,
    Slot,
    check_groups,
    check_purpose,
    check_text,
    check_time,
    check_validity,
    clashes,
)
from school.study.queries import subject

_KEY_BYTES = 5


async def draft(db: Db, now: datetime, *, by: int, title: str, valid_from: date, valid_until: date) -> int:
    """Begin a version in the organisation's zone and give its id. Raises Forbidden, Invalid."""
    await require(db, now, person_id=by, capability=Capability.DRAFT_SCHEDULE)
    check_validity(valid_from, valid_until)
    row = Version(
        title=check_text("title", title, TITLE_LIMIT),
        state=VersionState.DRAFT,
        valid_from=valid_from,
        valid_until=valid_until,
        zone=(await settings(db)).zone,
        drafted_by=by,
        drafted_at=now,
    )
    db.add(row)
    await db.flush()
    await _record(db, now, by, "schedule_drafted", row.id)
    return row.id


async def add_line(
    db: Db,
    now: datetime,
    *,
    by: int,
    version_id: int,
    appointment_id: int,
    weekday: int,
    starts: time,
    ends: time,
    form: Form,
    kind: Kind,
    purpose: Purpose = Purpose.CURRENT,
    audience: Audience = Audience.STUDENTS,
    parity: Parity = Parity.EVERY,
    subject_id: int | None = None,
    group_ids: Sequence[int] = (),
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> int:
    """Add a line to a draft and give its id; the host is the person of the appointment.

    Raises Forbidden, Invalid, AttestationIsGroup (cl. 3.7), NotAnEmployee (R12), WrongState, NotFound.
    """
    await require(db, now, person_id=by, capability=Capability.DRAFT_SCHEDULE)
    slot = Slot(
        appointment_id=appointment_id,
        weekday=weekday,
        starts=starts,
        ends=ends,
        form=form,
        kind=kind,
        purpose=purpose,
        audience=audience,
        parity=parity,
        subject_id=subject_id,
        group_ids=tuple(group_ids),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    host_id = await check_slot(db, version_id, slot)
    return await write_line(db, version_id, host_id, slot)


async def check_slot(db: Db, version_id: int, slot: Slot) -> int:
    """Give the host of what a line of this draft is to say; the draft stays one until the transaction ends.

    Raises Invalid, AttestationIsGroup (cl. 3.7), NotAnEmployee (R12), WrongState, NotFound.
    """
    check_time(slot.weekday, slot.starts, slot.ends)
    check_purpose(slot.kind, slot.purpose)
    check_groups(slot.kind, slot.group_ids)
    await need_groups_and_subject(db, slot.group_ids, slot.subject_id)
    # Shared with other lines, but not with the step that would take the version out of draft.
    lock = select(Version.state).where(Version.id == version_id).with_for_update(read=True)
    if await db.scalar(lock) is not VersionState.DRAFT:
        raise await refusal(db, version_id, VersionState.DRAFT)
    found = await version(db, version_id)
    since, until = slot.valid_from or found.valid_from, slot.valid_until or found.valid_until
    check_validity(since, until)
    if since < found.valid_from or until > found.valid_until:
        raise Invalid(field="valid_from", reason="outside_version")
    held = await appointment(db, slot.appointment_id)
    tenure = Tenure(held.since, held.until)
    if not in_tenure(tenure, since) or not in_tenure(tenure, until):
        raise NotAnEmployee(field="appointment_id", reason="not_covered", person_id=held.person_id)
    return held.person_id


async def write_line(db: Db, version_id: int, host_id: int, slot: Slot, key: str | None = None) -> int:
    """Write a line that was checked and give its id; without a `key` it gets a public address of its own."""
    if key is None:
        key = base64.b32encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii").lower()
    row = Line(version_id=version_id, key=key, person_id=host_id, **slot.values())
    db.add(row)
    await db.flush()
    await write_groups(db, row.id, slot.group_ids)
    return row.id


async def write_groups(db: Db, line_id: int, group_ids: Sequence[int]) -> None:
    """Write whom a line addresses."""
    if group_ids:
        addressed = [{"line_id": line_id, "group_id": group_id} for group_id in dict.fromkeys(group_ids)]
        await db.execute(insert(LineGroup), addressed)


async def need_groups_and_subject(db: Db, group_ids: Sequence[int], subject_id: int | None) -> None:
    """Raise Invalid naming the first group or the subject that does not exist."""
    known = set(await db.scalars(select(Group.id).where(Group.id.in_(group_ids))))
    for group_id in group_ids:
        if group_id not in known:
            raise Invalid(field="groups", reason="unknown", id=group_id)
    if subject_id is not None:
        try:
            await subject(db, subject_id)
        except NotFound as error:
            raise Invalid(field="subject_id", reason="unknown", id=subject_id) from error


async def submit(db: Db, now: datetime, *, version_id: int, by: int) -> None:
    """Hand a draft to the head. Raises Forbidden, WrongState, EmptySchedule, HostTwice (R38)."""
    await require(db, now, person_id=by, capability=Capability.SUBMIT_SCHEDULE)
    values = {"submitted_by": by, "submitted_at": now, "remark": None}
    await step(db, version_id, VersionState.DRAFT, VersionState.SUBMITTED, values)
    if not await db.scalar(select(exists().where(Line.version_id == version_id))):
        raise EmptySchedule(version_id=version_id)
    found = await version(db, version_id)
    refuse_clashes(clashes(planned(found, await lines(db, version_id), await calendar(db))))
    await _record(db, now, by, "schedule_submitted", version_id)


async def return_with_remark(db: Db, now: datetime, *, version_id: int, by: int, remark: str) -> None:
    """Give a submitted version back as a draft. Raises Forbidden, Invalid without a remark, WrongState."""
    await require(db, now, person_id=by, capability=Capability.APPROVE_SCHEDULE)
    remark = check_text("remark", remark, REMARK_LIMIT)
    values = {"returned_by": by, "returned_at": now, "remark": remark}
    await step(db, version_id, VersionState.SUBMITTED, VersionState.DRAFT, values)
    await _record(db, now, by, "schedule_returned", version_id, remark=remark)


async def mark_approved(
    db: Db, now: datetime, *, version_id: int, by: int, order_number: str, order_date: date
) -> list[int]:
    """Write the approval, and give the ids of the versions that it supersedes. `desk` calls it.

    Raises Invalid, WrongState.
    """
    order_number = check_text("order_number", order_number, ORDER_NUMBER_LIMIT)
    values = {
        "approved_by": by,
        "approved_at": now,
        "order_number": order_number,
        "order_date": order_date,
    }
    await step(db, version_id, VersionState.SUBMITTED, VersionState.APPROVED, values)
    found = await version(db, version_id)
    statement = update(Version).where(
        Version.id != version_id,
        Version.state.in_([VersionState.APPROVED, VersionState.PUBLISHED]),
        Version.valid_from <= found.valid_until,
        Version.valid_until >= found.valid_from,
    )
    statement = statement.values(state=VersionState.SUPERSEDED, superseded_by=by, superseded_at=now)
    superseded = list(await db.scalars(statement.returning(Version.id)))
    detail = {"order_number": order_number, "order_date": order_date.isoformat()}
    await _record(db, now, by, "schedule_approved", version_id, **detail)
    for old in superseded:
        await _record(db, now, by, "schedule_superseded", old)
    return superseded


async def publish(db: Db, now: datetime, *, version_id: int, by: int, where: Where, on: date) -> None:
    """Publish an approved version and record where and when (R21). Raises Forbidden, WrongState."""
    await require(db, now, person_id=by, capability=Capability.PUBLISH_SCHEDULE)
    values = {"published_by": by, "published_at": now}
    await step(db, version_id, VersionState.APPROVED, VersionState.PUBLISHED, values)
    await _add_publication(db, now, version_id, by, where, on)


async def publish_elsewhere(
    db: Db, now: datetime, *, version_id: int, by: int, where: Where, on: date
) -> None:
    """Record one more place where a published version was made public.

    Raises Forbidden, WrongState, Conflict when that place is recorded already.
    """
    await require(db, now, person_id=by, capability=Capability.PUBLISH_SCHEDULE)
    lock = select(Version.state).where(Version.id == version_id).with_for_update(key_share=True)
    if await db.scalar(lock) is not VersionState.PUBLISHED:
        raise await refusal(db, version_id, VersionState.PUBLISHED)
    same = exists().where(PublicationRecord.version_id == version_id, PublicationRecord.where == where)
    if await db.scalar(select(same)):
        raise Conflict(subject="publication", where=where.value)
    await _add_publication(db, now, version_id, by, where, on)


async def step(
    db: Db, version_id: int, needed: VersionState, to: VersionState, values: dict[str, object]
) -> None:
    """Take a version from one state to the next: of many at once, one does. Raises WrongState, NotFound."""
    statement = update(Version).where(Version.id == version_id, Version.state == needed)
    if await db.scalar(statement.values(state=to, **values).returning(Version.id)) is None:
        raise await refusal(db, version_id, needed)


async def refuse_unemployed(db: Db, now: datetime, found: VersionRow) -> None:
    """Raise NotAnEmployee for the first line whose host is not employed while it is held (R12)."""
    for line, tenure, ended_at in await employment(db, found.id):
        times = line.recurrence(found)
        covered = in_tenure(tenure, times.since) and in_tenure(tenure, times.until)
        if not covered or not is_active(ended_at, now):
            raise NotAnEmployee(
                field="appointment_id", reason="not_covered", person_id=line.person_id, line_id=line.id
            )


def refuse_clashes(found: list[Clash]) -> None:
    """Raise HostTwice for the first clash, saying how many there are."""
    if found:
        first, second = found[0].first, found[0].second
        raise HostTwice(
            person_id=second.person_id,
            starts_at=second.starts_at,
            ends_at=second.ends_at,
            lines=[line for line in (first.line_id, second.line_id) if line is not None],
            clashes=len(found),
        )


async def _add_publication(db: Db, now: datetime, version_id: int, by: int, where: Where, on: date) -> None:
    values = {"where": where, "published_on": on, "person_id": by, "recorded_at": now}
    await db.execute(insert(PublicationRecord).values(version_id=version_id, **values))
    detail = {"where": where.value, "on": on.isoformat()}
    await _record(db, now, by, "schedule_published", version_id, **detail)


async def refusal(db: Db, version_id: int, needed: VersionState) -> WrongState | NotFound:
    """Give what to raise when a version is not in the state that a step needs."""
    state = await db.scalar(select(Version.state).where(Version.id == version_id))
    if state is None:
        return NotFound(subject="schedule_version", id=version_id)
    return WrongState(version_id=version_id, state=state.value, needed=needed.value)


async def _record(db: Db, now: datetime, by: int, action: str, version_id: int, **detail: str) -> None:
    await record(
        db,
        now,
        actor_id=by,
        action=action,
        subject="schedule_version",
        subject_id=version_id,
        detail=detail,
    )
