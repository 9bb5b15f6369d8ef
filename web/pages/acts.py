"""Local acts: adding one as text or as a file, ending one (R1)."""

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.errors import Invalid
from school.files import actions as files
from school.files import queries as stored
from school.files.rules import DOCUMENTS, LARGEST
from school.organisation import actions
from school.organisation import queries as organisation
from school.people.rules import Capability
from web import forms
from web.access import Route, capability
from web.fields import Day, Line, LongText
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved

_BODY = LARGEST + 256 * 1024  # the file, the text and the rest of the form


class ActForm(BaseModel):
    number: Line
    date: Day
    title: Line
    text: LongText | None = None
    in_force_since: Day
    in_force_until: Day | None = None


class EndForm(BaseModel):
    until: Day


async def show(request: web.Request) -> web.Response:
    return await _page(request, Form[ActForm](), Form[EndForm]())


async def add(request: web.Request) -> web.Response:
    form = await forms.read(request, ActForm)
    upload = await forms.file(request)

    async def change(db: Db, given: ActForm) -> None:
        if upload is None and given.text is None:
            raise Invalid(field="text", reason="text_or_file")
        by, at, file_id = viewer(request).person_id, now(request), None
        if upload is not None:
            kept = await files.store(db, at, by=by, name=upload.name, content=upload.content, types=DOCUMENTS)
            file_id = kept.id
        values = given.model_dump() | {"text": given.text or ""}
        await actions.add_act(db, at, by=by, file_id=file_id, **values)

    if await saved(request, form, change):
        return see_other(request, "acts")
    return await _page(request, form, Form[EndForm](), status=form.status)


async def end(request: web.Request) -> web.Response:
    form = await forms.read(request, EndForm)

    async def change(db: Db, given: EndForm) -> None:
        act_id, by = int(request.match_info["act"]), viewer(request).person_id
        if not await actions.end_act(db, now(request), by=by, act_id=act_id, until=given.until):
            raise Invalid(field="until", reason="before_since")

    if await saved(request, form, change):
        return see_other(request, "acts")
    return await _page(request, Form[ActForm](), form, status=form.status)


async def _page(
    request: web.Request, form: Form[ActForm], ending: Form[EndForm], *, status: int = 200
) -> web.Response:
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        acts = await organisation.acts(db)
        files_of = await stored.files(db, [act.file_id for act in acts if act.file_id is not None])
    return page(
        request,
        "acts/page.html",
        status=status,
        acts=acts,
        files=files_of,
        form=form,
        ending=ending,
        ended=request.match_info.get("act"),
        today=settings.today(request[READER].when.now),
    )


_ACCESS = capability(Capability.MANAGE_LOCAL_ACTS)
ROUTES = (
    Route("acts", "GET", "/settings/acts", show, _ACCESS),
    Route("acts", "POST", "/settings/acts", add, _ACCESS, max_body=_BODY),
    Route("act_end", "POST", r"/settings/acts/{act:\d{1,9}}/end", end, _ACCESS),
)
