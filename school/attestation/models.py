"""Tables of the attestation checklist."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class ChecklistItem(StrEnum):
    """The three items of cl. 3.8, in its order."""

    BRIEFING = "briefing"  # on the procedure and the rules of formatting
    HARDEST_TASKS = "hardest_tasks"  # algorithms of the hardest ones
    GRADING_CRITERIA = "grading_criteria"


class ChecklistTick(Base):
    """An item that was gone through, and when."""

    __tablename__ = "checklist_tick"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    item: Mapped[ChecklistItem] = mapped_column(choice(ChecklistItem, "item"), primary_key=True)
    ticked_at: Mapped[datetime]
    ticked_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class ChecklistOmission(Base):
    """Why a session was closed although items were left out (R31)."""

    __tablename__ = "checklist_omission"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), primary_key=True)
    reason: Mapped[str]
    omitted_at: Mapped[datetime]
    omitted_by: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
