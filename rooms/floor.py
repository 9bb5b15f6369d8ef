"""The floor (R45): hands, who speaks, what a host switches off, who goes, who helps.

Everything is kept in the seat before anybody is told, so that it is the same after a reconnection. Hosts act
on those who are inside; nobody acts on the host, and only the host on those who help.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import msgspec

from rooms import conversation, entry, views
from rooms.errors import Mismatch, NoMedia, NoRight, Unknown
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room
from school.db import Db
from school.seats import actions as seat_actions
from school.seats import floor
from school.seats import queries as seat_queries
from school.sessions.models import RoomRole

Stopped = Literal["microphone", "camera"]


async def raise_hand(registry: Registry, room: Room, peer: Peer) -> None:
    """Ask for the floor; the queue is by the time of asking. Raises NoRight."""
    peer.require("raise_hand")
    async with _changing(registry, room) as db:
        seat = await floor.raise_hand(db, registry.clock(), peer.seat.id)
    room.change_seat(peer, seat)


async def lower_hand(registry: Registry, room: Room, peer: Peer, person: int) -> None:
    """Lower one's own hand, or as a moderator somebody's. Raises NoRight, Unknown."""
    target = peer if person == peer.id else _other(room, peer, person)
    async with _changing(registry, room) as db:
        seat = await floor.lower_hand(db, target.seat.id)
    room.change_seat(target, seat)
    if target is not peer:
        _tell(target, "hand_lowered")


async def give(registry: Registry, room: Room, peer: Peer, person: int) -> None:
    """Give the floor: in a webinar it lets a listener publish. Raises NoRight, Unknown, NoMedia."""
    target = _audible(room, peer, person)
    async with _changing(registry, room) as db:
        seat = await floor.give_floor(db, registry.clock(), target.seat.id, by=peer.id)
    room.change_seat(target, seat)
    _tell(target, "floor_given")


async def take(registry: Registry, room: Room, peer: Peer, person: int) -> None:
    """Take the floor back: what the listener publishes is closed. Raises NoRight, Unknown, NoMedia."""
    target = _audible(room, peer, person)
    async with _changing(registry, room) as db:
        seat = await floor.take_floor(db, registry.clock(), target.seat.id, by=peer.id)
    room.change_seat(target, seat)
    _tell(target, "floor_taken")


async def mute(registry: Registry, room: Room, peer: Peer, person: int) -> None:
    """Switch a microphone off; its owner may switch it on again. Raises NoRight, Unknown, NoMedia."""
    await _mute(registry, room, [_audible(room, peer, person)])


async def mute_all(registry: Registry, room: Room, peer: Peer) -> None:
    """Switch off every microphone but those of hosts. Raises NoRight, NoMedia."""
    peer.require("moderate")
    _need_media(room)
    await _mute(registry, room, [one for one in room.peers.values() if not one.rights.moderate])


async def unmute(registry: Registry, room: Room, peer: Peer) -> None:
    """Note that somebody whom a host had muted speaks again."""
    if not peer.seat.muted:
        return
    async with _changing(registry, room) as db:
        seat = await floor.mute(db, peer.seat.id, muted=False)
    room.change_seat(peer, seat)


async def stop(
    registry: Registry, room: Room, peer: Peer, person: int, *, source: Stopped, stopped: bool
) -> None:
    """Forbid a microphone or a camera (and the screen with it) until it is allowed again.

    Raises NoRight, Unknown, NoMedia.
    """
    target = _audible(room, peer, person)
    now = registry.clock()
    async with _changing(registry, room) as db:
        if source == "microphone":
            seat = await floor.stop_microphone(db, now, target.seat.id, by=peer.id, stopped=stopped)
        else:
            seat = await floor.stop_camera(db, now, target.seat.id, by=peer.id, stopped=stopped)
    room.change_seat(target, seat)
    if source == "microphone":
        _tell(target, "microphone_stopped" if stopped else "microphone_allowed")
    else:
        _tell(target, "camera_stopped" if stopped else "camera_allowed")


async def remove(registry: Registry, room: Room, peer: Peer, person: int, *, may_return: bool) -> None:
    """Put somebody out of the room, for good or not. Raises NoRight, Unknown."""
    target = _other(room, peer, person)
    now = registry.clock()
    async with conversation.changing(registry, room, now) as db:
        await seat_actions.remove(db, now, seat_id=target.seat.id, by=peer.id, may_return=may_return)
        await floor.finish(db, target.seat.id)
    # With a cause the browser knows that there is no way back.
    over = views.Over("removed", cause=None if may_return else "removed")
    if not may_return:
        room.removed[target.id] = msgspec.structs.replace(room.view_of(target), publishing=())
    await entry.send_off(registry, room, target, over, now)
    device = room.attached.get(person)
    if device is not None:
        # A second device has taken the seat over meanwhile: the person goes, not the device.
        await entry.send_off(registry, room, device, over, now)


async def readmit(registry: Registry, room: Room, peer: Peer, person: int) -> None:
    """Take back that somebody may not return; they come in as anybody else. Raises NoRight, Unknown."""
    peer.require("moderate")
    async with _changing(registry, room) as db:
        seat = await seat_queries.of_person(db, room.id, person)
        if seat is None or not seat.is_barred:
            raise Unknown(id=person)
        await seat_actions.readmit(db, registry.clock(), seat_id=seat.id, by=peer.id)
    room.removed.pop(person, None)
    room.tell_lobby()


async def make_co_host(registry: Registry, room: Room, peer: Peer, person: int, *, co_host: bool) -> None:
    """Let somebody help to lead, or no longer; only the host says so. Raises NoRight, Unknown."""
    peer.require("lead")
    target = _other(room, peer, person)
    async with _changing(registry, room) as db:
        seat = await floor.make_co_host(db, registry.clock(), target.seat.id, by=peer.id, co_host=co_host)
    room.change_seat(target, seat)
    _tell(target, "co_host_made" if co_host else "co_host_withdrawn")


async def _mute(registry: Registry, room: Room, targets: list[Peer]) -> None:
    muted = [one for one in targets if room.media is not None and room.media.mute(one)]
    if not muted:
        return
    async with _changing(registry, room) as db:
        seats = [(one, await floor.mute(db, one.seat.id, muted=True)) for one in muted]
    for one, seat in seats:
        room.change_seat(one, seat)
        _tell(one, "muted")


@asynccontextmanager
async def _changing(registry: Registry, room: Room) -> AsyncIterator[Db]:
    async with room.changing, registry.database.begin() as db:
        yield db


def _other(room: Room, peer: Peer, person: int) -> Peer:
    peer.require("moderate")
    target = room.peers.get(person)
    if target is None:
        raise Unknown(id=person)
    if target is peer:
        raise Mismatch(what="person")
    if target.identity.role is RoomRole.HOST or (target.rights.moderate and not peer.rights.lead):
        raise NoRight(right="lead")
    return target


def _audible(room: Room, peer: Peer, person: int) -> Peer:
    target = _other(room, peer, person)
    _need_media(room)
    return target


def _need_media(room: Room) -> None:
    if room.media is None:
        raise NoMedia(form=room.session.form.value)


def _tell(peer: Peer, deed: views.Deed) -> None:
    peer.port.notify("told", views.Told(deed))
