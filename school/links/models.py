"""Personal join links: one names one person and one session (R7)."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class Link(Base):
    """The token is computed from `id` and `generation` and is never stored."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    generation: Mapped[int]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
