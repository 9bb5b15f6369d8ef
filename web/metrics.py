"""What this process counts for those who watch it, and the page of it in Prometheus' words.

Nothing here is called per packet: the media workers are asked once, by the request for the page.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Final, TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from rooms.media import JsonObject
from rooms.registry import Registry
from rooms.sfu.counters import NO_DROPS
from rooms.sfu.spread import DELAYS, Spread
from rooms.sfu.usage import usage
from school.db import Database

# Seconds of a page: fast, noticeable, too slow.
_DURATIONS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_PROBE_SECONDS: Final = 0.1
# Several watchers that ask at the same moment share one answer.
_FRESH_SECONDS: Final = 1.0
_SERVER: Final = "server"

Labels: TypeAlias = tuple[str, ...]
Told: TypeAlias = Mapping[str, JsonObject]
"""What each media worker says of itself, by its name: its number."""


class Metrics:
    """The counters of the web server. `page` adds those of the rooms and of the media workers."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._durations: dict[str, Spread] = {}
        self._delays = Spread(DELAYS)
        self._asking = asyncio.Lock()
        self._page: bytes = b""
        self._page_at = float("-inf")

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one HTTP request; `route` is one of few names, never a path."""
        self._answers[route, method if method in _METHODS else "other", status] += 1
        if route != "socket":  # it lasts as long as somebody is in a room
            self._durations.setdefault(route, Spread(_DURATIONS)).add(seconds)

    async def measure_delays(self) -> None:
        """Measure until cancelled how late this loop does what it meant to do."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _PROBE_SECONDS
            await asyncio.sleep(_PROBE_SECONDS)
            self._delays.add(loop.time() - due)

    async def page(self, registry: Registry, database: Database) -> bytes:
        """Everything, in the text format 0.0.4; made at most once in a second."""
        async with self._asking:
            if time.monotonic() - self._page_at >= _FRESH_SECONDS:
                found = _Found(self._families(registry, database, await registry.totals()))
                self._page = generate_latest(found.registry)
                self._page_at = time.monotonic()
            return self._page

    def _families(
        self, registry: Registry, database: Database, workers: list[JsonObject | None]
    ) -> Iterator[Metric]:
        told = {str(number): one for number, one in enumerate(workers) if one is not None}
        yield from self._http()
        yield from _rooms(registry)
        yield from _reported(registry.minutes.reported)
        yield _counter("database_faults", "Transactions that the database failed", [((), database.faults)])
        up = (((str(number),), one is not None) for number, one in enumerate(workers))
        yield _gauge("worker_up", "Whether a media worker answers", up, "worker")
        deaths = (((str(number),), keeper.deaths) for number, keeper in enumerate(registry.keepers))
        yield _counter("worker_deaths", "Media workers that ended unasked", deaths, "worker")
        yield from _datagrams(told)
        yield from _media(told)
        yield from _processes({_SERVER: usage()} | {_named(name): one["usage"] for name, one in told.items()})
        delays = [((_named(name),), one["delays"]) for name, one in told.items()]
        yield _spread(
            "event_loop_delay_seconds",
            "How late an event loop does its work",
            [((_SERVER,), self._delays.stats()), *delays],
            "process",
        )

    def _http(self) -> Iterator[Metric]:
        answers = (
            ((route, method, str(code)), count) for (route, method, code), count in self._answers.items()
        )
        yield _counter("http_requests", "HTTP requests by route", answers, "route", "method", "status")
        durations = (((route,), spread.stats()) for route, spread in self._durations.items())
        yield _spread("http_request_seconds", "How long an answer took", durations, "route")


class _Found(Collector):
    """The families of one page, in a registry of their own."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


def _named(worker: str) -> str:
    return f"worker-{worker}"


def _rooms(registry: Registry) -> Iterator[Metric]:
    rooms: Counter[Labels] = Counter()
    people: Counter[Labels] = Counter()
    for room in registry.rooms.values():
        rooms[(room.session.form.value,)] += 1
        for peer in room.attached.values():
            people["inside" if room.peers.get(peer.id) is peer else "door", peer.role.value] += 1
    yield _gauge("rooms", "Rooms that are open", rooms.items(), "form")
    yield _gauge("people", "People who are connected", people.items(), "where", "role")
    joins = (((role.value,), count) for role, count in registry.counts.joins.items())
    yield _counter("joins", "Entries into rooms", joins, "role")
    refusals = (((code,), count) for code, count in registry.counts.refusals.items())
    yield _counter("joins_refused", "Connections and entries refused", refusals, "reason")


def _reported(told: Counter[str]) -> Iterator[Metric]:
    yield _counter("reports", "Reports of browsers on their calls", [((), told["reports"])])
    ways = ("up", "down")
    packets = (((way,), told[f"{way}_packets"]) for way in ways)
    yield _counter("reported_packets", "Packets that browsers sent and awaited", packets, "direction")
    lost = (((way,), told[f"{way}_lost"]) for way in ways)
    yield _counter("reported_packets_lost", "Those of them that were lost", lost, "direction")
    yield _counter("reported_freezes", "Times that a picture stood still", [((), told["freezes"])])
    yield _counter(
        "reported_frozen_seconds", "How long pictures stood still", [((), told["frozen_ms"] / 1000)]
    )


def _datagrams(told: Told) -> Iterator[Metric]:
    counts = [(name, one["datagrams"]) for name, one in told.items()]
    ways = (("in", "received"), ("out", "sent"))
    packets = (((name, way), each[field]) for name, each in counts for way, field in ways)
    yield _counter("media_packets", "Datagrams", packets, "worker", "direction")
    octets = (((name, way), each[f"bytes_{field}"]) for name, each in counts for way, field in ways)
    yield _counter("media_bytes", "Bytes of datagrams", octets, "worker", "direction")
    drops = (
        ((name, why), count) for name, each in counts for why, count in each.items() if why not in NO_DROPS
    )
    yield _counter("media_dropped", "Datagrams that went no further", drops, "worker", "reason")


def _media(told: Told) -> Iterator[Metric]:
    faults = (((name,), one["internalErrors"]) for name, one in told.items())
    yield _counter("media_faults", "Faults inside a media worker", faults, "worker")
    transports = (
        ((name, state), count) for name, one in told.items() for state, count in one["transports"].items()
    )
    yield _gauge("media_transports", "Transports by state", transports, "worker", "state")
    producers = (
        ((name, kind), count) for name, one in told.items() for kind, count in one["producers"].items()
    )
    yield _gauge("media_producers", "Sources that people send", producers, "worker", "kind")
    consumers = (
        ((name, kind, layer), count)
        for name, one in told.items()
        for kind, layers in one["consumers"].items()
        for layer, count in layers.items()
    )
    yield _gauge(
        "media_consumers", "Sources as viewers get them, by layer", consumers, "worker", "kind", "layer"
    )
    losses = (((name,), one["loss"]) for name, one in told.items())
    yield _spread("media_loss_now", "Lost share of what each viewer is sent now", losses, "worker")
    trips = (((name,), one["roundTrip"]) for name, one in told.items())
    yield _spread("media_round_trip_seconds_now", "Round trip to each viewer now", trips, "worker")


def _processes(used: Told) -> Iterator[Metric]:
    def of(figure: str) -> Iterator[tuple[Labels, float]]:
        return (((name,), one[figure]) for name, one in used.items() if one[figure] is not None)

    yield _counter("cpu_seconds", "Processor time of each process", of("cpu"), "process")
    yield _gauge("resident_memory_bytes", "Memory of each process", of("resident"), "process")
    yield _gauge("open_descriptors", "Open files and sockets of each process", of("descriptors"), "process")


def _counter(name: str, words: str, values: Iterable[tuple[Labels, float]], *labels: str) -> Metric:
    family = CounterMetricFamily(f"kabinet_{name}", words, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _gauge(name: str, words: str, values: Iterable[tuple[Labels, float]], *labels: str) -> Metric:
    family = GaugeMetricFamily(f"kabinet_{name}", words, labels=labels)
    for key, value in values:
        family.add_metric(key, float(value))
    return family


def _spread(name: str, words: str, spreads: Iterable[tuple[Labels, JsonObject]], *labels: str) -> Metric:
    """A histogram of what `Spread.stats` tells; one of the present moment has `_now` in its name."""
    family = HistogramMetricFamily(f"kabinet_{name}", words, labels=labels)
    for key, told in spreads:
        bounds = [*map(str, told["bounds"]), "+Inf"]
        below = map(float, accumulate(told["counts"]))
        family.add_metric(key, buckets=list(zip(bounds, below, strict=True)), sum_value=told["total"])
    return family
