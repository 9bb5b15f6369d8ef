"""Taking a seat, and which of a person's devices holds it (R7, R48)."""

from datetime import datetime

from sqlalchemy import select, update

from school.audit.actions import record
from school.db import Db, insert_once
from school.errors import NotFound
from school.seats.models import Seat
from school.seats.queries import ROW, SeatRow
from school.sessions.models import RoomRole


async def take(
    db: Db, now: datetime, *, session_id: int, person_id: int, role: RoomRole, child_id: int | None
) -> SeatRow:
    """Give the person's one seat in the session, made now or found as it was left."""
    await insert_once(
        db,
        Seat,
        key=("session_id", "person_id"),
        returning="id",
        session_id=session_id,
        person_id=person_id,
        role=role,
        child_id=child_id,
        taken_at=now,
        tickets=0,
        ticket=0,
        may_return=True,
    )
    query = select(*ROW).where(Seat.session_id == session_id, Seat.person_id == person_id)
    return SeatRow(*(await db.execute(query)).one())


async def issue_ticket(db: Db, seat_id: int) -> int:
    """Count one more ticket for the seat and give its number; no number is given twice. Raises NotFound."""
    statement = update(Seat).where(Seat.id == seat_id).values(tickets=Seat.tickets + 1)
    number: int | None = await db.scalar(statement.returning(Seat.tickets))
    if number is None:
        raise NotFound(subject="seat", id=seat_id)
    return number


async def use_ticket(db: Db, seat_id: int, number: int) -> bool:
    """Let the holder of a ticket have the seat.

    False when a later device has taken it over, or when no such ticket was given out.
    """
    statement = update(Seat).where(Seat.id == seat_id, Seat.ticket <= number, Seat.tickets >= number)
    return await db.scalar(statement.values(ticket=number).returning(Seat.id)) is not None


async def remove(db: Db, now: datetime, *, seat_id: int, by: int, may_return: bool) -> bool:
    """Put a person out of the room; False when they were out already on the same terms. Audited."""
    in_since = Seat.let_in_at.is_not(None)
    statement = update(Seat).where(
        Seat.id == seat_id, Seat.removed_at.is_(None) | (Seat.may_return != may_return) | in_since
    )
    person_id = await db.scalar(
        statement.values(removed_at=now, may_return=may_return).returning(Seat.person_id)
    )
    if person_id is None:
        return False
    detail = {"person_id": person_id, "may_return": may_return}
    await record(
        db, now, actor_id=by, action="removed_from_room", subject="seat", subject_id=seat_id, detail=detail
    )
    return True


async def readmit(db: Db, now: datetime, *, seat_id: int, by: int) -> bool:
    """Let somebody return who was removed for good; False when they may already. Audited."""
    statement = update(Seat).where(Seat.id == seat_id, Seat.removed_at.is_not(None), ~Seat.may_return)
    person_id = await db.scalar(statement.values(may_return=True).returning(Seat.person_id))
    if person_id is None:
        return False
    await record(
        db,
        now,
        actor_id=by,
        action="readmitted_to_room",
        subject="seat",
        subject_id=seat_id,
        detail={"person_id": person_id},
    )
    return True
