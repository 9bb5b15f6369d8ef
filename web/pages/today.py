"""What a person came for: consultations of today, the next ones, and those to be confirmed."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from aiohttp import web

from school.attestation import queries as attestation
from school.db import Db
from school.organisation import queries as organisation
from school.organisation.queries import OrganisationRow
from school.people import queries as people
from school.people.rules import WORKER_ROLES, Capability, Viewer, can
from school.sessions import queries as sessions
from school.sessions.models import RoomRole
from school.sessions.queries import DayRow, SessionRow
from web import first_steps
from web.access import Route, capability
from web.agenda import Card, chosen_child
from web.agenda import rows as agenda_rows
from web.consultation import describe
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import page, viewer
from web.when import Times

_LOOK_BACK = timedelta(days=7)
_LOOK_AHEAD = timedelta(days=14)
_MOST_NEXT = 5
_MOST_EARLIER = 8


@dataclass(frozen=True, slots=True)
class Agenda:
    """A person's consultations around today, each list by start."""

    today: list[Card]
    later: list[Card]
    earlier: list[Card]


async def today(request: web.Request) -> web.Response:
    who, reader = viewer(request), request[READER]
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        children = await people.children(db, who.person_id, settings.today(reader.when.now))
        chosen = chosen_child(children, request.query.get("child"))
        since, until = _day(reader.when)
        window = (since - _LOOK_BACK, until + _LOOK_AHEAD)
        rows = await agenda_rows(db, who, children, chosen, window, settings.today(reader.when.now))
        path = await first_steps.path(db, settings.today(reader.when.now)) if _sets_up(who) else None
        school = await sessions.between(db, since, until) if _sees_all(who) else []
        due = await _unexplained(db, who)
    return page(
        request,
        "today/page.html",
        agenda=_agenda(rows, reader, settings),
        children=children,
        chosen=chosen,
        is_worker=bool(who.roles & WORKER_ROLES),
        path=path,
        sees_all=_sees_all(who),
        may_open=can(who.roles, Capability.READ_ATTENDANCE),
        may_watch=can(who.roles, Capability.WATCH_LIVE),
        school=[describe(row, reader, settings) for row in school],
        unexplained=[describe(row, reader, settings) for row in due],
    )


def _agenda(rows: list[tuple[DayRow, bool]], reader: Reader, settings: OrganisationRow) -> Agenda:
    since, until = _day(reader.when)
    agenda = Agenda([], [], [])
    for row, invited in rows:
        card = Card(describe(row.session, reader, settings), row.role, row.child_name, invited)
        if row.session.starts_at >= until:
            agenda.later.append(card)
        elif row.session.starts_at >= since or not card.consultation.is_settled:
            agenda.today.append(card)
        elif row.role is RoomRole.HOST and row.session.cancelled_at is None:
            agenda.earlier.insert(0, card)
    return Agenda(agenda.today, agenda.later[:_MOST_NEXT], agenda.earlier[:_MOST_EARLIER])


async def _unexplained(db: Db, who: Viewer) -> list[SessionRow]:
    """The worker's own consultations whose checklist still wants a reason (R31)."""
    if not who.roles & WORKER_ROLES:
        return []
    due = await attestation.unexplained(db, who.person_id)
    return await sessions.for_doorman(db, due) if due else []


def _sets_up(who: Viewer) -> bool:
    return can(who.roles, Capability.MANAGE_SETTINGS)


def _sees_all(who: Viewer) -> bool:
    wanted = (Capability.READ_ATTENDANCE, Capability.DRAFT_SCHEDULE)
    return any(can(who.roles, needed) for needed in wanted)


def _day(when: Times) -> tuple[datetime, datetime]:
    """The reader's calendar day as instants; its length follows the zone's own changes of time."""
    first = datetime.combine(when.today, time.min, tzinfo=when.own)
    last = datetime.combine(when.today + timedelta(days=1), time.min, tzinfo=when.own)
    return first.astimezone(UTC), last.astimezone(UTC)


ROUTES = (Route("today", "GET", "/today", today, capability(Capability.SEE_OWN_DAY)),)
