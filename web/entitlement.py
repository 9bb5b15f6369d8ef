"""As whom a browser may come into a session: by its sign-in, or by the pass that a link left in it."""

from aiohttp import web

from rooms import admission
from rooms.admission import Admission
from school.db import Db
from school.links import rules as links
from school.links.errors import BadToken
from web import cookies
from web.errors import PasswordDue
from web.keys import OPTIONS, READER
from web.reply import now

BY_LINK = "link"


async def find(request: web.Request, db: Db, session_id: int) -> Admission | None:
    """By the sign-in, or by the pass of a personal link: the pass first when the link was just followed.

    None when the browser has neither. Raises PasswordDue for a person whose password somebody else chose:
    by sign-in nothing opens then but its change, though a personal link still lets its bearer in.
    """
    ways = [_by_sign_in, _by_pass]
    if request.query.get("by") == BY_LINK:
        ways.reverse()
    found: Admission | None = None
    for way in ways:
        tried = await way(request, db, session_id)
        if tried is not None and tried.outcome in admission.ENTERING:
            return tried
        found = found or tried
    if found is None and _password_is_due(request):
        raise PasswordDue
    return found


def _password_is_due(request: web.Request) -> bool:
    viewer = request[READER].viewer
    return viewer is not None and viewer.password_change_due


async def _by_sign_in(request: web.Request, db: Db, session_id: int) -> Admission | None:
    viewer = request[READER].viewer
    if viewer is None or viewer.password_change_due:
        return None
    return await admission.of_person(db, now(request), session_id=session_id, person_id=viewer.person_id)


async def _by_pass(request: web.Request, db: Db, session_id: int) -> Admission | None:
    token = request.cookies.get(cookies.pass_name(session_id))
    if token is None:
        return None
    try:
        link_id, generation = links.parse(request.app[OPTIONS].secret, token)
    except BadToken:
        return None
    found = await admission.of_link(db, now(request), link_id, generation)
    return found if found.facts.session is None or found.session.id == session_id else None
