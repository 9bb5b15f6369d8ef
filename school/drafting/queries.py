"""Reading versions as those do who draft and approve them: with names, warnings and what differs."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from school.calendar.queries import calendar
from school.calendar.rules import Calendar
from school.db import Db
from school.drafting.rules import GroupTwice, NamedLine, groups_twice
from school.people.models import Appointment, Group, Person
from school.people.permissions import may
from school.people.queries import is_here
from school.people.rules import Capability, full_name, in_tenure, is_active
from school.schedule.errors import NoParityAnchor
from school.schedule.models import Line, LineGroup, PublicationRecord, Version, VersionState
from school.schedule.queries import UncoveredRow, VersionRow, employment, lines, planned, uncovered, version
from school.schedule.rules import Clash, clashes
from school.study.models import Subject


@dataclass(frozen=True)
class ListedVersion:
    """A version in the list of all: how many lines it has, how often it was published."""

    row: VersionRow
    lines: int
    publications: int

    def is_unpublished(self, today: date) -> bool:
        """Say whether it has taken effect and nothing says where it was made public (R21)."""
        in_force = self.row.state in (VersionState.APPROVED, VersionState.PUBLISHED)
        return in_force and self.row.valid_from <= today and not self.publications


@dataclass(frozen=True)
class WorkerRow:
    """An appointment that a line may be given to."""

    appointment_id: int
    name: str
    position: str


@dataclass(frozen=True)
class Findings:
    """What a methodist is to look at: `clashes` and `unemployed` stand in the way, the rest are warnings.

    `parity_unknown`: lines of even or odd weeks, and the calendar does not say which weeks those are.
    """

    clashes: tuple[Clash, ...]
    unemployed: tuple[int, ...]
    parity_unknown: bool
    groups_twice: tuple[GroupTwice, ...]
    uncovered: tuple[UncoveredRow, ...]


async def may_discard(db: Db, now: datetime, draft: VersionRow, person_id: int) -> bool:
    """Say whether a draft is this methodist's to delete: they began it, or who began it drafts no more."""
    began = draft.drafted_by
    return person_id == began or not await may(db, now, person_id=began, capability=Capability.DRAFT_SCHEDULE)


async def listed(db: Db) -> list[ListedVersion]:
    """Give every version, the one that begins last first."""
    fields = VersionRow.__dataclass_fields__
    columns = [getattr(Version, name) for name in fields]
    held = select(func.count()).where(Line.version_id == Version.id).correlate(Version).scalar_subquery()
    shown = select(func.count()).where(PublicationRecord.version_id == Version.id)
    query = select(*columns, held, shown.correlate(Version).scalar_subquery())
    rows = await db.execute(query.order_by(Version.valid_from.desc(), Version.id.desc()))
    return [ListedVersion(VersionRow(*row[: len(fields)]), row[-2], row[-1]) for row in rows]


async def named_lines(db: Db, version_id: int) -> list[NamedLine]:
    """Give the lines of a version by worker, position, weekday and time, with their names."""
    rows = {line.id: line for line in await lines(db, version_id)}
    query = (
        select(
            Line.id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Appointment.position,
            Subject.name,
        )
        .join(Person, Person.id == Line.person_id)
        .join(Appointment, Appointment.id == Line.appointment_id)
        .outerjoin(Subject, Subject.id == Line.subject_id)
        .where(Line.version_id == version_id)
        .order_by(Person.sort_key, Person.id, Appointment.id, Line.weekday, Line.starts, Line.id)
    )
    groups = await group_names(db, version_id)
    return [
        NamedLine(
            row=rows[line_id],
            host_name=full_name(family, given, patronymic),
            position=position,
            subject=subject,
            group_names=tuple(groups[group_id] for group_id in rows[line_id].group_ids),
        )
        for line_id, family, given, patronymic, position, subject in await db.execute(query)
    ]


async def group_names(db: Db, version_id: int) -> dict[int, str]:
    """Give the names of the groups that a version addresses, by id."""
    addressed = select(LineGroup.group_id).join(Line, Line.id == LineGroup.line_id)
    addressed = addressed.where(Line.version_id == version_id)
    rows = await db.execute(select(Group.id, Group.name).where(Group.id.in_(addressed)))
    return {row.id: row.name for row in rows}


async def workers(db: Db, since: date, until: date, now: datetime) -> list[WorkerRow]:
    """Give the appointments that cover any day of a period, by the workers' names."""
    names = (Person.family_name, Person.given_name, Person.patronymic)
    query = select(Appointment.id, *names, Appointment.position)
    query = query.join(Person, Person.id == Appointment.person_id).where(
        Appointment.since <= until,
        or_(Appointment.until.is_(None), Appointment.until >= since),
        is_here(now),
    )
    rows = await db.execute(query.order_by(Person.sort_key, Person.id, Appointment.id))
    return [WorkerRow(id_, full_name(*name), position) for id_, *name, position in rows]


async def predecessor(db: Db, found: VersionRow) -> VersionRow | None:
    """Give the version that this one would supersede, the latest approved if there are several."""
    query = select(Version.id).where(
        Version.id != found.id,
        Version.state.in_([VersionState.APPROVED, VersionState.PUBLISHED]),
        Version.valid_from <= found.valid_until,
        Version.valid_until >= found.valid_from,
    )
    older = await db.scalar(query.order_by(Version.approved_at.desc(), Version.id.desc()).limit(1))
    return None if older is None else await version(db, older)


async def findings(db: Db, version_id: int, now: datetime) -> Findings:
    """Check a version as it stands (R12, R23, R38)."""
    found = await version(db, version_id)
    held = await employment(db, version_id)
    rows = [line for line, _, _ in held]
    unemployed = [
        line.id
        for line, tenure, ended_at in held
        if not is_active(ended_at, now)
        or not all(
            in_tenure(tenure, on) for on in (line.recurrence(found).since, line.recurrence(found).until)
        )
    ]
    days = await calendar(db)
    try:
        times, parity_unknown = planned(found, rows, days), False
    except NoParityAnchor:
        # Any anchor tells even weeks from odd ones: what overlaps is the same, only when is not.
        anchored = Calendar(days.terms, days.breaks, days.holidays, days.transfers, found.valid_from)
        times, parity_unknown = planned(found, rows, anchored), True
    return Findings(
        clashes=_once_for_each_pair(clashes(times)),
        unemployed=tuple(unemployed),
        parity_unknown=parity_unknown,
        groups_twice=tuple(groups_twice(times, {line.id: line.group_ids for line in rows})),
        uncovered=tuple(await uncovered(db, version_id)),
    )


def _once_for_each_pair(found: list[Clash]) -> tuple[Clash, ...]:
    first: dict[frozenset[int | None], Clash] = {}
    for clash in found:
        first.setdefault(frozenset({clash.first.line_id, clash.second.line_id}), clash)
    return tuple(first.values())
