"""A week or a day of consultations: one's own, a child's, or everybody's, on both clocks (R37)."""

from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from school.calendar import queries as calendar
from school.calendar.rules import Calendar, works_on
from school.db import Db
from school.organisation import queries as organisation
from school.people import queries as people
from school.people.models import Role
from school.people.rules import WORKER_ROLES, Capability, Viewer, can
from school.sessions import queries as sessions
from school.sessions.models import RoomRole
from school.sessions.queries import DayRow
from web.access import Route, capability
from web.agenda import Card, Window, by_start, chosen_child, past, rows, sees_all
from web.consultation import describe
from web.fields import number
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import page, url, viewer
from web.when import midnight

_FIRST, _LAST = date(2000, 1, 3), date(2100, 1, 1)
_INVITED = WORKER_ROLES | {Role.STUDENT, Role.LEGAL_REPRESENTATIVE}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the reader's; `note` names the holiday or the break that it is, `gone` was moved away."""

    on: date
    note: str
    cards: tuple[Card, ...]
    gone: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for; `whose` is `own` or `all`."""

    on: date
    by_day: bool
    whose: str
    child: str
    host: int | None
    group: int | None

    @property
    def days(self) -> list[date]:
        if self.by_day:
            return [self.on]
        monday = self.on - timedelta(days=self.on.weekday())
        return [monday + timedelta(days=number) for number in range(7)]

    def query(self, on: date, *, by_day: bool | None = None) -> dict[str, str]:
        """The same for another day."""
        asked = {
            "date": on.isoformat(),
            "view": "day" if (self.by_day if by_day is None else by_day) else "",
            "whose": self.whose,
            "child": self.child,
            "host": str(self.host or ""),
            "group": str(self.group or ""),
        }
        return {name: value for name, value in asked.items() if value}


async def week(request: web.Request) -> web.Response:
    who, reader = viewer(request), request[READER]
    wish = _wish(request, reader, who)
    window = _window(wish.days, reader)
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        today = settings.today(reader.when.now)
        children = await people.children(db, who.person_id, today)
        chosen = chosen_child(children, wish.child)
        if wish.whose == "all":
            found = await _everybodys(db, wish, window)
            gone = await _everybodys(db, wish, window, moved_away=True)
            workers = await people.appointments(db, today)
            groups = await people.groups(db)
        else:
            found = await rows(db, who, children, chosen, window, today, reader.when.now)
            found += await past(db, who, chosen, window, found, reader.when.now)
            found.sort(key=by_start)
            gone = await rows(db, who, children, chosen, window, today, reader.when.now, moved_away=True)
            workers, groups = [], []
        days = await calendar.calendar(db)
    cards, left = (
        [
            Card(describe(row.session, reader, settings), row.role, row.child_name, invited)
            for row, invited in some
        ]
        for some in (found, gone)
    )
    return page(
        request,
        "week/page.html",
        wish=wish,
        days=[_day(on, cards, left, days, reader) for on in wish.days],
        empty=not cards and not left,
        children=children,
        chosen=chosen,
        workers=list({one.person_id: one.name for one in workers}.items()),
        groups=groups,
        switches=sees_all(who) and bool(who.roles & _INVITED),
        is_worker=bool(who.roles & WORKER_ROLES),
        may_open=sees_all(who),
        may_add=can(who.roles, Capability.CHANGE_SESSIONS),
        earlier=url(request, "week", **wish.query(_step(wish, -1))),
        later=url(request, "week", **wish.query(_step(wish, 1))),
        now_shown=reader.when.today in wish.days,
        here_today=url(request, "week", **wish.query(reader.when.today)),
        other_view=url(request, "week", **wish.query(wish.on, by_day=not wish.by_day)),
        of_day={on: url(request, "week", **wish.query(on, by_day=True)) for on in wish.days},
    )


async def _everybodys(
    db: Db, wish: Wish, window: Window, *, moved_away: bool = False
) -> list[tuple[DayRow, bool]]:
    found = await sessions.between(db, *window, host_id=wish.host, group_id=wish.group, moved_away=moved_away)
    return [(DayRow(row, RoomRole.HOST, None, None), False) for row in found]


def _wish(request: web.Request, reader: Reader, who: Viewer) -> Wish:
    """What the address says; what it says wrongly is as if it said nothing."""
    asked = request.query
    try:
        on = min(max(date.fromisoformat(asked.get("date", "")), _FIRST), _LAST)
    except ValueError:
        on = reader.when.today
    own = not sees_all(who) or (bool(who.roles & _INVITED) and asked.get("whose") != "all")
    return Wish(
        on=on,
        by_day=asked.get("view") == "day",
        whose="own" if own else "all",
        child=asked.get("child", "") if own else "",
        host=number(asked.get("host", "")),
        group=number(asked.get("group", "")),
    )


def _window(days: list[date], reader: Reader) -> Window:
    """The reader's days as instants; their length follows the zone's own changes of time."""
    own = reader.when.own
    return midnight(days[0], own), midnight(days[-1] + timedelta(days=1), own)


def _day(on: date, cards: list[Card], left: list[Card], days: Calendar, reader: Reader) -> Day:
    plan, own = works_on(days, on), reader.when.own
    here = tuple(card for card in cards if card.consultation.row.starts_at.astimezone(own).date() == on)
    gone = tuple(
        card
        for card in left
        if card.consultation.row.planned_at.astimezone(own).date() == on and card not in here
    )
    return Day(on, plan.name or "", here, gone)


def _step(wish: Wish, direction: int) -> date:
    return wish.on + timedelta(days=direction * (1 if wish.by_day else 7))


ROUTES = (Route("week", "GET", "/week", week, capability(Capability.SEE_OWN_DAY)),)
