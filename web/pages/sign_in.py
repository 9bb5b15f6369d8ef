"""Signing in with a login and a password, and signing out (R7)."""

import asyncio
import time
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from school.audit import actions as audit
from school.people import actions as people
from school.people import queries
from school.people.passwords import verify_password
from school.people.rules import clean_login, is_active
from web import cookies, forms, remote
from web.access import Route, public
from web.back import own_path
from web.keys import DATABASE, HASHER, LIMITS, OPTIONS, READER
from web.reply import now, page, see_other


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
    return await _signed_in(request, person_id, own_path(form.given.next))


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
        await audit.record(
            db,
            now(request),
            actor_id=None,
            action="sign_in_refused",
            subject="login",
            subject_id=None,
            detail={"address": remote.address(request)},
        )
    words = request[READER].words
    form.refuse("", words.gettext("The login or the password is wrong. Check both and try again."))
    return page(request, "sign_in/page.html", status=422, form=form)


def _too_often(request: web.Request, form: forms.Form[Credentials], wait: float) -> web.Response:
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
    response = page(request, "sign_in/page.html", status=429, form=form)
    response.headers["Retry-After"] = str(seconds)
    return response


ROUTES = (
    Route("sign_in", "GET", "/sign-in", show, public()),
    Route("sign_in", "POST", "/sign-in", sign_in, public()),
    Route("sign_out", "POST", "/sign-out", sign_out, public()),
)
