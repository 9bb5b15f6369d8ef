"""Why a call was bad: the minutes of everybody who was in it, side by side; pure.

What only one person has is that person's line or computer. What everybody has at the same time is the
server or its line, unless it came from somebody whose own packets did not arrive: those are missing
everywhere. What the server knows of itself, that it was late or was started again, goes before all guesses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from school.quality.minute import Minute, Minutes
from school.quality.rules import ENOUGH_PACKETS, MINUTE, Trouble, Way, stood_still

# Two thirds of three people and more are everybody; of two, both have to have it both ways.
_MOST_SHARE, _MANY = 2 / 3, 3
# One good minute between two bad ones does not make two stories.
_NEIGHBOURS = 2 * MINUTE
# A page that is loaded anew is away for less.
_SHORTEST_ABSENCE = timedelta(seconds=5)
_NETWORK = frozenset({Trouble.UP, Trouble.DOWN, Trouble.DELAY, Trouble.LIMITED})
_SHOWN = frozenset({Trouble.STILL, Trouble.SOUND})
# Whoever has one of these sends pictures that stand still.
_SENDING_BADLY = frozenset({Trouble.UP, Trouble.NARROW, Trouble.COMPUTER, Trouble.STILL})
LATE_MS = 200
"""A media process that is late for longer is heard and seen; a browser's buffer bridges less."""
# A report is ten seconds long: one minute without any, at the beginning or the end, is nothing.
_SILENT_MINUTES = 2


class Cause(StrEnum):
    """What made a call worse."""

    SERVER = "server"
    SERVER_LATE = "server_late"
    SERVER_RESTARTED = "server_restarted"
    SERVER_GONE = "server_gone"
    UPLINK = "uplink"
    DOWNLINK = "downlink"
    DELAY = "delay"
    NARROW = "narrow"
    LIMITED = "limited"
    HELD = "held"
    COMPUTER = "computer"
    SENDER = "sender"
    DEVICE = "device"
    SILENT = "silent"
    GONE = "gone"
    TCP = "tcp"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cause, and when it was there: `[since, until)`.

    `person_id` None: everybody. `worst` is a share, 0 to 1; of `DELAY` and `SERVER_LATE`, seconds; of
    `LIMITED`, megabits a second.
    """

    cause: Cause
    person_id: int | None
    since: datetime
    until: datetime
    worst: float | None = None


Stay = tuple[datetime, datetime]


def explain(people: Mapping[int, Minutes], stays: Mapping[int, Sequence[Stay]]) -> list[Explanation]:
    """Explain a call: what everybody had, then each person's own, by time.

    `people` gives the minutes of each, as browser and server saw them; `stays` when each was in the room, in
    order, not touching.
    """
    common = _Common(people)
    found = _of_server(common)
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
        self._people = people
        self._troubles: dict[datetime, dict[int, frozenset[Trouble]]] = {}
        self._watching: dict[datetime, set[int]] = {}
        self.restarted: set[datetime] = set()
        self.late: dict[datetime, int] = {}
        for person, minutes in people.items():
            for at, minute in minutes.items():
                self._troubles.setdefault(at, {})[person] = minute.troubles
                self._note(person, at, minute)
        hurt = {
            at
            for at, those in self._troubles.items()
            if any(one & (_NETWORK | _SHOWN) for one in those.values())
        }
        self.late = {at: late for at, late in self.late.items() if at in hurt and at not in self.restarted}
        self.everybodys = {
            at for at, those in self._troubles.items() if _is_everybodys(those)
        } - self.restarted

    def _note(self, person: int, at: datetime, minute: Minute) -> None:
        if minute.seen and minute.seen.height and not minute.seen.starved:
            self._watching.setdefault(at, set()).add(person)
        if minute.served and minute.served.restarts:
            self.restarted.add(at)
        if minute.served and minute.served.late_ms >= LATE_MS:
            self.late[at] = max(self.late.get(at, 0), minute.served.late_ms)

    def own(self, person: int, minute: datetime) -> frozenset[Trouble]:
        """What is wrong with this person alone in this minute."""
        mine = self._troubles[minute][person]
        if Trouble.HELD in mine and len(self._troubles[minute]) >= _MANY and self._watching.get(minute):
            # The others got their pictures: it is this line. Of two, each watches somebody else.
            mine = mine - {Trouble.HELD} | {Trouble.NARROW}
        if minute in self.everybodys or minute in self.restarted:
            return mine - _NETWORK - _SHOWN
        if minute in self.late:
            mine = mine - {Trouble.DELAY} - _SHOWN
        if Trouble.UP not in mine and _came_from_senders(self._troubles[minute]):
            return mine - {Trouble.DOWN} - _SHOWN
        return mine

    def came_well(self, person: int, minute: datetime) -> bool:
        """Whether the server knows that all it had got well arrived here well, and nobody else missed it."""
        others = {other: own.get(minute) for other, own in self._people.items() if other != person}
        return (
            self._people[person][minute].well_served
            and any(other is not None and other.well_received for other in others.values())
            and not any(self._troubles[minute][other] & _SENDING_BADLY for other in others if others[other])
        )


def _of_server(common: _Common) -> list[Explanation]:
    late = common.late
    return [
        *(Explanation(Cause.SERVER_RESTARTED, None, *span) for span in _spans(common.restarted)),
        *(
            Explanation(Cause.SERVER_LATE, None, since, until, _worst_late(late, since, until))
            for since, until in _spans(late)
        ),
        *(Explanation(Cause.SERVER, None, *span) for span in _spans(common.everybodys - late.keys())),
    ]


def _worst_late(late: Mapping[datetime, int], since: datetime, until: datetime) -> float:
    return max(ms for at, ms in late.items() if since <= at < until) / 1000


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
    mine = {at: common.own(person, at) for at in minutes}
    found = [
        *_of(person, minutes, mine, Trouble.UP, Cause.UPLINK, lambda one: one.lost_up),
        *_of(person, minutes, mine, Trouble.DOWN, Cause.DOWNLINK, lambda one: one.lost_down),
        *_of(person, minutes, mine, Trouble.DELAY, Cause.DELAY, lambda one: one.trip),
        *_of(person, minutes, mine, Trouble.NARROW, Cause.NARROW, None),
        *_of(person, minutes, mine, Trouble.LIMITED, Cause.LIMITED, _carried, worst=min),
        *_of(person, minutes, mine, Trouble.HELD, Cause.HELD, None),
        *_of(person, minutes, mine, Trouble.COMPUTER, Cause.COMPUTER, None),
    ]
    # A picture that stands still while the own line and computer are good did not come from here, unless
    # the server knows that it came well.
    unexplained = {at: own for at, own in mine.items() if own <= _SHOWN and Trouble.STILL in own}
    here = {at: own for at, own in unexplained.items() if common.came_well(person, at)}
    there = {at: own for at, own in unexplained.items() if at not in here}
    found += _of(person, minutes, here, Trouble.STILL, Cause.DEVICE, _still)
    found += _of(person, minutes, there, Trouble.STILL, Cause.SENDER, _still)
    return found + _silent(person, minutes) + _way(person, minutes)


def _of(
    person: int,
    minutes: Minutes,
    mine: Mapping[datetime, frozenset[Trouble]],
    trouble: Trouble,
    cause: Cause,
    measure: Callable[[Minute], float] | None,
    *,
    worst: Callable[[Iterable[float]], float] = max,
) -> list[Explanation]:
    having = [minute for minute, own in mine.items() if trouble in own]
    return [
        Explanation(
            cause,
            person,
            since,
            until,
            worst(measure(minutes[minute]) for minute in having if since <= minute < until)
            if measure
            else None,
        )
        for since, until in _spans(having)
    ]


def _carried(minute: Minute) -> float:
    limit = minute.served.limit_kbit if minute.served else None
    return (limit or 0) / 1000


def _still(minute: Minute) -> float:
    return stood_still(minute.seen) if minute.seen else 0.0


def _silent(person: int, minutes: Minutes) -> list[Explanation]:
    """Whose browser told nothing for long while the server went on sending."""
    silent = [at for at, one in minutes.items() if one.seen is None and _sent_much(one)]
    return [
        Explanation(Cause.SILENT, person, since, until)
        for since, until in _spans(silent)
        if sum(since <= at < until for at in silent) >= _SILENT_MINUTES
    ]


def _sent_much(minute: Minute) -> bool:
    return minute.served is not None and minute.served.packets >= ENOUGH_PACKETS


def _way(person: int, minutes: Minutes) -> list[Explanation]:
    """Who never came through by UDP has a network that does not let it pass."""
    ways = {one.seen.way for one in minutes.values() if one.seen is not None and one.seen.way is not None}
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
