"""Who was in a session, as the server saw it, and what its host confirmed (R57)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice
from school.sessions.models import RoomRole


class Presence(Base):
    """One stay of one connection, from `joined_at` to `left_at`, or to `seen_at` while it lasts."""

    __tablename__ = "presence"
    __table_args__ = (
        CheckConstraint("joined_at <= seen_at", name="seen"),
        Index(None, "session_id", "person_id"),
        Index(
            "ix_presence_open",
            "seen_at",
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[RoomRole] = mapped_column(choice(RoomRole, "role"))
    child_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    joined_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Mark(Base):
    """What the host confirmed or, with a reason, corrected."""

    __tablename__ = "attendance_mark"
    __table_args__ = (CheckConstraint("minutes >= 0", name="minutes"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    attended: Mapped[bool]
    minutes: Mapped[int]
    reason: Mapped[str | None]
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
