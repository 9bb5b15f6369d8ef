"""How a page says who may open it. A route without a rule cannot be written; an unknown one is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

from school.people.rules import Capability

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rule(StrEnum):
    """Who passes the door of a page; what happens to one object behind it is the handler's own check."""

    PUBLIC = "public"  # anybody, a visitor without an account too
    SIGNED_IN = "signed_in"  # any person with a sign-in
    CAPABILITY = "capability"  # a person one of whose roles carries the capability
    LINK = "link"  # whoever holds a personal link or the pass it gave; the handler verifies it
    TOKEN = "token"  # noqa: S105 -- a program that knows the installation's token; the handler compares it
    OWN = "own"  # signed in, and the handler compares the person with the object


@dataclass(frozen=True, slots=True)
class Access:
    """One access rule; made by the functions below, never by hand."""

    rule: Rule
    capability: Capability | None = None
    check: str = ""


def public() -> Access:
    return Access(Rule.PUBLIC)


def signed_in() -> Access:
    return Access(Rule.SIGNED_IN)


def capability(needed: Capability) -> Access:
    return Access(Rule.CAPABILITY, needed)


def link(check: str) -> Access:
    """`check` names what the handler verifies, for the reader of the route table."""
    return Access(Rule.LINK, check=check)


def token(check: str) -> Access:
    """`check` names what the handler verifies, for the reader of the route table."""
    return Access(Rule.TOKEN, check=check)


def own(check: str) -> Access:
    """`check` names what the handler verifies, for the reader of the route table."""
    return Access(Rule.OWN, check=check)


@dataclass(frozen=True, slots=True)
class Route:
    """One page. The same `name` is used for every method of one `path`; `url(name, **params)` builds it."""

    name: str
    method: str
    path: str
    handler: Handler
    access: Access
    max_body: int = 0  # bytes that a form may have, for pages that take files; 0: what the options say
