"""Somebody's consultations in a stretch of time: their own, and those of their children."""

from dataclasses import dataclass
from datetime import date, datetime

from school.attendance import queries as attendance
from school.db import Db
from school.errors import NotFound
from school.people.queries import ChildRow
from school.people.rules import Capability, Viewer, can
from school.sessions import queries as sessions
from school.sessions.models import RoomRole
from school.sessions.queries import DayRow
from web import history
from web.consultation import Consultation

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Card:
    """One consultation in somebody's day. `child` is for whom a parent comes, or whose day it is."""

    consultation: Consultation
    role: RoomRole
    child: str | None = None
    invited: bool = True


async def rows(
    db: Db,
    who: Viewer,
    children: list[ChildRow],
    chosen: ChildRow | None,
    window: Window,
    school_day: date,
    now: datetime,
    *,
    moved_away: bool = False,
) -> list[tuple[DayRow, bool]]:
    """What the person comes to, and each child shown; the flag says whether they themselves are invited.

    With `moved_away`: what was to be then and was moved.
    """
    own = await sessions.of_day(db, who.person_id, *window, today=school_day, now=now, moved_away=moved_away)
    if chosen is not None:
        own = [row for row in own if row.child_id in (None, chosen.person_id)]
    found = [(row, True) for row in own]
    met = {(row.session.id, row.child_id) for row in own}
    for child in [chosen] if chosen else children:
        theirs = await sessions.of_day(
            db, child.person_id, *window, today=school_day, now=now, moved_away=moved_away
        )
        for row in theirs:
            if (row.session.id, child.person_id) not in met:
                found.append((DayRow(row.session, row.role, child.person_id, child.name), False))
    return sorted(found, key=by_start)


def by_start(one: tuple[DayRow, bool]) -> tuple[datetime, int]:
    """The order of a day."""
    return one[0].session.starts_at, one[0].session.id


async def past(
    db: Db,
    who: Viewer,
    chosen: ChildRow | None,
    window: Window,
    known: list[tuple[DayRow, bool]],
    now: datetime,
) -> list[tuple[DayRow, bool]]:
    """What is over and the person was in, though today it would be for others: last year's class, say."""
    met = {row.session.id for row, _ in known}
    return [
        (row, True)
        for row in await attendance.past(db, who.person_id, *window)
        if row.session.id not in met
        and (chosen is None or row.child_id in (None, chosen.person_id))
        and await history.is_still(db, who.person_id, row.role, row.child_id, now)
    ]


def sees_all(who: Viewer) -> bool:
    """Whether somebody is shown everybody's consultations, not their own alone."""
    return can(who.roles, Capability.READ_ATTENDANCE) or can(who.roles, Capability.DRAFT_SCHEDULE)


def chosen_child(children: list[ChildRow], wanted: str | None) -> ChildRow | None:
    """The child that the switch names; all of them without it. Raises NotFound for anybody else's child."""
    if not wanted:
        return None
    for child in children:
        if str(child.person_id) == wanted:
            return child
    raise NotFound(subject="child")
