"""What the server itself saw of a person's call: what it carried, and how that fared; pure."""

from dataclasses import dataclass

from school.quality.rules import ENOUGH_PACKETS


@dataclass(frozen=True, slots=True)
class Served:
    """What was carried for one person in a minute or a part of one.

    `packets` were sent to them, `resent` of those because the browser asked again. `lost_per_mille` is the
    worst that it reported. `limit_kbit` is the least that the person's line was believed to carry, kilobit a
    second. Of the `pictures` to be seen at once, `smaller` ones were sent smaller than they were shown for
    want of room, `held` ones not at all. `came` counts what arrived from them, `missing` what did not at its
    first sending. `late_ms` is how late the media process was at most, `restarts` how often it had ended and
    was started again. Nothing known is None.
    """

    packets: int = 0
    resent: int = 0
    lost_per_mille: int | None = None
    round_trip_ms: int | None = None
    limit_kbit: int | None = None
    pictures: int = 0
    smaller: int = 0
    held: int = 0
    came: int = 0
    missing: int = 0
    late_ms: int = 0
    restarts: int = 0


def joined(before: Served | None, later: Served) -> Served:
    """Add a later part of the same minute: of the line's width the least stays, of all else the most."""
    if before is None:
        return later
    return Served(
        packets=before.packets + later.packets,
        resent=before.resent + later.resent,
        lost_per_mille=_most(before.lost_per_mille, later.lost_per_mille),
        round_trip_ms=_most(before.round_trip_ms, later.round_trip_ms),
        limit_kbit=min(_known(before.limit_kbit, later.limit_kbit), default=None),
        pictures=max(before.pictures, later.pictures),
        smaller=max(before.smaller, later.smaller),
        held=max(before.held, later.held),
        came=before.came + later.came,
        missing=before.missing + later.missing,
        late_ms=max(before.late_ms, later.late_ms),
        restarts=before.restarts + later.restarts,
    )


def missing_share(served: Served) -> float:
    """The lost share of what the person sent, 0 to 1; 0 when too little was sent to tell."""
    every = served.came + served.missing
    return served.missing / every if every >= ENOUGH_PACKETS else 0.0


def resent_share(served: Served) -> float:
    """Of what was sent, the share that was asked for again, 0 to 1."""
    return min(1.0, served.resent / served.packets) if served.packets else 0.0


def _most(one: int | None, other: int | None) -> int | None:
    return max(_known(one, other), default=None)


def _known(one: int | None, other: int | None) -> list[int]:
    return [value for value in (one, other) if value is not None]
