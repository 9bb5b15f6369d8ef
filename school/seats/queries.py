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

    @property
    def is_barred(self) -> bool:
        """Whether a host removed the person without return."""
        return self.removed_at is not None and not self.may_return


ROW: tuple[Any, ...] = (
    Seat.id,
    Seat.session_id,
    Seat.person_id,
    Seat.role,
    Seat.child_id,
    Seat.taken_at,
    Seat.tickets,
    Seat.ticket,
    Seat.removed_at,
    Seat.may_return,
)


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
