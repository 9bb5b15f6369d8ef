"""The chat of a consultation as its page keeps it, for those who were to be there (R46)."""

from dataclasses import dataclass
from datetime import datetime

from rooms import admission
from rooms.admission import Admission, Outcome
from school.attendance import queries as attendance
from school.attendance.rules import Interval
from school.conversation import queries as conversation
from school.conversation.queries import MessageRow
from school.db import Db
from school.seats import queries as seat_queries
from school.sessions.models import RoomRole

PAGE = 200
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


async def reader(db: Db, found: Admission) -> Reader | None:
    """For whom the consultation was, by their sign-in: None for anybody else, and for who was removed."""
    claim, session = found.facts.claim, found.facts.session
    if session is None or claim is None or found.outcome not in _READERS or found.facts.barred:
        return None
    if claim.role is RoomRole.HOST or not admission.is_line(session):
        return Reader(session.id, None)
    family = claim.child_id or claim.person_id
    stays = await attendance.stays(db, session.id)
    seats = await seat_queries.of_session(db, session.id)
    own = [stay for seat in seats if seat.family == family for stay in stays.get(seat.person_id, [])]
    return Reader(session.id, own)


async def may_read(db: Db, session_id: int, person_id: int, now: datetime) -> bool:
    """Say whether `reader` gives one."""
    found = await admission.of_person(db, now, session_id=session_id, person_id=person_id)
    return await reader(db, found) is not None
