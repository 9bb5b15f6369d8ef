"""Deviations from the approved schedule: one-off, cancelled and moved sessions, by an administrator (R19)."""

from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel

from school.desk import queries as desk
from school.errors import SchoolError
from school.organisation import queries as organisation
from school.people import queries as people
from school.people.rules import Capability
from school.schedule.errors import HostTwice
from school.schedule.models import Audience, Kind, Purpose
from school.schedule.models import Form as SessionForm
from school.sessions import actions
from school.sessions import queries as sessions
from school.study import queries as study
from web import families, forms, labels
from web.access import Route, capability
from web.consultation import describe
from web.fields import Clock, Day, Id, Line, Reason
from web.forms import Form
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import now, page, see_other, viewer
from web.version_refusals import explain
from web.words import N_

Model = TypeVar("Model", bound=BaseModel)


class OneOff(BaseModel):
    """A session outside the schedule; times are the organisation's. `addressees`: see `web.families`."""

    reason: Reason
    host_id: Id
    date: Day
    starts: Clock
    ends: Clock
    form: SessionForm
    kind: Kind
    purpose: Purpose = Purpose.CURRENT
    audience: Audience = Audience.STUDENTS
    subject_id: Id | None = None
    groups: list[Id] = []
    search: Line = ""
    addressees: Line = ""


class Cancellation(BaseModel):
    reason: Reason


class Move(BaseModel):
    date: Day
    starts: Clock
    ends: Clock
    reason: Reason


async def new(request: web.Request) -> web.Response:
    return await _show_new(request, Form({"purpose": "current", "audience": "students"}), status=200)


async def add(request: web.Request) -> web.Response:
    """Add the session; the button beside the search only looks for people and keeps what was typed."""
    if (await forms.posted(request)).get("action") == "find":
        typed = await forms.read(request, OneOff)
        return await _show_new(request, Form(typed.values, typed.lists), status=200)
    form = await forms.read(request, OneOff)
    given = form.given
    if given is None:
        return await _show_new(request, form, status=422)
    try:
        async with request.app[DATABASE].begin() as db:
            zone = (await organisation.settings(db)).zone
            session_id = await actions.add_one_off(
                db,
                now(request),
                by=viewer(request).person_id,
                reason=given.reason,
                form=given.form,
                kind=given.kind,
                host_id=given.host_id,
                starts_at=_instant(given.date, given.starts, zone),
                ends_at=_instant(given.date, given.ends, zone),
                purpose=given.purpose,
                audience=given.audience,
                subject_id=given.subject_id,
                group_ids=given.groups,
                addressees=families.addressees(given.addressees),
            )
    except SchoolError as error:
        _refuse(form, error, request[READER])
        return await _show_new(request, form, status=form.status)
    return see_other(request, "session", session=session_id)


async def change(request: web.Request) -> web.Response:
    return await _show_change(request, None, None, status=200)


async def cancel(request: web.Request) -> web.Response:
    form = await forms.read(request, Cancellation)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                by, at = viewer(request).person_id, now(request)
                await actions.cancel(db, at, session_id=_id(request), by=by, reason=form.given.reason)
        except SchoolError as error:
            _refuse(form, error, request[READER])
        else:
            return see_other(request, "session", session=_id(request))
    return await _show_change(request, form, None, status=form.status)


async def move(request: web.Request) -> web.Response:
    form = await forms.read(request, Move)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                zone = (await organisation.settings(db)).zone
                await actions.move(
                    db,
                    now(request),
                    session_id=_id(request),
                    by=viewer(request).person_id,
                    starts_at=_instant(form.given.date, form.given.starts, zone),
                    ends_at=_instant(form.given.date, form.given.ends, zone),
                    reason=form.given.reason,
                )
        except SchoolError as error:
            _refuse(form, error, request[READER])
        else:
            return see_other(request, "session", session=_id(request))
    return await _show_change(request, None, form, status=form.status)


async def _show_new(request: web.Request, form: Form[OneOff], *, status: int) -> web.Response:
    reader = request[READER]
    words, sought = reader.words, form.value("search")
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(reader.when.now)
        workers = await people.appointments(db, today)
        groups = await people.groups(db)
        subjects = await study.subjects(db, on=today)
        found = await desk.families(db, sought, today, reader.when.now) if sought else []
    return page(
        request,
        "deviations/new.html",
        status=status,
        form=form,
        workers=list({one.person_id: one.name for one in workers}.items()),
        groups=[(one.id, one.name) for one in groups],
        subjects=[("", words.gettext("no subject"))] + [(one.id, one.name) for one in subjects],
        kinds=[(one.value, words.gettext(label)) for one, label in labels.KIND.items()],
        forms=[(one.value, words.gettext(label)) for one, label in labels.FORM.items()],
        purposes=[(one.value, words.gettext(label)) for one, label in labels.PURPOSE.items()],
        audiences=[(one.value, words.gettext(label)) for one, label in labels.AUDIENCE.items()],
        sought=sought,
        options=[option for family in found for option in families.options(family, words)],
    )


async def _show_change(
    request: web.Request, cancellation: Form[Cancellation] | None, moving: Form[Move] | None, *, status: int
) -> web.Response:
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        row = await sessions.session(db, _id(request))
    zone = ZoneInfo(settings.zone)
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    typed = {"date": f"{starts:%Y-%m-%d}", "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
    return page(
        request,
        "deviations/change.html",
        status=status,
        it=describe(row, reader, settings),
        cancellation=cancellation or Form(),
        moving=moving or Form(typed),
        may_move=row.started_at is None,
    )


def _instant(on: date, at: time, zone: str) -> datetime:
    return datetime.combine(on, at, ZoneInfo(zone)).astimezone(UTC)


_FIELDS = {"starts_at": "starts", "ends_at": "ends"}


def _refuse(form: Form[Model], error: SchoolError, reader: Reader) -> None:
    """Put the words beside the field; what no form of this page can explain rises as it is."""
    if isinstance(error, HostTwice):
        form.status = 409
        form.refuse("starts", reader.words.gettext(_BUSY))
    elif not explain(form, error, reader.words):
        raise error
    form.errors = {_FIELDS.get(name, name): told for name, told in form.errors.items()}


def _id(request: web.Request) -> int:
    return int(request.match_info["session"])


_BUSY = N_("The worker leads another consultation at this time. Choose another time or another worker.")
_ONE = r"/sessions/{session:\d{1,9}}"
_CHANGES = capability(Capability.CHANGE_SESSIONS)
ROUTES = (
    Route("session_new", "GET", "/sessions/new", new, _CHANGES),
    Route("session_new", "POST", "/sessions/new", add, _CHANGES),
    Route("session_change", "GET", f"{_ONE}/change", change, _CHANGES),
    Route("session_cancel", "POST", f"{_ONE}/cancel", cancel, _CHANGES),
    Route("session_move", "POST", f"{_ONE}/move", move, _CHANGES),
)
