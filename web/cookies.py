"""The cookies we set: HttpOnly, SameSite=Lax, Secure under https."""

from datetime import timedelta

from aiohttp import web

SIGN_IN = "kabinet_sign_in"
VISITOR = "kabinet_visitor"
LANGUAGE = "kabinet_language"
LOOK = "kabinet_look"
ZONE = "kabinet_zone"  # the browser's IANA zone; written by static/pages/main.ts

YEAR = timedelta(days=365)


def pass_name(session_id: int) -> str:
    """The cookie that a personal link leaves; one per session."""
    return f"kabinet_pass_{session_id}"


def put(
    response: web.StreamResponse, name: str, value: str, *, https: bool, lifetime: timedelta | None = None
) -> None:
    """Without a lifetime it lives until the browser is closed."""
    response.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()) if lifetime else None,
        path="/",
        secure=https,
        httponly=True,
        samesite="Lax",
    )
