"""Stays become attendance; pure. No second that was spent is lost or counted twice (R57)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_NOTHING = timedelta(0)


@dataclass(frozen=True)
class Interval:
    """One stay: `[since, until]`, aware instants, `since <= until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Summary:
    """One person's attendance of a session.

    `came` and `left` are the outermost instants, before the start or after the end too. `present` is the time
    spent inside the session; `minutes` is the same in whole minutes, rounded; `share` is 0 to 1.
    """

    came: datetime
    left: datetime
    present: timedelta
    minutes: int
    late_minutes: int
    left_early_minutes: int
    share: float


def merge(intervals: Iterable[Interval], *, starts_at: datetime, ends_at: datetime) -> Summary | None:
    """Merge a person's stays, of several devices and reconnects, into one summary; None for no stay.

    Late and left early are whole minutes that have fully passed: 59 seconds late is not late.
    """
    stays = union(intervals)
    if not stays:
        return None
    inside = sum((_inside(stay, starts_at, ends_at) for stay in stays), _NOTHING)
    came, left = stays[0].since, stays[-1].until
    length = ends_at - starts_at
    return Summary(
        came=came,
        left=left,
        present=inside,
        minutes=round(inside / timedelta(minutes=1)),
        late_minutes=_whole_minutes(min(came, ends_at) - starts_at),
        left_early_minutes=_whole_minutes(ends_at - max(left, starts_at)),
        share=inside / length if length else 0.0,
    )


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Give the same time as stays that do not touch, in order."""
    merged: list[Interval] = []
    for stay in sorted(intervals, key=lambda stay: stay.since):
        if merged and stay.since <= merged[-1].until:
            merged[-1] = Interval(merged[-1].since, max(merged[-1].until, stay.until))
        else:
            merged.append(stay)
    return merged


def session_end(ends_at: datetime, ended_at: datetime | None) -> datetime:
    """Give when a session's time was over: its planned end, or earlier if it was closed before."""
    return ends_at if ended_at is None else min(ends_at, ended_at)


def _inside(stay: Interval, starts_at: datetime, ends_at: datetime) -> timedelta:
    return max(_NOTHING, min(stay.until, ends_at) - max(stay.since, starts_at))


def _whole_minutes(span: timedelta) -> int:
    return max(0, span // timedelta(minutes=1))
