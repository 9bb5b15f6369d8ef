"""What was read or made for one page and serves the next, until the audit says that something has changed.

Whatever changes what people see leaves a record in the audit (R34), written in the same transaction. One look
at its newest record tells whether what is kept is still true, whichever process made the change.
"""

from collections.abc import Hashable
from typing import Any, Final

from school.audit import queries as audit
from school.db import Db

_MOST = 256
# Records of what happens all the time and changes nothing that is kept here.
_QUIET: Final = frozenset(
    {
        "access_refused",
        "audit_exported",
        "camera_allowed",
        "camera_stopped",
        "entry_refused",
        "floor_given",
        "floor_taken",
        "link_issued",
        "link_reissued",
        "link_revoked",
        "links_printed",
        "message_hidden",
        "microphone_allowed",
        "microphone_stopped",
        "second_factor_refused",
        "sign_in_refused",
        "signed_in",
        "signed_out",
    }
)


class Shelf:
    """Values by key. `edition` changes whenever everything on it was thrown away."""

    def __init__(self) -> None:
        self.edition = 0
        self._seen = 0
        self._kept: dict[Hashable, Any] = {}

    async def refresh(self, db: Db) -> None:
        """Throw everything away if something has changed; to be asked once for a request, before reading."""
        newest = await audit.newest(db)
        if newest == self._seen:
            return
        if newest < self._seen or await audit.has_others(db, self._seen, _QUIET):
            self.edition += 1
            self._kept.clear()
        self._seen = newest

    def get(self, key: Hashable) -> Any | None:
        """Give what was put there since the last change."""
        value = self._kept.pop(key, None)
        if value is not None:
            self._kept[key] = value  # the last asked for is the last to be thrown away
        return value

    def put(self, key: Hashable, value: object, edition: int) -> None:
        """Keep what was made from data read under this edition; later ones are not mixed with it."""
        if edition != self.edition:
            return
        # Anybody can ask for pages of ever new addresses: they must not crowd out what everybody asks for.
        if len(self._kept) >= _MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = value
