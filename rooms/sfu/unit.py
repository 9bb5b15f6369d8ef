"""The forwarding unit of a worker: its routers, transports and names, and the parent's commands on them."""

import asyncio
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

from rooms.sfu import dtls, messages
from rooms.sfu.candidates import announced, candidates
from rooms.sfu.counters import Counters
from rooms.sfu.endpoint import Endpoint
from rooms.sfu.messages import Answer, Notify, Request, TransportState
from rooms.sfu.params import SfuError
from rooms.sfu.router import Router
from rooms.sfu.settings import WorkerSettings
from rooms.sfu.sockets import open_sockets
from rooms.sfu.spread import DELAYS, Spread
from rooms.sfu.totals import totals
from rooms.sfu.traffic import traffic
from rooms.sfu.transport import Transport
from rooms.sfu.usage import usage

MAX_ROUTERS: Final = 1000
MAX_TRANSPORTS: Final = 4000
MAX_TRACES: Final = 100

T = TypeVar("T")
Handler = Callable[[Any, float], Any]


@dataclass(slots=True)
class Place:
    """A transport with what stands behind it, and the names that live on it."""

    router_id: str
    router: Router
    transport: Transport
    endpoint: Endpoint
    names: set[str] = field(default_factory=set)


class ForwardingUnit:
    """The routers, transports and names of this process; carries out the parent's commands.

    `tell` takes notifications. Every handler is plain and quick; what it returns is the answer's data.
    """

    def __init__(self, settings: WorkerSettings, tell: Notify) -> None:
        self.counters = Counters()
        self.udp, self.tcp = open_sockets(settings.host, settings.port, self.counters)
        self.internal_errors = 0
        self.delays = Spread(DELAYS)
        self._tell = tell
        self._microphones = settings.microphones
        self._certificate = dtls.Certificate.generateCertificate()
        self._candidates = candidates(announced(settings), self.udp.port)
        self._routers: dict[str, Router] = {}
        self._places: dict[str, Place] = {}
        self._owners: dict[str, Place] = {}
        self._endings: set[asyncio.Task[None]] = set()
        self._handlers: dict[type, Handler] = {
            messages.CreateRouter: self._create_router,
            messages.CloseRouter: self._close_router,
            messages.CreateTransport: self._create_transport,
            messages.ConnectTransport: self._connect_transport,
            messages.RestartIce: self._restart_ice,
            messages.CloseTransport: self._close_transport,
            messages.Produce: self._produce,
            messages.PauseProducer: self._pause_producer,
            messages.ResumeProducer: self._resume_producer,
            messages.CloseProducer: self._close_producer,
            messages.Consume: self._consume,
            messages.PauseConsumer: self._pause_consumer,
            messages.ResumeConsumer: self._resume_consumer,
            messages.CloseConsumer: self._close_consumer,
            messages.SetConsumerSize: self._set_consumer_size,
            messages.GetStats: self._stats,
            messages.GetTotals: lambda _command, _now: self.totals(),
            messages.GetTraffic: lambda _command, now: self.traffic(now),
        }

    def handle(self, request: Request) -> Answer:
        """Carry out one command. Never raises."""
        handler = self._handlers[type(request.command)]
        try:
            return Answer(request.id, handler(request.command, self.udp.now()))
        except SfuError as error:
            return Answer(request.id, error.data, error.code)
        except Exception:  # noqa: BLE001 - one faulty request must not end everybody's call
            self.report()
            return Answer(request.id, {}, "internal")

    def report(self) -> None:
        """Count the exception that is being handled; print it too, unless the log has enough of them."""
        self.internal_errors += 1
        if self.internal_errors <= MAX_TRACES:
            traceback.print_exc()

    def report_context(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Count and print, as `report`, what a callback or a task of the loop let slip; the loop goes on."""
        self.internal_errors += 1
        if self.internal_errors <= MAX_TRACES:
            loop.default_exception_handler(context)

    def tick(self) -> None:
        """Read what could wait, and let each router do its timed work; one that fails stops no other."""
        self.udp.tick()
        now = self.udp.now()
        for router in self._routers.values():
            try:
                router.tick(now)
            except Exception:  # noqa: BLE001 - one faulty room must not stop the others
                self.report()

    def slow_tick(self) -> None:
        """Let each transport look at its deadlines."""
        now = self.udp.now()
        for place in list(self._places.values()):
            place.transport.tick(now)
        self.tcp.tick(now)

    async def close(self) -> None:
        """Close every router, then wait until the browsers have been told."""
        now = self.udp.now()
        for router_id in list(self._routers):
            self._close_router(messages.CloseRouter(router_id), now)
        if self._endings:
            await asyncio.wait(self._endings, timeout=1)

    def _create_router(self, command: messages.CreateRouter, _now: float) -> dict[str, Any]:
        _refuse_known(self._routers, command.router)
        if len(self._routers) >= MAX_ROUTERS:
            raise SfuError("too_many", what="routers")
        router = Router(command.router, self._pass_on, self.udp.departures, self._microphones)
        self._routers[command.router] = router
        return router.rtp_capabilities

    def _close_router(self, command: messages.CloseRouter, now: float) -> None:
        router = self._routers.pop(command.router, None)
        if router is None:
            return
        for transport_id, place in list(self._places.items()):
            if place.router is router:
                self._end(transport_id, now)
        router.close(now)

    def _create_transport(self, command: messages.CreateTransport, now: float) -> dict[str, Any]:
        router = _known(self._routers, command.router)
        _refuse_known(self._places, command.transport)
        if len(self._places) >= MAX_TRANSPORTS:
            raise SfuError("too_many", what="transports")
        transport = Transport(
            self.udp, self._certificate, lambda state: self._changed(command.transport, state)
        )
        endpoint = router.add_transport(command.transport, transport, now)
        transport.endpoint = endpoint
        self._places[command.transport] = Place(command.router, router, transport, endpoint)
        return {
            "id": command.transport,
            "iceParameters": transport.ice_parameters(),
            "iceCandidates": self._candidates,
            "dtlsParameters": transport.dtls_parameters(),
        }

    def _connect_transport(self, command: messages.ConnectTransport, now: float) -> None:
        place = _known(self._places, command.transport)
        place.transport.connect(dtls.read_parameters(command.dtls_parameters), now)

    def _restart_ice(self, command: messages.RestartIce, _now: float) -> dict[str, Any]:
        return {"iceParameters": _known(self._places, command.transport).transport.restart_ice()}

    def _close_transport(self, command: messages.CloseTransport, now: float) -> None:
        self._end(command.transport, now)

    def _produce(self, command: messages.Produce, now: float) -> None:
        place = _known(self._places, command.transport)
        _refuse_known(self._owners, command.producer)
        place.endpoint.produce(command.producer, command.kind, command.rtp_parameters, command.paused, now)
        self._own(command.producer, place)

    def _pause_producer(self, command: messages.PauseProducer, now: float) -> None:
        _known(self._owners, command.producer).router.pause_producer(command.producer, now)

    def _resume_producer(self, command: messages.ResumeProducer, now: float) -> None:
        _known(self._owners, command.producer).router.resume_producer(command.producer, now)

    def _close_producer(self, command: messages.CloseProducer, now: float) -> None:
        place = self._owners.get(command.producer)
        if place is not None:
            place.router.close_producer(command.producer, now)
            self._disown(command.producer)

    def _consume(self, command: messages.Consume, now: float) -> dict[str, Any]:
        place = _known(self._places, command.transport)
        _refuse_known(self._owners, command.consumer)
        result = place.endpoint.consume(command.consumer, command.producer, command.rtp_capabilities, now)
        self._own(command.consumer, place)
        return result

    def _pause_consumer(self, command: messages.PauseConsumer, now: float) -> None:
        _known(self._owners, command.consumer).router.pause_consumer(command.consumer, now)

    def _resume_consumer(self, command: messages.ResumeConsumer, now: float) -> None:
        _known(self._owners, command.consumer).router.resume_consumer(command.consumer, now)

    def _close_consumer(self, command: messages.CloseConsumer, now: float) -> None:
        place = self._owners.get(command.consumer)
        if place is not None:
            place.router.close_consumer(command.consumer, now)
            self._disown(command.consumer)

    def _set_consumer_size(self, command: messages.SetConsumerSize, now: float) -> None:
        router = _known(self._owners, command.consumer).router
        router.set_consumer_size(command.consumer, command.width, command.height, now)

    def totals(self) -> dict[str, Any]:
        """Counters since the start and gauges of now, in plain types: `rooms.sfu.totals` and what it lacks.

        `delays` is how late the loop was with its ticks, in seconds.
        """
        return {
            **totals(self._routers.values()),
            "datagrams": asdict(self.counters),
            "internalErrors": self.internal_errors,
            "transports": self._transport_states(),
            "delays": self.delays.stats(),
            "usage": usage(),
        }

    def traffic(self, now: float) -> dict[str, Any]:
        """What each transport carries, and how late the loop has been at most since this was last asked.

        `transports` is `rooms.sfu.traffic`; `late` is in seconds.
        """
        return {"late": self.delays.take_worst(), "transports": traffic(self._routers.values(), now)}

    def _transport_states(self) -> dict[str, int]:
        return dict(Counter(place.transport.state for place in self._places.values()))

    def _stats(self, _command: messages.GetStats, now: float) -> dict[str, Any]:
        return {
            "datagrams": asdict(self.counters),
            "internalErrors": self.internal_errors,
            "transports": self._transport_states(),
            "known": {**self.udp.sizes(), "connections": len(self.tcp)},
            "buffers": self.udp.buffers(),
            "sending": self.udp.mode,
            "routers": {router_id: router.stats(now) for router_id, router in self._routers.items()},
        }

    def _own(self, name: str, place: Place) -> None:
        self._owners[name] = place
        place.names.add(name)

    def _disown(self, name: str) -> None:
        place = self._owners.pop(name, None)
        if place is not None:
            place.names.discard(name)

    def _pass_on(self, notification: messages.Notification) -> None:
        if isinstance(notification, messages.ConsumerClosed):
            self._disown(notification.consumer)
        elif isinstance(notification, messages.ProducerClosed):
            self._disown(notification.producer)
        self._tell(notification)

    def _changed(self, transport_id: str, state: str) -> None:
        if transport_id not in self._places:
            return
        self._tell(TransportState(transport_id, state))
        if state in ("failed", "closed"):
            self._end(transport_id, self.udp.now())

    def _end(self, transport_id: str, now: float) -> None:
        place = self._places.pop(transport_id, None)
        if place is None:
            return
        place.endpoint.close(now)
        for name in list(place.names):
            self._disown(name)
        ending = asyncio.get_running_loop().create_task(place.transport.close())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


def _known(names: dict[str, T], name: str) -> T:
    try:
        return names[name]
    except KeyError:
        raise SfuError("not_found", id=name) from None


def _refuse_known(names: dict[str, Any], name: str) -> None:
    if name in names:
        raise SfuError("already_exists", id=name)
