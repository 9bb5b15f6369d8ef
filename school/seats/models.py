"""Seats: what a room remembers of one person, whatever happens to sockets and processes (R48)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, UtcDateTime, enum_column


class SeatRole(StrEnum):
    """As whom a person sits in a session."""

    HOST = "host"
    COHOST = "cohost"
    STUDENT = "student"
    PARENT = "parent"


class Seat(Base):
    """One per person and session. `tickets` counts tickets given out, `ticket` is the one that holds it."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[SeatRole] = mapped_column(enum_column(SeatRole))
    child_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tickets: Mapped[int]
    ticket: Mapped[int]
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    may_return: Mapped[bool]
