"""What the media plane tells its owner unasked. One tagged struct per event; they cross the channel as they are."""

from collections.abc import Callable

import msgspec


class TransportState(msgspec.Struct, tag=True, frozen=True):
    """A transport's state as its peer would see it: `connecting`, `connected`, `failed` or `closed`."""

    transport: str
    state: str


class ConsumerLayer(msgspec.Struct, tag=True, frozen=True):
    """The simulcast layer that a viewer is sent now: 0 is the smallest, None means that none is sent."""

    consumer: str
    layer: int | None


class ConsumerClosed(msgspec.Struct, tag=True, frozen=True):
    """A consumer ended because its producer did."""

    consumer: str


class ProducerClosed(msgspec.Struct, tag=True, frozen=True):
    """A producer ended because its transport did."""

    producer: str


class ActiveSpeaker(msgspec.Struct, tag=True, frozen=True):
    """Who speaks in a router: an audio producer, or None when nobody does."""

    router: str
    producer: str | None


Notification = TransportState | ConsumerLayer | ConsumerClosed | ProducerClosed | ActiveSpeaker
Notify = Callable[[Notification], None]
