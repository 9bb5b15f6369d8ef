"""One person's presence: one connection, its seat, and the order of its requests."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from rooms import views
from rooms.admission import Stamp, role_now
from rooms.errors import Busy, NoRight
from rooms.rights import Place, Right, Rights
from school.seats.queries import SeatRow
from school.sessions.models import RoomRole

Answer = TypeVar("Answer")

# A room of fifty opens with three requests per producer (consume, resume, size) and two producers each.
MAX_WAITING_REQUESTS = 512


class Port(Protocol):
    """How a room speaks to a person's browser. Neither call waits or raises."""

    def notify(self, event: str, data: object) -> None:
        """Send a push; pushes arrive in the order of the calls."""

    def hang_up(self) -> None:
        """Close the connection after everything that was sent before."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who came: the person, as whom, on which seat and with which ticket."""

    session_id: int
    person_id: int
    seat_id: int
    number: int
    name: str
    role: RoomRole
    child_id: int | None
    relation: str | None
    child_name: str | None
    group_name: str | None
    stamp: Stamp | None


class Peer:
    """A connected person. Connections come and go under a seat; a peer lives as long as its connection."""

    def __init__(
        self, identity: Identity, seat: SeatRow, rights: Rights, port: Port, connected_at: datetime
    ) -> None:
        self.identity = identity
        self.seat = seat
        self.rights = rights
        self.place = Place.WHOLE
        self.port = port
        self.connected_at = connected_at
        self.joined_at: datetime | None = None
        self.seated_at = connected_at  # since when they have their place, whatever connections came and went
        self.presence_id: int | None = None
        self.door: views.Door | None = None
        self.gone = False
        self._turn = asyncio.Lock()
        self._waiting = 0

    @property
    def id(self) -> int:
        """The person's id: in one room a person has one presence."""
        return self.identity.person_id

    @property
    def role(self) -> RoomRole:
        """As whom the person is here now; the host may have asked them to help."""
        return role_now(self.identity.role, self.seat)

    @property
    def family(self) -> int:
        """The child on whose account the person comes."""
        return self.identity.child_id or self.identity.person_id

    async def in_turn(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do this request after those that came before it; raises Busy when too many wait.

        asyncio.Lock wakes its waiters first come, first served, and that is the whole queue.
        """
        if self._waiting >= MAX_WAITING_REQUESTS:
            raise Busy(limit=MAX_WAITING_REQUESTS)
        self._waiting += 1
        try:
            async with self._turn:
                return await work()
        finally:
            self._waiting -= 1

    def require(self, right: Right) -> None:
        """Raise NoRight unless the person has this right now."""
        if not getattr(self.rights, right):
            raise NoRight(right=right)
