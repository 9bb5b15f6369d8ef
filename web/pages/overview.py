"""«Обзор»: how the schedule is carried out, this week and this term, for the head; nothing is changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from aiohttp import web

from school.attendance.execution import ExecutionRow, Outcome, counts, execution
from school.calendar import queries as calendar
from school.db import Db
from school.organisation import queries as organisation
from school.people.rules import Capability
from web.access import Route, capability
from web.consultation import Consultation, describe
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import page
from web.when import midnight
from web.words import N_

_FIGURE = {
    Outcome.PLANNED: N_("planned"),
    Outcome.HELD: N_("held"),
    Outcome.AHEAD: N_("still ahead"),
    Outcome.CANCELLED: N_("cancelled"),
    Outcome.MOVED: N_("moved"),
    Outcome.LATE: N_("begun late"),
    Outcome.NO_SHOW: N_("the worker did not come"),
}
_LIST = {
    Outcome.PLANNED: N_("Planned consultations"),
    Outcome.HELD: N_("Held consultations"),
    Outcome.AHEAD: N_("Consultations still ahead"),
    Outcome.CANCELLED: N_("Cancelled consultations"),
    Outcome.MOVED: N_("Moved consultations"),
    Outcome.LATE: N_("Consultations begun late"),
    Outcome.NO_SHOW: N_("Consultations to which the worker did not come"),
}
_EXCEPTIONS = (Outcome.CANCELLED, Outcome.MOVED, Outcome.LATE, Outcome.NO_SHOW)


class Span(StrEnum):
    """Which days are looked at."""

    WEEK = "week"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day, the organisation's."""

    name: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Figure:
    """How many; an exception is worth a look when it is not zero."""

    outcome: Outcome
    words: str
    number: int
    is_exception: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One session of a list and what is to be said of it; `late_minutes` is whole minutes.

    `no_show`, when there was one, says more than that the session is over.
    """

    consultation: Consultation
    no_show: str
    moved_from: datetime | None
    late_minutes: int | None


async def overview(request: web.Request) -> web.Response:
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        spans = [(span, days) for span in Span if (days := await _days(db, span, reader))]
        parts = [(span, days, _figures(await _rows(db, days, reader), reader)) for span, days in spans]
    return page(
        request, "overview/page.html", parts=parts, has_term=any(span is Span.TERM for span, _ in spans)
    )


async def listed(request: web.Request) -> web.Response:
    """The consultations behind one figure."""
    reader = request[READER]
    span, outcome = Span(request.match_info["span"]), Outcome(request.match_info["outcome"])
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        days = await _days(db, span, reader)
        rows = await _rows(db, days, reader) if days else []
    return page(
        request,
        "overview/list.html",
        heading=reader.words.gettext(_LIST[outcome]),
        days=days,
        lines=[
            Line(describe(row.session, reader, settings), _no_show(row, reader), _moved_from(row), _late(row))
            for row in rows
            if outcome in row.outcomes
        ],
    )


async def _days(db: Db, span: Span, reader: Reader) -> Days | None:
    """The week from Monday to Sunday, or the term that today belongs to; None between terms."""
    today = (await organisation.settings(db)).today(reader.when.now)
    if span is Span.WEEK:
        monday = today - timedelta(days=today.weekday())
        return Days(reader.words.gettext("This week"), monday, monday + timedelta(days=6))
    for term in (await calendar.calendar(db)).terms:
        if term.since <= today <= term.until:
            return Days(term.name, term.since, term.until)
    return None


async def _rows(db: Db, days: Days, reader: Reader) -> list[ExecutionRow]:
    school = reader.when.school
    since, until = midnight(days.since, school), midnight(days.until + timedelta(days=1), school)
    return await execution(db, reader.when.now, since, until)


def _figures(rows: list[ExecutionRow], reader: Reader) -> list[Figure]:
    found = counts(rows)
    return [
        Figure(outcome, reader.words.gettext(words), found[outcome], outcome in _EXCEPTIONS)
        for outcome, words in _FIGURE.items()
    ]


def _no_show(row: ExecutionRow, reader: Reader) -> str:
    return reader.words.gettext(_FIGURE[Outcome.NO_SHOW]) if Outcome.NO_SHOW in row.outcomes else ""


def _moved_from(row: ExecutionRow) -> datetime | None:
    return row.session.planned_at if Outcome.MOVED in row.outcomes else None


def _late(row: ExecutionRow) -> int | None:
    if row.host_came_at is None or Outcome.LATE not in row.outcomes:
        return None
    return (row.host_came_at - row.session.starts_at) // timedelta(minutes=1)


_SPANS, _OUTCOMES = "|".join(Span), "|".join(Outcome)
_SEES = capability(Capability.SEE_DASHBOARD)
ROUTES = (
    Route("overview", "GET", "/overview", overview, _SEES),
    Route("overview_list", "GET", rf"/overview/{{span:{_SPANS}}}/{{outcome:{_OUTCOMES}}}", listed, _SEES),
)
