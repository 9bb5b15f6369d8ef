"""Consultation sessions: instants at which a line of the schedule, or a recorded deviation, is held."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, UtcDateTime, enum_column
from school.schedule.models import Audience, Form, Kind, Purpose


class TopicBasis(StrEnum):
    """What the worker chose the topic from (cl. 3.5)."""

    PERFORMANCE = "performance"
    STUDENT_REQUEST = "student_request"
    PARENT_REQUEST = "parent_request"


class Scope(StrEnum):
    """How much material a consultation covers (cl. 3.6)."""

    OVERVIEW = "overview"
    SINGLE_TOPIC = "single_topic"


class EndReason(StrEnum):
    """Why a session ended: its time ran out, or a person closed it."""

    TIME = "time"
    CLOSED = "closed"


class State(StrEnum):
    """What a session is at one moment; computed by `rules.state_of`, never stored."""

    PLANNED = "planned"
    OPEN = "open"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


class Session(Base):
    """One consultation. Either it comes from an approved line, or it says who added it and why (R19)."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("line_id", "planned_at"),
        CheckConstraint("starts_at < ends_at", name="times"),
        CheckConstraint(
            "line_id IS NOT NULL OR (one_off_by IS NOT NULL AND one_off_reason IS NOT NULL)", name="origin"
        ),
        CheckConstraint("purpose <> 'attestation' OR kind = 'group'", name="attestation_is_group"),
        CheckConstraint(
            "topic IS NULL OR (topic_basis IS NOT NULL AND scope IS NOT NULL AND topic_set_at IS NOT NULL)",
            name="topic_whole",
        ),
        Index(None, "host_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("schedule_line.id"))
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Start that the line (or the person who added it) gave; stays when the session is moved."""
    one_off_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    one_off_reason: Mapped[str | None] = mapped_column(String(500))
    kind: Mapped[Kind] = mapped_column(enum_column(Kind))
    form: Mapped[Form] = mapped_column(enum_column(Form))
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    audience: Mapped[Audience] = mapped_column(enum_column(Audience))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    responsible_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    topic: Mapped[str | None] = mapped_column(String(300))
    topic_basis: Mapped[TopicBasis | None] = mapped_column(enum_column(TopicBasis))
    scope: Mapped[Scope | None] = mapped_column(enum_column(Scope))
    topic_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("schedule_version.id"))
    """Version of the schedule whose approval took this session's place; it is then cancelled as well."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[EndReason | None] = mapped_column(enum_column(EndReason))


class SessionGroup(Base):
    """A group addressed by a group session."""

    __tablename__ = "session_group"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), primary_key=True, index=True)


class SessionAddressee(Base):
    """A person addressed by an individual session; `child_id` is set for a parent (R15)."""

    __tablename__ = "session_addressee"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
