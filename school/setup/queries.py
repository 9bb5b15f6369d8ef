"""Which parts of a first set-up are there."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from school.audit.models import AuditRecord
from school.calendar.models import SchoolBreak, Term
from school.db import Db
from school.organisation.queries import act_in_force
from school.people.models import Appointment, Membership, ParentLink
from school.schedule.models import Version, VersionState
from school.study.models import Subject

_PUBLISHED = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


@dataclass(frozen=True)
class Beginnings:
    """What there is: each is a fact of the database, none is a flag that somebody sets."""

    settings: bool
    act: bool
    calendar: bool
    subjects: bool
    appointments: bool
    groups: bool
    parents: bool
    schedule: bool


async def beginnings(db: Db, on: date) -> Beginnings:
    """Say what of a first set-up is there on a day, in two statements."""
    act = await act_in_force(db, on)
    published = exists(select(Version.id).where(Version.state.in_(_PUBLISHED)))
    # Settings that nobody has looked at are those that the first command made up.
    changed = exists(select(AuditRecord.id).where(AuditRecord.action == "settings_changed"))
    query = select(
        (changed | published).label("settings"),
        (exists(select(Term.id)) | exists(select(SchoolBreak.id))).label("calendar"),
        exists(select(Subject.id)).label("subjects"),
        exists(select(Appointment.id)).label("appointments"),
        exists(select(Membership.id)).label("groups"),
        exists(select(ParentLink.id)).label("parents"),
        published.label("schedule"),
    )
    facts = {name: bool(value) for name, value in (await db.execute(query)).mappings().one().items()}
    return Beginnings(act=act is not None, **facts)
