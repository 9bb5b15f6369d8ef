"""The steps of a version: submitted and taken back, approved or returned, published (R20, R21)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import BaseModel, StringConstraints

from school.db import Db
from school.desk import actions as desk
from school.drafting import actions as drafting
from school.errors import ChangedMeanwhile, SchoolError
from school.people.rules import Capability
from school.schedule import actions as schedule
from school.schedule import queries
from school.schedule.models import VersionState, Where
from school.schedule.rules import ORDER_NUMBER_LIMIT, REMARK_LIMIT
from web import forms
from web.access import Route, capability
from web.fields import Day
from web.forms import Form
from web.keys import DATABASE, READER
from web.pages.versions import show, version_id
from web.reply import now, see_other, viewer
from web.version_refusals import explain
from web.words import N_

Model = TypeVar("Model", bound=BaseModel)
Step = Callable[[Db, Model], Awaitable[object]]


class Nothing(BaseModel):
    """A step that is only confirmed."""


class Seen(BaseModel):
    """A print of the draft as the page showed it."""

    seen: str = ""


class Approval(BaseModel):
    order_number: Annotated[str, StringConstraints(min_length=1, max_length=ORDER_NUMBER_LIMIT)]
    order_date: Day


class Return(BaseModel):
    remark: Annotated[str, StringConstraints(min_length=1, max_length=REMARK_LIMIT)]


class Publication(BaseModel):
    where: Where
    on: Day


async def submit(request: web.Request) -> web.Response:
    async def step(db: Db, _: Nothing) -> None:
        await schedule.submit(db, now(request), version_id=version_id(request), by=viewer(request).person_id)

    return await _take(request, "submit", Nothing, step)


async def take_back(request: web.Request) -> web.Response:
    async def step(db: Db, _: Nothing) -> None:
        by = viewer(request).person_id
        await drafting.take_back(db, now(request), version_id=version_id(request), by=by)

    return await _take(request, "take_back", Nothing, step)


async def discard(request: web.Request) -> web.Response:
    """Delete the draft that the page showed, and lead back to the others."""

    async def step(db: Db, given: Seen) -> None:
        by = viewer(request).person_id
        await drafting.discard(db, now(request), by=by, version_id=version_id(request), seen=given.seen)

    answer = await _take(request, "discard", Seen, step)
    return see_other(request, "versions") if answer.status == 303 else answer


async def approve(request: web.Request) -> web.Response:
    async def step(db: Db, given: Approval) -> None:
        by = viewer(request).person_id
        await desk.approve(db, now(request), version_id=version_id(request), by=by, **given.model_dump())

    return await _take(request, "approve", Approval, step)


async def send_back(request: web.Request) -> web.Response:
    async def step(db: Db, given: Return) -> None:
        by = viewer(request).person_id
        at = now(request)
        await schedule.return_with_remark(db, at, version_id=version_id(request), by=by, remark=given.remark)

    return await _take(request, "return", Return, step)


async def publish(request: web.Request) -> web.Response:
    async def step(db: Db, given: Publication) -> None:
        by, at, id_ = viewer(request).person_id, now(request), version_id(request)
        found = await queries.version(db, id_)
        first = found.state is VersionState.APPROVED
        record = schedule.publish if first else schedule.publish_elsewhere
        await record(db, at, version_id=id_, by=by, where=given.where, on=given.on)

    return await _take(request, "publish", Publication, step)


async def _take(request: web.Request, name: str, model: type[Model], step: Step[Model]) -> web.Response:
    """Take the step in one transaction; what was refused is shown in its own form on the version's page."""
    form = await forms.read(request, model)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                await step(db, form.given)
        except SchoolError as error:
            _explain(request, form, error)
        else:
            return see_other(request, "version", version=version_id(request))
    shown: Form[BaseModel] = Form(form.values, form.lists, form.errors)
    return await show(request, {name: shown}, status=form.status)


def _explain(request: web.Request, form: Form[Model], error: SchoolError) -> None:
    words = request[READER].words
    if isinstance(error, ChangedMeanwhile):
        form.refuse("", words.gettext(_CHANGED_BEFORE_DELETION))
        form.status = 409
    elif error.data.get("subject") == "publication":
        form.refuse("where", words.gettext(N_("It is recorded already that it was made public there.")))
        form.status = 409
    elif not explain(form, error, words):
        raise error


_CHANGED_BEFORE_DELETION = N_(
    "Somebody else has changed the draft meanwhile, so it was not deleted. "
    "Look at it as it is now and decide again."
)
_ONE = r"/versions/{version:\d{1,9}}"
_SUBMITS = capability(Capability.SUBMIT_SCHEDULE)
_APPROVES = capability(Capability.APPROVE_SCHEDULE)
ROUTES = (
    Route("version_submit", "POST", f"{_ONE}/submit", submit, _SUBMITS),
    Route("version_take_back", "POST", f"{_ONE}/take-back", take_back, _SUBMITS),
    Route("version_discard", "POST", f"{_ONE}/discard", discard, capability(Capability.DRAFT_SCHEDULE)),
    Route("version_approve", "POST", f"{_ONE}/approve", approve, _APPROVES),
    Route("version_return", "POST", f"{_ONE}/return", send_back, _APPROVES),
    Route("version_publish", "POST", f"{_ONE}/publish", publish, capability(Capability.PUBLISH_SCHEDULE)),
)
