"""Signing in with a login and a password, and signing out (R7)."""

import asyncio
import time
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field

from school.audit import actions as audit
from school.db import Db
from school.factors import queries as factors
from school.factors.actions import check as use_code
from school.people import actions as people
from school.people import queries
from school.people.passwords import verify_password
from school.people.rules import clean_login, is_active
from web import cookies, forms, remote
from web.access import Route, public
from web.back import own_path
from web.keys import DATABASE, HASHER, LIMITS, OPTIONS, READER
from web.proofs import Proofs
from web.reply import now, page, see_other


class Code(BaseModel):
    """`proof` says whose password was right a moment ago."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    proof: Annotated[str, Field(max_length=200)]
    next: str = "/"


class Credentials(BaseModel):
    login: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    next: str = "/"


async def show(request: web.Request) -> web.Response:
    if request[READER].viewer:
        return see_other(request, "home")
    form = forms.Form[Credentials]({"next": own_path(request.query.get("next", "/"))})
    return page(request, "sign_in/page.html", form=form)


async def sign_in(request: web.Request) -> web.Response:
    form = await forms.read(request, Credentials)
    if form.given is None:
        return page(request, "sign_in/page.html", status=422, form=form)
    wait = _wait(request, form.given.login)
    if wait:
        return _too_often(request, form, wait)
    person_id = await _verified(request, form.given)
    if person_id is None:
        return await _wrong(request, form)
    request.app[LIMITS].sign_in_login.give_back(clean_login(form.given.login))
    request.app[LIMITS].sign_in_address.give_back(remote.address(request))
    async with request.app[DATABASE].read() as db:
        needs_code = await factors.is_on(db, person_id)
    if needs_code:
        halfway = {"proof": _proofs(request).give(person_id, now(request)), "next": own_path(form.given.next)}
        return page(request, "sign_in/code.html", form=forms.Form[Code](halfway))
    return await _signed_in(request, person_id, own_path(form.given.next))


async def second_step(request: web.Request) -> web.Response:
    """The code, minutes after a right password at most; each failure is slowed and audited."""
    form = await forms.read(request, Code)
    person_id = _proofs(request).person(form.value("proof"), now(request))
    if person_id is None:
        return see_other(request, "sign_in")
    if form.given is None:
        return page(request, "sign_in/code.html", status=422, form=form)
    wait = request.app[LIMITS].sign_in_login.wait(f"code {person_id}", time.monotonic())
    if wait:
        return _too_often(request, form, wait, "sign_in/code.html")
    async with request.app[DATABASE].begin() as db:
        right = await use_code(db, now(request), person_id=person_id, code=form.given.code)
        if not right:
            await _record_refusal(request, db, "second_factor_refused", person_id)
    if not right:
        words = request[READER].words
        form.refuse("code", words.gettext("This code does not fit, or it was used. Wait for the next one."))
        return page(request, "sign_in/code.html", status=422, form=form)
    request.app[LIMITS].sign_in_login.give_back(f"code {person_id}")
    return await _signed_in(request, person_id, own_path(form.given.next))


def _proofs(request: web.Request) -> Proofs:
    return Proofs(request.app[OPTIONS].secret)


async def sign_out(request: web.Request) -> web.Response:
    token = request[READER].sign_in
    if token is not None:
        async with request.app[DATABASE].begin() as db:
            await people.end_sign_in(db, now(request), token=token)
    response = see_other(request, "home")
    response.del_cookie(cookies.SIGN_IN, path="/")
    return response


def _wait(request: web.Request, login: str) -> float:
    limits = request.app[LIMITS]
    at = time.monotonic()
    by_address = limits.sign_in_address.wait(remote.address(request), at)
    return by_address or limits.sign_in_login.wait(clean_login(login), at)


async def _verified(request: web.Request, given: Credentials) -> int | None:
    """The person whose login and password these are. An unknown login takes as long as a wrong password."""
    async with request.app[DATABASE].read() as db:
        known = await queries.by_login(db, given.login)
    stored = known.password_hash if known else None
    right = await asyncio.get_running_loop().run_in_executor(
        request.app[HASHER], verify_password, stored, given.password
    )
    if known is None or not right or not is_active(known.ended_at, now(request)):
        return None
    return known.person_id


async def _signed_in(request: web.Request, person_id: int, back: str) -> web.Response:
    options = request.app[OPTIONS]
    async with request.app[DATABASE].begin() as db:
        token = await people.start_sign_in(
            db,
            now(request),
            person_id=person_id,
            user_agent=request.headers.get("User-Agent", "")[:200],
            lifetime=options.sign_in_lifetime,
        )
    response = web.Response(status=303, headers={"Location": back})
    cookies.put(response, cookies.SIGN_IN, token, https=options.https, lifetime=options.sign_in_lifetime)
    return response


async def _wrong(request: web.Request, form: forms.Form[Credentials]) -> web.Response:
    """One answer for an unknown login and a wrong password: the page must not tell which logins exist."""
    async with request.app[DATABASE].begin() as db:
        await _record_refusal(request, db, "sign_in_refused", None)
    words = request[READER].words
    form.refuse("", words.gettext("The login or the password is wrong. Check both and try again."))
    return page(request, "sign_in/page.html", status=422, form=form)


async def _record_refusal(request: web.Request, db: Db, action: str, person_id: int | None) -> None:
    await audit.record(
        db,
        now(request),
        actor_id=None,
        action=action,
        subject="login" if person_id is None else "person",
        subject_id=person_id,
        detail={"address": remote.address(request)},
    )


def _too_often(
    request: web.Request, form: forms.Form[Any], wait: float, template: str = "sign_in/page.html"
) -> web.Response:
    seconds = max(1, round(wait))
    words = request[READER].words
    form.refuse(
        "",
        words.ngettext(
            "Too many attempts. Wait %(num)d second and try again.",
            "Too many attempts. Wait %(num)d seconds and try again.",
            seconds,
        ),
    )
    response = page(request, template, status=429, form=form)
    response.headers["Retry-After"] = str(seconds)
    return response


ROUTES = (
    Route("sign_in", "GET", "/sign-in", show, public()),
    Route("sign_in", "POST", "/sign-in", sign_in, public()),
    Route("sign_in_code", "POST", "/sign-in/code", second_step, public()),
    Route("sign_out", "POST", "/sign-out", sign_out, public()),
)
