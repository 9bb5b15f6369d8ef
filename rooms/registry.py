"""The rooms on this node, the media workers behind them, and the picture of them for administrators (R58)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from rooms import chat, memory, toolbox
from rooms.counts import Counts
from rooms.keeper import Keeper
from rooms.media import JsonObject
from rooms.minutes import Minutes
from rooms.peer import Peer
from rooms.probing import Probes
from rooms.rights import Source
from rooms.room import Room
from rooms.sfu.channel import (
    ActiveSpeaker,
    ConsumerClosed,
    ConsumerLayer,
    Notification,
    ProducerClosed,
    SfuError,
    TransportState,
    WorkerSettings,
)
from rooms.turn import Turn
from school.attendance import actions as attendance
from school.clock import Clock
from school.db import Database
from school.organisation import queries as organisation_queries
from school.quality.rules import Seen
from school.sessions import queries as session_queries
from school.sessions.models import RoomRole
from school.sessions.queries import ExpectedRow, SessionRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PersonThere:
    """Somebody in a room (`inside`) or at its door (`waits_for` names why).

    `media` gives `on` or `paused` for each source that they send; `connection` is `connected`,
    `connecting`, `failed` or None while they have no media. `seen` is what their browser reported last.
    """

    person_id: int
    name: str
    role: RoomRole
    relation: str | None
    child_name: str | None
    group_name: str | None
    inside: bool
    since: datetime
    waits_for: str | None
    media: dict[Source, str]
    connection: str | None
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """A room that somebody is in or waits for; `absent` are those expected who are neither."""

    session: SessionRow
    there: tuple[PersonThere, ...]
    absent: tuple[ExpectedRow, ...]


class Registry:
    """Opened and closed by the process; everything else reaches rooms through it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        secret: bytes,
        worker_settings: WorkerSettings | None,
        worker_count: int = 1,
        turn: Turn | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.secret = secret
        self.rooms: dict[int, Room] = {}
        self.keepers = tuple(
            Keeper(
                _numbered(worker_settings, number),
                notify=self._told,
                lost=self._media_lost,
                back=self._media_back,
            )
            for number in range(worker_count)
        )
        self.probes = Probes(self.keepers[0])
        self._turn = turn or Turn()
        self.counts = Counts()
        self.minutes = Minutes()
        self._opening = asyncio.Lock()

    async def start(self) -> None:
        """Start the media workers; raises SfuError when one does not start."""
        for keeper in self.keepers:
            await keeper.start()

    async def close(self) -> None:
        """Write down that everybody left, close the media workers; the browsers come back by themselves."""
        now = self.clock()
        stays = list(self.presences())
        self.rooms.clear()
        async with self.database.begin() as db:
            for presence_id in stays:
                await attendance.left(db, now, presence_id)
        await self.minutes.flush(self.database, now)
        await self.probes.close_all()
        for keeper in self.keepers:
            await keeper.close()

    async def open(self, session_id: int) -> Room:
        """Give the session's room, making it for the first who comes; raises NotFound for no such session."""
        async with self._opening:
            room = self.rooms.get(session_id)
            if room is None:
                async with self.database.read() as db:
                    session = await session_queries.session(db, session_id)
                    settings = await organisation_queries.settings(db)
                    messages = await chat.load(db, session_id)
                    tools = await toolbox.load(db, session_id, session.purpose)
                    remembered = await memory.load(db, self.clock(), session_id, settings)
                room = Room(
                    session,
                    settings,
                    messages=messages,
                    tools=tools,
                    memory=remembered,
                    keeper=self._least_loaded(),
                )
                self.rooms[session_id] = room
            return room

    async def forget(self, room: Room) -> None:
        """Take a room away that is over or that nobody is connected to."""
        room.closed = True
        if self.rooms.get(room.id) is room:
            del self.rooms[room.id]
        if room.media is not None:
            await room.media.close()

    def ice_servers(self, person_id: int) -> list[JsonObject]:
        """Give a person `iceServers` with credentials of their own, made now; none without TURN."""
        return self._turn.servers(person_id, self.clock())

    def presences(self) -> Iterable[int]:
        """The stays of everybody who is inside now."""
        for room in self.rooms.values():
            for peer in room.peers.values():
                if peer.presence_id is not None:
                    yield peer.presence_id

    def overview(self) -> tuple[LiveRoom, ...]:
        """What is going on now, by the rooms' start."""
        rooms = sorted(self.rooms.values(), key=lambda room: (room.session.starts_at, room.id))
        now = self.clock()
        return tuple(_live(room, self.minutes, now) for room in rooms if room.attached)

    async def statistics(self) -> list[JsonObject | None]:
        """The media workers' counters, None for one that does not run; raises SfuError."""
        workers = [keeper.current for keeper in self.keepers]
        return [None if worker is None else await worker.stats() for worker in workers]

    async def totals(self) -> list[JsonObject | None]:
        """The media workers' figures as `rooms.sfu.unit` gives them, None for one that does not answer."""
        return list(await asyncio.gather(*(_totals(keeper) for keeper in self.keepers)))

    def _least_loaded(self) -> Keeper:
        """The keeper of whose worker the fewest people have media; of equal ones, the first."""
        load = dict.fromkeys(self.keepers, 0)
        for room in self.rooms.values():
            if room.media is not None:
                load[room.media.keeper] += 1 + len(room.attached)
        return min(self.keepers, key=load.__getitem__)

    def _told(self, notification: Notification) -> None:
        room = self.rooms.get(_session_of(notification))
        if room is not None and room.media is not None:
            room.media.told(notification)

    def _media_lost(self, keeper: Keeper) -> None:
        for room in self.rooms.values():
            if room.media is not None and room.media.keeper is keeper:
                room.media.lost()

    def _media_back(self, keeper: Keeper) -> None:
        """Tell rooms whose people were let in without media that they can have them now."""
        for room in self.rooms.values():
            if room.media is not None and room.media.keeper is keeper and room.media.missed:
                room.media.lost()


async def _totals(keeper: Keeper) -> JsonObject | None:
    if keeper.current is None:
        return None
    try:
        return await keeper.current.totals()
    except SfuError:
        # It has died just now: that is what its watchers are to see.
        return None


def _numbered(settings: WorkerSettings | None, number: int) -> WorkerSettings | None:
    """Give the settings of one worker of several: each listens on a port of its own, in a row."""
    if settings is None or settings.port == 0:
        return settings
    return msgspec.structs.replace(settings, port=settings.port + number)


def _session_of(notification: Notification) -> int:
    # Every id begins with the number of the session that it was made for.
    match notification:
        case ConsumerLayer(consumer=name) | ConsumerClosed(consumer=name):
            pass
        case ProducerClosed(producer=name) | TransportState(transport=name) | ActiveSpeaker(router=name):
            pass
    return int(name.partition(".")[0])


def _live(room: Room, minutes: Minutes, now: datetime) -> LiveRoom:
    people = sorted(room.attached.values(), key=_by_role)
    there = tuple(_there(room, peer, minutes.latest(room.id, peer.id, now)) for peer in people)
    absent = tuple(row for row in room.expected if row.person_id not in room.attached)
    return LiveRoom(room.session, there, absent)


def _by_role(peer: Peer) -> tuple[int, str]:
    return list(RoomRole).index(peer.identity.role), peer.identity.name


def _there(room: Room, peer: Peer, seen: Seen | None) -> PersonThere:
    who, media = peer.identity, room.media
    inside = room.peers.get(peer.id) is peer
    return PersonThere(
        person_id=who.person_id,
        name=who.name,
        role=who.role,
        relation=who.relation,
        child_name=who.child_name,
        group_name=who.group_name,
        inside=inside,
        since=peer.joined_at if inside and peer.joined_at else peer.connected_at,
        waits_for=None if peer.door is None else peer.door.why,
        media=media.states(peer) if media else {},
        connection=media.connection(peer) if media else None,
        seen=seen,
    )
