"""Consultation sessions: instants at which a line of the schedule, or a recorded deviation, is held."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice
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


class RoomRole(StrEnum):
    """As whom a person takes part in a session. Nobody is expected as a co-host: one is made in the room."""

    HOST = "host"
    COHOST = "cohost"
    STUDENT = "student"
    PARENT = "parent"


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
    planned_at: Mapped[datetime]
    """Start that the line (or the person who added it) gave; stays when the session is moved."""
    one_off_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    one_off_reason: Mapped[str | None]
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    form: Mapped[Form] = mapped_column(choice(Form, "form"))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, "purpose"))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    responsible_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    topic: Mapped[str | None]
    topic_basis: Mapped[TopicBasis | None] = mapped_column(choice(TopicBasis, "topic_basis"))
    scope: Mapped[Scope | None] = mapped_column(choice(Scope, "scope"))
    topic_set_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    suppressed_at: Mapped[datetime | None]
    """When a change of the calendar took this day away; the session is then cancelled as well."""
    moved_at: Mapped[datetime | None]
    move_reason: Mapped[str | None]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("schedule_version.id"))
    """Version of the schedule whose approval took this session's place; it is then cancelled as well."""
    one_by_one: Mapped[bool] = mapped_column(server_default=false())
    """The host lets people in one by one; else they come in by themselves once it has started."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    end_reason: Mapped[EndReason | None] = mapped_column(choice(EndReason, "end_reason"))


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
