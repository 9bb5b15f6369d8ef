"""What a handler uses of its request, and what it answers with."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from school.people.rules import Viewer
from web.keys import ADDRESSES, CLOCK, READER, RENDERER
from web.pieces import Pieces

_MARK: Final = "\N{SYMBOL FOR DEVICE CONTROL ONE}token\N{SYMBOL FOR DEVICE CONTROL TWO}"


def now(request: web.Request) -> datetime:
    """The instant of the request (aware, UTC)."""
    return request.app[CLOCK]()


def viewer(request: web.Request) -> Viewer:
    """The signed-in person. Only behind a rule that demands a sign-in."""
    found = request[READER].viewer
    if found is None:
        raise RuntimeError("this handler needs a sign-in, its route's access rule does not demand one")
    return found


def url(request: web.Request, name: str, **params: object) -> str:
    return request.app[ADDRESSES].path(name, **params)


def page(request: web.Request, template: str, *, status: int = 200, **context: object) -> web.Response:
    """An HTML page from `web/templates/<template>`."""
    text = request.app[RENDERER].render(
        template, request[READER], here=request.path, back=_back(request), context=context
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def visitors_page(
    request: web.Request, template: str, until: datetime, **context: object
) -> tuple[web.Response, Pieces]:
    """A page for whoever has not signed in, and its pieces, from which `of_pieces` answers until then."""
    reader = request[READER]
    text = request.app[RENDERER].render(
        template, replace(reader, csrf=_MARK), here=request.path, back=request.path_qs, context=context
    )
    pieces = Pieces.of(text, _MARK, until)
    return of_pieces(request, pieces), pieces


def of_pieces(request: web.Request, pieces: Pieces) -> web.Response:
    """The page with this visitor's form token in it."""
    gzip = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    body = pieces.body(request[READER].csrf, gzip=gzip)
    headers = {"Content-Encoding": "gzip"} if gzip else {}
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)


def _back(request: web.Request) -> str:
    """The page shown; a form that is shown again has no address of its own but that of its page."""
    if request.method == "GET":
        return request.path_qs
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path if came_from.path and came_from.netloc == request.host else "/"


def see_other(request: web.Request, name: str, **params: object) -> web.Response:
    """303: the answer to a form that was accepted."""
    return web.Response(status=303, headers={"Location": url(request, name, **params)})
