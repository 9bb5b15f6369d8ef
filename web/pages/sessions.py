"""One consultation: facts for those concerned, the topic for its host, links for who hands them out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, StringConstraints

from school.db import Db
from school.errors import Forbidden, NotFound
from school.links import actions as links
from school.links import queries as link_queries
from school.links.queries import LinkRow
from school.links.rules import token
from school.organisation import queries as organisation
from school.people.rules import Capability, Viewer, can
from school.sessions import actions, rules
from school.sessions import queries as sessions
from school.sessions.errors import NotTheHost
from school.sessions.models import Scope, TopicBasis
from school.sessions.queries import ExpectedRow, SessionRow
from web import forms, labels
from web.access import Route, own
from web.consultation import describe
from web.forms import Form
from web.keys import DATABASE, OPTIONS, READER
from web.reply import now, page, see_other, url, viewer


class Topic(BaseModel):
    """What the host decides about one consultation (cl. 3.5, 3.6)."""

    topic: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    basis: TopicBasis
    scope: Scope


class LinkOrder(BaseModel):
    """`prepare` makes the links that are missing; the other two are about one link as the page showed it."""

    action: Literal["prepare", "renew", "revoke"]
    link: int = 0
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Invited:
    """One expected person, as whom, and the personal link once it was made."""

    row: ExpectedRow
    about: str
    link: LinkRow | None
    address: str | None


async def session(request: web.Request) -> web.Response:
    return await _show(request, None)


async def set_topic(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        row = await _concerned(db, request)
    if not rules.may_set_topic(row, viewer(request).person_id):
        raise NotTheHost(session_id=row.id)
    form = await forms.read(request, Topic)
    if form.given is None:
        return await _show(request, form, status=422)
    async with request.app[DATABASE].begin() as db:
        await actions.set_topic(
            db,
            now(request),
            session_id=row.id,
            by=viewer(request).person_id,
            topic=form.given.topic,
            basis=form.given.basis,
            scope=form.given.scope,
        )
    return see_other(request, "session", session=row.id)


async def order_links(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        row = await _concerned(db, request)
    if not _hands_out_links(row, viewer(request)):
        raise Forbidden(capability=Capability.ISSUE_LINKS.value)
    form = await forms.read(request, LinkOrder)
    if form.given is None:
        raise web.HTTPBadRequest
    async with request.app[DATABASE].begin() as db:
        await _carry_out(db, request, row, form.given)
    return see_other(request, "session", session=row.id)


async def _carry_out(db: Db, request: web.Request, row: SessionRow, order: LinkOrder) -> None:
    at, by = now(request), viewer(request).person_id
    if order.action == "prepare":
        await _prepare(db, row, at, by)
        return
    if order.link not in {link.id for link in await link_queries.of_session(db, row.id)}:
        raise NotFound(subject="link", id=order.link)
    if order.action == "renew":
        await links.reissue(db, at, link_id=order.link, generation=order.generation, by=by)
    else:
        await links.revoke(db, at, link_id=order.link, by=by)


async def _prepare(db: Db, row: SessionRow, at: datetime, by: int) -> None:
    today = (await organisation.settings(db)).today(at)
    await links.issue_all(db, at, session_id=row.id, today=today, by=by)


async def _show(request: web.Request, form: Form[Topic] | None, *, status: int = 200) -> web.Response:
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        row = await _concerned(db, request)
        today = settings.today(reader.when.now)
        rights = await sessions.entitlements(db, row.id, who.person_id, today)
        hands_out = _hands_out_links(row, who)
        expected = await sessions.expected(db, row.id, today) if hands_out else []
        made = await link_queries.of_session(db, row.id) if hands_out else []
    it = describe(row, reader, settings)
    return page(
        request,
        "sessions/page.html",
        status=status,
        it=it,
        basis=reader.words.gettext(labels.BASIS[row.topic_basis]) if row.topic_basis else None,
        scope=reader.words.gettext(labels.SCOPE[row.scope]) if row.scope else None,
        audience=reader.words.gettext(labels.AUDIENCE[row.audience]),
        purpose=reader.words.gettext(labels.PURPOSE[row.purpose]),
        invited=_invited(request, expected, made),
        hands_out=hands_out and not it.is_settled,
        may_enter=bool(rights) and not it.is_settled,
        may_set_topic=rules.may_set_topic(row, who.person_id) and not it.is_settled,
        may_read_attendance=row.host_id == who.person_id or can(who.roles, Capability.READ_ATTENDANCE),
        form=form or _topic_form(row),
        bases=[(basis.value, reader.words.gettext(label)) for basis, label in labels.BASIS.items()],
        scopes=[(scope.value, reader.words.gettext(label)) for scope, label in labels.SCOPE.items()],
    )


async def _concerned(db: Db, request: web.Request) -> SessionRow:
    """The session, for those entitled to be in it, the head and the administrator; else it does not exist."""
    row = await sessions.session(db, _session_id(request))
    who = viewer(request)
    if can(who.roles, Capability.READ_ATTENDANCE):
        return row
    settings = await organisation.settings(db)
    if await sessions.entitlements(db, row.id, who.person_id, settings.today(now(request))):
        return row
    raise NotFound(subject="session", id=row.id)


def _hands_out_links(row: SessionRow, who: Viewer) -> bool:
    return row.host_id == who.person_id or can(who.roles, Capability.ISSUE_LINKS)


def _invited(request: web.Request, expected: list[ExpectedRow], made: list[LinkRow]) -> list[Invited]:
    by_person = {link.person_id: link for link in made}
    return [_one_invited(request, row, by_person.get(row.person_id)) for row in expected]


def _one_invited(request: web.Request, row: ExpectedRow, link: LinkRow | None) -> Invited:
    options, words = request.app[OPTIONS], request[READER].words
    about = labels.as_whom(words, row.role, relation=row.relation, child=row.child_name, group=row.group_name)
    usable = link is not None and link.revoked_at is None
    address = None
    if link is not None and usable:
        path = url(request, "link", token=token(options.secret, link.id, link.generation))
        address = f"{options.public_url}{path}"
    return Invited(row, about, link, address)


def _topic_form(row: SessionRow) -> Form[Topic]:
    return Form[Topic](
        {
            "topic": row.topic or "",
            "basis": row.topic_basis.value if row.topic_basis else "",
            "scope": row.scope.value if row.scope else "",
        }
    )


def _session_id(request: web.Request) -> int:
    return int(request.match_info["session"])


_SEEN_BY = own("those entitled to be in it, the head, the administrator")
_TOPIC_SET_BY = own("its host alone (cl. 3.5)")
_LINKS_MADE_BY = own("its host, the administrator")
ROUTES = (
    Route("session", "GET", r"/sessions/{session:\d{1,9}}", session, _SEEN_BY),
    Route("topic", "POST", r"/sessions/{session:\d{1,9}}/topic", set_topic, _TOPIC_SET_BY),
    Route("links", "POST", r"/sessions/{session:\d{1,9}}/links", order_links, _LINKS_MADE_BY),
)
