"""TURN for browsers that reach the media worker no other way: who is inside gets credentials for some hours.

The TURN server and we share a secret and nothing else: a user name says until when it is good and whose it
is, its password is signed with the secret (`use-auth-secret` of coturn; draft-uberti-behave-turn-rest-00
§2.2).
"""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# Longer than any session: a relay is asked to go on by the credentials that it was begun with.
LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Turn:
    """The TURN servers of this installation; without `urls` there is none."""

    urls: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)

    def servers(self, person_id: int, now: datetime) -> list[dict[str, Any]]:
        """Make `iceServers` (W3C `RTCIceServer`) for one person."""
        if not self.urls:
            return []
        username = f"{int((now + LIFETIME).timestamp())}:{person_id}"
        signature = hmac.digest(self.secret.encode(), username.encode(), "sha1")
        credential = base64.b64encode(signature).decode()
        return [{"urls": list(self.urls), "username": username, "credential": credential}]
