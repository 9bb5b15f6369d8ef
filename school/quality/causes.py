"""Why a call was bad: the minutes of everybody who was in it, side by side; pure.

What only one person has is that person's line or computer. What everybody has at the same time is the
server or its line, unless it came from somebody whose own packets did not arrive: those are missing
everywhere.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from school.quality.rules import (
    MINUTE,
    Seen,
    Trouble,
    Way,
    lost_down,
    lost_up,
    stood_still,
    troubles,
)

# Two thirds of three people and more are everybody; of two, both have to have it both ways.
_MOST_SHARE, _MANY = 2 / 3, 3
# One good minute between two bad ones does not make two stories.
_NEIGHBOURS = 2 * MINUTE
# A page that is loaded anew is away for less.
_SHORTEST_ABSENCE = timedelta(seconds=5)
_NETWORK = frozenset({Trouble.UP, Trouble.DOWN, Trouble.DELAY})


class Cause(StrEnum):
    """What made a call worse."""

    SERVER = "server"
    SERVER_GONE = "server_gone"
    UPLINK = "uplink"
    DOWNLINK = "downlink"
    DELAY = "delay"
    NARROW = "narrow"
    HELD = "held"
    COMPUTER = "computer"
    SENDER = "sender"
    GONE = "gone"
    TCP = "tcp"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cause, and when it was there: `[since, until)`.

    `person_id` None: everybody. `worst` is a share, 0 to 1; of `DELAY`, seconds.
    """

    cause: Cause
    person_id: int | None
    since: datetime
    until: datetime
    worst: float | None = None


Minutes = Mapping[datetime, Seen]
Stay = tuple[datetime, datetime]


def explain(people: Mapping[int, Minutes], stays: Mapping[int, Sequence[Stay]]) -> list[Explanation]:
    """Explain a call: what everybody had, then each person's own, by time.

    `people` gives what each person's browser reported by minute; `stays` when each was in the room, in
    order, not touching.
    """
    common = _Common(people)
    found = [Explanation(Cause.SERVER, None, since, until) for since, until in _spans(common.everybodys)]
    gone = {person: _absences(own) for person, own in stays.items()}
    everybody_gone = _together(gone, len(stays))
    found += [Explanation(Cause.SERVER_GONE, None, since, until) for since, until in everybody_gone]
    for person, minutes in people.items():
        found += _own(person, minutes, common)
    for person, absences in gone.items():
        found += [
            Explanation(Cause.GONE, person, since, until)
            for since, until in absences
            if not any(_overlap((since, until), other) for other in everybody_gone)
        ]
    return sorted(found, key=lambda one: (one.person_id is not None, one.since))


class _Common:
    """What the minutes of all say together."""

    def __init__(self, people: Mapping[int, Minutes]) -> None:
        self._troubles: dict[datetime, dict[int, frozenset[Trouble]]] = {}
        self._watching: dict[datetime, set[int]] = {}
        for person, minutes in people.items():
            for minute, seen in minutes.items():
                self._troubles.setdefault(minute, {})[person] = troubles(seen)
                if seen.height and not seen.starved:
                    self._watching.setdefault(minute, set()).add(person)
        self.everybodys = {minute for minute, those in self._troubles.items() if _is_everybodys(those)}

    def own(self, person: int, minute: datetime) -> frozenset[Trouble]:
        """What is wrong with this person alone in this minute."""
        mine = self._troubles[minute][person]
        if Trouble.HELD in mine and len(self._troubles[minute]) >= _MANY and self._watching.get(minute):
            # The others got their pictures: it is this line. Of two, each watches somebody else.
            mine = mine - {Trouble.HELD} | {Trouble.NARROW}
        if minute in self.everybodys:
            return mine - _NETWORK - {Trouble.STILL, Trouble.SOUND}
        if Trouble.UP not in mine and _came_from_senders(self._troubles[minute]):
            return mine - {Trouble.DOWN, Trouble.STILL, Trouble.SOUND}
        return mine


def _is_everybodys(those: Mapping[int, frozenset[Trouble]]) -> bool:
    hurt = [own for own in those.values() if own & _NETWORK]
    if len(those) < _MANY:
        both = {Trouble.UP, Trouble.DOWN}
        return len(those) > 1 and all(both <= own for own in those.values())
    return len(hurt) >= _MOST_SHARE * len(those) and not _came_from_senders(those)


def _came_from_senders(those: Mapping[int, frozenset[Trouble]]) -> bool:
    """Whether few people's lost packets are what most of the others miss."""
    senders = [own for own in those.values() if Trouble.UP in own]
    others = [own for own in those.values() if Trouble.UP not in own]
    if not senders or not others or len(senders) > max(1, (1 - _MOST_SHARE) * len(those)):
        return False
    return sum(Trouble.DOWN in own for own in others) >= _MOST_SHARE * len(others)


def _own(person: int, minutes: Minutes, common: _Common) -> list[Explanation]:
    mine = {minute: common.own(person, minute) for minute in minutes}
    found = [
        *_of(person, minutes, mine, Trouble.UP, Cause.UPLINK, lost_up),
        *_of(person, minutes, mine, Trouble.DOWN, Cause.DOWNLINK, lost_down),
        *_of(person, minutes, mine, Trouble.DELAY, Cause.DELAY, _trip),
        *_of(person, minutes, mine, Trouble.NARROW, Cause.NARROW, None),
        *_of(person, minutes, mine, Trouble.HELD, Cause.HELD, None),
        *_of(person, minutes, mine, Trouble.COMPUTER, Cause.COMPUTER, None),
    ]
    # A picture that stands still while the own line and computer are good did not come from here.
    unexplained = {minute: own for minute, own in mine.items() if own <= {Trouble.STILL, Trouble.SOUND}}
    found += _of(person, minutes, unexplained, Trouble.STILL, Cause.SENDER, stood_still)
    return found + _way(person, minutes)


def _of(
    person: int,
    minutes: Minutes,
    mine: Mapping[datetime, frozenset[Trouble]],
    trouble: Trouble,
    cause: Cause,
    measure: Callable[[Seen], float] | None,
) -> list[Explanation]:
    having = [minute for minute, own in mine.items() if trouble in own]
    return [
        Explanation(
            cause,
            person,
            since,
            until,
            max(measure(minutes[minute]) for minute in having if since <= minute < until)
            if measure
            else None,
        )
        for since, until in _spans(having)
    ]


def _trip(seen: Seen) -> float:
    return (seen.round_trip_ms or 0) / 1000


def _way(person: int, minutes: Minutes) -> list[Explanation]:
    """Who never came through by UDP has a network that does not let it pass."""
    ways = {seen.way for seen in minutes.values() if seen.way is not None}
    if not ways or Way.UDP in ways:
        return []
    cause = Cause.RELAY if Way.RELAY in ways else Cause.TCP
    return [Explanation(cause, person, min(minutes), max(minutes) + MINUTE)]


def _spans(minutes: Iterable[datetime]) -> list[Stay]:
    spans: list[Stay] = []
    for minute in sorted(minutes):
        if spans and minute - spans[-1][1] < _NEIGHBOURS:
            spans[-1] = (spans[-1][0], minute + MINUTE)
        else:
            spans.append((minute, minute + MINUTE))
    return spans


def _absences(stays: Sequence[Stay]) -> list[Stay]:
    gaps = [(before[1], after[0]) for before, after in pairwise(stays)]
    return [(since, until) for since, until in gaps if until - since >= _SHORTEST_ABSENCE]


def _together(gone: Mapping[int, Sequence[Stay]], people: int) -> list[Stay]:
    """When most of three and more people were away at the same time."""
    if people < _MANY:
        return []
    together: list[Stay] = []
    for own in gone.values():
        for one in own:
            others = [next((a for a in them if _overlap(a, one)), None) for them in gone.values()]
            away = [absence for absence in others if absence is not None]
            whole = (min(since for since, _ in away), max(until for _, until in away))
            if len(away) >= _MOST_SHARE * people and not any(_overlap(whole, other) for other in together):
                together.append(whole)
    return sorted(together)


def _overlap(one: Stay, other: Stay) -> bool:
    return one[0] < other[1] and other[0] < one[1]
