"""What a changed calendar does to the consultations ahead: shown first, then done (R36)."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from pydantic import BaseModel

from school.calendar import queries as calendar
from school.calendar.rules import Calendar, works_on
from school.db import Db
from school.desk import actions
from school.desk import queries as desk
from school.desk.rules import Recalculation
from school.drafting import queries as drafting
from school.errors import SchoolError
from school.people.rules import Capability
from school.schedule.errors import NoParityAnchor
from web import forms, versions
from web.access import Route, capability
from web.fields import Line, Reason
from web.forms import Form
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import now, page, see_other, viewer
from web.version_refusals import explain
from web.words import N_

_MOST = 200


class Confirmed(BaseModel):
    """`mark` is that of the change that the page showed."""

    mark: Line
    reason: Reason


@dataclass(frozen=True, slots=True)
class Turned:
    """One consultation that comes or goes; `why` names the holiday or the break."""

    when: str
    line: versions.Said
    why: str


@dataclass(frozen=True, slots=True)
class Part:
    """What happens to some consultations: the first of them, and how many more there are."""

    heading: str
    turned: tuple[Turned, ...]
    more: int


async def show(request: web.Request) -> web.Response:
    words = request[READER].words
    done = "done" in request.query
    return await _page(request, Form({"reason": words.gettext("The calendar has changed")}), done=done)


async def apply(request: web.Request) -> web.Response:
    form = await forms.read(request, Confirmed)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                await actions.recalculate(
                    db,
                    now(request),
                    by=viewer(request).person_id,
                    mark=form.given.mark,
                    reason=form.given.reason,
                )
        except SchoolError as error:
            if not explain(form, error, request[READER].words):
                raise
        else:
            return see_other(request, "recalculation", done=1)
    return await _page(request, form, status=form.status)


async def _page(
    request: web.Request, form: Form[Confirmed], *, status: int = 200, done: bool = False
) -> web.Response:
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        try:
            found = await desk.meant(db, reader.when.now)
            change = await desk.change_of(db, found, reader.when.now)
        except NoParityAnchor as error:
            explain(form, error, reader.words)
            return page(
                request, "recalculation/page.html", status=409, form=form, parts=[], mark="", done=False
            )
        lines = await _lines(db, [one.version.id for one in found], reader)
        days = await calendar.calendar(db)
    parts = _parts(change, lines, days, reader)
    mark = "" if change.is_empty else change.mark
    return page(
        request, "recalculation/page.html", status=status, form=form, parts=parts, mark=mark, done=done
    )


async def _lines(db: Db, version_ids: list[int], reader: Reader) -> dict[int, versions.Said]:
    named = [line for version_id in version_ids for line in await drafting.named_lines(db, version_id)]
    return {line.row.id: versions.said(line, reader) for line in named}


def _parts(
    change: Recalculation, lines: dict[int, versions.Said], days: Calendar, reader: Reader
) -> list[Part]:
    parts = (
        (N_("Will be taken out"), [(one.line_id, one.starts_at) for one in change.suppress]),
        (N_("Will be added"), [(one.line_id, one.starts_at) for one in change.add]),
        (N_("Will be held after all"), [(one.line_id, one.starts_at) for one in change.restore]),
        (
            N_("Cannot be added: the worker leads another consultation then"),
            [(one.line_id, one.starts_at) for one in change.busy],
        ),
    )
    return [
        Part(
            reader.words.gettext(heading),
            tuple(_turned(lines[line_id or 0], at, days, reader) for line_id, at in found[:_MOST]),
            max(len(found) - _MOST, 0),
        )
        for heading, found in parts
        if found
    ]


def _turned(line: versions.Said, at: datetime, days: Calendar, reader: Reader) -> Turned:
    plan = works_on(days, at.astimezone(reader.when.school).date())
    return Turned(reader.when.at(at), line, plan.name or "")


_KEEPS = capability(Capability.MANAGE_CALENDAR)
ROUTES = (
    Route("recalculation", "GET", "/settings/calendar/recalculation", show, _KEEPS),
    Route("recalculation", "POST", "/settings/calendar/recalculation", apply, _KEEPS),
)
