"""The second factor of one's own sign-in, for the staff: begin, prove, recovery codes, switch off (R7)."""

import time
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from school.db import Db
from school.errors import Forbidden, Invalid
from school.factors import actions, queries
from school.factors.rules import address
from school.people import queries as people
from school.people.models import Role
from web import forms, qr
from web.access import Route, own
from web.errors import TooOften
from web.forms import Form
from web.keys import DATABASE, LIMITS, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved

STAFF = frozenset(Role) - {Role.STUDENT, Role.LEGAL_REPRESENTATIVE}


class FactorForm(BaseModel):
    action: Literal["begin", "enable", "disable"]
    code: Annotated[str, Field(max_length=40)] = ""


async def show(request: web.Request) -> web.Response:
    _need_staff(request)
    return await _page(request, Form[FactorForm]())


async def change(request: web.Request) -> web.Response:
    """Switching on and off need a right code each: an open page is not the person."""
    _need_staff(request)
    form = await forms.read(request, FactorForm)
    person_id, recovery = viewer(request).person_id, list[str]()
    if form.given is not None and form.given.action != "begin":
        if not form.given.code:
            form.refuse("code", request[READER].words.gettext("Fill in this field."))
            return await _page(request, form, status=form.status)
        wait = request.app[LIMITS].sign_in_login.wait(f"code {person_id}", time.monotonic())
        if wait:
            raise TooOften(seconds=max(1, round(wait)))

    async def do(db: Db, given: FactorForm) -> None:
        at = now(request)
        if given.action == "begin":
            await actions.begin(db, at, person_id=person_id)
        elif given.action == "enable":
            recovery.extend(await actions.enable(db, at, person_id=person_id, code=given.code))
        elif await actions.check(db, at, person_id=person_id, code=given.code):
            await actions.disable(db, at, by=person_id, person_id=person_id)
        else:
            raise Invalid(field="code", reason="wrong_code")

    if not await saved(request, form, do):
        return await _page(request, form, status=form.status)
    request.app[LIMITS].sign_in_login.give_back(f"code {person_id}")
    if recovery:
        return page(request, "account/recovery.html", codes=recovery)
    return see_other(request, "second_factor")


async def _page(request: web.Request, form: Form[FactorForm], *, status: int = 200) -> web.Response:
    person_id, school = viewer(request).person_id, request[READER].organisation
    async with request.app[DATABASE].read() as db:
        factor = await queries.factor(db, person_id)
        login = (await people.person(db, person_id)).login or ""
    pending = factor is not None and factor.enabled_at is None
    picture = ""
    if factor is not None and pending:
        picture = qr.picture(address(factor.secret, login, school.short_name if school else ""))
    return page(
        request,
        "account/second_factor.html",
        status=status,
        form=form,
        factor=factor,
        pending=pending,
        picture=picture,
    )


def _need_staff(request: web.Request) -> None:
    if not viewer(request).roles & STAFF:
        raise Forbidden


_ACCESS = own("the reader's own, and the reader is of the staff")
ROUTES = (
    Route("second_factor", "GET", "/account/second-factor", show, _ACCESS),
    Route("second_factor", "POST", "/account/second-factor", change, _ACCESS),
)
