"""Coming and going: connect with a ticket, knock, enter, leave, be gone.

A connection is not yet a presence: whoever is connected may wait at the door for an hour. Attendance is
written for those inside only, before they are let in, and taken back if they were gone in that instant
(R57).
"""

from datetime import datetime

from rooms import admission, tickets, views
from rooms.admission import ENTERING, WAITING, Admission, Outcome, Stamp
from rooms.errors import NotJoined, Refused, TakenOver
from rooms.media import JsonObject
from rooms.peer import Identity, Peer, Port
from rooms.registry import Registry
from rooms.room import Room
from rooms.tickets import Ticket
from school.attendance import actions as attendance
from school.db import Db
from school.seats import actions as seats
from school.seats import floor
from school.sessions import actions as sessions
from school.sessions import queries as session_queries
from school.sessions.models import RoomRole
from school.sessions.queries import SessionRow


async def connect(registry: Registry, text: str, port: Port) -> tuple[Room, Peer]:
    """Use a ticket: the person's later device takes the seat over, the older one is told so (R7).

    Raises BadTicket, Refused, TakenOver.
    """
    with registry.counts.refused():
        return await _connect(registry, text, port)


async def _connect(registry: Registry, text: str, port: Port) -> tuple[Room, Peer]:
    ticket = tickets.parse(registry.secret, text)
    now = registry.clock()
    async with registry.database.begin() as db:
        admitted = await _admission(db, now, ticket.session, ticket.person, _stamp(ticket))
        if admitted.outcome not in ENTERING:
            raise admitted.refusal()
        if not await seats.use_ticket(db, ticket.seat, ticket.number):
            raise TakenOver
    room = await registry.open(ticket.session)
    if admitted.facts.seat is None:
        raise TakenOver
    peer = Peer(_identity(ticket, admitted), admitted.facts.seat, admitted.rights, port, now)
    sitting = room.attached.get(peer.id)
    if sitting is not None and sitting.identity.number > ticket.number:
        raise TakenOver
    older = room.attach(peer)
    if older is not None:
        older.gone = True
        older.port.notify("taken_over", views.Nothing())
        older.port.hang_up()
        try:
            await _out(registry, room, older, keep=True)
        except BaseException:
            # Their connection is refused now: nobody would take them out again.
            await gone(registry, room, peer)
            raise
    return room, peer


async def join(registry: Registry, room: Room, peer: Peer) -> views.Snapshot | views.Door:
    """Let a person in, or say what they wait for; asked again by somebody inside, give a new picture.

    Raises Refused, TakenOver.
    """
    with registry.counts.refused():
        return await _join(registry, room, peer)


async def _join(registry: Registry, room: Room, peer: Peer) -> views.Snapshot | views.Door:
    now = registry.clock()
    admitted = await _read_again(registry, room, peer, now)
    if admitted.outcome not in ENTERING:
        raise admitted.refusal()
    outcome = admitted.outcome
    if outcome is Outcome.ADMITTED and not room.has_place(peer):
        outcome = Outcome.FULL
    await _stand_in_line(registry, room, peer, outcome, now)
    ahead = room.ahead_of(peer)
    door = admission.door(admitted.session, admitted.facts.settings, outcome, now, ahead=ahead)
    if door is not None:
        _still_there(room, peer)
        room.wait(peer, door)
        return door
    capabilities = await room.media.capabilities() if room.media else None
    if room.peers.get(peer.id) is peer:
        return room.enter(peer, registry.clock(), capabilities)
    return await _enter(registry, room, peer, capabilities)


async def leave(registry: Registry, room: Room, peer: Peer) -> None:
    """Go out by one's own will; the connection stays, and may knock again."""
    peer.door = None
    if room.peers.get(peer.id) is not peer:
        raise NotJoined
    await _out(registry, room, peer, keep=False)


async def gone(registry: Registry, room: Room, peer: Peer) -> None:
    """The connection is lost or closed; the seat stays for whoever comes back, and the place for a while."""
    peer.gone = True
    room.detach(peer)
    await _out(registry, room, peer, keep=True)


async def let_in_waiting(registry: Registry, room: Room) -> None:
    """Start the session when its host is in and the topic is set, and let in those who wait (R24, R41)."""
    session = room.session
    if not room.host_inside or session.topic is None or session.started_at is not None:
        return
    now = registry.clock()
    async with registry.database.begin() as db:
        session = await _started(db, now, session)
    room.renew(session, room.settings, now)


async def send_off(registry: Registry, room: Room, peer: Peer, over: views.Over, now: datetime) -> None:
    """Put one person out, with a reason."""
    room.send_off(peer, over)
    if room.media is not None:
        await room.media.drop_peer(peer)
    await record_left(registry, [peer], now)


async def close_room(registry: Registry, room: Room, over: views.Over, now: datetime) -> None:
    """Send everybody off with this reason, write down that they left, and take the room away."""
    inside = room.end(over)
    await registry.forget(room)
    await record_left(registry, inside, now)


async def record_left(registry: Registry, peers: list[Peer], now: datetime) -> None:
    """Write down that these people left, in one transaction."""
    stays = [presence for peer in peers if (presence := _take_presence(peer)) is not None]
    if stays:
        async with registry.database.begin() as db:
            for presence_id in stays:
                await attendance.left(db, now, presence_id)


async def _read_again(registry: Registry, room: Room, peer: Peer, now: datetime) -> Admission:
    who = peer.identity
    async with room.changing.passing(), registry.database.read() as db:
        admitted = await _admission(db, now, who.session_id, who.person_id, who.stamp)
        if admitted.facts.seat is not None:
            peer.seat = admitted.facts.seat
    room.settle(peer)
    return admitted


async def _stand_in_line(registry: Registry, room: Room, peer: Peer, outcome: Outcome, now: datetime) -> None:
    """Give a place in the line to who has come to an open room; it is kept while they are away."""
    waits = outcome in WAITING and outcome is not Outcome.NOT_OPEN_YET
    if waits and admission.is_one_by_one(room.session) and peer.seat.waiting_since is None:
        async with room.changing.passing(), registry.database.begin() as db:
            peer.seat = await floor.queue(db, now, peer.seat.id)


async def _enter(
    registry: Registry, room: Room, peer: Peer, capabilities: JsonObject | None
) -> views.Snapshot | views.Door:
    who, now = peer.identity, registry.clock()
    session: SessionRow | None = None
    changing = room.changing if who.role is RoomRole.HOST else room.changing.passing()
    async with changing, registry.database.begin() as db:
        # Who was removed or taken over while the media were made ready must not be noted as let in.
        _still_there(room, peer)
        if who.role is RoomRole.HOST:
            session = await session_queries.session(db, room.id)
            if session.topic is not None and session.started_at is None:
                session = await _started(db, now, session)
        peer.presence_id = await attendance.joined(
            db,
            now,
            session_id=who.session_id,
            person_id=who.person_id,
            role=who.role,
            child_id=who.child_id,
        )
        if who.role is not RoomRole.HOST:
            peer.seat = await floor.let_in(db, now, who.seat_id)
    try:
        _still_there(room, peer)
    except (Refused, TakenOver):
        await record_left(registry, [peer], now)
        raise
    if not room.has_place(peer):
        # Others were quicker in that instant.
        await record_left(registry, [peer], now)
        _still_there(room, peer)
        door = admission.door(room.session, room.settings, Outcome.FULL, now)
        assert door is not None  # noqa: S101 -- a full room is a reason to wait
        room.wait(peer, door)
        return door
    # From here to the answer nothing is awaited: what happens next reaches this person as a push.
    if session is not None:
        room.renew(session, room.settings, now)
    registry.counts.joins[who.role] += 1
    return room.enter(peer, now, capabilities)


async def _started(db: Db, now: datetime, session: SessionRow) -> SessionRow:
    await sessions.mark_started(db, now, session_id=session.id)
    return await session_queries.session(db, session.id)


async def _out(registry: Registry, room: Room, peer: Peer, *, keep: bool) -> None:
    now = registry.clock()
    room.leave(peer, lost_at=now if keep else None)
    if room.media is not None:
        await room.media.drop_peer(peer)
    await record_left(registry, [peer], now)


def _take_presence(peer: Peer) -> int | None:
    presence, peer.presence_id = peer.presence_id, None
    return presence


def _still_there(room: Room, peer: Peer) -> None:
    if room.closed:
        raise Refused(outcome=Outcome.OVER.value)
    if peer.gone or room.attached.get(peer.id) is not peer:
        raise TakenOver


async def _admission(
    db: Db, now: datetime, session_id: int, person_id: int, stamp: Stamp | None
) -> Admission:
    return await admission.of_person(db, now, session_id=session_id, person_id=person_id, stamp=stamp)


def _stamp(ticket: Ticket) -> Stamp | None:
    if ticket.link is None or ticket.generation is None:
        return None
    return Stamp(ticket.link, ticket.generation)


def _identity(ticket: Ticket, admitted: Admission) -> Identity:
    claim = admitted.claim
    return Identity(
        session_id=ticket.session,
        person_id=claim.person_id,
        seat_id=ticket.seat,
        number=ticket.number,
        name=claim.name,
        role=claim.role,
        child_id=claim.child_id,
        relation=claim.relation,
        child_name=claim.child_name,
        group_name=claim.group_name,
        stamp=admitted.stamp,
    )
