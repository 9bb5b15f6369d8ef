"""What may be said; pure."""

from school.errors import Invalid
from school.text import storable

BODY_LIMIT = 4000
CLIENT_ID_LIMIT = 64
QUOTE_LIMIT = 160
# All files of one session together, in bytes: a class of thirty with ten pages photographed by each.
FILES_LIMIT = 300 * 1024 * 1024


def check_body(body: str, *, with_file: bool = False) -> str:
    """Give the text, storable and without outer space; raise Invalid when it is over 4,000 characters.

    Only a file may come without words.
    """
    cleaned = storable(body).strip()
    if not cleaned and not with_file:
        raise Invalid(field="body", reason="empty")
    if len(cleaned) > BODY_LIMIT:
        raise Invalid(field="body", reason="too_long", limit=BODY_LIMIT)
    return cleaned


def check_client_id(client_id: str) -> str:
    """Give the browser's own id of a message; raise Invalid unless 1 to 64 printable ASCII letters."""
    if not 0 < len(client_id) <= CLIENT_ID_LIMIT or not client_id.isascii() or not client_id.isprintable():
        raise Invalid(field="client_id", reason="malformed")
    return client_id


def excerpt(body: str) -> str:
    """Give the beginning of a message, in one line, as a reply quotes it."""
    line = " ".join(body.split())
    return line if len(line) <= QUOTE_LIMIT else line[: QUOTE_LIMIT - 1].rstrip() + "…"
