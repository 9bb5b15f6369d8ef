"""What the administrator does about a person's way in: a one-time password, ending sign-ins (R7)."""

import asyncio

from aiohttp import web
from pydantic import BaseModel

from school.accounts import actions as accounts
from school.accounts.rules import one_time_password
from school.errors import Invalid
from school.factors import actions as factors
from school.people import actions
from school.people import queries as people
from school.people.passwords import hash_password
from school.people.rules import Capability
from web import forms
from web.access import Route, capability
from web.fields import Id
from web.keys import DATABASE, HASHER
from web.pages.person import person_id
from web.reply import now, page, see_other, viewer


class EndForm(BaseModel):
    """One sign-in, or all."""

    sign_in: Id | None = None


async def give_password(request: web.Request) -> web.Response:
    """Make a password, show it once; it is to be changed at the next sign-in, and every open one ends."""
    async with request.app[DATABASE].read() as db:
        person = await people.person(db, person_id(request))
    if person.login is None:
        raise Invalid(field="login", reason="empty")
    password = one_time_password()
    hashed = await asyncio.get_running_loop().run_in_executor(request.app[HASHER], hash_password, password)
    async with request.app[DATABASE].begin() as db:
        await actions.set_password(
            db,
            now(request),
            by=viewer(request).person_id,
            person_id=person.id,
            password_hash=hashed,
            change_due=True,
        )
    return page(request, "person/password.html", person=person, password=password)


async def end_sign_ins(request: web.Request) -> web.Response:
    given = (await forms.read(request, EndForm)).given
    if given is None:
        raise Invalid(field="sign_in", reason="unknown")
    by, this = viewer(request).person_id, person_id(request)
    async with request.app[DATABASE].begin() as db:
        if given.sign_in is None:
            await accounts.end_all(db, now(request), by=by, person_id=this)
        else:
            await accounts.end_one(db, now(request), by=by, person_id=this, sign_in_id=given.sign_in)
    return see_other(request, "person", person=this)


async def switch_factor_off(request: web.Request) -> web.Response:
    """For who has lost the telephone and the recovery codes."""
    async with request.app[DATABASE].begin() as db:
        await factors.disable(db, now(request), by=viewer(request).person_id, person_id=person_id(request))
    return see_other(request, "person", person=person_id(request))


_ACCESS = capability(Capability.MANAGE_PEOPLE)
ROUTES = (
    Route("person_password", "POST", r"/people/{person:\d{1,9}}/password", give_password, _ACCESS),
    Route("person_factor", "POST", r"/people/{person:\d{1,9}}/second-factor", switch_factor_off, _ACCESS),
    Route("person_sign_ins", "POST", r"/people/{person:\d{1,9}}/sign-ins", end_sign_ins, _ACCESS),
)
