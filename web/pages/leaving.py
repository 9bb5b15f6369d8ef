"""Dismissal and expulsion: a plain question, then every way in is closed; and taking somebody back."""

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.directory import actions
from school.directory import queries as directory
from school.organisation import queries as organisation
from school.people.rules import Capability
from web import forms
from web.access import Route, capability
from web.fields import Day
from web.forms import Form
from web.keys import DATABASE, READER
from web.pages.person import person_id
from web.reply import now, page, see_other, viewer
from web.saving import saved


class LeavingForm(BaseModel):
    last_day: Day


async def ask(request: web.Request) -> web.Response:
    return await _page(request, None)


async def end(request: web.Request) -> web.Response:
    form = await forms.read(request, LeavingForm)

    async def change(db: Db, given: LeavingForm) -> None:
        zone = (await organisation.settings(db)).zone
        by, at = viewer(request).person_id, now(request)
        await actions.dismiss(db, at, by=by, person_id=person_id(request), last_day=given.last_day, zone=zone)

    if await saved(request, form, change):
        return see_other(request, "person", person=person_id(request))
    return await _page(request, form, status=form.status)


async def take_back(request: web.Request) -> web.Response:
    async with request.app[DATABASE].begin() as db:
        await actions.take_back(db, now(request), by=viewer(request).person_id, person_id=person_id(request))
    return see_other(request, "person", person=person_id(request))


async def _page(request: web.Request, form: Form[LeavingForm] | None, *, status: int = 200) -> web.Response:
    async with request.app[DATABASE].read() as db:
        card = await directory.card(db, person_id(request))
        today = (await organisation.settings(db)).today(request[READER].when.now)
    return page(
        request,
        "person/end.html",
        status=status,
        form=form or Form[LeavingForm]({"last_day": today.isoformat()}),
        card=card,
        person=card.person,
        today=today,
    )


_ACCESS = capability(Capability.MANAGE_PEOPLE)
ROUTES = (
    Route("person_end", "GET", r"/people/{person:\d{1,9}}/end", ask, _ACCESS),
    Route("person_end", "POST", r"/people/{person:\d{1,9}}/end", end, _ACCESS),
    Route("person_back", "POST", r"/people/{person:\d{1,9}}/back", take_back, _ACCESS),
)
