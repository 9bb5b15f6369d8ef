"""One person as the administrator has them: particulars, roles, appointments, family, sign-ins, the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from school.accounts import queries as accounts
from school.accounts.rules import device
from school.db import Db
from school.directory import actions as changing
from school.directory import queries as directory
from school.directory.actions import Particulars
from school.directory.queries import FamilyRow, Presence, Wanted
from school.directory.rules import LinkState, comes_of_age, link_state
from school.errors import Invalid, NotFound
from school.factors import queries as factors
from school.organisation import queries as organisation
from school.people import actions
from school.people import queries as people
from school.people.models import Category, Role
from school.people.rules import Capability
from school.stamp import stamp
from web import forms, labels
from web.access import Route, capability
from web.fields import Day, Line
from web.forms import Form
from web.keys import DATABASE, READER
from web.pages.people import PersonForm, habits
from web.reply import now, page, see_other, viewer
from web.saving import saved

_MOST_FOUND = 10


class EditForm(PersonForm):
    seen: str = ""


class RolesForm(BaseModel):
    roles: list[Role] = []
    seen: str = ""


class AppointmentForm(BaseModel):
    position: Line
    category: Category
    since: Day
    until: Day | None = None


class LastDay(BaseModel):
    until: Day


@dataclass(frozen=True, slots=True)
class Relative:
    """A parent or a child, and what the link is today."""

    row: FamilyRow
    state: LinkState
    of_age: date | None


def person_id(request: web.Request) -> int:
    return int(request.match_info["person"])


async def show(request: web.Request) -> web.Response:
    return await card_page(request)


async def card_page(
    request: web.Request, forms_by_name: Mapping[str, Form[Any]] | None = None, *, status: int = 200
) -> web.Response:
    """The card; a form that was refused stands in it with its words."""
    reader, at = request[READER], now(request)
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        today = settings.today(at)
        card = await directory.card(db, person_id(request))
        sign_ins = await accounts.sign_ins(db, card.person.id, at, token=reader.sign_in)
        factor = await factors.is_on(db, card.person.id)
        sought = request.query.get("relative", "")[:200].strip()
        found = await _found(db, sought, at, today)
    given = forms_by_name or {}
    role_values = sorted(role.value for role in card.roles)
    return page(
        request,
        "person/page.html",
        status=status,
        card=card,
        person=card.person,
        left=card.person.ended_at is not None and card.person.ended_at <= at,
        children=[_relative(row, today) for row in card.children],
        parents=[_relative(row, today) for row in card.parents],
        sign_ins=[(row, device(row.user_agent)) for row in sign_ins],
        factor=factor,
        sought=sought,
        found=[row for row in found if row.person.id != card.person.id],
        roles=labels.ROLE,
        role_form=given.get("roles") or Form[RolesForm]({"seen": stamp(role_values)}, {"roles": role_values}),
        appoint_form=given.get("appoint") or Form[AppointmentForm]({"since": today.isoformat()}),
        end_form=given.get("end_appointment") or Form[LastDay]({"until": today.isoformat()}),
        ended_id=int(request.match_info.get("appointment", 0)),
        link_form=given.get("link") or Form[BaseModel](),
        suspend_form=given.get("suspend") or Form[BaseModel](),
        link_id=int(request.match_info.get("link", 0)),
        categories=[(value.value, reader.words.gettext(label)) for value, label in labels.CATEGORY.items()],
        category_words=labels.CATEGORY,
        relation_words=labels.RELATION,
        relations=[(value.value, reader.words.gettext(label)) for value, label in labels.RELATION.items()],
        today=today,
    )


async def _found(db: Db, sought: str, at: datetime, today: date) -> list[directory.ListedRow]:
    """Whom the search for a relative finds."""
    wanted = Wanted(text=sought, presence=Presence.HERE)
    return await directory.find(db, wanted, at, today, limit=_MOST_FOUND) if sought else []


def _relative(row: FamilyRow, today: date) -> Relative:
    state = link_state(
        birth_date=row.birth_date,
        suspended_at=row.suspended_at,
        adult_consent_at=row.adult_consent_at,
        today=today,
    )
    return Relative(row, state, comes_of_age(row.birth_date) if row.birth_date else None)


async def show_edit(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        row = await people.person(db, person_id(request))
    typed = {
        "family_name": row.family_name,
        "given_name": row.given_name,
        "patronymic": row.patronymic,
        "birth_date": row.birth_date.isoformat() if row.birth_date else "",
        "login": row.login or "",
        "locale": row.locale or "",
        "zone": row.zone or "",
        "seen": stamp(row),
    }
    return page(request, "person/edit.html", form=Form[EditForm](typed), person=row, **habits(request))


async def edit(request: web.Request) -> web.Response:
    form = await forms.read(request, EditForm)

    async def change(db: Db, given: EditForm) -> None:
        await changing.change_person(
            db,
            now(request),
            by=viewer(request).person_id,
            person_id=person_id(request),
            particulars=Particulars(**given.model_dump(exclude={"seen"})),
            seen=given.seen,
        )

    if await saved(request, form, change):
        return see_other(request, "person", person=person_id(request))
    async with request.app[DATABASE].read() as db:
        row = await people.person(db, person_id(request))
    return page(request, "person/edit.html", status=form.status, form=form, person=row, **habits(request))


async def set_roles(request: web.Request) -> web.Response:
    form = await forms.read(request, RolesForm)

    async def change(db: Db, given: RolesForm) -> None:
        await changing.set_roles(
            db,
            now(request),
            by=viewer(request).person_id,
            person_id=person_id(request),
            roles=frozenset(given.roles),
            seen=given.seen,
        )

    if await saved(request, form, change):
        return _back(request)
    return await card_page(request, {"roles": form}, status=form.status)


async def appoint(request: web.Request) -> web.Response:
    form = await forms.read(request, AppointmentForm)

    async def change(db: Db, given: AppointmentForm) -> None:
        await actions.appoint(
            db,
            now(request),
            by=viewer(request).person_id,
            person_id=person_id(request),
            **given.model_dump(),
        )

    if await saved(request, form, change):
        return _back(request)
    return await card_page(request, {"appoint": form}, status=form.status)


async def end_appointment(request: web.Request) -> web.Response:
    form = await forms.read(request, LastDay)
    appointment_id = int(request.match_info["appointment"])

    async def change(db: Db, given: LastDay) -> None:
        if (await people.appointment(db, appointment_id)).person_id != person_id(request):
            raise NotFound(subject="appointment", id=appointment_id)
        by = viewer(request).person_id
        if not await actions.end_appointment(
            db, now(request), by=by, appointment_id=appointment_id, until=given.until
        ):
            raise Invalid(field="until", reason="before_since")

    if await saved(request, form, change):
        return _back(request)
    return await card_page(request, {"end_appointment": form}, status=form.status)


def _back(request: web.Request) -> web.Response:
    return see_other(request, "person", person=person_id(request))


_PATH = r"/people/{person:\d{1,9}}"
_ACCESS = capability(Capability.MANAGE_PEOPLE)
ROUTES = (
    Route("person", "GET", _PATH, show, _ACCESS),
    Route("person_edit", "GET", rf"{_PATH}/edit", show_edit, _ACCESS),
    Route("person_edit", "POST", rf"{_PATH}/edit", edit, _ACCESS),
    Route("person_roles", "POST", rf"{_PATH}/roles", set_roles, capability(Capability.GRANT_ROLES)),
    Route("person_appoint", "POST", rf"{_PATH}/appointments", appoint, _ACCESS),
    Route(
        "appointment_end",
        "POST",
        rf"{_PATH}/appointments/{{appointment:\d{{1,9}}}}/end",
        end_appointment,
        _ACCESS,
    ),
)
