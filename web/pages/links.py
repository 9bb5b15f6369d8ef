"""Personal links of one consultation: made, renewed, revoked, printed as slips (R7)."""

from datetime import datetime
from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from school.audit import actions as audit
from school.db import Db
from school.errors import Forbidden, NotFound
from school.links import actions as links
from school.links import queries
from school.organisation import queries as organisation
from school.people.rules import Capability
from school.sessions.queries import SessionRow
from web import forms, qr
from web.access import Route, own
from web.consultation import describe
from web.fields import Number
from web.invitations import concerned, hands_out_links, invited
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer


class LinkOrder(BaseModel):
    """`prepare` makes the links that are missing; the other two are about one link as the page showed it."""

    action: Literal["prepare", "renew", "revoke"]
    link: Number = 0
    generation: Number = 0


async def order(request: web.Request) -> web.Response:
    row = await _theirs(request)
    form = await forms.read(request, LinkOrder)
    if form.given is None:
        raise web.HTTPBadRequest
    async with request.app[DATABASE].begin() as db:
        await _carry_out(db, request, row, form.given)
    return see_other(request, "session", session=row.id)


async def slips(request: web.Request) -> web.Response:
    """Paper to cut: each slip names its person, when to come, how to enter. Who printed it is kept (R34)."""
    row = await _theirs(request)
    reader = request[READER]
    async with request.app[DATABASE].begin() as db:
        settings = await organisation.settings(db)
        people = [one for one in await invited(db, request, row.id) if one.address]
        await audit.record(
            db,
            now(request),
            actor_id=viewer(request).person_id,
            action="links_printed",
            subject="session",
            subject_id=row.id,
            detail={"links": [one.link.id for one in people if one.link]},
        )
    it = describe(row, reader, settings)
    return page(
        request,
        "sessions/slips.html",
        it=it,
        slips=[(one, qr.picture(one.address)) for one in people if one.address and not it.is_settled],
        sign_in_too=settings.require_sign_in,
    )


async def _theirs(request: web.Request) -> SessionRow:
    """The session, for those who hand out its links. Raises NotFound, Forbidden."""
    async with request.app[DATABASE].read() as db:
        row = await concerned(db, request, int(request.match_info["session"]))
    if not hands_out_links(row, viewer(request)):
        raise Forbidden(capability=Capability.ISSUE_LINKS.value)
    return row


async def _carry_out(db: Db, request: web.Request, row: SessionRow, given: LinkOrder) -> None:
    at, by = now(request), viewer(request).person_id
    if given.action == "prepare":
        await _prepare(db, row, at, by)
        return
    if given.link not in {link.id for link in await queries.of_session(db, row.id)}:
        raise NotFound(subject="link", id=given.link)
    if given.action == "renew":
        await links.reissue(db, at, link_id=given.link, generation=given.generation, by=by)
    else:
        await links.revoke(db, at, link_id=given.link, by=by)


async def _prepare(db: Db, row: SessionRow, at: datetime, by: int) -> None:
    today = (await organisation.settings(db)).today(at)
    await links.issue_all(db, at, session_id=row.id, today=today, by=by)


_THEIRS = own("its host, the methodist, the administrator")
ROUTES = (
    Route("links", "POST", r"/sessions/{session:\d{1,9}}/links", order, _THEIRS),
    Route("links", "GET", r"/sessions/{session:\d{1,9}}/links", slips, _THEIRS),
)
