"""A person's own account: password, sign-ins, language and zone, an adult child's consent."""

import asyncio
import time
from datetime import date
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from school.accounts import actions as accounts
from school.accounts import queries
from school.accounts.rules import device
from school.db import Db
from school.directory import queries as directory
from school.directory.rules import LinkState, link_state
from school.errors import Invalid
from school.factors import queries as factors
from school.organisation import queries as organisation
from school.people import actions
from school.people.passwords import hash_password, verify_password
from school.people.rules import Capability, can, check_password, is_minor
from web import forms, labels
from web.access import Route, capability, signed_in
from web.back import own_path
from web.errors import TooOften
from web.fields import Id
from web.forms import Form
from web.keys import DATABASE, HASHER, LIMITS, READER
from web.pages.people import habits
from web.pages.second_factor import STAFF
from web.reply import now, page, see_other, url, viewer
from web.saving import explain, saved


class PasswordForm(BaseModel):
    old_password: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    password_again: Annotated[str, Field(min_length=1, max_length=200)]
    next: str = ""


class HabitsForm(BaseModel):
    locale: Literal["ru", "en"] | None = None
    zone: str | None = None


class EndForm(BaseModel):
    """One sign-in, or all but this one."""

    sign_in: Id | None = None


class ConsentForm(BaseModel):
    link: Id
    action: Literal["consent", "withdraw"]


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(
    request: web.Request, habits_form: Form[HabitsForm] | None = None, *, status: int = 200
) -> web.Response:
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(reader.when.now)
        card = await directory.card(db, who.person_id)
        factor = await factors.is_on(db, who.person_id)
        rows = await queries.sign_ins(db, who.person_id, reader.when.now, token=reader.sign_in)
    typed = {"locale": card.person.locale or "", "zone": card.person.zone or ""}
    return page(
        request,
        "account/page.html",
        status=status,
        person=card.person,
        roles=[labels.ROLE[role] for role in labels.ROLE if role in card.roles],
        sign_ins=[(row, device(row.user_agent)) for row in rows],
        may_have_factor=bool(card.roles & STAFF) and card.person.login is not None,
        factor=factor,
        form=habits_form or Form[HabitsForm](typed),
        parents=[(row, _state(row, today)) for row in card.parents if _is_adult(row, today)]
        if can(who.roles, Capability.CONSENT_AS_ADULT)
        else [],
        **habits(request),
    )


def _is_adult(row: directory.FamilyRow, today: date) -> bool:
    return row.birth_date is not None and not is_minor(row.birth_date, today)


def _state(row: directory.FamilyRow, today: date) -> LinkState:
    return link_state(
        birth_date=row.birth_date,
        suspended_at=row.suspended_at,
        adult_consent_at=row.adult_consent_at,
        today=today,
    )


async def show_password(request: web.Request) -> web.Response:
    return _password_page(request, Form[PasswordForm]({"next": own_path(request.query.get("next", ""), "")}))


async def change_password(request: web.Request) -> web.Response:
    """The old password is asked for: an open page is not the person. Who had to change it then goes on."""
    form = await forms.read(request, PasswordForm)
    words, who = request[READER].words, viewer(request)
    given = form.given
    if given is None:
        return _password_page(request, form, status=422)
    wait = request.app[LIMITS].sign_in_login.wait(f"person {who.person_id}", time.monotonic())
    if wait:
        raise TooOften(seconds=max(1, round(wait)))
    if not await _is_right(request, given.old_password):
        form.refuse("old_password", words.gettext("This is not your present password."))
    elif given.password != given.password_again:
        form.refuse("password_again", words.gettext("The two passwords differ. Type the new one twice."))
    elif given.password == given.old_password:
        form.refuse("password", words.gettext("This is the present password. Choose another one."))
    else:
        try:
            check_password(given.password)
        except Invalid as error:
            explain(form, error, words)
    if form.errors:
        return _password_page(request, form, status=422)
    request.app[LIMITS].sign_in_login.give_back(f"person {who.person_id}")
    hashed = await _in_hasher(request, hash_password, given.password)
    async with request.app[DATABASE].begin() as db:
        await actions.set_password(
            db,
            now(request),
            by=who.person_id,
            person_id=who.person_id,
            password_hash=hashed,
            keep_token=request[READER].sign_in,
        )
    return web.Response(status=303, headers={"Location": own_path(given.next, url(request, "account"))})


async def _is_right(request: web.Request, password: str) -> bool:
    async with request.app[DATABASE].read() as db:
        stored = await queries.password_hash(db, viewer(request).person_id)
    return bool(await _in_hasher(request, verify_password, stored, password))


async def _in_hasher(request: web.Request, function: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(request.app[HASHER], function, *arguments)


def _password_page(request: web.Request, form: Form[PasswordForm], *, status: int = 200) -> web.Response:
    return page(
        request, "account/password.html", status=status, form=form, due=viewer(request).password_change_due
    )


async def set_habits(request: web.Request) -> web.Response:
    form = await forms.read(request, HabitsForm)

    async def change(db: Db, given: HabitsForm) -> None:
        await actions.set_habits(
            db, now(request), person_id=viewer(request).person_id, locale=given.locale, zone=given.zone
        )

    if await saved(request, form, change):
        return see_other(request, "account")
    return await _page(request, form, status=form.status)


async def end_sign_ins(request: web.Request) -> web.Response:
    given = (await forms.read(request, EndForm)).given
    if given is None:
        raise Invalid(field="sign_in", reason="unknown")
    person_id, token = viewer(request).person_id, request[READER].sign_in
    async with request.app[DATABASE].begin() as db:
        if given.sign_in is None:
            await accounts.end_all(db, now(request), by=person_id, person_id=person_id, keep_token=token)
        else:
            await accounts.end_one(
                db, now(request), by=person_id, person_id=person_id, sign_in_id=given.sign_in
            )
    return see_other(request, "account")


async def consent(request: web.Request) -> web.Response:
    given = (await forms.read(request, ConsentForm)).given
    if given is None:
        raise Invalid(field="action", reason="unknown")
    child_id, at = viewer(request).person_id, now(request)
    async with request.app[DATABASE].begin() as db:
        today = (await organisation.settings(db)).today(at)
        if given.action == "consent":
            await actions.consent_as_adult(db, at, child_id=child_id, link_id=given.link, today=today)
        else:
            await actions.withdraw_adult_consent(db, at, child_id=child_id, link_id=given.link)
    return see_other(request, "account")


ROUTES = (
    Route("account", "GET", "/account", show, signed_in()),
    Route("account_habits", "POST", "/account/habits", set_habits, signed_in()),
    Route("account_password", "GET", "/account/password", show_password, signed_in()),
    Route("account_password", "POST", "/account/password", change_password, signed_in()),
    Route("account_sign_ins", "POST", "/account/sign-ins", end_sign_ins, signed_in()),
    Route("account_consent", "POST", "/account/consent", consent, capability(Capability.CONSENT_AS_ADULT)),
)
