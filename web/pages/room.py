"""From a personal link, or from a page, into the room (R7, R41): one page, and the ticket for its script."""

import time
from datetime import timedelta
from typing import Any

from aiohttp import web

from rooms import admission
from rooms.admission import Admission, Outcome
from school.audit import actions as audit
from school.links import rules as links
from school.links.errors import BadToken
from web import cookies, entitlement, labels, remote
from web.access import Route, link
from web.consultation import describe
from web.errors import PasswordDue, SignInNeeded, TooOften
from web.keys import DATABASE, LIMITS, OPTIONS, READER
from web.reply import now, page, see_other, url

_PASS_LIFETIME = timedelta(days=7)


async def show_link(request: web.Request) -> web.Response:
    """Name the person and the consultation. Messengers open links to preview them: nothing changes here."""
    link_id, generation = _token(request, request.match_info["token"])
    async with request.app[DATABASE].read() as db:
        found = await admission.of_link(db, now(request), link_id, generation)
    if found.outcome is Outcome.SIGN_IN_REQUIRED:
        return see_other(request, "room", session=found.session.id)
    return _page(request, "room/link.html", found, token=request.match_info["token"])


async def follow_link(request: web.Request) -> web.Response:
    """«Войти»: the browser gets a pass to this one session."""
    token = request.match_info["token"]
    link_id, generation = _token(request, token)
    async with request.app[DATABASE].read() as db:
        found = await admission.of_link(db, now(request), link_id, generation)
    if found.outcome not in admission.ENTERING:
        await _record_refusal(request, found)
        raise found.refusal()
    session_id = found.session.id
    response = see_other(request, "room", session=session_id, by=entitlement.BY_LINK)
    https = request.app[OPTIONS].https
    cookies.put(response, cookies.pass_name(session_id), token, https=https, lifetime=_PASS_LIFETIME)
    return response


async def show_room(request: web.Request) -> web.Response:
    session_id = int(request.match_info["session"])
    try:
        async with request.app[DATABASE].read() as db:
            found = await entitlement.find(request, db, session_id)
    except PasswordDue:
        return see_other(request, "account_password", next=request.path_qs)
    if found is None:
        return see_other(request, "sign_in", next=request.path)
    by = {"by": entitlement.BY_LINK} if found.stamp else {}
    return _page(
        request,
        "room/page.html",
        found,
        ticket_url=url(request, "room_ticket", session=session_id, **by),
        files_url=url(request, "room_files", session=session_id, **by),
        probe_url=url(request, "room_probe", session=session_id, **by),
        file_limit=str(request.app[OPTIONS].chat_file_limit),
        # A personal link is over with the consultation: whoever came by one has no page to go to.
        record_url="" if found.stamp else url(request, "session_chat", session=session_id),
    )


async def give_ticket(request: web.Request) -> web.Response:
    """`{"ticket": …}`: what the socket connects with. Asked for again at each reconnection."""
    async with request.app[DATABASE].begin() as db:
        found = await entitlement.find(request, db, int(request.match_info["session"]))
        if found is None:
            raise SignInNeeded
        if found.outcome in admission.ENTERING:
            ticket = await admission.give_ticket(db, now(request), request.app[OPTIONS].secret, found)
            return web.json_response({"ticket": ticket})
    await _record_refusal(request, found)
    raise found.refusal()


def _token(request: web.Request, token: str) -> tuple[int, int]:
    """Raises BadToken, and TooOften when one address tries many that are wrong."""
    try:
        return links.parse(request.app[OPTIONS].secret, token)
    except BadToken:
        wait = request.app[LIMITS].link_address.wait(remote.address(request), time.monotonic())
        if wait:
            raise TooOften(seconds=max(1, round(wait))) from None
        raise


def _page(request: web.Request, template: str, found: Admission, **context: str) -> web.Response:
    """Raises Refused unless the person may come in, now or soon."""
    claim, reader = found.claim, request[READER]
    about = labels.as_whom(
        reader.words,
        claim.role,
        relation=claim.relation,
        child=claim.child_name,
        group=claim.group_name,
    )
    consultation = describe(found.session, reader, found.facts.settings)
    shown: dict[str, Any] = {"claim": claim, "about": about, "consultation": consultation, **context}
    return page(request, template, found=found, **shown)


async def _record_refusal(request: web.Request, found: Admission) -> None:
    """Refused entries are kept (R34), but not a flood of the same person's or the same link's."""
    viewer = request[READER].viewer
    session = found.facts.session
    who = f"link {found.stamp.link_id}" if found.stamp else str(viewer.person_id if viewer else "")
    if request.app[LIMITS].refusals_kept.wait(who, time.monotonic()):
        return
    async with request.app[DATABASE].begin() as db:
        await audit.record(
            db,
            now(request),
            actor_id=viewer.person_id if viewer else None,
            action="entry_refused",
            subject="session",
            subject_id=session.id if session else None,
            detail={
                "outcome": found.outcome.value,
                "address": remote.address(request),
                "link": found.stamp.link_id if found.stamp else None,
            },
        )


_BEARER = "the bearer's token is genuine, and admission lets its person in"
_ENTITLED = "admission lets the signed-in person, or the pass's person, into this session"

ROUTES = (
    Route("link", "GET", "/r/{token}", show_link, link(_BEARER)),
    Route("link", "POST", "/r/{token}", follow_link, link(_BEARER)),
    Route("room", "GET", r"/room/{session:\d{1,9}}", show_room, link(_ENTITLED)),
    Route("room_ticket", "POST", r"/room/{session:\d{1,9}}/ticket", give_ticket, link(_ENTITLED)),
)
