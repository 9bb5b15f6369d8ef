"""Who asks: from the cookies to a `Reader`."""

import secrets

from aiohttp import web

from school.db import Db
from school.organisation import queries as organisation
from school.organisation.errors import NotSetUp
from school.people import queries as people
from school.people.rules import Viewer
from web import cookies
from web.keys import CLOCK, CSRF, DATABASE, FRAMED, OPTIONS, READER, SHELF, WORDS
from web.reader import Look, Reader, Scheme, TextSize
from web.shelf import Shelf
from web.when import Times, zone_or
from web.words import DEFAULT_LANGUAGE

_NEW_VISITOR = web.RequestKey("new_visitor", str)
_HOLDER = web.RequestKey("holder", str)


def anonymous(request: web.Request) -> Reader:
    """The reader before the database is asked; enough for an error page."""
    return _reader(request, viewer=None, settings=None, sign_in=None)


async def recognise(request: web.Request) -> None:
    """Put the reader into the request. Makes a visitor cookie's value when the browser has none."""
    now = request.app[CLOCK]()
    token = request.cookies.get(cookies.SIGN_IN)
    async with request.app[DATABASE].read() as db:
        settings = await _settings(db, request.app[SHELF])
        viewer = await people.viewer_by_token(db, token, now) if token else None
    if viewer is not None and token:
        request[_HOLDER] = f"sign-in {token}"
    else:
        visitor = request.cookies.get(cookies.VISITOR)
        if not visitor:
            visitor = request[_NEW_VISITOR] = secrets.token_urlsafe(18)
        request[_HOLDER] = f"visitor {visitor}"
    request[READER] = _reader(
        request, viewer=viewer, settings=settings, sign_in=token if viewer is not None else None
    )


async def _settings(db: Db, shelf: Shelf) -> organisation.OrganisationRow | None:
    """None on a fresh installation: its pages must say that it is not set up, instead of breaking."""
    await shelf.refresh(db)
    kept: organisation.OrganisationRow | None = shelf.get("settings")
    if kept is not None:
        return kept
    edition = shelf.edition
    try:
        found = await organisation.settings(db)
    except NotSetUp:
        return None
    shelf.put("settings", found, edition)
    return found


def remember(request: web.Request, response: web.StreamResponse) -> None:
    """Give a new visitor the cookie with a page that may hold a form."""
    visitor = None if request.get(FRAMED, False) else request.get(_NEW_VISITOR)
    if visitor and not response.prepared and response.content_type == "text/html":
        cookies.put(response, cookies.VISITOR, visitor, https=request.app[OPTIONS].https)


def holder(request: web.Request) -> str:
    """Whom the form token belongs to."""
    found: str = request.get(_HOLDER, "")
    return found


def _reader(
    request: web.Request,
    *,
    viewer: Viewer | None,
    settings: organisation.OrganisationRow | None,
    sign_in: str | None,
) -> Reader:
    words = request.app[WORDS][_language(request, viewer, settings)]
    school = zone_or(settings.zone if settings else None)
    own = zone_or((viewer.zone if viewer else None) or request.cookies.get(cookies.ZONE), school.key)
    return Reader(
        viewer=viewer,
        words=words,
        when=Times(words, own, school, request.app[CLOCK]()),
        organisation=settings,
        look=look(request.cookies.get(cookies.LOOK, "")),
        csrf=request.app[CSRF].token(holder(request)),
        sign_in=sign_in,
    )


def _language(
    request: web.Request, viewer: Viewer | None, settings: organisation.OrganisationRow | None
) -> str:
    wanted = (
        request.cookies.get(cookies.LANGUAGE),
        viewer.locale if viewer else None,
        settings.locale if settings else None,
    )
    known = request.app[WORDS]
    return next((language for language in wanted if language and language in known), DEFAULT_LANGUAGE)


def look(cookie: str) -> Look:
    """`large black-on-white` and the like; whatever is not known is left out."""
    parts = cookie.split(" ") if len(cookie) < 100 else []
    size = next((TextSize(part) for part in parts if part in set(TextSize)), TextSize.NORMAL)
    scheme = next((Scheme(part) for part in parts if part in set(Scheme)), None)
    return Look(size, scheme)
