"""Chat kept with its session (R46)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, UtcDateTime

BODY_LIMIT = 4000


class Message(Base):
    """One chat message. `client_id` is the browser's own, so that a resent message is stored once."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("session_id", "author_id", "client_id"),
        Index(None, "session_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(String(BODY_LIMIT))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
