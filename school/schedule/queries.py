"""Reading the schedule; `public` gives exactly the table of the order's annex (R22)."""

from dataclasses import dataclass
from datetime import date, datetime, time

from school.people.models import Category
from school.schedule.models import Audience, Form, Kind, Parity, Purpose, VersionState, Where


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
    group_ids: tuple[int, ...]


@dataclass(frozen=True)
class PublicationRow:
    """One publication record (R21)."""

    version_id: int
    where: Where
    published_on: date
    person_id: int
    recorded_at: datetime
