"""Lines of a draft: added, changed, removed, by several methodists at once (R20, R28, R38)."""

from dataclasses import dataclass, replace

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.drafting import actions
from school.drafting import queries as drafting
from school.drafting.errors import EditedMeanwhile, RemovedMeanwhile
from school.drafting.rules import NamedLine
from school.errors import NotFound, SchoolError
from school.people import queries as people
from school.people.rules import Capability
from school.schedule import actions as schedule_actions
from school.schedule import queries as schedule
from school.schedule.models import Audience, Kind, Parity, Purpose, VersionState
from school.schedule.models import Form as LineForm
from school.schedule.queries import VersionRow
from school.schedule.rules import Slot
from school.study import queries as study
from web import forms, labels, versions
from web.access import Route, capability
from web.annex import weekday
from web.fields import Clock, Day, Id, Number, Weekday
from web.forms import Form
from web.keys import DATABASE, READER
from web.pages.versions import version_id
from web.reader import Reader
from web.reply import now, page, see_other, viewer
from web.version_refusals import explain
from web.words import N_


class WishedLine(BaseModel):
    """What a line is to say; `revision` is the one that was opened, 0 for a new line."""

    appointment_id: Id
    weekday: Weekday
    starts: Clock
    ends: Clock
    parity: Parity = Parity.EVERY
    form: LineForm
    kind: Kind
    purpose: Purpose = Purpose.CURRENT
    audience: Audience = Audience.STUDENTS
    subject_id: Id | None = None
    groups: list[Id] = []
    valid_from: Day | None = None
    valid_until: Day | None = None
    revision: Number = 0

    @property
    def slot(self) -> Slot:
        said = self.model_dump(exclude={"revision", "groups"})
        return Slot(**said, group_ids=tuple(self.groups))


class Removal(BaseModel):
    revision: Id


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of a line offers: values with their words."""

    workers: list[tuple[int, str]]
    weekdays: list[tuple[int, str]]
    parities: list[tuple[str, str]]
    forms: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    purposes: list[tuple[str, str]]
    audiences: list[tuple[str, str]]
    subjects: list[tuple[int | str, str]]
    groups: list[tuple[int, str]]


async def new(request: web.Request) -> web.Response:
    return await _show(request, Form({"parity": "every", "purpose": "current", "audience": "students"}), None)


async def add(request: web.Request) -> web.Response:
    form = await forms.read(request, WishedLine)
    if form.given is not None:
        try:
            async with request.app[DATABASE].begin() as db:
                by, slot = viewer(request).person_id, form.given.slot
                await schedule_actions.add_line(
                    db, now(request), by=by, version_id=version_id(request), **vars(slot)
                )
        except SchoolError as error:
            if not explain(form, error, request[READER].words):
                raise
        else:
            return see_other(request, "version", version=version_id(request))
    return await _show(request, form, None, status=form.status)


async def edit(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        line = await _line(db, request)
    return await _show(request, _typed(line), line.row.id)


async def change(request: web.Request) -> web.Response:
    form = await forms.read(request, WishedLine)
    if form.given is None:
        return await _show(request, form, _line_id(request), status=422)
    try:
        async with request.app[DATABASE].begin() as db:
            await actions.change_line(
                db,
                now(request),
                by=viewer(request).person_id,
                version_id=version_id(request),
                line_id=_line_id(request),
                revision=form.given.revision,
                slot=form.given.slot,
            )
    except RemovedMeanwhile as error:
        explain(form, error, request[READER].words)
        return await _show(request, form, None, status=409)
    except EditedMeanwhile as error:
        explain(form, error, request[READER].words)
        return await _show(request, form, _line_id(request), status=409, compare=form.given.slot)
    except SchoolError as error:
        if not explain(form, error, request[READER].words):
            raise
        return await _show(request, form, _line_id(request), status=form.status)
    return see_other(request, "version", version=version_id(request))


async def remove(request: web.Request) -> web.Response:
    form = await forms.read(request, Removal)
    if form.given is None:
        raise web.HTTPBadRequest
    try:
        async with request.app[DATABASE].begin() as db:
            await actions.remove_line(
                db,
                now(request),
                by=viewer(request).person_id,
                version_id=version_id(request),
                line_id=_line_id(request),
                revision=form.given.revision,
            )
    except RemovedMeanwhile:
        return see_other(request, "version", version=version_id(request))
    except EditedMeanwhile:
        async with request.app[DATABASE].read() as db:
            line = await _line(db, request)
        shown = _typed(line)
        shown.refuse("", request[READER].words.gettext(_CHANGED_BEFORE_REMOVAL))
        return await _show(request, shown, line.row.id, status=409)
    return see_other(request, "version", version=version_id(request))


async def _show(
    request: web.Request,
    form: Form[WishedLine],
    line_id: int | None,
    *,
    status: int = 200,
    compare: Slot | None = None,
) -> web.Response:
    """The form of a line; `compare` is what was typed while somebody else saved something else."""
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        found = await schedule.version(db, version_id(request))
        if found.state is not VersionState.DRAFT and not form.error(""):
            return see_other(request, "version", version=found.id)
        choices = await _choices(db, found, reader)
        turns: tuple[versions.Turn, ...] = ()
        if compare is not None:
            line = await _line(db, request)
            turns = _turns(line, compare, choices, reader)
            # Whoever saves once more has seen what stands there now.
            form.values = {**form.values, "revision": str(line.row.revision)}
    return page(
        request,
        "versions/line.html",
        status=status,
        form=form,
        found=found,
        line_id=line_id,
        choices=choices,
        turns=turns,
        period=versions.period(found, reader),
        zone=reader.when.zone_name(found.zone),
    )


async def _choices(db: Db, found: VersionRow, reader: Reader) -> Choices:
    words = reader.words
    studied = await study.subjects(db)
    names = [one.name for one in studied]
    return Choices(
        workers=[
            (one.appointment_id, f"{one.name}, {one.position}")
            for one in await drafting.workers(db, found.valid_from, found.valid_until, reader.when.now)
        ],
        weekdays=[(number, weekday(number, words.language)) for number in range(1, 8)],
        parities=[
            (one.value, words.gettext(label) if label else words.gettext("every week"))
            for one, label in labels.PARITY.items()
        ],
        forms=[(one.value, words.gettext(label)) for one, label in labels.FORM.items()],
        kinds=[(one.value, words.gettext(label)) for one, label in labels.KIND.items()],
        purposes=[(one.value, words.gettext(label)) for one, label in labels.PURPOSE.items()],
        audiences=[(one.value, words.gettext(label)) for one, label in labels.AUDIENCE.items()],
        subjects=[("", words.gettext("no subject"))]
        + [
            (one.id, one.name if names.count(one.name) == 1 else f"{one.name} ({one.programme_name})")
            for one in studied
            if one.since <= found.valid_until and one.until >= found.valid_from
        ],
        groups=[(one.id, one.name) for one in await people.groups(db)],
    )


def _turns(line: NamedLine, mine: Slot, choices: Choices, reader: Reader) -> tuple[versions.Turn, ...]:
    """What stands there now against what was typed."""
    groups, subjects, workers = dict(choices.groups), dict(choices.subjects), dict(choices.workers)
    theirs = line.row.slot
    fields = tuple(
        name for name in vars(mine) if _plain(getattr(mine, name)) != _plain(getattr(theirs, name))
    )
    wished = versions.said(
        replace(
            line,
            row=replace(line.row, **vars(mine)),
            subject=subjects.get(mine.subject_id) if mine.subject_id else None,
            group_names=tuple(groups.get(group_id, "") for group_id in mine.group_ids),
        ),
        reader,
    )
    wished = replace(wished, worker=workers.get(mine.appointment_id, wished.worker))
    return versions.turns(versions.said(line, reader), wished, fields, reader)


def _plain(value: object) -> object:
    return frozenset(value) if isinstance(value, tuple) else value


async def _line(db: Db, request: web.Request) -> NamedLine:
    for line in await drafting.named_lines(db, version_id(request)):
        if line.row.id == _line_id(request):
            return line
    raise NotFound(subject="schedule_line", id=_line_id(request))


def _typed(line: NamedLine) -> Form[WishedLine]:
    row = line.row
    values = {
        "appointment_id": str(row.appointment_id),
        "weekday": str(row.weekday),
        "starts": f"{row.starts:%H:%M}",
        "ends": f"{row.ends:%H:%M}",
        "parity": row.parity.value,
        "form": row.form.value,
        "kind": row.kind.value,
        "purpose": row.purpose.value,
        "audience": row.audience.value,
        "subject_id": str(row.subject_id or ""),
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "revision": str(row.revision),
    }
    return Form(values, {"groups": [str(group_id) for group_id in row.group_ids]})


def _line_id(request: web.Request) -> int:
    return int(request.match_info["line"])


_CHANGED_BEFORE_REMOVAL = N_(
    "Somebody else has changed this line meanwhile, so it was not removed. "
    "Look at it as it is now and decide again."
)
_DRAFTS = capability(Capability.DRAFT_SCHEDULE)
_LINES = r"/versions/{version:\d{1,9}}/lines"
ROUTES = (
    Route("line_new", "GET", f"{_LINES}/new", new, _DRAFTS),
    Route("line_new", "POST", f"{_LINES}/new", add, _DRAFTS),
    Route("line_edit", "GET", rf"{_LINES}/{{line:\d{{1,9}}}}", edit, _DRAFTS),
    Route("line_edit", "POST", rf"{_LINES}/{{line:\d{{1,9}}}}", change, _DRAFTS),
    Route("line_remove", "POST", rf"{_LINES}/{{line:\d{{1,9}}}}/remove", remove, _DRAFTS),
)
