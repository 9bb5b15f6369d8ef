"""Looking at what the media workers send to whom, for the minutes that are kept."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from rooms.keeper import Keeper
from rooms.registry import Registry
from rooms.sfu.channel import SfuError
from rooms.tracks import Transport
from school.quality.served import Served


async def look(registry: Registry, every: timedelta, now: datetime) -> None:
    """Add to the minutes of everybody who receives what was sent since the last look, `every` so often."""
    told: dict[str, Any] = {}
    for found in await asyncio.gather(*(_viewers(keeper) for keeper in registry.keepers)):
        told |= found
    for room in list(registry.rooms.values()):
        for transport in room.media.receiving() if room.media is not None else ():
            viewer = told.get(transport.id)
            if viewer is not None:
                registry.minutes.serve(room.id, transport.owner.id, since(transport, viewer), every, now)


async def _viewers(keeper: Keeper) -> dict[str, Any]:
    if keeper.current is None:
        return {}
    try:
        return await keeper.current.viewers()
    except SfuError:
        # It has died just now; the next one counts anew.
        return {}


def since(transport: Transport, viewer: dict[str, Any]) -> Served:
    """What was sent since this was last asked of a transport; `viewer` is as `rooms.sfu.viewers` tells."""
    packets, resent = viewer["packets"] - transport.packets, viewer["resent"] - transport.resent
    transport.packets, transport.resent = viewer["packets"], viewer["resent"]
    return Served(
        packets=packets,
        resent=resent,
        lost_per_mille=_times(viewer["lost"], 1000),
        round_trip_ms=_times(viewer["roundTrip"], 1000),
        limit_kbit=_times(viewer["limit"], 0.001),
        pictures=viewer["pictures"],
        smaller=viewer["smaller"],
        held=viewer["held"],
    )


def _times(value: float | None, factor: float) -> int | None:
    return None if value is None else round(value * factor)
