"""What each transport brings and is sent, in few figures: for those who keep how good a call was."""

from collections.abc import Iterable
from typing import Any

from rooms.sfu import bandwidth
from rooms.sfu.consumer import Consumer
from rooms.sfu.endpoint import Endpoint
from rooms.sfu.router import Router


def traffic(routers: Iterable[Router], now: float) -> dict[str, Any]:
    """By transport, in plain types; transports that carry nothing are left out.

    `came` and `missing` count the packets of its producers that arrived, and that did not at their first
    sending; `packets` and `resent` what its consumers were sent, from the transport's beginning. `lost` is
    the share that the viewer reported last, weighed by what each stream carries, and `roundTrip` the shortest
    of them in seconds (RFC 3550 §6.4.1), both None while nothing is sent. `limit` is what the link is
    believed to carry, bits per second, None when it was never full. Of the `pictures` on the viewer's screen,
    `smaller` ones are sent in a smaller layer than their tiles need for want of room, `held` ones not at all.
    """
    return {
        name: _of(endpoint, now)
        for router in routers
        for name, endpoint in router.endpoints.items()
        if endpoint.consumers or endpoint.producers
    }


def _of(endpoint: Endpoint, now: float) -> dict[str, Any]:
    consumers = endpoint.consumers.values()
    caps = [(consumer.cap, wanted) for consumer in consumers if (wanted := _wanted(consumer)) is not None]
    held = sum(cap == bandwidth.NOTHING for cap, _ in caps)
    lower = sum(cap is not None and cap < wanted for cap, wanted in caps)
    packets, resent = endpoint.sent
    streams = [layer.reception for one in endpoint.producers.values() for layer in one.layers]
    return {
        "came": sum(stream.came for stream in streams),
        "missing": sum(stream.missing for stream in streams),
        "packets": packets,
        "resent": resent,
        "lost": _lost(consumers, now),
        "roundTrip": min((one.round_trip for one in consumers if one.layer is not None), default=None),
        "limit": endpoint.limit,
        "pictures": len(caps),
        "smaller": lower - held,
        "held": held,
    }


def _wanted(consumer: Consumer) -> int | None:
    return consumer.wanted() if consumer.producer.kind == "video" else None


def _lost(consumers: Iterable[Consumer], now: float) -> float | None:
    rates = [(one.layer.meter.rate(now), one.lost_share) for one in consumers if one.layer is not None]
    total = sum(rate for rate, _ in rates)
    return sum(rate * share for rate, share in rates) / total if total else None
