"""Families of an individual consultation: further ones stand in a line at its door (R15, R43)."""

from aiohttp import web
from pydantic import BaseModel

from school.desk import queries as desk
from school.errors import NotFound, SchoolError
from school.organisation import queries as organisation
from school.people.rules import Capability
from school.schedule.models import Kind
from school.sessions import actions
from school.sessions import queries as sessions
from school.sessions.models import RoomRole
from web import families, forms
from web.access import Route, capability
from web.consultation import describe
from web.fields import Line
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.version_refusals import explain


class Booking(BaseModel):
    """`addressees`: see `web.families`."""

    search: Line = ""
    addressees: Line = ""


async def show(request: web.Request) -> web.Response:
    return await _page(request, Form({"search": request.query.get("search", "")}), status=200)


async def book(request: web.Request) -> web.Response:
    form = await forms.read(request, Booking)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                await actions.book(
                    db,
                    now(request),
                    session_id=_id(request),
                    by=viewer(request).person_id,
                    addressees=families.addressees(form.given.addressees),
                )
        except SchoolError as error:
            if not explain(form, error, request[READER].words):
                raise
        else:
            return see_other(request, "session_families", session=_id(request))
    return await _page(request, form, status=form.status)


async def _page(request: web.Request, form: Form[Booking], *, status: int) -> web.Response:
    reader = request[READER]
    sought = form.value("search")
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        today = settings.today(reader.when.now)
        row = await sessions.session(db, _id(request))
        if row.kind is not Kind.INDIVIDUAL:
            raise NotFound(subject="session", id=row.id)
        expected = await sessions.expected(db, row.id, today, reader.when.now)
        found = await desk.families(db, sought, today, reader.when.now) if sought else []
    return page(
        request,
        "deviations/families.html",
        status=status,
        it=describe(row, reader, settings),
        form=form,
        expected=[one for one in expected if one.role is not RoomRole.HOST],
        sought=sought,
        options=[option for family in found for option in families.options(family, reader.words)],
    )


def _id(request: web.Request) -> int:
    return int(request.match_info["session"])


_CHANGES = capability(Capability.CHANGE_SESSIONS)
_PATH = r"/sessions/{session:\d{1,9}}/families"
ROUTES = (
    Route("session_families", "GET", _PATH, show, _CHANGES),
    Route("session_families", "POST", _PATH, book, _CHANGES),
)
