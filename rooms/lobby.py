"""The door as its host sees it: let in one, let in all, refuse with a word, the next of a line (R43).

A group comes in by itself once the session has started, unless the host lets people in one by one. Where an
individual session is for several families they stand in a line: one conversation at a time, and a family
comes in together.
"""

from datetime import datetime

from rooms import admission, conversation, entry, views
from rooms.errors import Mismatch, Occupied, Unknown
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room
from school.db import Db
from school.seats import floor
from school.seats.queries import SeatRow
from school.sessions import actions as sessions
from school.sessions import queries as session_queries


async def admit(registry: Registry, room: Room, peer: Peer, person: int) -> None:
    """Let one in, in a line with the family. Raises NoRight, Unknown, Occupied (another family is in)."""
    peer.require("moderate")
    target, now = _waiting(room, person), registry.clock()
    async with room.changing, registry.database.begin() as db:
        if any(seat.family != target.family for seat in await conversation.seats(db, room)):
            raise Occupied
        seats = await _let_in(db, now, _with_family(room, target))
    _told(room, seats, now)


async def admit_all(registry: Registry, room: Room, peer: Peer) -> None:
    """Let everybody in who waits; in a line there is only the next. Raises NoRight, Mismatch."""
    peer.require("moderate")
    if admission.is_line(room.session):
        raise Mismatch(what="kind")
    now = registry.clock()
    async with room.changing, registry.database.begin() as db:
        seats = await _let_in(db, now, room.waiting())
    _told(room, seats, now)


async def refuse(registry: Registry, room: Room, peer: Peer, person: int, *, word: str) -> None:
    """Send one away from the door with a word; they may come again. Raises NoRight, Unknown."""
    peer.require("moderate")
    target, now = _waiting(room, person), registry.clock()
    async with room.changing, registry.database.begin() as db:
        await floor.turn_away(db, now, target.seat.id, by=peer.id, word=word)
    await entry.send_off(registry, room, target, views.Over("refused", cause=word or None), now)
    room.tell_waiting(now)


async def next_family(registry: Registry, room: Room, peer: Peer, person: int | None) -> None:
    """End the conversation that is going on and let the next family in: of this person, or the first in line.

    With nobody in the line the conversation just ends. What it had put up is put away with it.
    Raises NoRight, Unknown (also when a co-host has called the same family in meanwhile), Mismatch.
    """
    peer.require("moderate")
    if not admission.is_line(room.session):
        raise Mismatch(what="kind")
    line = room.waiting()
    target = (line[0] if line else None) if person is None else _waiting(room, person)
    now = registry.clock()
    async with conversation.changing(registry, room, now) as db:
        ended = await conversation.seats(db, room)
        if target is not None and any(seat.family == target.family for seat in ended):
            raise Unknown(id=target.id)
        for seat in ended:
            await floor.finish(db, seat.id)
        seats = [] if target is None else await _let_in(db, now, _with_family(room, target))
    for seat in ended:
        room.away.pop(seat.person_id, None)
        one = room.attached.get(seat.person_id)
        if one is not None:
            await entry.send_off(registry, room, one, views.Over("finished"), now)
    _told(room, seats, now)


async def one_by_one(registry: Registry, room: Room, peer: Peer, *, on: bool) -> None:
    """Say whether people wait to be let in. Raises NoRight."""
    peer.require("moderate")
    now = registry.clock()
    async with registry.database.begin() as db:
        await sessions.let_in_one_by_one(db, now, session_id=room.id, by=peer.id, on=on)
        session = await session_queries.session(db, room.id)
    room.renew(session, room.settings, now)


def _waiting(room: Room, person: int) -> Peer:
    target = room.attached.get(person)
    if target is None or target.door is None:
        raise Unknown(id=person)
    return target


def _with_family(room: Room, target: Peer) -> list[Peer]:
    if not admission.is_line(room.session):
        return [target]
    return [one for one in room.waiting() if one.family == target.family]


async def _let_in(db: Db, now: datetime, people: list[Peer]) -> list[tuple[Peer, SeatRow]]:
    return [(one, await floor.let_in(db, now, one.seat.id)) for one in people]


def _told(room: Room, seats: list[tuple[Peer, SeatRow]], now: datetime) -> None:
    for one, seat in seats:
        one.seat = seat
    room.tell_waiting(now)
