"""Programmes, their subjects and when each is studied."""

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.people.rules import Capability
from school.stamp import stamp
from school.study import actions
from school.study import queries as study
from school.study.models import SubjectType
from web import forms, labels
from web.access import Route, capability
from web.fields import Day, Id, Line
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved


class ProgrammeForm(BaseModel):
    name: Line


class NewSubject(BaseModel):
    programme_id: Id
    name: Line
    subject_type: SubjectType
    since: Day
    until: Day


class SubjectForm(BaseModel):
    name: Line
    subject_type: SubjectType
    since: Day
    until: Day
    seen: str = ""


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def add_programme(request: web.Request) -> web.Response:
    form = await forms.read(request, ProgrammeForm)

    async def change(db: Db, given: ProgrammeForm) -> None:
        await actions.add_programme(db, now(request), by=viewer(request).person_id, name=given.name)

    if await saved(request, form, change):
        return see_other(request, "study")
    return await _page(request, programme=form, status=form.status)


async def add_subject(request: web.Request) -> web.Response:
    form = await forms.read(request, NewSubject)

    async def change(db: Db, given: NewSubject) -> None:
        await actions.add_subject(db, now(request), by=viewer(request).person_id, **given.model_dump())

    if await saved(request, form, change):
        return see_other(request, "study")
    return await _page(request, subject=form, status=form.status)


async def _page(
    request: web.Request,
    *,
    programme: Form[ProgrammeForm] | None = None,
    subject: Form[NewSubject] | None = None,
    status: int = 200,
) -> web.Response:
    async with request.app[DATABASE].read() as db:
        programmes, subjects = await study.programmes(db), await study.subjects(db)
    return page(
        request,
        "study/page.html",
        status=status,
        programmes=programmes,
        subjects={
            row.id: [subject for subject in subjects if subject.programme_id == row.id] for row in programmes
        },
        programme_choices=[(row.id, row.name) for row in programmes],
        types=_types(request),
        type_words=labels.SUBJECT_TYPE,
        programme=programme or Form[ProgrammeForm](),
        subject=subject or Form[NewSubject](),
    )


async def show_programme(request: web.Request) -> web.Response:
    row = await _programme(request)
    return page(request, "study/programme.html", form=Form[ProgrammeForm]({"name": row.name}), row=row)


async def rename_programme(request: web.Request) -> web.Response:
    row = await _programme(request)
    form = await forms.read(request, ProgrammeForm)

    async def change(db: Db, given: ProgrammeForm) -> None:
        await actions.rename_programme(
            db, now(request), by=viewer(request).person_id, programme_id=row.id, name=given.name
        )

    if await saved(request, form, change):
        return see_other(request, "study")
    return page(request, "study/programme.html", status=form.status, form=form, row=row)


async def show_subject(request: web.Request) -> web.Response:
    row = await _subject(request)
    typed = {
        "name": row.name,
        "subject_type": row.subject_type.value,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "seen": stamp(row),
    }
    return page(request, "study/subject.html", form=Form[SubjectForm](typed), row=row, types=_types(request))


async def change_subject(request: web.Request) -> web.Response:
    row = await _subject(request)
    form = await forms.read(request, SubjectForm)

    async def change(db: Db, given: SubjectForm) -> None:
        await actions.change_subject(
            db, now(request), by=viewer(request).person_id, subject_id=row.id, **given.model_dump()
        )

    if await saved(request, form, change):
        return see_other(request, "study")
    return page(request, "study/subject.html", status=form.status, form=form, row=row, types=_types(request))


async def _programme(request: web.Request) -> study.ProgrammeRow:
    async with request.app[DATABASE].read() as db:
        return await study.programme(db, int(request.match_info["programme"]))


async def _subject(request: web.Request) -> study.SubjectRow:
    async with request.app[DATABASE].read() as db:
        return await study.subject(db, int(request.match_info["subject"]))


def _types(request: web.Request) -> list[tuple[str, str]]:
    words = request[READER].words
    return [(kind.value, words.gettext(label)) for kind, label in labels.SUBJECT_TYPE.items()]


_ACCESS = capability(Capability.MANAGE_STUDY)
ROUTES = (
    Route("study", "GET", "/settings/study", show, _ACCESS),
    Route("programme_add", "POST", "/settings/study/programmes", add_programme, _ACCESS),
    Route("programme", "GET", r"/settings/study/programmes/{programme:\d{1,9}}", show_programme, _ACCESS),
    Route("programme", "POST", r"/settings/study/programmes/{programme:\d{1,9}}", rename_programme, _ACCESS),
    Route("subject_add", "POST", "/settings/study/subjects", add_subject, _ACCESS),
    Route("subject", "GET", r"/settings/study/subjects/{subject:\d{1,9}}", show_subject, _ACCESS),
    Route("subject", "POST", r"/settings/study/subjects/{subject:\d{1,9}}", change_subject, _ACCESS),
)
