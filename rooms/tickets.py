"""Tickets: a short signed statement of who comes to which session, made by a page for the socket.

A ticket proves nothing but that this server wrote it: rights, links and seats are read from the database
again when it is used. It is worthless once a later number has been used for the seat, or when its session
is over.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec

from rooms.errors import BadTicket

_SIGNATURE_BYTES = 16
_PURPOSE = b"kabinet room ticket 1"


class Ticket(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """`link` and `generation` are set for somebody who came by a personal link, None after a sign-in."""

    session: int
    person: int
    child: int | None
    seat: int
    number: int
    link: int | None = None
    generation: int | None = None


def sign(secret: bytes, ticket: Ticket) -> str:
    """Write the ticket down: base64url of its JSON, a dot, base64url of its signature."""
    body = msgspec.json.encode(ticket)
    return f"{_text(body)}.{_text(_signature(secret, body))}"


def parse(secret: bytes, text: str) -> Ticket:
    """Read a ticket back; raises BadTicket for anything that `sign` did not write with this secret."""
    body_text, _, signature_text = text.partition(".")
    try:
        body, signature = _bytes(body_text), _bytes(signature_text)
    except (binascii.Error, ValueError) as error:
        raise BadTicket from error
    if not hmac.compare_digest(signature, _signature(secret, body)):
        raise BadTicket
    return msgspec.json.decode(body, type=Ticket)


def _signature(secret: bytes, body: bytes) -> bytes:
    key = hmac.digest(secret, _PURPOSE, hashlib.sha256)
    return hmac.digest(key, body, hashlib.sha256)[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
