"""Tables of quick polls."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class PollKind(StrEnum):
    """What an answer is: words, one of the options, some of them, yes or no."""

    OPEN = "open"
    SINGLE = "single"
    MULTIPLE = "multiple"
    YES_NO = "yes_no"


class Poll(Base):
    """One question; `options` is empty unless the kind has options. `shown`: everybody sees the results.

    Nobody in the room sees one that was put away.
    """

    __tablename__ = "poll"
    __table_args__ = (Index(None, "session_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    kind: Mapped[PollKind] = mapped_column(choice(PollKind, "kind"))
    question: Mapped[str]
    options: Mapped[list[str]] = mapped_column(JSON)
    shown: Mapped[bool]
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    put_away_at: Mapped[datetime | None]


class PollAnswer(Base):
    """One person's answer: numbers of options from 0 (yes is 0, no is 1), or words."""

    __tablename__ = "poll_answer"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    choices: Mapped[list[int]] = mapped_column(JSON)
    text: Mapped[str]
    answered_at: Mapped[datetime]
