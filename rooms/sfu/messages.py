"""What the parent and a worker say to each other: commands, answers and notifications.

They travel as MessagePack, each behind a four-byte length. W3C and ORTC objects (`dtlsParameters`,
`rtpParameters`, ...) keep the browser's camelCase and are checked inside the worker.
"""

from collections.abc import Callable
from typing import Any

import msgspec


class CreateRouter(msgspec.Struct, tag=True, frozen=True):
    router: str


class CloseRouter(msgspec.Struct, tag=True, frozen=True):
    router: str


class CreateTransport(msgspec.Struct, tag=True, frozen=True):
    router: str
    transport: str


class ConnectTransport(msgspec.Struct, tag=True, frozen=True):
    transport: str
    dtls_parameters: dict[str, Any]


class RestartIce(msgspec.Struct, tag=True, frozen=True):
    transport: str


class CloseTransport(msgspec.Struct, tag=True, frozen=True):
    transport: str


class Produce(msgspec.Struct, tag=True, frozen=True):
    transport: str
    producer: str
    kind: str
    rtp_parameters: dict[str, Any]
    paused: bool


class PauseProducer(msgspec.Struct, tag=True, frozen=True):
    producer: str


class ResumeProducer(msgspec.Struct, tag=True, frozen=True):
    producer: str


class CloseProducer(msgspec.Struct, tag=True, frozen=True):
    producer: str


class Consume(msgspec.Struct, tag=True, frozen=True):
    transport: str
    consumer: str
    producer: str
    rtp_capabilities: dict[str, Any]


class PauseConsumer(msgspec.Struct, tag=True, frozen=True):
    consumer: str


class ResumeConsumer(msgspec.Struct, tag=True, frozen=True):
    consumer: str


class CloseConsumer(msgspec.Struct, tag=True, frozen=True):
    consumer: str


class SetConsumerSize(msgspec.Struct, tag=True, frozen=True):
    """Width and height of the picture on the viewer's screen, in device pixels; 0 × 0 is not visible."""

    consumer: str
    width: int
    height: int


class GetStats(msgspec.Struct, tag=True, frozen=True):
    """Everything about everybody: long in a large room."""


class GetTotals(msgspec.Struct, tag=True, frozen=True):
    """The same as few figures, for those who ask again and again."""


class GetTraffic(msgspec.Struct, tag=True, frozen=True):
    """What each transport brings and is sent, as few figures."""


Command = (
    CreateRouter
    | CloseRouter
    | CreateTransport
    | ConnectTransport
    | RestartIce
    | CloseTransport
    | Produce
    | PauseProducer
    | ResumeProducer
    | CloseProducer
    | Consume
    | PauseConsumer
    | ResumeConsumer
    | CloseConsumer
    | SetConsumerSize
    | GetStats
    | GetTotals
    | GetTraffic
)


class Request(msgspec.Struct, frozen=True):
    """One command with the number that its answer repeats."""

    id: int
    command: Command


class Ready(msgspec.Struct, tag=True, frozen=True):
    """The worker's first message: its UDP port is open."""

    port: int


class Answer(msgspec.Struct, tag=True, frozen=True):
    """The result of the request `id`: `data`, or an error's `code` with its data."""

    id: int
    data: Any = None
    code: str | None = None


class TransportState(msgspec.Struct, tag=True, frozen=True):
    """`connecting`, `connected`, `disconnected` (nothing heard for long; may recover), `failed`, `closed`."""

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
FromWorker = Ready | Answer | Notification
