"""Between the two steps of a sign-in: a short-lived signed note of whose password was right."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

_LIFETIME = timedelta(minutes=5)


class Proofs:
    """A note is `<person>.<expires>.<HMAC-SHA256>`, under a key that signs nothing else."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"kabinet second step\0" + secret).digest()

    def give(self, person_id: int, now: datetime) -> str:
        body = f"{person_id}.{int((now + _LIFETIME).timestamp())}"
        return f"{body}.{self._mac(body)}"

    def person(self, proof: str, now: datetime) -> int | None:
        """Whose note it is; None for one that is forged, garbled or too old."""
        found = re.fullmatch(r"(([0-9]{1,18})\.([0-9]{1,12}))\.([0-9a-f]{64})", proof)
        if found is None or not hmac.compare_digest(self._mac(found[1]), found[4]):
            return None
        return int(found[2]) if int(found[3]) > now.timestamp() else None

    def _mac(self, body: str) -> str:
        return hmac.digest(self._key, body.encode(), "sha256").hex()
