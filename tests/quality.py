"""Minutes of calls as browsers report them and as the server sees them."""

from dataclasses import replace
from typing import Any

from school.quality.rules import Family, Seen, Way
from school.quality.served import Served

GOOD = Seen(
    seconds=60,
    up_packets=6_000,
    up_lost=0,
    down_packets=12_000,
    down_lost=12,
    round_trip_ms=40,
    freezes=0,
    frozen_ms=0,
    sound_ms=60_000,
    concealed_ms=60,
    height=720,
    layer=2,
    starved=0,
    outgoing_kbit=2_500,
    cpu_ms=0,
    frames=1_500,
    frames_dropped=3,
    way=Way.UDP,
    browser=Family.CHROME,
    screen=False,
)

SENT = Served(
    packets=12_000,
    resent=0,
    lost_per_mille=0,
    round_trip_ms=35,
    limit_kbit=None,
    pictures=1,
    smaller=0,
    held=0,
    came=6_000,
    missing=0,
    late_ms=12,
    restarts=0,
)


def seen(**changes: Any) -> Seen:
    """A good minute, but for the changes."""
    return replace(GOOD, **changes)


def sent(**changes: Any) -> Served:
    """A minute in which all was sent as it was to be, but for the changes."""
    return replace(SENT, **changes)
