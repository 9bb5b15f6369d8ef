"""«Мои данные»: what the school keeps of somebody's study or work, how study is organised (R9)."""

from dataclasses import dataclass
from datetime import date

from aiohttp import web

from school.calendar import queries as calendar
from school.db import Db
from school.errors import NotFound
from school.organisation import queries as organisation
from school.people import queries as people
from school.people.models import Role
from school.people.queries import AppointmentRow, GroupRow, PersonRow
from school.people.rules import WORKER_ROLES
from school.schedule import study as scheduled
from school.study import queries as study
from school.study.models import SubjectType
from school.study.queries import SubjectRow
from web import labels
from web.access import Route, own
from web.keys import DATABASE, READER
from web.reply import now, page, viewer
from web.words import N_

_TYPE = {
    SubjectType.SUBJECT: N_("subject"),
    SubjectType.COURSE: N_("course"),
    SubjectType.DISCIPLINE: N_("discipline"),
    SubjectType.MODULE: N_("module"),
}


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme and its parts in order."""

    name: str
    parts: list[SubjectRow]


@dataclass(frozen=True, slots=True)
class Learner:
    """One person's study; `consulted` are the subjects that the schedule has consultations on for them."""

    person: PersonRow
    groups: list[GroupRow]
    programmes: list[Programme]
    consulted: set[int]


async def mine(request: web.Request) -> web.Response:
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(now(request))
        works = bool(who.roles & WORKER_ROLES)
        me = await _learner(db, who.person_id, today, host=works)
        jobs = await people.appointments(db, today, person_id=who.person_id) if works else []
        children = await people.children(db, who.person_id, today)
        year = await calendar.calendar(db)
    return page(
        request,
        "my/page.html",
        heading=reader.words.gettext("My data"),
        me=me,
        roles=[reader.words.gettext(labels.ROLE[role]) for role in Role if role in who.roles],
        jobs=jobs,
        children=children,
        studies=Role.STUDENT in who.roles or works,
        types=_TYPE,
        year=year,
    )


async def child(request: web.Request) -> web.Response:
    """A parent's page about one child; anybody else's child does not exist."""
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(now(request))
        wanted = int(request.match_info["child"])
        if wanted not in {one.person_id for one in await people.children(db, who.person_id, today)}:
            raise NotFound(subject="child", id=wanted)
        me = await _learner(db, wanted, today)
        year = await calendar.calendar(db)
    no_jobs: list[AppointmentRow] = []
    return page(
        request,
        "my/page.html",
        heading=me.person.name,
        me=me,
        roles=[reader.words.gettext(labels.ROLE[Role.STUDENT])],
        jobs=no_jobs,
        children=[],
        studies=True,
        types=_TYPE,
        year=year,
    )


async def _learner(db: Db, person_id: int, today: date, *, host: bool = False) -> Learner:
    groups = await people.groups_of(db, person_id, today)
    subjects = await scheduled.subject_ids(
        db, today, group_ids=[group.id for group in groups], host_id=person_id if host else None
    )
    return Learner(
        person=await people.person(db, person_id),
        groups=groups,
        programmes=_programmes(await study.subjects(db), subjects),
        consulted=subjects,
    )


def _programmes(parts: list[SubjectRow], subjects: set[int]) -> list[Programme]:
    """The programmes that have one of the subjects, each whole, in its own order."""
    theirs = {part.programme_id for part in parts if part.id in subjects}
    found: dict[int, Programme] = {}
    for part in parts:
        if part.programme_id in theirs:
            found.setdefault(part.programme_id, Programme(part.programme_name, [])).parts.append(part)
    return sorted(found.values(), key=lambda one: one.name)


_SELF = own("the reader's own data")
_PARENT = own("a parent whose rights for this child are in force")
ROUTES = (
    Route("my", "GET", "/my", mine, _SELF),
    Route("child", "GET", r"/my/children/{child:\d{1,9}}", child, _PARENT),
)
