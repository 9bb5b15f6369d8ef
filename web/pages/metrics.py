"""The figures of this installation for Prometheus; refused to everybody unless a token is configured."""

import hmac

from aiohttp import web

from web.access import Route, token
from web.keys import DATABASE, METRICS, OPTIONS, REGISTRY

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: web.Request) -> web.Response:
    """Answer 404 without a configured token, 401 to who doesn't know it (RFC 6750)."""
    expected = request.app[OPTIONS].metrics_token
    if not expected:
        raise web.HTTPNotFound
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(_bytes(given.strip()), _bytes(expected)):
        return web.Response(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
    body = await request.app[METRICS].page(request.app[REGISTRY], request.app[DATABASE])
    response = web.Response(body=body, headers={"Content-Type": _TEXT})
    response.enable_compression()
    return response


def _bytes(text: str) -> bytes:
    """What stood in the header, though it was no UTF-8."""
    return text.encode(errors="surrogateescape")


ROUTES = (Route("metrics", "GET", "/metrics", metrics, token("KABINET_METRICS_TOKEN")),)
