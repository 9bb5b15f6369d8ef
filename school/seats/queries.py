"""Reading seats."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from school.db import INT64, Db, fetch
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
_ONE = select(*ROW).where(Seat.id == bindparam("seat", type_=INT64))
_OF_PERSON = select(*ROW).where(
    Seat.session_id == bindparam("session", type_=INT64), Seat.person_id == bindparam("person", type_=INT64)
)


async def seat(db: Db, seat_id: int) -> SeatRow | None:
    """Give a seat, or None."""
    for row in await fetch(db, _ONE, seat=seat_id):
        return SeatRow(*row)
    return None


async def of_person(db: Db, session_id: int, person_id: int) -> SeatRow | None:
    """Give the person's seat in the session, or None when they have never been in."""
    for row in await fetch(db, _OF_PERSON, session=session_id, person=person_id):
        return SeatRow(*row)
    return None


async def of_session(db: Db, session_id: int) -> list[SeatRow]:
    """Give every seat of a session in the order in which they were taken."""
    query = select(*ROW).where(Seat.session_id == session_id).order_by(Seat.id)
    return [SeatRow(*row) for row in await db.execute(query)]
