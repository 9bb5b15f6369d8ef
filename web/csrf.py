"""Form tokens: an HMAC over who holds the browser, so that no other site's form speaks for the reader."""

import base64
import binascii
import hashlib
import hmac
import secrets

_SIZE = 20


class Csrf:
    """A token belongs to one sign-in, or, before it, to one random visitor cookie."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"kabinet csrf\0" + secret).digest()

    def token(self, holder: str) -> str:
        """Every page shows it under another mask: compressed pages then tell nothing of it (BREACH)."""
        mask = secrets.token_bytes(_SIZE)
        return base64.urlsafe_b64encode(mask + _xor(mask, self._mac(holder))).decode()

    def matches(self, holder: str, token: str) -> bool:
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except (binascii.Error, ValueError):
            return False
        return len(raw) == 2 * _SIZE and hmac.compare_digest(
            _xor(raw[:_SIZE], raw[_SIZE:]), self._mac(holder)
        )

    def _mac(self, holder: str) -> bytes:
        return hmac.new(self._key, holder.encode(), hashlib.sha256).digest()[:_SIZE]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
