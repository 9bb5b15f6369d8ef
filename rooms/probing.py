"""The network check before the room (R42): a transport to the media worker that nobody else hears of.

Whoever may come in may try whether their network lets media through, without taking the seat: a room that is
open on another device stays open there. A probe lives for seconds, and a person has one at a time.
"""

import asyncio
from dataclasses import dataclass
from uuid import uuid4

from rooms.errors import MediaUnavailable, TooMany, Unknown
from rooms.keeper import Keeper, quietly
from rooms.media import JsonObject
from rooms.sfu.channel import SfuError, Worker
from rooms.views import MediaKind

PROBE_SECONDS = 15.0
MAX_PROBES = 100

# Notifications are told to the room whose session their ids begin with: no session has this number.
_NO_SESSION = 0


@dataclass(frozen=True, slots=True)
class _Probe:
    worker: Worker
    router: str
    transport: str
    ending: asyncio.Task[None]


class Probes:
    """The probes of this process, by person. Every call raises MediaUnavailable while the worker is away."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._probes: dict[int, _Probe] = {}
        self._endings: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._probes)

    async def open(self, person: int) -> JsonObject:
        """Open a probe, in place of the person's earlier one. Raises TooMany.

        Gives `{id, iceParameters, iceCandidates, dtlsParameters, routerRtpCapabilities}`.
        """
        worker = await self._keeper.ready()
        await self.close(person)
        # Nothing is awaited from here to the entry: those who waited for the worker come all at once.
        if len(self._probes) >= MAX_PROBES:
            raise TooMany(what="probes", limit=MAX_PROBES)
        router, transport = _name(), _name()
        ending = asyncio.create_task(self._end_later(worker, router, person))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        self._probes[person] = _Probe(worker, router, transport, ending)
        try:
            capabilities = await worker.create_router(router)
            parameters = await worker.create_transport(router, transport)
        except SfuError as error:
            raise MediaUnavailable from error
        return {**parameters, "routerRtpCapabilities": capabilities}

    async def connect(self, person: int, transport_id: str, dtls_parameters: JsonObject) -> None:
        """Give the browser's DTLS parameters to the worker; raises Unknown, SfuError."""
        await self._own(person, transport_id).worker.connect_transport(transport_id, dtls_parameters)

    async def produce(
        self, person: int, transport_id: str, kind: MediaKind, rtp_parameters: JsonObject
    ) -> JsonObject:
        """Take in what the browser sends, for nobody; gives `{id}`. Raises Unknown, SfuError."""
        worker, producer = self._own(person, transport_id).worker, _name()
        await worker.produce(transport_id, producer, kind, rtp_parameters, False)
        return {"id": producer}

    async def close(self, person: int) -> None:
        """End the person's probe, if there is one."""
        probe = self._probes.pop(person, None)
        if probe is not None:
            probe.ending.cancel()
            await quietly(probe.worker.close_router(probe.router))

    async def close_all(self) -> None:
        """End every probe."""
        for person in list(self._probes):
            await self.close(person)

    def _own(self, person: int, transport_id: str) -> _Probe:
        probe = self._probes.get(person)
        if probe is None or probe.transport != transport_id:
            raise Unknown(id=transport_id)
        return probe

    async def _end_later(self, worker: Worker, router: str, person: int) -> None:
        await asyncio.sleep(PROBE_SECONDS)
        later = self._probes.get(person)
        if later is not None and later.router == router:
            del self._probes[person]
        await quietly(worker.close_router(router))


def _name() -> str:
    return f"{_NO_SESSION}.{uuid4().hex}"
