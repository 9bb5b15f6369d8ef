"""People: the list with its search and filters, and adding one."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from school.db import Db
from school.directory import queries as directory
from school.directory.actions import check_birth_date
from school.directory.queries import Presence, Wanted
from school.organisation import queries as organisation
from school.people import actions
from school.people import queries as people
from school.people.models import Role
from school.people.rules import Capability
from web import forms, labels, zones
from web.access import Route, capability
from web.fields import Day
from web.fields import number as number_in
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, url, viewer
from web.saving import saved

_PER_PAGE = 50

NamePart = Annotated[str, Field(min_length=1, max_length=100)]


class PersonForm(BaseModel):
    """What is typed of a person; what is left empty is not known, or as the organisation has it."""

    family_name: NamePart
    given_name: NamePart
    patronymic: Annotated[str, Field(max_length=100)] = ""
    birth_date: Day | None = None
    login: Annotated[str, Field(max_length=100)] | None = None
    locale: Literal["ru", "en"] | None = None
    zone: str | None = None


class NewPerson(PersonForm):
    roles: list[Role] = []


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a long list stands; addresses of its neighbours are empty at its ends."""

    first: int
    last: int
    total: int
    earlier: str
    later: str


async def show(request: web.Request) -> web.Response:
    reader = request[READER]
    wanted, number = _wanted(request), number_in(request.query.get("page", "")) or 1
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(reader.when.now)
        total = await directory.count(db, wanted, reader.when.now, today)
        number = min(number, max(1, -(-total // _PER_PAGE)))
        rows = await directory.find(
            db, wanted, reader.when.now, today, limit=_PER_PAGE, offset=(number - 1) * _PER_PAGE
        )
        groups = await people.groups(db)
    return page(
        request,
        "people/page.html",
        rows=rows,
        wanted=wanted,
        groups=groups,
        roles=labels.ROLE,
        pager=_pager(request, number, len(rows), total),
        narrowed=wanted != Wanted(),
    )


def _wanted(request: web.Request) -> Wanted:
    """The list's filters; whatever is not one of the offered values narrows nothing."""
    query = request.query
    role, presence = query.get("role", ""), query.get("state", "")
    return Wanted(
        text=query.get("q", "")[:200].strip(),
        role=Role(role) if role in set(Role) else None,
        group_id=number_in(query.get("group", "")) or None,
        presence=Presence(presence) if presence in set(Presence) else Presence.HERE,
    )


def _pager(request: web.Request, number: int, shown: int, total: int) -> Pager:
    def address(wanted: int) -> str:
        return url(request, "people", **{**request.query, "page": wanted})

    first = (number - 1) * _PER_PAGE + 1 if shown else 0
    return Pager(
        first=first,
        last=first + shown - 1 if shown else 0,
        total=total,
        earlier=address(number - 1) if number > 1 else "",
        later=address(number + 1) if number * _PER_PAGE < total else "",
    )


async def show_new(request: web.Request) -> web.Response:
    return new_page(request, Form[NewPerson]())


async def add(request: web.Request) -> web.Response:
    form = await forms.read(request, NewPerson)
    made: list[int] = []

    async def change(db: Db, given: NewPerson) -> None:
        by, at = viewer(request).person_id, now(request)
        check_birth_date(given.birth_date, at)
        values = given.model_dump(exclude={"roles"})
        made.append(await actions.add_person(db, at, by=by, **values))
        for role in given.roles:
            await actions.grant_role(db, at, by=by, person_id=made[0], role=role)

    if await saved(request, form, change):
        return see_other(request, "person", person=made[0])
    return new_page(request, form, status=form.status)


def new_page(request: web.Request, form: Form[NewPerson], *, status: int = 200) -> web.Response:
    return page(
        request,
        "people/new.html",
        status=status,
        form=form,
        roles=labels.ROLE,
        **habits(request),
    )


def habits(request: web.Request) -> dict[str, Any]:
    """What the fields of language and zone offer; the first is the organisation's own."""
    words = request[READER].words
    russian, others = zones.choices(words.language)
    as_organisation = ("", words.gettext("as the organisation has it"))
    return {
        "zones": [as_organisation, *russian],
        "other_zones": others,
        "languages": [as_organisation, *labels.LANGUAGES],
    }


_ACCESS = capability(Capability.MANAGE_PEOPLE)
ROUTES = (
    Route("people", "GET", "/people", show, _ACCESS),
    Route("person_new", "GET", "/people/new", show_new, _ACCESS),
    Route("person_new", "POST", "/people/new", add, _ACCESS),
)
