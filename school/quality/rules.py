"""What a browser saw of a call, added up to minutes, and how good a minute was; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from school.errors import Invalid

MINUTE = timedelta(minutes=1)
LONGEST_REPORT = 60
"""Seconds. A browser reports every ten; one that slept for longer begins anew."""
KEPT = timedelta(days=90)
"""How long minutes are kept: long enough to look into a complaint, not a history of people's habits."""

# What the sign on a tile in the room says too (static/room/quality.ts).
WEAK_LOSS, BAD_LOSS = 0.03, 0.1
WEAK_STILL, BAD_STILL = 0.05, 0.25
WEAK_SOUND, BAD_SOUND = 0.03, 0.1
# ITU-T G.114: above 400 ms one way people talk into each other; there and back.
SLOW_TRIP, ENDLESS_TRIP = 600, 1500
LEAST_OUTGOING = 150
"""Kilobit a second: less carries a voice and no picture."""
BUSY_SHARE, DROPPED_SHARE = 0.5, 0.2
# Shares of fewer packets, frames or milliseconds than these say nothing.
ENOUGH_PACKETS, _ENOUGH_FRAMES, _ENOUGH_SOUND = 100, 100, 2_000
_BAD_SHARE, _WEAK_SHARE = 0.25, 0.05


class Way(StrEnum):
    """How media reach the server."""

    UDP = "udp"
    TCP = "tcp"
    RELAY = "relay"


class Family(StrEnum):
    """Which browser it is; the rest of what it says of itself is nobody's business."""

    CHROME = "chrome"
    YANDEX = "yandex"
    EDGE = "edge"
    OPERA = "opera"
    FIREFOX = "firefox"
    SAFARI = "safari"
    OTHER = "other"


class Grade(StrEnum):
    """How good a minute was, or a whole call."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


class Trouble(StrEnum):
    """What was wrong in a minute."""

    UP = "up"
    DOWN = "down"
    DELAY = "delay"
    NARROW = "narrow"
    HELD = "held"
    LIMITED = "limited"
    COMPUTER = "computer"
    STILL = "still"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one browser saw in `seconds` of a call (W3C webrtc-stats).

    Packets `up` are its own, as the server acknowledged them. `frozen_ms` is of the picture that stood still
    longest, `concealed_ms` what the browser made up of the `sound_ms` that it played. `height` (0: no
    picture) and `layer` are of the largest picture received. `starved` pictures were to be seen and held
    back by the server for want of room. `cpu_ms`: sending was held back by the computer. Nothing known is
    None.
    """

    seconds: int
    up_packets: int
    up_lost: int
    down_packets: int
    down_lost: int
    round_trip_ms: int | None
    freezes: int
    frozen_ms: int
    sound_ms: int
    concealed_ms: int
    height: int
    layer: int | None
    starved: int
    outgoing_kbit: int | None
    cpu_ms: int
    frames: int
    frames_dropped: int
    way: Way | None
    browser: Family
    screen: bool


_PARTS = (
    ("up_lost", "up_packets"),
    ("down_lost", "down_packets"),
    ("concealed_ms", "sound_ms"),
    ("frames_dropped", "frames"),
)


def check(seen: Seen) -> None:
    """Raise Invalid when a part is said to be more than its whole."""
    for part, whole in _PARTS:
        if getattr(seen, part) > getattr(seen, whole):
            raise Invalid(field=part, reason="more_than_all")


def minute_of(seconds: float, now: datetime) -> datetime:
    """Give the beginning of the minute that most of a report which came at `now` belongs to."""
    return (now - timedelta(seconds=seconds / 2)).replace(second=0, microsecond=0)


def joined(before: Seen | None, later: Seen) -> Seen:
    """Add a later report of the same minute. Of the sizes and speeds the least stays, of delays the most."""
    if before is None:
        return replace(later, frozen_ms=min(later.frozen_ms, later.seconds * 1000))
    seconds = min(LONGEST_REPORT, before.seconds + later.seconds)
    return Seen(
        seconds=seconds,
        up_packets=before.up_packets + later.up_packets,
        up_lost=before.up_lost + later.up_lost,
        down_packets=before.down_packets + later.down_packets,
        down_lost=before.down_lost + later.down_lost,
        round_trip_ms=_most(before.round_trip_ms, later.round_trip_ms),
        freezes=before.freezes + later.freezes,
        frozen_ms=min(seconds * 1000, before.frozen_ms + later.frozen_ms),
        sound_ms=before.sound_ms + later.sound_ms,
        concealed_ms=before.concealed_ms + later.concealed_ms,
        height=_least(before.height or None, later.height or None) or 0,
        layer=_least(before.layer, later.layer),
        starved=max(before.starved, later.starved),
        outgoing_kbit=_least(before.outgoing_kbit, later.outgoing_kbit),
        cpu_ms=min(seconds * 1000, before.cpu_ms + later.cpu_ms),
        frames=before.frames + later.frames,
        frames_dropped=before.frames_dropped + later.frames_dropped,
        way=later.way or before.way,
        browser=later.browser,
        screen=before.screen or later.screen,
    )


def lost_up(seen: Seen) -> float:
    """The lost share of what was sent, 0 to 1; 0 when too little was sent to tell."""
    return _share(seen.up_lost, seen.up_packets, ENOUGH_PACKETS)


def lost_down(seen: Seen) -> float:
    """The lost share of what was to be received, 0 to 1; 0 when that was too little to tell."""
    return _share(seen.down_lost, seen.down_packets, ENOUGH_PACKETS)


def stood_still(seen: Seen) -> float:
    """The share of the time in which a picture stood still, 0 to 1."""
    return _share(seen.frozen_ms, seen.seconds * 1000, 1)


def made_up(seen: Seen) -> float:
    """The share of the sound that did not come in time and was made up, 0 to 1."""
    return _share(seen.concealed_ms, seen.sound_ms, _ENOUGH_SOUND)


def troubles(seen: Seen) -> frozenset[Trouble]:
    """Say what was wrong."""
    trip, outgoing = seen.round_trip_ms, seen.outgoing_kbit
    busy = _share(seen.cpu_ms, seen.seconds * 1000, 1) >= BUSY_SHARE
    dropped = _share(seen.frames_dropped, seen.frames, _ENOUGH_FRAMES) >= DROPPED_SHARE
    found = {
        Trouble.UP: lost_up(seen) >= WEAK_LOSS,
        Trouble.DOWN: lost_down(seen) >= WEAK_LOSS,
        Trouble.DELAY: trip is not None and trip >= SLOW_TRIP,
        Trouble.NARROW: outgoing is not None and outgoing < LEAST_OUTGOING,
        Trouble.HELD: seen.starved > 0,
        Trouble.COMPUTER: busy or dropped,
        Trouble.STILL: stood_still(seen) >= WEAK_STILL,
        Trouble.SOUND: made_up(seen) >= WEAK_SOUND,
    }
    return frozenset(trouble for trouble, is_there in found.items() if is_there)


def grade(seen: Seen) -> Grade:
    """Say how good a minute was."""
    bad = (
        max(lost_up(seen), lost_down(seen)) >= BAD_LOSS
        or stood_still(seen) >= BAD_STILL
        or made_up(seen) >= BAD_SOUND
        or (seen.round_trip_ms or 0) >= ENDLESS_TRIP
    )
    if bad:
        return Grade.BAD
    return Grade.WEAK if troubles(seen) else Grade.GOOD


@dataclass(frozen=True, slots=True)
class Summary:
    """How many minutes of a person's call were good, weak and bad."""

    good: int
    weak: int
    bad: int

    @property
    def minutes(self) -> int:
        return self.good + self.weak + self.bad

    @property
    def grade(self) -> Grade:
        """One word for the call: bad when a quarter was; good when next to nothing was not."""
        if self.bad >= max(1, _BAD_SHARE * self.minutes):
            return Grade.BAD
        fine = self.bad == 0 and self.weak <= max(1, _WEAK_SHARE * self.minutes)
        return Grade.GOOD if fine else Grade.WEAK


def summary(grades: Iterable[Grade]) -> Summary:
    """Count minutes by their grade."""
    counted = dict.fromkeys(Grade, 0)
    for one in grades:
        counted[one] += 1
    return Summary(counted[Grade.GOOD], counted[Grade.WEAK], counted[Grade.BAD])


def _share(part: int, whole: int, enough: int) -> float:
    return part / whole if whole >= enough else 0.0


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _most(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)
