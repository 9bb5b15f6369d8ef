"""Who may see a consultation, who hands out its personal links, and those links as people read them (R7)."""

from dataclasses import dataclass

from aiohttp import web

from school.db import Db
from school.errors import NotFound
from school.links import queries as links
from school.links.queries import LinkRow
from school.links.rules import token
from school.organisation import queries as organisation
from school.people.rules import Capability, Viewer, can
from school.sessions import queries as sessions
from school.sessions.queries import ExpectedRow, SessionRow
from web import history, labels
from web.keys import OPTIONS, READER
from web.reply import now, url, viewer

_SEES_EVERY = (Capability.READ_ATTENDANCE, Capability.ISSUE_LINKS)


@dataclass(frozen=True, slots=True)
class Invited:
    """One expected person, as whom, and the personal link once it was made."""

    row: ExpectedRow
    about: str
    link: LinkRow | None
    address: str | None


async def concerned(db: Db, request: web.Request, session_id: int) -> SessionRow:
    """The session, for those entitled to it, who were in it or look after all; else it does not exist."""
    row = await sessions.session(db, session_id)
    who, at = viewer(request), now(request)
    if any(can(who.roles, needed) for needed in _SEES_EVERY):
        return row
    settings = await organisation.settings(db)
    if await sessions.entitlements(db, row.id, who.person_id, settings.today(at), at):
        return row
    if await history.may_read(db, row.id, who.person_id, at):
        return row
    raise NotFound(subject="session", id=row.id)


def hands_out_links(row: SessionRow, who: Viewer) -> bool:
    """The host, the methodist, the administrator."""
    return row.host_id == who.person_id or can(who.roles, Capability.ISSUE_LINKS)


async def invited(db: Db, request: web.Request, session_id: int) -> list[Invited]:
    """Everybody expected in the session with their links, in the order of the session's page."""
    settings, at = await organisation.settings(db), now(request)
    expected = await sessions.expected(db, session_id, settings.today(at), at)
    made = {link.person_id: link for link in await links.of_session(db, session_id)}
    return [_one(request, row, made.get(row.person_id)) for row in expected]


def _one(request: web.Request, row: ExpectedRow, link: LinkRow | None) -> Invited:
    options, words = request.app[OPTIONS], request[READER].words
    about = labels.as_whom(words, row.role, relation=row.relation, child=row.child_name, group=row.group_name)
    address = None
    if link is not None and link.revoked_at is None:
        path = url(request, "link", token=token(options.secret, link.id, link.generation))
        address = f"{options.public_url}{path}"
    return Invited(row, about, link, address)
