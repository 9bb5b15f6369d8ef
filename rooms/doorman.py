"""The one who ends rooms on time, and sees to it that what is decided elsewhere reaches those inside.

`round` does everything that is due at `now`; `run` is the only place that waits. A round that fails is
logged, and the next one tries again: everything here is a comparison with what the database says.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from rooms import admission, entry, views, watching
from rooms.admission import ENTERING, Admission, Present
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room
from school.attendance import actions as attendance
from school.organisation import queries as organisation_queries
from school.organisation.queries import OrganisationRow
from school.people import queries as people_queries
from school.quality import actions as quality
from school.sessions import actions as sessions
from school.sessions import queries as session_queries
from school.sessions import rules as session_rules
from school.sessions.models import EndReason
from school.sessions.queries import SessionRow

log = structlog.get_logger(__name__)

ROUND = timedelta(seconds=2)
HEARTBEAT = timedelta(seconds=15)  # no more than this is lost of anybody's attendance in a crash (R57)
ROLL_CALL = timedelta(seconds=10)
SWEEP = timedelta(minutes=1)
# Four heartbeats: a stay that nobody has vouched for that long has ended.
DANGLING = timedelta(minutes=1)


class Doorman:
    """Makes his rounds over the rooms of one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._database = registry.database
        self._due: dict[str, datetime] = {}

    async def start(self, now: datetime) -> None:
        """Before anybody comes: end what a process that is no more has left open."""
        async with self._database.begin() as db:
            closed = await attendance.close_dangling(db, now, timedelta(0))
        if closed:
            log.info("attendance_closed_after_restart", stays=closed)
        await self._end_forgotten(now)

    async def run(self) -> None:
        """Make rounds until cancelled."""
        while True:
            try:
                await self.round(self._registry.clock())
            except Exception:  # whatever it was, rooms must end on time: the next round tries again
                log.exception("doorman_round_failed")
            await asyncio.sleep(ROUND.total_seconds())

    async def round(self, now: datetime) -> None:
        """Do what is due at `now`."""
        await self._compare_sessions(now)
        if self._is_due("heartbeat", HEARTBEAT, now):
            await self._heartbeat(now)
        if self._is_due("roll_call", ROLL_CALL, now):
            await self._call_rolls(now)
        else:
            await self._show_out(now)
        if self._is_due("sweep", SWEEP, now):
            await self._sweep(now)
        if self._is_due("minutes", HEARTBEAT, now):
            await watching.look(self._registry, HEARTBEAT, now)
            await self._registry.minutes.flush(self._database, now)

    def _is_due(self, name: str, every: timedelta, now: datetime) -> bool:
        due = self._due.get(name, now)
        if now < due:
            return False
        # Counted from when it was due, so that rounds do not make it rarer; after a standstill, from now.
        self._due[name] = max(due, now - ROUND) + every
        return True

    # -- sessions ----------------------------------------------------------------------------------

    async def _compare_sessions(self, now: datetime) -> None:
        rooms = {room: room.renewals for room in self._registry.rooms.values()}
        if not rooms:
            return
        async with self._database.read() as db:
            settings = await organisation_queries.settings(db)
            found = await session_queries.several(db, [room.id for room in rooms])
        rows = {row.id: row for row in found}
        for room, renewals in rooms.items():
            # What its host has changed since the rows were read must not be undone: the next round looks.
            if room.renewals == renewals:
                with _one_room(room):
                    await self._compare(room, rows.get(room.id), settings, now)

    async def _compare(
        self, room: Room, session: SessionRow | None, settings: OrganisationRow, now: datetime
    ) -> None:
        if room.closed:
            return
        over = ending(session, settings, now)
        if over is not None:
            # A session that nobody began has not ended either: its reports say that it was not held.
            if over.reason == "time" and room.session.started_at is not None:
                await self._end(room.id, now)
            await entry.close_room(self._registry, room, over, now)
        elif session is not None:
            if not session_rules.is_open(session, settings, now):
                await self._send_away_moved(room, session, now)
            room.renew(session, settings, now)
            await entry.let_in_waiting(self._registry, room)

    async def _send_away_moved(self, room: Room, session: SessionRow, now: datetime) -> None:
        over = views.Over("moved", starts_at=session.starts_at, ends_at=session.ends_at)
        for peer in list(room.peers.values()):
            await entry.send_off(self._registry, room, peer, over, now)

    async def _end(self, session_id: int, now: datetime) -> None:
        async with self._database.begin() as db:
            await sessions.end(db, now, session_id=session_id, by=None, reason=EndReason.TIME)

    async def _end_forgotten(self, now: datetime) -> None:
        """End sessions that ran and whose time is up, though no room of this process knows them."""
        async with self._database.read() as db:
            running = await session_queries.several(db, await session_queries.running(db))
            if not running:  # so it is before anybody has set the organisation up
                return
            settings = await organisation_queries.settings(db)
        for session in running:
            if session_rules.is_over(session, settings, now) and session.id not in self._registry.rooms:
                await self._end(session.id, now)

    # -- people ------------------------------------------------------------------------------------

    async def _heartbeat(self, now: datetime) -> None:
        present = list(self._registry.presences())
        if present:
            async with self._database.begin() as db:
                await attendance.heartbeat(db, now, present)

    async def _call_rolls(self, now: datetime) -> None:
        for room in list(self._registry.rooms.values()):
            with _one_room(room):
                await self._call_roll(room, now)

    async def _show_out(self, now: datetime) -> None:
        """Between the rolls: who was dismissed or expelled goes at the next round (R12)."""
        rooms = [room for room in self._registry.rooms.values() if room.attached]
        there = {peer.id for room in rooms for peer in room.attached.values()}
        if not there:
            return
        async with self._database.read() as db:
            gone = await people_queries.left(db, there, now)
        for room in rooms:
            if any(peer.id in gone for peer in room.attached.values()):
                with _one_room(room):
                    await self._call_roll(room, now)

    async def _call_roll(self, room: Room, now: datetime) -> None:
        there = list(room.attached.values())
        present = [_present(peer) for peer in there]
        async with self._database.read() as db:
            roll = await admission.roll_call(db, now, room.session, room.settings, present)
        room.expected = roll.expected
        for peer in there:
            # Another device, which came another way, may have taken the seat over meanwhile.
            if room.attached.get(peer.id) is peer:
                await self._apply(room, peer, roll.admissions[peer.id], now)

    async def _apply(self, room: Room, peer: Peer, admitted: Admission, now: datetime) -> None:
        if admitted.outcome not in ENTERING:
            over = views.Over("removed", cause=admitted.outcome.value)
            await entry.send_off(self._registry, room, peer, over, now)
        elif admitted.claim.role is not peer.identity.role:
            room.change_role(peer, admitted.claim.role)

    # -- what was left behind ----------------------------------------------------------------------

    async def _sweep(self, now: datetime) -> None:
        for room in list(self._registry.rooms.values()):
            if not room.attached:
                await self._registry.forget(room)
        async with self._database.begin() as db:
            await attendance.close_dangling(db, now, DANGLING)
            await quality.forget(db, now)
        await self._end_forgotten(now)


def ending(session: SessionRow | None, settings: OrganisationRow, now: datetime) -> views.Over | None:
    """Say why a room is over at `now`, None while it is not; a deleted session counts as cancelled."""
    if session is None:
        return views.Over("cancelled")
    if session.cancelled_at is not None:
        return views.Over("cancelled", cause=session.cancel_reason)
    if session.ended_at is not None:
        return views.Over("time" if session.end_reason is EndReason.TIME else "closed")
    if session_rules.is_over(session, settings, now):
        return views.Over("time")
    return None


@contextmanager
def _one_room(room: Room) -> Iterator[None]:
    try:
        yield
    except Exception:  # one room's trouble must not keep the others open; the next round tries again
        log.exception("doorman_room_failed", session=room.id)


def _present(peer: Peer) -> Present:
    return Present(peer.id, peer.identity.child_id, peer.identity.stamp)
