"""Headers of every response: what the browser may do with our pages."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import web

from web.assets import PREFIX
from web.keys import OPTIONS

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


def content_security_policy(public_url: str) -> str:
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
            "frame-ancestors 'none'",
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
    for name, value in fixed(request.app[OPTIONS].public_url).items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "Kabinet"  # aiohttp would name itself and its version
    hashed = request.path.startswith(PREFIX) and response.status == 200
    response.headers.setdefault("Cache-Control", _IMMUTABLE if hashed else "no-store")
