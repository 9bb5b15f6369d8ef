"""One person's minute as the browser saw it and as the server did, side by side; pure.

What the browser lost on its way up the server knows too, and of a browser that told nothing the server knows
all but what was on its screen. The browser gives the mean of a minute, the server the worst of its losses
and delays: those count only when they are bad.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from school.quality.rules import (
    BAD_LOSS,
    ENDLESS_TRIP,
    ENOUGH_PACKETS,
    WEAK_LOSS,
    Seen,
    Trouble,
    lost_down,
    lost_up,
    troubles,
)
from school.quality.served import Served, missing_share, resent_share


@dataclass(frozen=True, slots=True)
class Minute:
    """Both views of a minute, either of which may be None."""

    seen: Seen | None = None
    served: Served | None = None

    @property
    def lost_up(self) -> float:
        """The lost share of what the person sent, 0 to 1, by whoever knows of more."""
        return max(
            lost_up(self.seen) if self.seen else 0.0, missing_share(self.served) if self.served else 0.0
        )

    @property
    def lost_down(self) -> float:
        """The lost share of what was sent to the person, 0 to 1, by whoever knows of more."""
        return max(lost_down(self.seen) if self.seen else 0.0, _lost(self.served) if self.served else 0.0)

    @property
    def trip(self) -> float:
        """The round trip in seconds; the server's when the browser knows none."""
        known = [view.round_trip_ms for view in (self.seen, self.served) if view is not None]
        return next((trip for trip in known if trip is not None), 0) / 1000

    @property
    def troubles(self) -> frozenset[Trouble]:
        """What was wrong, by either view. A picture that the server held back is held back by that alone."""
        found = troubles(self.seen) if self.seen else frozenset()
        if self.served is None:
            return found
        found |= _troubles(self.served)
        return found - {Trouble.HELD} if Trouble.LIMITED in found else found

    @property
    def well_served(self) -> bool:
        """Whether the server knows that it sent, and that it arrived."""
        return (
            self.served is not None and self.served.packets >= ENOUGH_PACKETS and not _troubles(self.served)
        )

    @property
    def well_received(self) -> bool:
        """Whether the server knows that what this person sent arrived."""
        return (
            self.served is not None
            and self.served.came >= ENOUGH_PACKETS
            and missing_share(self.served) < WEAK_LOSS
        )


Minutes = Mapping[datetime, Minute]


def together(
    seen: Mapping[int, Mapping[datetime, Seen]], served: Mapping[int, Mapping[datetime, Served]]
) -> dict[int, Minutes]:
    """Put both views of everybody's minutes together."""
    people: dict[int, Minutes] = {}
    for person in [*seen, *(one for one in served if one not in seen)]:
        own, theirs = seen.get(person, {}), served.get(person, {})
        people[person] = {at: Minute(own.get(at), theirs.get(at)) for at in sorted({*own, *theirs})}
    return people


def _troubles(served: Served) -> frozenset[Trouble]:
    trip = served.round_trip_ms
    found = {
        Trouble.UP: missing_share(served) >= WEAK_LOSS,
        Trouble.DOWN: _lost(served) > 0,
        Trouble.DELAY: trip is not None and trip >= ENDLESS_TRIP,
        Trouble.LIMITED: served.held > 0 and served.limit_kbit is not None,
    }
    return frozenset(trouble for trouble, is_there in found.items() if is_there)


def _lost(served: Served) -> float:
    """What is asked for again over a whole minute is lost; one report of losses has to be a bad one."""
    again = resent_share(served) if served.packets >= ENOUGH_PACKETS else 0.0
    worst = (served.lost_per_mille or 0) / 1000
    return max(again if again >= WEAK_LOSS else 0.0, worst if worst >= BAD_LOSS else 0.0)
