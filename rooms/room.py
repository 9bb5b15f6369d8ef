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
from rooms.media import JsonObject, Media
from rooms.peer import Peer
from rooms.rights import Rights, carries_media, rights_of
from rooms.workers import Workers
from school.conversation.queries import MessageRow
from school.organisation.queries import OrganisationRow
from school.sessions import rules as session_rules
from school.sessions.models import RoomRole
from school.sessions.queries import ExpectedRow, SessionRow

# A room of fifty is opened by some three hundred requests at once; nobody types twice a second for long.
REQUEST_BURST, REQUESTS_PER_SECOND = 500, 50.0
MESSAGE_BURST, MESSAGES_PER_SECOND = 10, 2.0


class Limits:
# Ten photographed pages at once; then one in five seconds.
FILE_BURST, FILES_PER_SECOND = 10, 0.2
    """What one person may ask for, whatever the number of their connections."""

    def __init__(self) -> None:
        self.requests = Bucket(burst=REQUEST_BURST, per_second=REQUESTS_PER_SECOND)
        self.messages = Bucket(burst=MESSAGE_BURST, per_second=MESSAGES_PER_SECOND)


class Room:
        self.files = Bucket(burst=FILE_BURST, per_second=FILES_PER_SECOND)
    """`attached` are all who are connected, one presence per person; `peers` those of them who are inside."""

    def __init__(
        self,
        session: SessionRow,
        settings: OrganisationRow,
        *,
        messages: list[MessageRow],
        workers: Workers,
    ) -> None:
        self.session = session
        self.settings = settings
        self.attached: dict[int, Peer] = {}
        self.peers: dict[int, Peer] = {}
        self.expected: tuple[ExpectedRow, ...] = ()
        self.closed = False
        self.chat = Chat(session.id, messages, self.push)
        self.media = Media(session.id, workers, self.push) if carries_media(session.form) else None
        self._limits: dict[int, Limits] = {}

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
        return self._limits.setdefault(peer.id, Limits())

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

    def enter(self, peer: Peer, now: datetime, capabilities: JsonObject | None) -> views.Snapshot:
        """Let a person in, and give what they need to know of everything that happened before.

        Somebody who is in already (their media were lost) is given a new picture and nobody is told.
        """
        peer.door = None
        if self.peers.get(peer.id) is not peer:
            peer.joined_at = now
            self.push("peer.joined", self.view_of(peer), peer)
            self.peers[peer.id] = peer
        return self.snapshot(peer, now, capabilities)

    def leave(self, peer: Peer) -> bool:
        """Let a person out and tell the others; False when they were not in."""
        if self.peers.get(peer.id) is not peer:
            return False
        del self.peers[peer.id]
        self.push("peer.left", views.PeerLeft(peer.id), peer)
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
            messages=self.chat.tail,
            speaker=media.speaker if media else None,
        )

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
            role=who.role.value,
            relation=who.relation,
            child_name=who.child_name,
            group_name=who.group_name,
            publishing=self.media.publishing(peer) if self.media else (),
        )

    # -- what changes under them -------------------------------------------------------------------

    def renew(self, session: SessionRow, settings: OrganisationRow, now: datetime) -> None:
        """Take over what the database says of the session now, and tell those whom it concerns."""
        before = self.view(now)
        self.session, self.settings = session, settings
        after = self.view(now)
        if after != before:
            self.push("session", after)
        self.tell_waiting(now)

    def wait(self, peer: Peer, door: views.Door) -> None:
        """Let a person wait at the door; they were told why as the answer to their knock."""
        peer.door = door

    def tell_waiting(self, now: datetime) -> None:
        """Tell those who wait when the reason or the times have changed, or that they may come in."""
        for peer in list(self.attached.values()):
            if peer.door is None:
                continue
            outcome = admission.threshold(self.session, self.settings, peer.identity.role, now)
            door = admission.door(self.session, self.settings, outcome, now)
            if outcome is Outcome.ADMITTED:
                peer.door = None
                peer.port.notify("admitted", views.Nothing())
            elif door is not None and _lasting(door) != _lasting(peer.door):
                peer.door = door
                peer.port.notify("door", door)

    def rights_for(self, role: RoomRole) -> Rights:
        """What somebody in this role may do here."""
        return rights_of(self.session.form, self.session.kind, role)

    def change_role(self, peer: Peer, role: RoomRole) -> None:
        """Give a person the rights of another role, for instance when the session has another host now."""
        peer.identity = replace(peer.identity, role=role)
        peer.rights = self.rights_for(role)
        peer.port.notify("rights", peer.rights)

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
    return (door.why, door.opens_at, door.starts_at, door.ends_at)
