"""«Качество связи»: how a consultation was on each person's line, and why (R33, R58)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from aiohttp import web

from school.attendance import queries as attendance
from school.attendance.queries import AttendanceRow
from school.db import Db
from school.errors import NotFound
from school.organisation import queries as organisation
from school.people.rules import Capability, Viewer, can
from school.quality import queries as quality
from school.quality.causes import explain
from school.quality.minute import Minutes, together
from school.quality.rules import KEPT, MINUTE, Family, Grade, Seen, Summary, grade, summary
from school.sessions import queries as sessions
from school.sessions.queries import SessionRow
from web import call_words, labels
from web.access import Route, capability, own
from web.call_words import Numbers
from web.consultation import Consultation, describe
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import page, viewer

_DAYS = 14
_WIDE, _TALL = 10, 24
"""One minute of a drawing, in its own units."""
_HEIGHT = {Grade.GOOD: 6, Grade.WEAK: 14, Grade.BAD: 24}


@dataclass(frozen=True, slots=True)
class Bar:
    """Minutes of one grade in a row, as a rectangle: the worse, the higher, so that no colour is needed."""

    x: int
    y: int
    width: int
    height: int
    look: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person's call: a word, a drawing, and the same as text; all empty when nothing was reported."""

    row: AttendanceRow
    about: str
    summary: Summary
    word: str
    look: str
    minutes: str
    bars: tuple[Bar, ...]
    not_good: tuple[str, ...]
    """«10:05–10:12 плохо»."""
    equipment: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One consultation of the list."""

    consultation: Consultation
    people: int
    word: str
    look: str
    minutes: str


def may_read(session: SessionRow, who: Viewer) -> bool:
    """Its host, and who watches over all rooms."""
    return session.host_id == who.person_id or can(who.roles, Capability.WATCH_LIVE)


async def of_session(request: web.Request) -> web.Response:
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        session = await _readable(db, int(request.match_info["session"]), who)
        seen = await quality.minutes(db, session.id)
        rows = {row.person_id: row for row in await attendance.table(db, session.id)}
        stays = await attendance.stays(db, session.id)
        served = await quality.served(db, session.id)
    people = together(seen, served)
    chosen = _chosen(request, people)
    names = {person: row.name for person, row in rows.items()}
    found = explain(
        people, {person: [(one.since, one.until) for one in own] for person, own in stays.items()}
    )
    every = sorted(minute for minutes in people.values() for minute in minutes)
    return page(
        request,
        "quality/page.html",
        it=describe(session, reader, settings),
        sentences=[call_words.sentence(one, names, reader) for one in found],
        lines=[_line(row, seen.get(one, {}), every[0], reader) for one, row in rows.items() if one in people],
        since=every[0] if every else None,
        until=every[-1] + MINUTE if every else None,
        width=_wide(every[0], every[-1] + MINUTE) if every else 0,
        chosen=rows.get(chosen) if chosen else None,
        numbers=_numbers(people[chosen], reader) if chosen else [],
        kept_days=KEPT.days,
    )


async def recent(request: web.Request) -> web.Response:
    """The consultations of the last two weeks."""
    reader = request[READER]
    until = reader.when.now
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        rows = {row.id: row for row in await sessions.between(db, until - timedelta(days=_DAYS), until)}
        found = await quality.of_sessions(db, until - timedelta(days=_DAYS), until)
    listed = [
        Listed(
            describe(rows[one.session_id], reader, settings),
            one.people,
            reader.words.gettext(call_words.GRADE[one.summary.grade]),
            call_words.LOOK[one.summary.grade],
            call_words.minutes(one.summary, reader),
        )
        for one in found
        if one.session_id in rows
    ]
    return page(request, "quality/list.html", listed=listed, days=_DAYS)


async def _readable(db: Db, session_id: int, who: Viewer) -> SessionRow:
    """The session, for those who may read its quality; for anybody else it does not exist."""
    session = await sessions.session(db, session_id)
    if not may_read(session, who):
        raise NotFound(subject="session", id=session_id)
    return session


def _chosen(request: web.Request, people: Mapping[int, object]) -> int | None:
    """Whose figures are asked for, if there are any."""
    asked = request.query.get("person", "")
    return next((person for person in people if str(person) == asked), None)


def _line(row: AttendanceRow, minutes: Mapping[datetime, Seen], start: datetime, reader: Reader) -> Line:
    say = reader.words.gettext
    grades = {minute: grade(seen) for minute, seen in minutes.items()}
    counted = summary(grades.values())
    runs = _runs(grades)
    return Line(
        row=row,
        about=labels.as_whom(
            reader.words, row.role, relation=row.relation, child=row.child_name, group=row.group_name
        ),
        summary=counted,
        word=say(call_words.GRADE[counted.grade]),
        look=call_words.LOOK[counted.grade],
        minutes=call_words.minutes(counted, reader),
        bars=tuple(_bar(since, until, how, start) for since, until, how in runs),
        not_good=tuple(
            f"{call_words.span(since, until, reader.when)} {say(call_words.GRADE[how])}"
            for since, until, how in runs
            if how is not Grade.GOOD
        ),
        equipment=_equipment(list(minutes.values()), reader),
    )


def _runs(grades: Mapping[datetime, Grade]) -> list[tuple[datetime, datetime, Grade]]:
    """Minutes of one grade that follow each other; a minute without a report ends them."""
    ordered = sorted(grades)
    followed = [(minute - number * MINUTE, grades[minute], minute) for number, minute in enumerate(ordered)]
    runs = []
    for (_, how), group in groupby(followed, key=lambda one: one[:2]):
        members = [minute for *_, minute in group]
        runs.append((members[0], members[-1] + MINUTE, how))
    return runs


def _bar(since: datetime, until: datetime, how: Grade, start: datetime) -> Bar:
    height = _HEIGHT[how]
    return Bar(_wide(start, since), _TALL - height, _wide(since, until), height, call_words.LOOK[how])


def _wide(since: datetime, until: datetime) -> int:
    return _WIDE * ((until - since) // MINUTE)


def _equipment(seen: list[Seen], reader: Reader) -> str:
    """«Chrome · UDP»: what the last minute says."""
    if not seen:
        return ""
    say = reader.words.gettext
    browser: Family = seen[-1].browser
    way = next((one.way for one in reversed(seen) if one.way), None)
    return " · ".join([say(call_words.BROWSER[browser]), *([say(call_words.WAY[way])] if way else [])])


def _numbers(minutes: Minutes, reader: Reader) -> list[Numbers]:
    found = []
    for at, minute in minutes.items():
        if minute.seen is not None:
            found.append(call_words.numbers(at, minute.seen, grade(minute.seen), minute.served, reader))
        elif minute.served is not None:
            found.append(call_words.unreported(at, minute.served, reader))
    return found


ROUTES = (
    Route("qualities", "GET", "/quality", recent, capability(Capability.WATCH_LIVE)),
    Route(
        "quality",
        "GET",
        r"/sessions/{session:\d{1,9}}/quality",
        of_session,
        own("its host, the administrator"),
    ),
)
