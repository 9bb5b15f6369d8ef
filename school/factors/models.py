"""Tables of the second factor."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class SecondFactor(Base):
    """A person's secret; `enabled_at` None: it was shown and no code has proved that a telephone has it."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str]
    enabled_at: Mapped[datetime | None]
    last_step: Mapped[int]  # of the code used last: none is taken twice


class RecoveryCode(Base):
    """A code for the day when the telephone is lost: taken once, kept as a hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]
