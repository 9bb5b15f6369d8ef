"""What a change of the calendar does to the sessions that lie ahead; pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from school.schedule.rules import Planned


@dataclass(frozen=True)
class Written:
    """A session that a line of the schedule has, as far as the calendar matters."""

    id: int
    line_id: int
    person_id: int
    planned_at: datetime
    starts_at: datetime
    ends_at: datetime
    is_suppressed: bool
    is_settled: bool
    """Begun, ended, cancelled by somebody or replaced: the calendar does not touch it."""


@dataclass(frozen=True)
class Recalculation:
    """What has to change so that the sessions ahead are those that schedule and calendar say.

    `busy` are those that would have to be added while their host is in another session.
    """

    add: tuple[Planned, ...]
    restore: tuple[Written, ...]
    suppress: tuple[Written, ...]
    busy: tuple[Planned, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing has to change."""
        return not (self.add or self.restore or self.suppress)

    @property
    def mark(self) -> str:
        """Give a short text that only the same change has: what was confirmed is what is done."""
        parts = (
            sorted((one.line_id or 0, one.starts_at.isoformat()) for one in self.add),
            sorted(one.id for one in self.restore),
            sorted(one.id for one in self.suppress),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def recalculation(
    wished: Iterable[Planned], written: Iterable[Written], taken: Iterable[Planned], now: datetime
) -> Recalculation:
    """Compare what the lines in force mean in this calendar with what is written.

    Only what lies ahead of `now` counts. A session that was moved, begun, ended or cancelled by hand stays as
    it is. `taken` is everything else in the hosts' time. Of two that would clash, the earlier is added.
    """
    meant = {(one.line_id, one.starts_at): one for one in wished if one.starts_at > now}
    known = {(one.line_id, one.planned_at): one for one in written}
    ahead = [one for one in known.values() if one.starts_at > now]
    suppress = [
        one
        for one in ahead
        if not one.is_settled
        and not one.is_suppressed
        and one.starts_at == one.planned_at
        and (one.line_id, one.planned_at) not in meant
    ]
    back = {
        (one.line_id, one.planned_at): one
        for one in ahead
        if one.is_suppressed and (one.line_id, one.planned_at) in meant
    }
    new = {key: one for key, one in meant.items() if key not in known}
    candidates = [*new.values(), *(meant[key] for key in back)]
    gone = {(one.line_id, one.starts_at) for one in suppress}
    free, busy = _fitting(candidates, [one for one in taken if (one.line_id, one.starts_at) not in gone])
    fits = {(one.line_id, one.starts_at) for one in free}
    return Recalculation(
        add=tuple(one for one in free if (one.line_id, one.starts_at) in new),
        restore=tuple(_by_time([one for key, one in back.items() if key in fits])),
        suppress=tuple(_by_time(suppress)),
        busy=tuple(busy),
    )


def _by_time(found: list[Written]) -> list[Written]:
    return sorted(found, key=lambda one: (one.starts_at, one.line_id))


def _fitting(candidates: Iterable[Planned], taken: Iterable[Planned]) -> tuple[list[Planned], list[Planned]]:
    held: dict[int, list[Planned]] = {}
    for one in taken:
        held.setdefault(one.person_id, []).append(one)
    free, busy = [], []
    for one in sorted(candidates, key=lambda one: (one.starts_at, one.line_id or 0)):
        own = held.setdefault(one.person_id, [])
        if any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for other in own):
            busy.append(one)
        else:
            own.append(one)
            free.append(one)
    return free, busy
