"""Does a form come from our own page: the token and the Origin header (OWASP: both)."""

from urllib.parse import urlsplit

from aiohttp import web

from web import forms
from web.errors import FormExpired
from web.identity import holder
from web.keys import CSRF, OPTIONS

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def check_form(request: web.Request) -> None:
    """Raise FormExpired unless a changing request carries our token and is not from another site."""
    if request.method in _SAFE:
        return
    if not same_origin(request):
        raise FormExpired
    token = request.headers.get("X-CSRF-Token") or await _field(request)
    if not request.app[CSRF].matches(holder(request), token):
        raise FormExpired


def same_origin(request: web.Request) -> bool:
    """No Origin header is fine (old browsers and tools); a wrong one is not, nor is `null`."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    ours = {urlsplit(request.app[OPTIONS].public_url).netloc, request.host}
    return urlsplit(origin).netloc in ours


async def _field(request: web.Request) -> str:
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    value = (await forms.posted(request)).get("csrf", "")
    return value if isinstance(value, str) else ""
