"""Tables of study."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class SubjectType(StrEnum):
    """What the programme calls a subject: предмет, курс, дисциплина, модуль."""

    SUBJECT = "subject"
    COURSE = "course"
    DISCIPLINE = "discipline"
    MODULE = "module"


class Programme(Base):
    """An educational programme."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    sort_key: Mapped[str]


class Subject(Base):
    """A subject of a programme and the period in which it is studied; both days belong to it."""

    __tablename__ = "subject"
    __table_args__ = (
        UniqueConstraint("programme_id", "name", "since"),
        CheckConstraint("until >= since", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    subject_type: Mapped[SubjectType] = mapped_column(choice(SubjectType, "subject_type"))
    since: Mapped[date]
    until: Mapped[date]
