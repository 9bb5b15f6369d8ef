"""The minutes of the calls on this node: what browsers reported, on its way into the database."""

from collections import Counter
from datetime import datetime

from school.db import Database
from school.quality import actions, rules
from school.quality.actions import Key
from school.quality.rules import MINUTE, Seen

# Nobody reports into a minute that is two minutes old.
_SETTLED = 2 * MINUTE
# When the database is away for long, the oldest minutes are given up: an hour of eight hundred people.
MOST = 50_000


class Minutes:
    """Adds reports up to minutes; `flush` writes those that have changed, all by one statement.

    A connection may come and go within a minute: it goes on where it was. `reported` adds up everything
    since the start, for those who watch the installation.
    """

    def __init__(self) -> None:
        self.reported: Counter[str] = Counter()
        self._minutes: dict[Key, Seen] = {}
        self._changed: dict[Key, None] = {}

    def add(self, session_id: int, person_id: int, seen: Seen, now: datetime) -> None:
        """Take a report that came at `now`; raises Invalid for one that cannot be."""
        rules.check(seen)
        key = (session_id, person_id, rules.minute_of(seen.seconds, now))
        self._minutes[key] = rules.joined(self._minutes.get(key), seen)
        self._changed[key] = None
        for name in ("up_packets", "up_lost", "down_packets", "down_lost", "freezes", "frozen_ms"):
            self.reported[name] += getattr(seen, name)
        self.reported["reports"] += 1
        if len(self._minutes) > MOST:
            self._forget(next(iter(self._minutes)))

    def latest(self, session_id: int, person_id: int, now: datetime) -> Seen | None:
        """What somebody's browser reported of this minute or, before its first report, of the last one."""
        minute = now.replace(second=0, microsecond=0)
        this = self._minutes.get((session_id, person_id, minute))
        return this or self._minutes.get((session_id, person_id, minute - MINUTE))

    async def flush(self, database: Database, now: datetime) -> None:
        """Write what has changed since the last time; when that fails, the next time writes it."""
        writing = {key: self._minutes[key] for key in self._changed}
        if writing:
            async with database.begin() as db:
                await actions.keep(db, writing)
        for key, seen in writing.items():
            if self._minutes.get(key) is seen:  # else a report came meanwhile
                self._changed.pop(key, None)
        for key in [key for key in self._minutes if key[2] < now - _SETTLED and key not in self._changed]:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        del self._minutes[key]
        self._changed.pop(key, None)
