"""The chat of a consultation as its page keeps it, for those who were to be there or were (R46)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rooms import admission
from rooms.admission import Admission, Outcome
from school.attendance import queries as attendance
from school.attendance.rules import Interval
from school.conversation import queries as conversation
from school.conversation.queries import MessageRow
from school.db import Db
from school.organisation import queries as organisation
from school.people import queries as people
from school.schedule.models import Kind
from school.seats import queries as seat_queries
from school.seats.queries import SeatRow
from school.sessions.models import RoomRole
from school.sessions.queries import SessionRow
from school.sessions.rules import is_over

PAGE = 200
_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)  # who comes late reads what was said before
# Of a person who would come in, or could until the consultation was over or cancelled.
_READERS = admission.ENTERING | {Outcome.OVER, Outcome.CANCELLED}


@dataclass(frozen=True, slots=True)
class History:
    """Up to PAGE messages, oldest first; `more` is the last one's id when others follow."""

    messages: tuple[MessageRow, ...]
    more: int | None


class Reader:
    """What one person may read of one session's chat: everything, or what was said within these stays."""

    def __init__(self, session_id: int, within: list[Interval] | None) -> None:
        self.session_id = session_id
        self._within = within

    def hears(self, said_at: datetime) -> bool:
        """In a line of families: what was said while one's own was in (R15)."""
        return self._within is None or any(stay.since <= said_at <= stay.until for stay in self._within)

    async def page(self, db: Db, after: int) -> History:
        rows = await conversation.after(db, self.session_id, after, PAGE)
        more = rows[-1].id if len(rows) == PAGE else None
        return History(tuple(row for row in rows if self.hears(row.sent_at)), more)


async def reader(db: Db, found: Admission, now: datetime) -> Reader | None:
    """For whom the consultation is, and who was inside; None for anybody else, and for who was removed."""
    claim, session, seat = found.facts.claim, found.facts.session, found.facts.seat
    if session is None or found.facts.barred:
        return None
    if claim is None or found.outcome not in _READERS:
        settled = session.cancelled_at is not None or is_over(session, found.facts.settings, now)
        return await _witness(db, session, seat, now) if settled and seat is not None else None
    if claim.role is RoomRole.HOST or not admission.is_line(session):
        return Reader(session.id, None)
    family = claim.child_id or claim.person_id
    stays = await attendance.stays(db, session.id)
    seats = await seat_queries.of_session(db, session.id)
    own = [stay for seat in seats if seat.family == family for stay in stays.get(seat.person_id, [])]
    return Reader(session.id, own)


async def _witness(db: Db, session: SessionRow, seat: SeatRow, now: datetime) -> Reader | None:
    """Whoever was inside and is not expected any more keeps what there was to read until they left.

    Not a host who works here no longer, nor a parent whose rights for that child have ended (R11, R12).
    """
    if not await is_still(db, seat.person_id, seat.role, seat.child_id, now):
        return None
    stays = (await attendance.stays(db, session.id)).get(seat.person_id)
    if not stays:
        return None
    if seat.role is RoomRole.HOST or session.kind is Kind.GROUP:
        stays = [Interval(_BEGINNING, stays[-1].until)]
    return Reader(session.id, stays)


async def is_still(db: Db, person_id: int, role: RoomRole, child_id: int | None, now: datetime) -> bool:
    """Say whether somebody is still what they once came as: a worker of the school, that child's parent."""
    today = (await organisation.settings(db)).today(now)
    if role is RoomRole.HOST:
        return await people.is_active_employee(db, person_id, today, now)
    return child_id is None or any(
        child.person_id == child_id for child in await people.children(db, person_id, today)
    )


async def may_read(db: Db, session_id: int, person_id: int, now: datetime) -> bool:
    """Say whether `reader` gives one."""
    found = await admission.of_person(db, now, session_id=session_id, person_id=person_id)
    return await reader(db, found, now) is not None
