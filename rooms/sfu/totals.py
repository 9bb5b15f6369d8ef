"""What a worker does altogether, few figures however many people: asked for by those who watch it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from rooms.sfu.router import Router
from rooms.sfu.spread import Spread

# Shares of lost packets: none to speak of, seen, heard, no conversation.
LOSSES: Final = (0.0, 0.01, 0.03, 0.05, 0.1, 0.2, 0.5)
ROUND_TRIPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
NO_LAYER: Final = "none"


def totals(routers: Iterable[Router]) -> dict[str, Any]:
    """Gauges over all routers, in plain types.

    `producers` by kind; `consumers` by kind and the layer that is sent (`none`: nothing); `loss` and
    `roundTrip` (seconds) spread over the consumers that are sent, as their viewers reported last
    (RFC 3550 §6.4.1).
    """
    producers: Counter[str] = Counter()
    consumers: dict[str, Counter[str]] = {"audio": Counter(), "video": Counter()}
    loss, round_trip = Spread(LOSSES), Spread(ROUND_TRIPS)
    rooms = 0
    for router in routers:
        rooms += 1
        producers.update(producer.kind for _, producer in router.producers.values())
        for _, consumer in router.consumers.values():
            layer = consumer.layer
            consumers[consumer.producer.kind][NO_LAYER if layer is None else str(layer.index)] += 1
            if layer is not None:
                loss.add(consumer.lost_share)
                round_trip.add(consumer.round_trip)
    return {
        "routers": rooms,
        "producers": dict(producers),
        "consumers": {kind: dict(layers) for kind, layers in consumers.items()},
        "loss": loss.stats(),
        "roundTrip": round_trip.stats(),
    }
