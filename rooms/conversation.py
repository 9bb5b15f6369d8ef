"""The conversation with one family of a line: who is in it, and that nothing is left when it ends (R15)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from rooms import admission, toolbox
from rooms.registry import Registry
from rooms.room import Room
from school.db import Db
from school.seats import queries as seat_queries
from school.seats.queries import SeatRow
from school.sessions.models import RoomRole


async def seats(db: Db, room: Room) -> list[SeatRow]:
    """Who has been let in from the line, connected at the moment or not; without a line there is nobody."""
    if not admission.is_line(room.session):
        return []
    return [
        seat
        for seat in await seat_queries.of_session(db, room.id)
        if seat.let_in_at is not None and seat.role is not RoomRole.HOST and not seat.co_host
    ]


@asynccontextmanager
async def changing(registry: Registry, room: Room, now: datetime) -> AsyncIterator[Db]:
    """Change in one transaction who is in; when nobody of the family is left, the tools are put away with it.

    What the host puts up between two conversations is kept for the next one.
    """
    async with room.changing, room.tools.standing_still():
        async with registry.database.begin() as db:
            before = {seat.family for seat in await seats(db, room)}
            yield db
            ended = bool(before) and before.isdisjoint({seat.family for seat in await seats(db, room)})
            if ended:
                await toolbox.put_away(db, now, room.id)
        if ended:
            room.tools.put_away()
