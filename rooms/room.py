"""One room: the people in it, those who wait at its door, its chat and its media. Nothing here waits.

Every change is made between two awaits, so that a snapshot and the insertion it belongs to cannot be torn
apart, and whoever comes in misses nothing and hears nothing twice.
"""

from dataclasses import replace
from datetime import datetime

from rooms import admission, views
from rooms.admission import Outcome
from rooms.bucket import Bucket
from rooms.chat import Chat
from rooms.keeper import Keeper
from rooms.media import JsonObject, Media
from rooms.memory import Memory
from rooms.peer import Peer
from rooms.places import COMING_BACK, KeptPlace, in_order, place_of
from rooms.rights import Place, carries_media, rights_now
from rooms.toolbox import Kept, Toolbox
from rooms.turnstile import Turnstile
from school.conversation.queries import MessageRow
from school.organisation.queries import OrganisationRow
from school.seats.queries import SeatRow
from school.sessions import rules as session_rules
from school.sessions.models import RoomRole
from school.sessions.queries import ExpectedRow, SessionRow

# A room of fifty is opened by some three hundred requests at once; nobody types twice a second for long.
REQUEST_BURST, REQUESTS_PER_SECOND = 500, 50.0
MESSAGE_BURST, MESSAGES_PER_SECOND = 10, 2.0
# Ten photographed pages at once; then one in five seconds.
FILE_BURST, FILES_PER_SECOND = 10, 0.2
# A browser tells of its call every ten seconds, and sooner when it comes back.
REPORT_BURST, REPORTS_PER_SECOND = 4, 0.2
# Handwriting has some four strokes a second.
STROKE_BURST, STROKES_PER_SECOND = 60, 8.0


class Limits:
    """What one person may ask for, whatever the number of their connections."""

    def __init__(self) -> None:
        self.requests = Bucket(burst=REQUEST_BURST, per_second=REQUESTS_PER_SECOND)
        self.messages = Bucket(burst=MESSAGE_BURST, per_second=MESSAGES_PER_SECOND)
        self.strokes = Bucket(burst=STROKE_BURST, per_second=STROKES_PER_SECOND)
        self.files = Bucket(burst=FILE_BURST, per_second=FILES_PER_SECOND)
        self.reports = Bucket(burst=REPORT_BURST, per_second=REPORTS_PER_SECOND)


class Room:
    """`attached` are all who are connected, one presence per person; `peers` those of them who are inside.

    `away` are those whose connection was lost a moment ago: their places are kept. `removed` may not return.
    """

    def __init__(
        self,
        session: SessionRow,
        settings: OrganisationRow,
        *,
        messages: list[MessageRow],
        tools: Kept,
        memory: Memory,
        keeper: Keeper,
    ) -> None:
        self.session = session
        self.settings = settings
        self.attached: dict[int, Peer] = {}
        self.peers: dict[int, Peer] = {}
        self.away = memory.away
        self.removed = memory.removed
        self.expected: tuple[ExpectedRow, ...] = ()
        self.closed = False
        self.chat = Chat(session.id, messages, peers=self.peers, hears=self.hears)
        self.tools = Toolbox(session.id, tools, self.peers)
        self.media = Media(session.id, keeper, self.push) if carries_media(session.form) else None
        # Who changes seats is in it from the reading to the telling, so that no older row wins.
        self.changing = Turnstile()
        self._limits: dict[int, Limits] = {}
        self._told_lobby: views.Lobby | None = None
        # How often it was renewed: a row that was read before the last time is old news.
        self.renewals = 0

    @property
    def id(self) -> int:
        """The session's id: a session has one room."""
        return self.session.id

    @property
    def host_inside(self) -> bool:
        """Say whether the worker who holds the session is in."""
        return any(peer.identity.role is RoomRole.HOST for peer in self.peers.values())

    def limits(self, peer: Peer) -> Limits:
        """The person's limits; they outlive a connection, so that coming back does not refill them."""
        if peer.id not in self._limits:
            self._limits[peer.id] = Limits()
        return self._limits[peer.id]

    # -- who is here -------------------------------------------------------------------------------

    def attach(self, peer: Peer) -> Peer | None:
        """Take a connection in; gives the person's older one, which has lost the seat to it."""
        older = self.attached.get(peer.id)
        self.attached[peer.id] = peer
        return older

    def detach(self, peer: Peer) -> None:
        """Forget a connection, unless a later one of the same person has taken its place."""
        if self.attached.get(peer.id) is peer:
            del self.attached[peer.id]
            self.tell_lobby()

    def has_place(self, peer: Peer) -> bool:
        """Say whether the room holds one more; hosts are not counted (R49)."""
        if peer.rights.moderate or peer.id in self.away or self.peers.get(peer.id) is peer:
            return True
        return place_of(len(self._counted()), self.session.form, self.settings) is not None

    def enter(self, peer: Peer, now: datetime, capabilities: JsonObject | None) -> views.Snapshot:
        """Let a person in, and give what they need to know of everything that happened before.

        Somebody who is in already (their media were lost) is given a new picture and nobody is told.
        """
        peer.door = None
        if self.peers.get(peer.id) is not peer:
            kept = self.away.pop(peer.id, None)
            peer.joined_at = now
            peer.seated_at = kept.since if kept else now
            self.push("peer.joined", self.view_of(peer), peer)
            self.peers[peer.id] = peer
            self._give_places()
            self.tell_lobby()
        return self.snapshot(peer, now, capabilities)

    def leave(self, peer: Peer, *, lost_at: datetime | None = None) -> bool:
        """Let a person out and tell the others; False when they were not in.

        The place of somebody whose connection was lost is kept.
        """
        if self.peers.get(peer.id) is not peer:
            return False
        del self.peers[peer.id]
        if lost_at is not None and not peer.rights.moderate:
            self.away[peer.id] = KeptPlace(peer.seated_at, lost_at + COMING_BACK)
        self.push("peer.left", views.PeerLeft(peer.id), peer)
        self._give_places()
        return True

    # -- what they are told ------------------------------------------------------------------------

    def push(self, event: str, data: object, besides: Peer | None = None) -> None:
        """Tell everybody inside, but one."""
        for peer in list(self.peers.values()):
            if peer is not besides:
                peer.port.notify(event, data)

    def snapshot(self, peer: Peer, now: datetime, capabilities: JsonObject | None) -> views.Snapshot:
        """The whole picture for one person inside; `peers` and `producers` are the others'."""
        media = self.media
        return views.Snapshot(
            session=self.view(now),
            me=self.view_of(peer),
            rights=peer.rights,
            peers=tuple(self.view_of(other) for other in self.peers.values() if other is not peer),
            producers=media.others(peer) if media else (),
            capabilities=capabilities,
            messages=self.chat.tail(peer),
            speaker=media.speaker if media else None,
            lobby=self.lobby() if peer.rights.moderate else None,
            tools=self.tools.view(peer),
        )

    def hears(self, peer: Peer, said_at: datetime) -> bool:
        """Say whether a person may read what was said then."""
        return admission.hears(self.session, peer.seat, peer.rights, said_at)

    def view(self, now: datetime) -> views.Session:
        """The session as the room shows it."""
        session = self.session
        return views.Session(
            id=session.id,
            subject=session.subject,
            form=session.form.value,
            kind=session.kind.value,
            purpose=session.purpose.value,
            topic=session.topic,
            scope=None if session.scope is None else session.scope.value,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            closes_at=session_rules.closes_at(session, self.settings),
            warning_minutes=self.settings.warning_minutes,
            zone=self.settings.zone,
            server_now=now,
        )

    def view_of(self, peer: Peer) -> views.Peer:
        """A person as the others see them."""
        who = peer.identity
        return views.Peer(
            id=who.person_id,
            name=who.name,
            role=peer.role.value,
            relation=who.relation,
            child_name=who.child_name,
            group_name=who.group_name,
            publishing=self.media.publishing(peer) if self.media else (),
            hand_since=peer.seat.hand_since,
            floor=peer.seat.floor,
            muted=peer.seat.muted,
            microphone_stopped=peer.seat.microphone_stopped,
            camera_stopped=peer.seat.camera_stopped,
        )

    # -- the door ----------------------------------------------------------------------------------

    def lobby(self) -> views.Lobby:
        """Who waits, and how they come in."""
        waiting = tuple(
            views.Waiting(self.view_of(peer), _waits_since(peer), peer.door.why)
            for peer in self.waiting()
            if peer.door is not None
        )
        line = admission.is_line(self.session)
        return views.Lobby(waiting, self.session.one_by_one, line, tuple(self.removed.values()))

    def waiting(self) -> list[Peer]:
        """Those at the door, in the order in which they came."""
        return sorted((peer for peer in self.attached.values() if peer.door), key=_waits_since)

    def ahead_of(self, peer: Peer) -> int | None:
        """How many people of other families stand before this one; None where there is no line."""
        if not admission.is_line(self.session):
            return None
        mine = min(
            (_waits_since(one) for one in self.waiting() if one.family == peer.family),
            default=_waits_since(peer),
        )
        return sum(one.family != peer.family and _waits_since(one) < mine for one in self.waiting())

    def is_let_in(self, peer: Peer) -> bool:
        """Say whether the host has let this person in, or somebody here of the family."""
        if peer.seat.let_in_at is not None or peer.seat.co_host:
            return True
        return admission.is_line(self.session) and any(
            one.family == peer.family and one.seat.let_in_at is not None for one in self.attached.values()
        )

    def tell_lobby(self) -> None:
        """Tell those who moderate who waits, when that has changed."""
        lobby = self.lobby()
        if lobby != self._told_lobby:
            self._told_lobby = lobby
            for peer in list(self.peers.values()):
                if peer.rights.moderate:
                    peer.port.notify("lobby", lobby)

    # -- what changes under them -------------------------------------------------------------------

    def renew(self, session: SessionRow, settings: OrganisationRow, now: datetime) -> None:
        """Take over what the database says of the session now, and tell those whom it concerns."""
        before = self.view(now)
        self.renewals += 1
        self.session, self.settings = session, settings
        after = self.view(now)
        if after != before:
            self.push("session", after)
        self.away = {person: kept for person, kept in self.away.items() if now < kept.until}
        self._give_places(anew=True)
        self.tell_waiting(now)

    def wait(self, peer: Peer, door: views.Door) -> None:
        """Let a person wait at the door; they were told why as the answer to their knock."""
        peer.door = door
        self.tell_lobby()

    def tell_waiting(self, now: datetime) -> None:
        """Tell those who wait when the reason or the times have changed, or that they may come in."""
        for peer in self.waiting():
            door = self.door_for(peer, now)
            if door is None:
                peer.door = None
                peer.port.notify("admitted", views.Nothing())
            elif peer.door is None or _lasting(door) != _lasting(peer.door):
                peer.door = door
                peer.port.notify("door", door)
        self.tell_lobby()

    def door_for(self, peer: Peer, now: datetime) -> views.Door | None:
        """What keeps somebody who is entitled from coming in now; None: nothing does."""
        role, let_in = peer.identity.role, self.is_let_in(peer)
        outcome = admission.threshold(self.session, self.settings, role, now, let_in=let_in)
        if outcome is Outcome.ADMITTED and not self.has_place(peer):
            outcome = Outcome.FULL
        return admission.door(self.session, self.settings, outcome, now, ahead=self.ahead_of(peer))

    def change_role(self, peer: Peer, role: RoomRole) -> None:
        """Give a person the rights of another role, for instance when the session has another host now."""
        peer.identity = replace(peer.identity, role=role)
        self.settle(peer)

    def change_seat(self, peer: Peer, seat: SeatRow) -> None:
        """Take over what a seat says now, tell everybody inside, and enforce it."""
        peer.seat = seat
        self.settle(peer)
        self.push("peer.changed", self.view_of(peer))

    def settle(self, peer: Peer) -> None:
        """Give a person the rights that follow from role, seat and place; close what they may not have."""
        rights = rights_now(self.session.form, self.session.kind, peer.role, peer.seat, peer.place)
        if rights == peer.rights:
            return
        moderated = peer.rights.moderate
        peer.rights = rights
        peer.port.notify("rights", rights)
        if self.media is not None:
            self.media.narrow(peer, rights)
        if rights.moderate != moderated and self.peers.get(peer.id) is peer:
            self.tools.tell(peer)
            if rights.moderate:
                peer.port.notify("lobby", self.lobby())

    def _counted(self) -> list[int]:
        """Who has a place or is having it kept, in the order of their coming; who moderates needs none."""
        inside = [(one.seated_at, one.id) for one in self.peers.values() if not one.rights.moderate]
        return in_order([*inside, *((kept.since, person) for person, kept in self.away.items())])

    def _give_places(self, *, anew: bool = False) -> None:
        """Give everybody their place by number; `anew` also the rights of those whose place is as it was."""
        for number, person in enumerate(self._counted()):
            peer = self.peers.get(person)
            if peer is None:
                continue
            place = place_of(number, self.session.form, self.settings) or Place.CHAT
            if anew or place is not peer.place:
                peer.place = place
                self.settle(peer)

    def send_off(self, peer: Peer, over: views.Over) -> bool:
        """Say that it is over for one person, and hang up; True when the person was inside."""
        peer.port.notify("over", over)
        peer.port.hang_up()
        peer.gone = True
        self.detach(peer)
        return self.leave(peer)

    def end(self, over: views.Over) -> list[Peer]:
        """Say to everybody that it is over; gives those who were inside."""
        self.closed = True
        inside = list(self.peers.values())
        self.peers.clear()
        for peer in list(self.attached.values()):
            self.send_off(peer, over)
        return inside


def _lasting(door: views.Door) -> tuple[object, ...]:
    return (door.why, door.opens_at, door.starts_at, door.ends_at, door.ahead)


def _waits_since(peer: Peer) -> datetime:
    return peer.seat.waiting_since or peer.connected_at
