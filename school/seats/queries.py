"""Reading seats."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from school.db import Db
from school.seats.models import Seat
from school.sessions.models import RoomRole


@dataclass(frozen=True)
class SeatRow:
    """One seat; `ticket` is the number that holds it now, `tickets` the last one given out."""

    id: int
    session_id: int
    person_id: int
    role: RoomRole
    child_id: int | None
    taken_at: datetime
    tickets: int
    ticket: int
    removed_at: datetime | None
    may_return: bool
    waiting_since: datetime | None
    let_in_at: datetime | None
    hand_since: datetime | None
    floor: bool
    muted: bool
    microphone_stopped: bool
    camera_stopped: bool
    co_host: bool

    @property
    def family(self) -> int:
        """The child on whose account somebody comes; a student comes on their own."""
        return self.child_id or self.person_id

    @property
    def is_barred(self) -> bool:
        """Whether a host removed the person without return."""
        return self.removed_at is not None and not self.may_return


ROW: tuple[Any, ...] = tuple(getattr(Seat, name) for name in SeatRow.__dataclass_fields__)


async def seat(db: Db, seat_id: int) -> SeatRow | None:
    """Give a seat, or None."""
    row = (await db.execute(select(*ROW).where(Seat.id == seat_id))).one_or_none()
    return None if row is None else SeatRow(*row)


async def of_person(db: Db, session_id: int, person_id: int) -> SeatRow | None:
    """Give the person's seat in the session, or None when they have never been in."""
    query = select(*ROW).where(Seat.session_id == session_id, Seat.person_id == person_id)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else SeatRow(*row)


async def of_session(db: Db, session_id: int) -> list[SeatRow]:
    """Give every seat of a session in the order in which they were taken."""
    query = select(*ROW).where(Seat.session_id == session_id).order_by(Seat.id)
    return [SeatRow(*row) for row in await db.execute(query)]
