"""What may be said; pure."""

from school.errors import Invalid

BODY_LIMIT = 4000
CLIENT_ID_LIMIT = 64


def check_body(body: str) -> str:
    """Give the text without outer space; raise Invalid when it is empty or over 4,000 characters."""
    cleaned = body.strip()
    if not cleaned:
        raise Invalid(field="body", reason="empty")
    if len(cleaned) > BODY_LIMIT:
        raise Invalid(field="body", reason="too_long", limit=BODY_LIMIT)
    if "\x00" in cleaned:
        raise Invalid(field="body", reason="malformed")
    return cleaned


def check_client_id(client_id: str) -> str:
    """Give the browser's own id of a message; raise Invalid unless 1 to 64 printable ASCII letters."""
    if not 0 < len(client_id) <= CLIENT_ID_LIMIT or not client_id.isascii() or not client_id.isprintable():
        raise Invalid(field="client_id", reason="malformed")
    return client_id
