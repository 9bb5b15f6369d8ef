"""What a seat remembers of the door and the floor (R43, R45); what changes somebody's rights is audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, null, update

from school.audit.actions import record
from school.audit.rules import Json
from school.db import INT64, Db, fetch
from school.errors import NotFound
from school.seats import queries
from school.seats.models import Seat
from school.seats.queries import ROW, SeatRow

_AT_REST: Final[Mapping[str, object]] = {
    "hand_since": None,
    "floor": False,
    "muted": False,
    "microphone_stopped": False,
    "camera_stopped": False,
}
_LETTING_IN = (
    update(Seat)
    .where(Seat.id == bindparam("seat", type_=INT64), Seat.let_in_at.is_(None))
    .values(let_in_at=bindparam("now"), waiting_since=null())
    .returning(*ROW)
)


async def queue(db: Db, now: datetime, seat_id: int) -> SeatRow:
    """Stand in the line at the door; who stands there already keeps the place."""
    return await _keep(db, seat_id, {"waiting_since": now}, Seat.waiting_since.is_(None))


async def let_in(db: Db, now: datetime, seat_id: int) -> SeatRow:
    """Note that the person is past the door; from then on nobody asks again when they come back."""
    for row in await fetch(db, _LETTING_IN, seat=seat_id, now=now):
        return SeatRow(*row)
    return await _found(db, seat_id)


async def turn_away(db: Db, now: datetime, seat_id: int, *, by: int, word: str) -> SeatRow:
    """Refuse somebody at the door; they may come again, at the end of the line. Audited."""
    row = await _keep(db, seat_id, {"waiting_since": None, "let_in_at": None})
    await _record(db, now, by, "refused_at_the_door", row, word=word)
    return row


async def finish(db: Db, seat_id: int) -> SeatRow:
    """End a conversation of an individual session: who comes again stands at the end of the line."""
    return await _keep(db, seat_id, {"waiting_since": None, "let_in_at": None, **_AT_REST})


async def raise_hand(db: Db, now: datetime, seat_id: int) -> SeatRow:
    """Raise a hand; one that is up already keeps its place in the queue."""
    return await _keep(db, seat_id, {"hand_since": now}, Seat.hand_since.is_(None))


async def lower_hand(db: Db, seat_id: int) -> SeatRow:
    """Lower a hand, if it is up."""
    return await _keep(db, seat_id, {"hand_since": None}, Seat.hand_since.is_not(None))


async def give_floor(db: Db, now: datetime, seat_id: int, *, by: int) -> SeatRow:
    """Give the floor, which answers the hand and lifts what was stopped. Audited."""
    row = await _keep(db, seat_id, {**_AT_REST, "floor": True})
    await _record(db, now, by, "floor_given", row)
    return row


async def take_floor(db: Db, now: datetime, seat_id: int, *, by: int) -> SeatRow:
    """Take the floor back. Audited."""
    row = await _keep(db, seat_id, {"floor": False})
    await _record(db, now, by, "floor_taken", row)
    return row


async def mute(db: Db, seat_id: int, *, muted: bool) -> SeatRow:
    """Note that a host has switched a microphone off, or that its owner has switched it on again."""
    return await _keep(db, seat_id, {"muted": muted}, Seat.muted != muted)


async def stop_microphone(db: Db, now: datetime, seat_id: int, *, by: int, stopped: bool) -> SeatRow:
    """Forbid a microphone until it is allowed again. Audited."""
    row = await _keep(db, seat_id, {"microphone_stopped": stopped})
    await _record(db, now, by, "microphone_stopped" if stopped else "microphone_allowed", row)
    return row


async def stop_camera(db: Db, now: datetime, seat_id: int, *, by: int, stopped: bool) -> SeatRow:
    """Forbid a camera and a shared screen until they are allowed again. Audited."""
    row = await _keep(db, seat_id, {"camera_stopped": stopped})
    await _record(db, now, by, "camera_stopped" if stopped else "camera_allowed", row)
    return row


async def make_co_host(db: Db, now: datetime, seat_id: int, *, by: int, co_host: bool) -> SeatRow:
    """Let somebody help to lead, or no longer. Audited."""
    values: dict[str, object] = {"co_host": co_host}
    row = await _keep(db, seat_id, {**values, **_AT_REST} if co_host else values)
    await _record(db, now, by, "co_host_made" if co_host else "co_host_withdrawn", row)
    return row


async def _keep(
    db: Db, seat_id: int, values: Mapping[str, object], *conditions: ColumnElement[bool]
) -> SeatRow:
    statement = update(Seat).where(Seat.id == seat_id, *conditions).values(**values).returning(*ROW)
    changed = (await db.execute(statement)).one_or_none()
    return await _found(db, seat_id) if changed is None else SeatRow(*changed)


async def _found(db: Db, seat_id: int) -> SeatRow:
    found = await queries.seat(db, seat_id)
    if found is None:
        raise NotFound(subject="seat", id=seat_id)
    return found


async def _record(db: Db, now: datetime, by: int, action: str, seat: SeatRow, **detail: str) -> None:
    told: dict[str, Json] = {"person_id": seat.person_id, "session_id": seat.session_id, **detail}
    await record(db, now, actor_id=by, action=action, subject="seat", subject_id=seat.id, detail=told)
