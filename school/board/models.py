"""The table of strokes."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class BoardStroke(Base):
    """One line of a pen: x and y in turn, in ten-thousandths of the board's width. Erased ones stay here."""

    __tablename__ = "board_stroke"
    __table_args__ = (
        UniqueConstraint("session_id", "author_id", "client_id"),
        Index(None, "session_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    client_id: Mapped[str]
    colour: Mapped[str]
    width: Mapped[int]
    points: Mapped[list[int]] = mapped_column(JSON)
    drawn_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
