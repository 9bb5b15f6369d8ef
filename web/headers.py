"""Headers of every response: what the browser may do with our pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import web

from web.assets import PREFIX
from web.keys import FRAMED, OPTIONS

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
        "picture-in-picture=(self), screen-wake-lock=(self), geolocation=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_IMMUTABLE = "public, max-age=31536000, immutable"


def content_security_policy(public_url: str, frame_ancestors: str = "'none'") -> str:
    """No foreign host, nothing inline (W3C CSP 3); the socket is named where 'self' lacks ws:."""
    address = urlsplit(public_url)
    socket = f"{'wss' if address.scheme == 'https' else 'ws'}://{address.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            f"connect-src 'self' {socket}",
            "font-src 'self'",
            "form-action 'self'",
            f"frame-ancestors {frame_ancestors}",
            "base-uri 'none'",
        )
    )


def fixed(public_url: str) -> Mapping[str, str]:
    """The headers that are the same for every response of an installation."""
    headers = {**_ALWAYS, "Content-Security-Policy": content_security_policy(public_url)}
    if public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


async def add(request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal; a handler's own header stays."""
    for name, value in _of(request).items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "Kabinet"  # aiohttp would name itself and its version
    hashed = request.path.startswith(PREFIX) and response.status == 200
    response.headers.setdefault("Cache-Control", _IMMUTABLE if hashed else "no-store")


def _of(request: web.Request) -> Mapping[str, str]:
    options = request.app[OPTIONS]
    headers = fixed(options.public_url)
    if not request.get(FRAMED, False):
        return headers
    # X-Frame-Options cannot name several sites; browsers that know frame-ancestors do not look at it.
    ancestors = " ".join(("'self'", *options.embed_origins))
    policy = content_security_policy(options.public_url, ancestors)
    shown = {name: value for name, value in headers.items() if name != "X-Frame-Options"}
    return shown | {"Content-Security-Policy": policy}
