"""Consultation schedule: its versions, their lines, where they were published (cl. 3.4)."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class Kind(StrEnum):
    """Kind of live help (cl. 3.2). Deferred interaction has no line in a schedule."""

    GROUP = "group"
    INDIVIDUAL = "individual"


class Form(StrEnum):
    """Form of a live consultation (cl. 3.2)."""

    WEBINAR = "webinar"
    VIDEOCONFERENCE = "videoconference"
    CHAT = "chat"


class Purpose(StrEnum):
    """Current consultations (cl. 3.5) or preparation for interim attestation (cl. 3.7)."""

    CURRENT = "current"
    ATTESTATION = "attestation"


class Audience(StrEnum):
    """Who of the addressed families is invited."""

    STUDENTS = "students"
    PARENTS = "parents"
    BOTH = "both"


class Parity(StrEnum):
    """Weeks in which a line is held."""

    EVERY = "every"
    EVEN = "even"
    ODD = "odd"


class VersionState(StrEnum):
    """Where a version of the schedule stands. Only a draft may change its lines."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Where(StrEnum):
    """Place of a publication (cl. 3.4)."""

    OFFICIAL_SITE = "official_site"
    NOTICE_BOARD = "notice_board"


class Version(Base):
    """One version of the schedule; from approval on the database itself refuses to change it."""

    __tablename__ = "schedule_version"
    __table_args__ = (CheckConstraint("valid_from <= valid_until", name="validity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[VersionState] = mapped_column(choice(VersionState, "state"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    zone: Mapped[str]
    remark: Mapped[str | None]
    order_number: Mapped[str | None]
    order_date: Mapped[date | None]
    drafted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    superseded_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default="1")  # grows with each change of the draft itself


class Line(Base):
    """One slot of a worker. `starts` and `ends` are wall times in the version's zone."""

    __tablename__ = "schedule_line"
    __table_args__ = (
        UniqueConstraint("key", "version_id"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("starts < ends", name="times"),
        CheckConstraint("purpose <> 'attestation' OR kind = 'group'", name="attestation_is_group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("schedule_version.id"), index=True)
    key: Mapped[str]  # of its public address: a copy in a later version keeps it
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    parity: Mapped[Parity] = mapped_column(choice(Parity, "parity"))
    form: Mapped[Form] = mapped_column(choice(Form, "form"))
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    revision: Mapped[int] = mapped_column(server_default="1")  # grows with each change of the line


class LineGroup(Base):
    """A group addressed by a line of kind `group`."""

    __tablename__ = "schedule_line_group"

    line_id: Mapped[int] = mapped_column(ForeignKey("schedule_line.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True, index=True)


class PublicationRecord(Base):
    """Where and when a version was made public, and by whom (R21)."""

    __tablename__ = "publication_record"
    __table_args__ = (UniqueConstraint("version_id", "where"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("schedule_version.id"))
    where: Mapped[Where] = mapped_column(choice(Where, "where"))
    published_on: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
