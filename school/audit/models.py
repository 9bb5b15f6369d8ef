"""The table of the audit; triggers of the migration refuse every UPDATE and DELETE on it."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class AuditRecord(Base):
    """One record. No foreign keys: it outlives whatever it speaks of."""

    __tablename__ = "audit_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int | None]
    detail: Mapped[str] = mapped_column(Text)  # canonical JSON, exactly as hashed
    previous_hash: Mapped[str] = mapped_column(unique=True)  # two records never follow the same one
    hash: Mapped[str] = mapped_column(unique=True)
