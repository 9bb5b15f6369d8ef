"""Form tokens: an HMAC over who holds the browser, so that another site's form cannot speak for the reader."""

import hashlib
import hmac


class Csrf:
    """A token belongs to one sign-in, or, before it, to one random visitor cookie."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"kabinet csrf\0" + secret).digest()

    def token(self, holder: str) -> str:
        return hmac.new(self._key, holder.encode(), hashlib.sha256).hexdigest()[:40]

    def matches(self, holder: str, token: str) -> bool:
        return hmac.compare_digest(self.token(holder).encode(), token.encode())
