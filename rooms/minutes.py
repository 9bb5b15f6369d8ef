"""The minutes of calls on this node, on their way into the database: what was reported, what was sent."""

from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from school.db import Database, Db
from school.quality import actions, rules, served
from school.quality.actions import Key
from school.quality.rules import MINUTE, Seen
from school.quality.served import Served

# Nobody reports into a minute that is two minutes old.
_SETTLED = 2 * MINUTE
# When the database is away for long, the oldest minutes are given up: an hour of eight hundred people.
MOST = 50_000

T = TypeVar("T")


class Minutes:
    """Adds reports up to minutes; `flush` writes those that have changed.

    A connection may come and go within a minute: it goes on where it was. `reported` adds up everything
    since the start, for those who watch the installation.
    """

    def __init__(self) -> None:
        self.reported: Counter[str] = Counter()
        self._seen = _Waiting(rules.joined, actions.keep)
        self._served = _Waiting(served.joined, actions.keep_served)

    def add(self, session_id: int, person_id: int, seen: Seen, now: datetime) -> None:
        """Take a report that came at `now`; raises Invalid for one that cannot be."""
        rules.check(seen)
        self._seen.add((session_id, person_id, rules.minute_of(seen.seconds, now)), seen)
        for name in ("up_packets", "up_lost", "down_packets", "down_lost", "freezes", "frozen_ms"):
            self.reported[name] += getattr(seen, name)
        self.reported["reports"] += 1

    def serve(self, session_id: int, person_id: int, sent: Served, every: timedelta, now: datetime) -> None:
        """Take what was sent in the time `every` before `now`."""
        self._served.add((session_id, person_id, rules.minute_of(every.total_seconds(), now)), sent)

    def latest(self, session_id: int, person_id: int, now: datetime) -> Seen | None:
        """What somebody's browser reported of this minute or, before its first report, of the last one."""
        minute = now.replace(second=0, microsecond=0)
        this = self._seen.of((session_id, person_id, minute))
        return this or self._seen.of((session_id, person_id, minute - MINUTE))

    async def flush(self, database: Database, now: datetime) -> None:
        """Write what has changed since the last time; when that fails, the next time writes it."""
        await self._seen.flush(database, now)
        await self._served.flush(database, now)


class _Waiting(Generic[T]):
    """Minutes of one kind, and which of them are to be written, all by one statement."""

    def __init__(
        self,
        joined: Callable[[T | None, T], T],
        keep: Callable[[Db, Mapping[Key, T]], Coroutine[Any, Any, None]],
    ) -> None:
        self._joined = joined
        self._keep = keep
        self._minutes: dict[Key, T] = {}
        self._changed: dict[Key, None] = {}

    def add(self, key: Key, part: T) -> None:
        """Add a part of a minute."""
        self._minutes[key] = self._joined(self._minutes.get(key), part)
        self._changed[key] = None
        if len(self._minutes) > MOST:
            self._forget(next(iter(self._minutes)))

    def of(self, key: Key) -> T | None:
        """What there is of a minute."""
        return self._minutes.get(key)

    async def flush(self, database: Database, now: datetime) -> None:
        """Write what has changed."""
        writing = {key: self._minutes[key] for key in self._changed}
        if writing:
            async with database.begin() as db:
                await self._keep(db, writing)
        for key, one in writing.items():
            if self._minutes.get(key) is one:  # else another part came meanwhile
                self._changed.pop(key, None)
        for key in [key for key in self._minutes if key[2] < now - _SETTLED and key not in self._changed]:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        del self._minutes[key]
        self._changed.pop(key, None)
