"""What a room that is opened (again) remembers of its people: kept places, and who was removed for good."""

from dataclasses import dataclass, field
from datetime import datetime

from rooms import views
from rooms.places import COMING_BACK, KeptPlace
from school.attendance import queries as attendance
from school.db import Db
from school.organisation.queries import OrganisationRow
from school.seats import queries as seat_queries
from school.sessions import queries as session_queries
from school.sessions.models import RoomRole
from school.sessions.queries import ExpectedRow


@dataclass
class Memory:
    """Both by person. `away` are those whose connection was lost a moment ago."""

    away: dict[int, KeptPlace] = field(default_factory=dict)
    removed: dict[int, views.Peer] = field(default_factory=dict)


async def load(db: Db, now: datetime, session_id: int, settings: OrganisationRow) -> Memory:
    """Read it: a server that was started again keeps the places of those who were in."""
    seats = await seat_queries.of_session(db, session_id)
    left = await attendance.left_since(db, session_id, now - COMING_BACK)
    away = {
        seat.person_id: KeptPlace(seat.let_in_at, left[seat.person_id] + COMING_BACK)
        for seat in seats
        if seat.person_id in left
        and seat.let_in_at is not None
        and seat.role is not RoomRole.HOST
        and not seat.co_host
        and not seat.is_barred
    }
    barred = {seat.person_id for seat in seats if seat.is_barred}
    expected = await session_queries.expected(db, session_id, settings.today(now), now) if barred else []
    return Memory(away, {row.person_id: _face(row) for row in expected if row.person_id in barred})


def _face(row: ExpectedRow) -> views.Peer:
    return views.Peer(
        id=row.person_id,
        name=row.name,
        role=row.role.value,
        relation=row.relation,
        child_name=row.child_name,
        group_name=row.group_name,
        publishing=(),
    )
