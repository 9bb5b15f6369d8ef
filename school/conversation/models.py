"""Chat kept with its session (R46)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class Message(Base):
    """One chat message. `client_id` is the browser's own, so that a resent message is stored once.

    It quotes the message `reply_to`, and carries the file `file_id`; then `body` may be empty.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("session_id", "author_id", "client_id"),
        Index(None, "session_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    client_id: Mapped[str]
    body: Mapped[str]
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    sent_at: Mapped[datetime]
    hidden_at: Mapped[datetime | None]
    hidden_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
