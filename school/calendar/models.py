"""Tables of the calendar; the anchor of week parity is a setting of the organisation."""

import datetime as dt

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base


class Term(Base):
    """A quarter or a semester; both days belong to it."""

    __tablename__ = "term"
    __table_args__ = (CheckConstraint("until >= since", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    since: Mapped[dt.date] = mapped_column(unique=True)
    until: Mapped[dt.date]


class SchoolBreak(Base):
    """A time without lessons; both days belong to it."""

    __tablename__ = "school_break"
    __table_args__ = (CheckConstraint("until >= since", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    since: Mapped[dt.date] = mapped_column(unique=True)
    until: Mapped[dt.date]


class Holiday(Base):
    """A day off for everybody."""

    __tablename__ = "holiday"

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    name: Mapped[str]


class Transfer(Base):
    """A day taught as another weekday; it stands above holidays and breaks."""

    __tablename__ = "transfer"
    __table_args__ = (CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),)

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)  # 1 is Monday
