"""What a person came for: consultations of today, the next ones, and those to be confirmed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from aiohttp import web

from school.attestation import queries as attestation
from school.db import Db
from school.organisation import queries as organisation
from school.organisation.queries import OrganisationRow
from school.people import queries as people
from school.people.queries import ChildRow
from school.people.rules import WORKER_ROLES, Capability, Viewer, can
from school.sessions import queries as sessions
from school.sessions.models import RoomRole, State
from school.sessions.queries import DayRow, SessionRow
from school.sessions.rules import state_of
from web import first_steps
from web.access import Route, capability
from web.agenda import Card, chosen_child, sees_all
from web.agenda import rows as agenda_rows
from web.consultation import describe
from web.keys import DATABASE, READER, SHELF
from web.reader import Reader
from web.reply import page, viewer
from web.when import Times, midnight

_LOOK_BACK = timedelta(days=7)
_LOOK_AHEAD = timedelta(days=14)
_GOES_ON = (State.PLANNED, State.OPEN, State.RUNNING)
_MOST_NEXT = 5
_MOST_EARLIER = 8


Own: TypeAlias = tuple[DayRow, bool]  # what somebody comes to, and whether they themselves are invited


@dataclass(frozen=True, slots=True)
class Agenda:
    """A person's consultations around today, each list by start."""

    today: list[Card]
    later: list[Card]
    earlier: list[Card]


async def today(request: web.Request) -> web.Response:
    who, reader = viewer(request), request[READER]
    async with request.app[DATABASE].read() as db:
        settings = reader.organisation or await organisation.settings(db)
        since, until = _day(reader.when)
        children, chosen, rows = await _own(request, db, settings.today(reader.when.now))
        path = await first_steps.path(db, settings.today(reader.when.now)) if _sets_up(who) else None
        school = await sessions.between(db, since, until) if sees_all(who) else []
        due = await _unexplained(db, who)
    return page(
        request,
        "today/page.html",
        agenda=_agenda(rows, reader, settings),
        children=children,
        chosen=chosen,
        is_worker=bool(who.roles & WORKER_ROLES),
        path=path,
        sees_all=sees_all(who),
        may_open=can(who.roles, Capability.READ_ATTENDANCE),
        may_watch=can(who.roles, Capability.WATCH_LIVE),
        school=[describe(row, reader, settings) for row in school],
        unexplained=[describe(row, reader, settings) for row in due],
    )


async def _own(
    request: web.Request, db: Db, school_day: date
) -> tuple[list[ChildRow], ChildRow | None, list[Own]]:
    """The reader's children, the one that is chosen, and what they come to: kept while nothing changes."""
    who, (since, until), shelf = viewer(request), _day(request[READER].when), request.app[SHELF]
    wanted, edition = request.query.get("child"), shelf.edition
    key = ("today", who.person_id, wanted, since, school_day)
    kept: tuple[list[ChildRow], ChildRow | None, list[Own]] | None = shelf.get(key)
    if kept is not None:
        return kept
    children = await people.children(db, who.person_id, school_day)
    chosen = chosen_child(children, wanted)
    window = (since - _LOOK_BACK, until + _LOOK_AHEAD)
    now = request[READER].when.now
    found = (children, chosen, await agenda_rows(db, who, children, chosen, window, school_day, now))
    shelf.put(key, found, edition)
    return found


def _agenda(rows: list[Own], reader: Reader, settings: OrganisationRow) -> Agenda:
    since, until = _day(reader.when)
    today, later, earlier = (
        list[Own](),
        list[Own](),
        list[Own](),
    )
    for row, invited in rows:
        if row.session.starts_at >= until:
            later.append((row, invited))
        elif row.session.starts_at >= since or state_of(row.session, settings, reader.when.now) in _GOES_ON:
            today.append((row, invited))
        elif row.role is RoomRole.HOST and row.session.cancelled_at is None:
            earlier.append((row, invited))

    def cards(chosen: list[Own]) -> list[Card]:
        return [
            Card(describe(row.session, reader, settings), row.role, row.child_name, invited)
            for row, invited in chosen
        ]

    return Agenda(cards(today), cards(later[:_MOST_NEXT]), cards(earlier[-_MOST_EARLIER:][::-1]))


async def _unexplained(db: Db, who: Viewer) -> list[SessionRow]:
    """The worker's own consultations whose checklist still wants a reason (R31)."""
    if not who.roles & WORKER_ROLES:
        return []
    due = await attestation.unexplained(db, who.person_id)
    return await sessions.several(db, due) if due else []


def _sets_up(who: Viewer) -> bool:
    return can(who.roles, Capability.MANAGE_SETTINGS)


def _day(when: Times) -> tuple[datetime, datetime]:
    """The reader's calendar day as instants; its length follows the zone's own changes of time."""
    return midnight(when.today, when.own), midnight(when.today + timedelta(days=1), when.own)


ROUTES = (Route("today", "GET", "/today", today, capability(Capability.SEE_OWN_DAY)),)
