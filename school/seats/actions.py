"""Taking a seat, and which of a person's devices holds it (R7, R48)."""

from datetime import datetime

from sqlalchemy import bindparam, update

from school.audit.actions import record
from school.db import INT64, Db, fetch, inserting
from school.errors import NotFound
from school.seats import queries
from school.seats.models import Seat
from school.seats.queries import ROW, SeatRow
from school.sessions.models import RoomRole

_ID = bindparam("seat", type_=INT64)
_ISSUING = update(Seat).where(Seat.id == _ID).values(tickets=Seat.tickets + 1).returning(Seat.tickets)
_NUMBER = bindparam("number", type_=INT64)
_USING = (
    update(Seat)
    .where(Seat.id == _ID, Seat.ticket <= _NUMBER, Seat.tickets >= _NUMBER)
    .values(ticket=_NUMBER)
    .returning(Seat.id)
)


async def take(
    db: Db, now: datetime, *, session_id: int, person_id: int, role: RoomRole, child_id: int | None
) -> SeatRow:
    """Give the person's one seat in the session, made now or found as it was left."""
    statement = inserting(db, Seat).on_conflict_do_nothing(index_elements=("session_id", "person_id"))
    made = await fetch(
        db,
        statement.returning(*ROW),
        session_id=session_id,
        person_id=person_id,
        role=role,
        child_id=child_id,
        taken_at=now,
        tickets=0,
        ticket=0,
        may_return=True,
    )
    found = SeatRow(*made[0]) if made else await queries.of_person(db, session_id, person_id)
    if found is None:
        raise NotFound(subject="session", id=session_id)
    return found


async def issue_ticket(db: Db, seat_id: int) -> int:
    """Count one more ticket for the seat and give its number; no number is given twice. Raises NotFound."""
    for (number,) in await fetch(db, _ISSUING, seat=seat_id):
        return int(number)
    raise NotFound(subject="seat", id=seat_id)


async def use_ticket(db: Db, seat_id: int, number: int) -> bool:
    """Let the holder of a ticket have the seat.

    False when a later device has taken it over, or when no such ticket was given out.
    """
    return bool(await fetch(db, _USING, seat=seat_id, number=number))


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
