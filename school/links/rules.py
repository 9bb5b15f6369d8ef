"""Tokens of personal links: an HMAC over link and generation, never stored, compared in constant time."""

import base64
import binascii
import hashlib
import hmac

from school.links.errors import BadToken

_ID_BYTES, _GENERATION_BYTES, _MAC_BYTES = 6, 2, 16
_NAMED_BYTES = _ID_BYTES + _GENERATION_BYTES
_TOKEN_LENGTH = (_NAMED_BYTES + _MAC_BYTES) * 4 // 3
_PURPOSE = b"kabinet join link\x00"


def token(secret: bytes, link_id: int, generation: int) -> str:
    """Give the 32 URL-safe characters that name one generation (16 bits) of a link (48 bits)."""
    named = link_id.to_bytes(_ID_BYTES, "big") + generation.to_bytes(_GENERATION_BYTES, "big")
    return base64.urlsafe_b64encode(named + _mac(secret, named)).decode("ascii")


def parse(secret: bytes, text: str) -> tuple[int, int]:
    """Give the link's id and generation; raise BadToken for anything that `token` did not make."""
    # Python's decoder would take + and / as well, and one token must have one spelling.
    if len(text) != _TOKEN_LENGTH or "+" in text or "/" in text:
        raise BadToken
    try:
        whole = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadToken from error
    named, mac = whole[:_NAMED_BYTES], whole[_NAMED_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, named)):
        raise BadToken
    return int.from_bytes(named[:_ID_BYTES], "big"), int.from_bytes(named[_ID_BYTES:], "big")


def _mac(secret: bytes, named: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE + named, hashlib.sha256).digest()[:_MAC_BYTES]
