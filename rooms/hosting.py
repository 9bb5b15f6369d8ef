"""What the worker who holds a session does with it: sets the topic, makes it longer, closes the room."""

from datetime import datetime, timedelta

from rooms import entry, views
from rooms.errors import NotJoined
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room
from school.attestation import actions as attestation
from school.sessions import actions as sessions
from school.sessions import queries as session_queries
from school.sessions.models import EndReason, Scope, TopicBasis


async def set_topic(
    registry: Registry, room: Room, peer: Peer, *, topic: str, basis: TopicBasis, scope: Scope
) -> None:
    """Set the topic and its basis (cl. 3.5, 3.6); the first time it also lets in those who wait for it.

    Raises NotJoined, NoRight, NotTheHost, Invalid.
    """
    need_inside(room, peer)
    peer.require("set_topic")
    now = registry.clock()
    async with registry.database.begin() as db:
        await sessions.set_topic(
            db, now, session_id=room.id, by=peer.id, topic=topic, basis=basis, scope=scope
        )
        session = await session_queries.session(db, room.id)
    room.renew(session, room.settings, now)
    await entry.let_in_waiting(registry, room)


async def extend(registry: Registry, room: Room, peer: Peer, *, minutes: int) -> datetime:
    """Let the session last longer, inside the host's free time (R41); gives its new end.

    Raises NotJoined, NoRight, HostTwice, Invalid.
    """
    need_inside(room, peer)
    peer.require("lead")
    now = registry.clock()
    until = room.session.ends_at + timedelta(minutes=minutes)
    async with registry.database.begin() as db:
        await sessions.extend(db, now, session_id=room.id, by=peer.id, until=until)
        session = await session_queries.session(db, room.id)
    room.renew(session, room.settings, now)
    return until


async def close(registry: Registry, room: Room, peer: Peer, *, reason: str = "") -> None:
    """End the session before its time, for everybody.

    Before an attestation, items left out of the checklist need a `reason` (R31). Raises NotJoined, NoRight,
    ChecklistIncomplete, Invalid.
    """
    need_inside(room, peer)
    peer.require("lead")
    now = registry.clock()
    async with registry.database.begin() as db:
        await attestation.account_for_omissions(db, now, session_id=room.id, by=peer.id, reason=reason)
        await sessions.end(db, now, session_id=room.id, by=peer.id, reason=EndReason.CLOSED)
    await entry.close_room(registry, room, views.Over("closed"), now)


def need_inside(room: Room, peer: Peer) -> None:
    """Raise NotJoined unless the person is in the room."""
    if room.peers.get(peer.id) is not peer:
        raise NotJoined
