"""Seats: what a room remembers of one person, whatever happens to sockets and processes (R48)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice
from school.sessions.models import RoomRole


class Seat(Base):
    """One per person and session. `tickets` counts tickets given out, `ticket` is the one that holds it."""

    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[RoomRole] = mapped_column(choice(RoomRole, "role"))
    child_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    tickets: Mapped[int]
    ticket: Mapped[int]
    removed_at: Mapped[datetime | None]
    may_return: Mapped[bool]
    waiting_since: Mapped[datetime | None]  # the place in the line at the door
    let_in_at: Mapped[datetime | None]  # past the door, by the host or because nobody had to be asked
    hand_since: Mapped[datetime | None]
    floor: Mapped[bool] = mapped_column(server_default=false())
    muted: Mapped[bool] = mapped_column(server_default=false())  # until the person speaks again
    microphone_stopped: Mapped[bool] = mapped_column(server_default=false())  # until a host allows it again
    camera_stopped: Mapped[bool] = mapped_column(server_default=false())
    co_host: Mapped[bool] = mapped_column(server_default=false())
