"""What every request passes, outermost first: trace → faults → identity → refusals → door and form token."""

import time
import uuid
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from school.errors import Forbidden, SchoolError
from school.people.rules import can
from web import errors, refused
from web.access import Access, Rule
from web.assets import PREFIX
from web.identity import anonymous, recognise, remember
from web.keys import METRICS, READER, REQUEST_ID, ROUTE_TABLE
from web.origin import check_form
from web.reply import see_other, url

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SOCKET_PATH = "/socket.io"
_SECRET_PATHS = ("/r/",)  # what follows is a key: it never reaches a log

log = structlog.get_logger("web")


def logged_path(path: str) -> str:
    """The path as a log may show it."""
    for secret in _SECRET_PATHS:
        if path.startswith(secret):
            return f"{secret}…"
    return path


def _is_page(request: web.Request) -> bool:
    return not request.path.startswith((PREFIX, SOCKET_PATH))


@web.middleware
async def trace(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One log line per request, under an id that the response carries too."""
    request[REQUEST_ID] = uuid.uuid4().hex[:12]
    started = time.monotonic()
    status = 500
    with structlog.contextvars.bound_contextvars(request=request[REQUEST_ID]):
        try:
            response = await handler(request)
            status = response.status
            if not response.prepared:
                response.headers["X-Request-ID"] = request[REQUEST_ID]
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            seconds = time.monotonic() - started
            request.app[METRICS].answered(_name(request), request.method, status, seconds)
            log.info(
                "request",
                method=request.method,
                path=logged_path(request.path),
                status=status,
                ms=round(seconds * 1000),
            )


def _name(request: web.Request) -> str:
    """What is counted: a route's name, one name for all files, for the sockets, for what there is not."""
    route = request.app[ROUTE_TABLE].get(request.match_info.route)
    if route is not None:
        return route.name
    if request.match_info.http_exception is not None:
        return "unknown"
    return "socket" if request.path.startswith(SOCKET_PATH) else "static"


@web.middleware
async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A fault of ours becomes a page that says so."""
    request[READER] = anonymous(request)
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:  # the last line of defence: the person gets a page, the log the traceback
        log.exception("broken")
        return errors.broken(request)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals become pages in the reader's language; those of people who are signed in are kept."""
    try:
        return await handler(request)
    except SchoolError as error:
        log.info("refused", code=error.code)
        await refused.keep(request, error, path=logged_path(request.path))
        return errors.of_school(request, error)
    except web.HTTPException as error:
        if error.status < 400 or not _is_page(request):
            raise
        return errors.of_http(request, error)


@web.middleware
async def identity(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who reads, in which language and zone; give a visitor the cookie that form tokens hang on."""
    if not _is_page(request):
        return await handler(request)
    await recognise(request)
    response = await handler(request)
    remember(request, response)
    return response


@web.middleware
async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Deny by default: a page that the route table does not name is refused, whatever it is."""
    route = request.app[ROUTE_TABLE].get(request.match_info.route)
    if route is None:
        if request.match_info.http_exception is None and _is_page(request):
            raise Forbidden
        return await handler(request)
    refused = _refused(request, route.access)
    if refused is not None:
        return refused
    if route.max_body:
        request = request.clone(client_max_size=route.max_body)
    await check_form(request)
    return await handler(request)


def _refused(request: web.Request, access: Access) -> web.Response | None:
    viewer = request[READER].viewer
    if access.rule in (Rule.PUBLIC, Rule.LINK, Rule.TOKEN):
        return None
    if viewer is None:
        if request.method == "GET" and not errors.wants_json(request):
            return see_other(request, "sign_in", next=request.path_qs)
        raise errors.SignInNeeded
    if viewer.password_change_due and request.path != url(request, "account_password"):
        if request.method == "GET" and not errors.wants_json(request):
            return see_other(request, "account_password", next=request.path_qs)
        raise errors.PasswordDue
    if access.capability is not None and not can(viewer.roles, access.capability):
        raise Forbidden
    return None


@web.middleware
async def compress(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages of more than a packet travel compressed."""
    response = await handler(request)
    is_page = isinstance(response, web.Response) and response.content_type == "text/html"
    if is_page and "Content-Encoding" not in response.headers:
        response.enable_compression()
    return response


MIDDLEWARES = (trace, compress, faults, identity, refusals, door)
