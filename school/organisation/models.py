"""Tables of the organisation."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class StudentTerm(StrEnum):
    """What students are called: pupils of a school, or listeners of adult education."""

    STUDENT = "обучающийся"
    LISTENER = "слушатель"


class Organisation(Base):
    """The one row of settings."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    short_name: Mapped[str]
    zone: Mapped[str]  # IANA name, such as Asia/Yekaterinburg
    locale: Mapped[str]
    student_term: Mapped[StudentTerm] = mapped_column(choice(StudentTerm, "student_term"))
    lobby_minutes: Mapped[int]  # the room opens this long before the start
    grace_minutes: Mapped[int]  # ... and closes this long after the end
    warning_minutes: Mapped[int]  # ... and says so this long before the end
    require_sign_in: Mapped[bool]  # a personal link alone is not enough
    # People to whom a room of this form gives everything; the next ones get less (rooms.places).
    webinar_places: Mapped[int] = mapped_column(server_default="100")
    videoconference_places: Mapped[int] = mapped_column(server_default="15")
    chat_places: Mapped[int] = mapped_column(server_default="200")
    parity_anchor: Mapped[dt.date | None]  # a day of an odd week; None: weeks have no parity


class LocalAct(Base):
    """An order of the organisation under which help at a distance is given (cl. 1)."""

    __tablename__ = "local_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
    date: Mapped[dt.date]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text)  # may be empty when there is a file
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    in_force_since: Mapped[dt.date]
    in_force_until: Mapped[dt.date | None]  # the last day
    added_at: Mapped[dt.datetime]
