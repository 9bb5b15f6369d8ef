"""Looking at what the media workers carry for whom, for the minutes that are kept."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from rooms.keeper import Keeper
from rooms.media import Media
from rooms.registry import Registry
from rooms.room import Room
from rooms.sfu.channel import SfuError
from rooms.tracks import Transport
from school.quality.served import Served


async def look(registry: Registry, every: timedelta, now: datetime) -> None:
    """Add to everybody's minutes what was carried since the last look, `every` so often."""
    told: dict[str, Any] = {}
    for found in await asyncio.gather(*(_carried(keeper) for keeper in registry.keepers)):
        told |= found
    for room in list(registry.rooms.values()):
        if room.media is not None:
            for person, served in _of_room(room, room.media, told):
                registry.minutes.serve(room.id, person, served, every, now)


def _of_room(room: Room, media: Media, told: dict[str, Any]) -> list[tuple[int, Served]]:
    found = [
        (transport.owner.id, since(transport, told[transport.id]))
        for transport in media.transports()
        if transport.id in told
    ]
    if media.losses:
        found += [(peer.id, Served(restarts=media.losses)) for peer in room.peers.values()]
        media.losses = 0
    return found


async def _carried(keeper: Keeper) -> dict[str, Any]:
    if keeper.current is None:
        return {}
    try:
        told = await keeper.current.traffic()
    except SfuError:
        # It has died just now; the next one counts anew.
        return {}
    return {name: {**one, "late": told["late"]} for name, one in told["transports"].items()}


def since(transport: Transport, told: dict[str, Any]) -> Served:
    """What a transport carried since the last look; `told` is of `rooms.sfu.traffic`, with `late`."""
    served = Served(
        packets=told["packets"] - transport.packets,
        resent=told["resent"] - transport.resent,
        # What a producer brought that is gone is not counted any more.
        came=max(0, told["came"] - transport.came),
        missing=max(0, told["missing"] - transport.missing),
        lost_per_mille=_times(told["lost"], 1000),
        round_trip_ms=_times(told["roundTrip"], 1000),
        limit_kbit=_times(told["limit"], 0.001),
        pictures=told["pictures"],
        smaller=told["smaller"],
        held=told["held"],
        late_ms=round(told["late"] * 1000),
    )
    transport.packets, transport.resent = told["packets"], told["resent"]
    transport.came, transport.missing = told["came"], told["missing"]
    return served


def _times(value: float | None, factor: float) -> int | None:
    return None if value is None else round(value * factor)
