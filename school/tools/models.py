"""The table of what is put up in rooms."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class BoardFor(StrEnum):
    """Who draws on the whiteboard while it is up."""

    HOSTS = "hosts"
    EVERYBODY = "everybody"


class SessionTools(Base):
    """One row per session that ever had any of them. What has run out is told by the clock."""

    __tablename__ = "session_tools"
    __table_args__ = (CheckConstraint("slides_page > 0", name="page"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    timer_started_at: Mapped[datetime | None]
    timer_ends_at: Mapped[datetime | None]
    break_ends_at: Mapped[datetime | None]
    slides_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    slides_page: Mapped[int]
    board_for: Mapped[BoardFor | None] = mapped_column(choice(BoardFor, "board_for"))
