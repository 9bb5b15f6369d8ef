"""Versions of the schedule: all of them, one with its lines, a new one, another name or validity (R20)."""

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.drafting import actions
from school.drafting import queries as drafting
from school.drafting.rules import difference
from school.errors import Forbidden, SchoolError
from school.organisation import queries as organisation
from school.people import queries as people
from school.people.rules import Capability, Viewer, can
from school.schedule import actions as schedule_actions
from school.schedule import queries as schedule
from school.schedule.models import VersionState
from school.schedule.queries import VersionRow
from school.stamp import stamp
from web import forms, labels, versions
from web.access import Route, capability, own
from web.fields import Day, Id, Line
from web.forms import Form
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import now, page, see_other, url, viewer
from web.version_refusals import explain

_BEFORE_APPROVAL = (VersionState.DRAFT, VersionState.SUBMITTED)
_AFTER_APPROVAL = (VersionState.APPROVED, VersionState.PUBLISHED)


class NewVersion(BaseModel):
    """`source` is the version whose lines are copied, if any."""

    title: Line
    valid_from: Day
    valid_until: Day
    source: Id | None = None


class ChangedVersion(BaseModel):
    title: Line
    valid_from: Day
    valid_until: Day
    revision: Id


async def listing(request: web.Request) -> web.Response:
    reader, who = request[READER], _reads(viewer(request))
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(reader.when.now)
        found = await drafting.listed(db)
        act = await organisation.act_in_force(db, today)
    return page(
        request,
        "versions/list.html",
        found=[(one, versions.period(one.row, reader)) for one in found],
        waiting=[one for one in found if one.row.state is VersionState.SUBMITTED],
        unpublished=[one for one in found if one.is_unpublished(today)],
        drafts=can(who.roles, Capability.DRAFT_SCHEDULE),
        approves=can(who.roles, Capability.APPROVE_SCHEDULE),
        act=act,
        states=versions.STATE,
        looks=versions.LOOK,
    )


async def new(request: web.Request) -> web.Response:
    return await _form_of_new(request, Form({"source": request.query.get("source", "")}), status=200)


async def add(request: web.Request) -> web.Response:
    form = await forms.read(request, NewVersion)
    if form.given is None:
        return await _form_of_new(request, form, status=422)
    try:
        async with request.app[DATABASE].begin() as db:
            version_id = await _added(db, request, form.given)
    except SchoolError as error:
        if not explain(form, error, request[READER].words):
            raise
        return await _form_of_new(request, form, status=form.status)
    return see_other(request, "version", version=version_id)


async def _added(db: Db, request: web.Request, given: NewVersion) -> int:
    by, at = viewer(request).person_id, now(request)
    wished = given.model_dump(exclude={"source"})
    if given.source is None:
        return await schedule_actions.draft(db, at, by=by, **wished)
    return await actions.copy(db, at, by=by, source_id=given.source, **wished)


async def _form_of_new(request: web.Request, form: Form[NewVersion], *, status: int) -> web.Response:
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        found = await drafting.listed(db)
    sources = [
        (one.row.id, f"{one.row.title}, {versions.period(one.row, reader)}") for one in found if one.lines
    ]
    return page(request, "versions/new.html", status=status, form=form, sources=sources)


async def edit(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        found = await schedule.version(db, version_id(request))
    if found.state is not VersionState.DRAFT:
        return see_other(request, "version", version=found.id)
    typed = {
        "title": found.title,
        "valid_from": found.valid_from.isoformat(),
        "valid_until": found.valid_until.isoformat(),
        "revision": str(found.revision),
    }
    return page(request, "versions/edit.html", form=Form(typed), found=found, theirs=None)


async def change(request: web.Request) -> web.Response:
    form = await forms.read(request, ChangedVersion)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                await actions.change_version(
                    db,
                    now(request),
                    by=viewer(request).person_id,
                    version_id=version_id(request),
                    **form.given.model_dump(),
                )
        except SchoolError as error:
            if not explain(form, error, request[READER].words):
                raise
        else:
            return see_other(request, "version", version=version_id(request))
    async with request.app[DATABASE].read() as db:
        found = await schedule.version(db, version_id(request))
    theirs = found if form.status == 409 else None
    if theirs:
        # Whoever saves once more has seen what stands there now.
        form.values = {**form.values, "revision": str(found.revision)}
    return page(request, "versions/edit.html", status=form.status, form=form, found=found, theirs=theirs)


async def version(request: web.Request) -> web.Response:
    return await show(request)


async def show(
    request: web.Request, forms_shown: dict[str, Form[BaseModel]] | None = None, *, status: int = 200
) -> web.Response:
    """The page of one version; `forms_shown` are those of its forms that were refused, by name."""
    reader, who = request[READER], _reads(viewer(request))
    async with request.app[DATABASE].read() as db:
        found = await schedule.version(db, version_id(request))
        context = await _facts(db, found, reader)
        if found.state in _BEFORE_APPROVAL:
            context |= await _checks(db, found, reader)
        if found.state is VersionState.SUBMITTED:
            context |= await _differences(db, found, reader)
        elif found.state is VersionState.DRAFT and await drafting.may_discard(
            db, reader.when.now, found, who.person_id
        ):
            context["seen"] = stamp(found, await schedule.lines(db, found.id))
        today = (await organisation.settings(db)).today(reader.when.now)
    unpublished = found.state in _AFTER_APPROVAL and found.valid_from <= today and not context["publications"]
    return page(
        request,
        "versions/page.html",
        status=status,
        found=found,
        state=versions.STATE[found.state],
        look=versions.LOOK[found.state],
        period=versions.period(found, reader),
        zone=reader.when.zone_name(found.zone),
        unpublished=unpublished,
        may=_may(found, who),
        wheres=[(where.value, reader.words.gettext(label)) for where, label in labels.WHERE.items()],
        where_words={where: reader.words.gettext(label) for where, label in labels.WHERE.items()},
        forms={name: Form[BaseModel]() for name in ("submit", "take_back", "discard", "return")}
        | {"publish": Form[BaseModel]({"on": today.isoformat()})}
        | {"approve": Form[BaseModel]({"order_date": today.isoformat()})}
        | (forms_shown or {}),
        address=url(request, "version", version=found.id),
        **context,
    )


async def _facts(db: Db, found: VersionRow, reader: Reader) -> dict[str, object]:
    lines = await drafting.named_lines(db, found.id)
    published = await schedule.publications(db, found.id)
    by = {getattr(found, f"{step}_by") for step, _ in versions.STEPS} | {one.person_id for one in published}
    names = await people.people(db, by - {None})
    taken = sorted(
        (getattr(found, f"{step}_at"), label, names[getattr(found, f"{step}_by")].short_name)
        for step, label in versions.STEPS
        if getattr(found, f"{step}_at") is not None
    )
    return {
        "lines": [versions.said(line, reader) for line in lines],
        "steps": taken,
        "publications": [(one, names[one.person_id].short_name) for one in published],
        "act": await organisation.act_in_force(db, reader.when.now.astimezone(reader.when.school).date()),
        "in_the_way": [],
        "doubtful": [],
        "compared": None,
        "predecessor": None,
        "seen": "",
    }


async def _checks(db: Db, found: VersionRow, reader: Reader) -> dict[str, object]:
    lines = {line.row.id: versions.said(line, reader) for line in await drafting.named_lines(db, found.id)}
    seen = await drafting.findings(db, found.id, reader.when.now)
    groups = await drafting.group_names(db, found.id)
    return {
        "in_the_way": versions.in_the_way(seen, lines, reader),
        "doubtful": versions.doubtful(seen, lines, groups, reader),
    }


async def _differences(db: Db, found: VersionRow, reader: Reader) -> dict[str, object]:
    older = await drafting.predecessor(db, found)
    if older is None:
        return {}
    old, new = await drafting.named_lines(db, older.id), await drafting.named_lines(db, found.id)
    return {"compared": versions.compared(difference(old, new), reader), "predecessor": older}


def _may(found: VersionRow, who: Viewer) -> frozenset[str]:
    """The steps that this person may take now, by the names of their forms."""
    steps = {
        VersionState.DRAFT: {
            "edit": Capability.DRAFT_SCHEDULE,
            "submit": Capability.SUBMIT_SCHEDULE,
            "discard": Capability.DRAFT_SCHEDULE,
        },
        VersionState.SUBMITTED: {
            "take_back": Capability.SUBMIT_SCHEDULE,
            "approve": Capability.APPROVE_SCHEDULE,
            "return": Capability.APPROVE_SCHEDULE,
        },
        VersionState.APPROVED: {"publish": Capability.PUBLISH_SCHEDULE},
        VersionState.PUBLISHED: {"publish": Capability.PUBLISH_SCHEDULE},
    }
    here = {"copy": Capability.DRAFT_SCHEDULE} | steps.get(found.state, {})
    return frozenset(step for step, needed in here.items() if can(who.roles, needed))


def _reads(who: Viewer) -> Viewer:
    """The methodist and the head; raises Forbidden for anybody else."""
    if not any(can(who.roles, needed) for needed in (Capability.DRAFT_SCHEDULE, Capability.APPROVE_SCHEDULE)):
        raise Forbidden(person_id=who.person_id)
    return who


def version_id(request: web.Request) -> int:
    return int(request.match_info["version"])


_DRAFTS = capability(Capability.DRAFT_SCHEDULE)
_SEEN_BY = own("the methodist, the head")
ROUTES = (
    Route("versions", "GET", "/versions", listing, _SEEN_BY),
    Route("version_new", "GET", "/versions/new", new, _DRAFTS),
    Route("version_new", "POST", "/versions/new", add, _DRAFTS),
    Route("version", "GET", r"/versions/{version:\d{1,9}}", version, _SEEN_BY),
    Route("version_edit", "GET", r"/versions/{version:\d{1,9}}/edit", edit, _DRAFTS),
    Route("version_edit", "POST", r"/versions/{version:\d{1,9}}/edit", change, _DRAFTS),
)
