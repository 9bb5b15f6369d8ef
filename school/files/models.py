"""The table of stored files."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class StoredFile(Base):
    """One file; it never changes. The bytes stand last, so that SQLite reads the rest without them."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size > 0", name="not_empty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_by: Mapped[int | None]
    stored_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)
