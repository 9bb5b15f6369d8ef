"""What the server itself saw of a person's call: what it sent, and how that fared; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Served:
    """What was sent to one person in a minute or a part of one.

    `resent` counts packets that the browser asked for again. `lost_per_mille` is the worst that it reported.
    `limit_kbit` is the least that the person's line was believed to carry, kilobit a second. Of the
    `pictures` to be seen at once, `smaller` ones were sent smaller than they were shown for want of room,
    `held` ones not at all. Nothing known is None.
    """

    packets: int
    resent: int
    lost_per_mille: int | None
    round_trip_ms: int | None
    limit_kbit: int | None
    pictures: int
    smaller: int
    held: int


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
    )


def resent_share(served: Served) -> float:
    """Of what was sent, the share that was asked for again, 0 to 1."""
    return min(1.0, served.resent / served.packets) if served.packets else 0.0


def _most(one: int | None, other: int | None) -> int | None:
    return max(_known(one, other), default=None)


def _known(one: int | None, other: int | None) -> list[int]:
    return [value for value in (one, other) if value is not None]
