"""Reading the schedule; `public` gives exactly the table of the order's annex (R22)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import select

from school.calendar.rules import Calendar
from school.db import Db
from school.errors import NotFound
from school.people.models import Appointment, Category, Group, Person
from school.people.rules import Tenure, full_name
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
from school.schedule.rules import Planned, Recurrence, Slot, expand, gaps
from school.study.models import Subject
from school.text import storable

T = TypeVar("T")


@dataclass(frozen=True)
class PublicSlot:
    """One slot of a worker: weekday 1 (Monday) to 7, wall times in its zone, address `/k/<key>`."""

    line_id: int
    key: str
    weekday: int
    starts: time
    ends: time
    parity: Parity
    valid_from: date | None
    valid_until: date | None
    form: Form
    kind: Kind
    purpose: Purpose
    audience: Audience
    subject: str | None
    group_names: tuple[str, ...]


@dataclass(frozen=True)
class PublicRow:
    """One numbered row: a worker in one position, with that worker's slots stacked inside by day and time."""

    number: int
    person_id: int
    name: str
    position: str
    slots: tuple[PublicSlot, ...]


@dataclass(frozen=True)
class PublicSection:
    """«Педагогические работники» or «Иные работники»; numbering restarts in each."""

    category: Category
    rows: tuple[PublicRow, ...]


@dataclass(frozen=True)
class PublicSchedule:
    """A published version as the annex shows it; both sections are always there, pedagogical first."""

    version_id: int
    title: str
    valid_from: date
    valid_until: date
    zone: str
    order_number: str
    order_date: date
    published_at: datetime
    sections: tuple[PublicSection, PublicSection]


@dataclass(frozen=True)
class VersionRow:
    """One version with who and when of every step."""

    id: int
    title: str
    state: VersionState
    valid_from: date
    valid_until: date
    zone: str
    remark: str | None
    order_number: str | None
    order_date: date | None
    drafted_by: int
    drafted_at: datetime
    submitted_by: int | None
    submitted_at: datetime | None
    returned_by: int | None
    returned_at: datetime | None
    approved_by: int | None
    approved_at: datetime | None
    published_by: int | None
    published_at: datetime | None
    superseded_by: int | None
    superseded_at: datetime | None
    revision: int


@dataclass(frozen=True)
class LineRow:
    """One line of a version; wall times in the version's zone."""

    id: int
    version_id: int
    key: str
    appointment_id: int
    person_id: int
    weekday: int
    starts: time
    ends: time
    parity: Parity
    form: Form
    kind: Kind
    purpose: Purpose
    audience: Audience
    subject_id: int | None
    valid_from: date | None
    valid_until: date | None
    revision: int
    group_ids: tuple[int, ...]

    @property
    def slot(self) -> Slot:
        """Give what the line says, without its place."""
        return Slot(**{name: getattr(self, name) for name in Slot.__dataclass_fields__})

    def recurrence(self, version: VersionRow) -> Recurrence:
        """Give when the line is held, inside its version's validity."""
        return Recurrence(
            weekday=self.weekday,
            starts=self.starts,
            ends=self.ends,
            parity=self.parity,
            since=max(self.valid_from or version.valid_from, version.valid_from),
            until=min(self.valid_until or version.valid_until, version.valid_until),
        )


@dataclass(frozen=True)
class PublicationRow:
    """One publication record (R21)."""

    version_id: int
    where: Where
    published_on: date
    person_id: int
    recorded_at: datetime


@dataclass(frozen=True)
class UncoveredRow:
    """A subject studied while a version is valid, and the days on which no current line is."""

    subject_id: int
    name: str
    gaps: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class _Worker:
    appointment_id: int
    person_id: int
    name: str
    position: str


_SLOT_FIELDS = tuple(name for name in PublicSlot.__dataclass_fields__ if name in Line.__table__.columns)
_VERSION: tuple[Any, ...] = tuple(getattr(Version, name) for name in VersionRow.__dataclass_fields__)
_LINE_FIELDS = tuple(name for name in LineRow.__dataclass_fields__ if name != "group_ids")


async def version(db: Db, version_id: int) -> VersionRow:
    """Give one version; raises NotFound."""
    row = (await db.execute(select(*_VERSION).where(Version.id == version_id))).one_or_none()
    if row is None:
        raise NotFound(subject="schedule_version", id=version_id)
    return VersionRow(*row)


async def versions(db: Db) -> list[VersionRow]:
    """Give every version, the newest first."""
    rows = await db.execute(select(*_VERSION).order_by(Version.valid_from.desc(), Version.id.desc()))
    return [VersionRow(*row) for row in rows]


async def lines(db: Db, version_id: int) -> list[LineRow]:
    """Give the lines of a version in the order in which they were added."""
    query = select(*(getattr(Line, name) for name in _LINE_FIELDS)).where(Line.version_id == version_id)
    groups = await _group_ids(db, version_id)
    rows = await db.execute(query.order_by(Line.id))
    return [LineRow(**row._asdict(), group_ids=tuple(groups.get(row.id, ()))) for row in rows]


async def employment(db: Db, version_id: int) -> list[tuple[LineRow, Tenure, datetime | None]]:
    """Give each line of a version with its appointment's tenure and the day its host left, if they have."""
    query = select(Line.id, Appointment.since, Appointment.until, Person.ended_at)
    query = query.join(Appointment, Appointment.id == Line.appointment_id)
    query = query.join(Person, Person.id == Line.person_id).where(Line.version_id == version_id)
    held = {
        line_id: (Tenure(since, until), ended_at)
        for line_id, since, until, ended_at in await db.execute(query)
    }
    return [(line, *held[line.id]) for line in await lines(db, version_id)]


async def uncovered(db: Db, version_id: int) -> list[UncoveredRow]:
    """Give the subjects whose period of study has no slot for some of its days (cl. 3.5), by name.

    Only days on which the version is valid count, and only lines of purpose `current`.
    """
    found = await version(db, version_id)
    covered = _lists(
        (line.subject_id, (line.recurrence(found).since, line.recurrence(found).until))
        for line in await lines(db, version_id)
        if line.subject_id is not None and line.purpose is Purpose.CURRENT
    )
    studied = select(Subject.id, Subject.name, Subject.since, Subject.until).where(
        Subject.since <= found.valid_until, Subject.until >= found.valid_from
    )
    rows = []
    for subject_id, name, since, until in await db.execute(studied.order_by(Subject.sort_key, Subject.id)):
        first, last = max(since, found.valid_from), min(until, found.valid_until)
        without = gaps(first, last, covered.get(subject_id, ()))
        if without:
            rows.append(UncoveredRow(subject_id, name, tuple(without)))
    return rows


async def publications(db: Db, version_id: int) -> list[PublicationRow]:
    """Give where a version was published, in order."""
    columns: tuple[Any, ...] = tuple(
        getattr(PublicationRecord, name) for name in PublicationRow.__dataclass_fields__
    )
    query = select(*columns).where(PublicationRecord.version_id == version_id)
    return [PublicationRow(*row) for row in await db.execute(query.order_by(PublicationRecord.id))]


async def lines_by_key(db: Db, key: str, on: date) -> list[int]:
    """Give the lines of approved versions that a public address names: that of the day's schedule first.

    The others follow, the newest first. None is given before one of the versions was published.
    """
    query = select(Line.id, Line.version_id, Version.published_at)
    query = query.join(Version, Version.id == Line.version_id)
    query = query.where(Line.key == storable(key), Version.approved_at.is_not(None))
    rows = (await db.execute(query.order_by(Version.approved_at.desc(), Version.id.desc()))).all()
    if not any(row.published_at for row in rows):
        return []
    shown = await in_effect(db, on)
    return [row.id for row in sorted(rows, key=lambda row: shown is None or row.version_id != shown.id)]


async def in_effect(db: Db, on: date) -> VersionRow | None:
    """Give the version that the public is to see on a day.

    Of the published ones that cover the day the latest approved, a superseded one until its successor begins;
    else the published one that begins next.
    """
    shown = select(*_VERSION).where(Version.published_at.is_not(None))
    covering = shown.where(Version.valid_from <= on, Version.valid_until >= on)
    coming = shown.where(Version.valid_from > on, Version.state == VersionState.PUBLISHED)
    for query in (
        covering.order_by(Version.approved_at.desc(), Version.id.desc()),
        coming.order_by(Version.valid_from, Version.id.desc()),
    ):
        row = (await db.execute(query.limit(1))).one_or_none()
        if row is not None:
            return VersionRow(*row)
    return None


async def public(db: Db, on: date) -> PublicSchedule | None:
    """Give the schedule of a day as the annex shows it, or None when none is published."""
    found = await in_effect(db, on)
    if found is None or found.order_number is None or found.order_date is None or found.published_at is None:
        return None
    rows = await _public_rows(db, found.id)
    return PublicSchedule(
        version_id=found.id,
        title=found.title,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        zone=found.zone,
        order_number=found.order_number,
        order_date=found.order_date,
        published_at=found.published_at,
        sections=(
            PublicSection(Category.PEDAGOGICAL, _numbered(rows[Category.PEDAGOGICAL])),
            PublicSection(Category.OTHER, _numbered(rows[Category.OTHER])),
        ),
    )


def planned(found: VersionRow, held: Sequence[LineRow], calendar: Calendar) -> list[Planned]:
    """Give everything that the lines of a version put into their hosts' time."""
    return [
        Planned(line.person_id, one.starts_at, one.ends_at, line.id)
        for line in held
        for one in expand(line.recurrence(found), calendar, found.zone)
    ]


async def _group_ids(db: Db, version_id: int) -> dict[int, list[int]]:
    query = select(LineGroup.line_id, LineGroup.group_id).join(Line, Line.id == LineGroup.line_id)
    query = query.where(Line.version_id == version_id).order_by(LineGroup.line_id, LineGroup.group_id)
    return _lists((line_id, group_id) for line_id, group_id in await db.execute(query))


async def _group_names(db: Db, version_id: int) -> dict[int, list[str]]:
    query = select(LineGroup.line_id, Group.name).join(Line, Line.id == LineGroup.line_id)
    query = query.join(Group, Group.id == LineGroup.group_id).where(Line.version_id == version_id)
    return _lists((line_id, name) for line_id, name in await db.execute(query.order_by(Group.sort_key)))


def _lists(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


async def _public_rows(db: Db, version_id: int) -> dict[Category, dict[_Worker, list[PublicSlot]]]:
    groups = await _group_names(db, version_id)
    query = (
        select(
            Line.id,
            *(getattr(Line, name) for name in _SLOT_FIELDS),
            Subject.name.label("subject"),
            Line.appointment_id,
            Line.person_id,
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Appointment.position,
            Appointment.category,
        )
        .join(Person, Person.id == Line.person_id)
        .join(Appointment, Appointment.id == Line.appointment_id)
        .outerjoin(Subject, Subject.id == Line.subject_id)
        .where(Line.version_id == version_id)
        .order_by(Person.sort_key, Person.id, Appointment.id, Line.weekday, Line.starts, Line.id)
    )
    rows: dict[Category, dict[_Worker, list[PublicSlot]]] = {category: {} for category in Category}
    for row in await db.execute(query):
        name = full_name(row.family_name, row.given_name, row.patronymic)
        worker = _Worker(row.appointment_id, row.person_id, name, row.position)
        slot = PublicSlot(
            line_id=row.id,
            subject=row.subject,
            group_names=tuple(groups.get(row.id, ())),
            **{field: getattr(row, field) for field in _SLOT_FIELDS},
        )
        rows[row.category].setdefault(worker, []).append(slot)
    return rows


def _numbered(workers: dict[_Worker, list[PublicSlot]]) -> tuple[PublicRow, ...]:
    return tuple(
        PublicRow(number, worker.person_id, worker.name, worker.position, tuple(slots))
        for number, (worker, slots) in enumerate(workers.items(), start=1)
    )
