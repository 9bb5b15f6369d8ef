"""What somebody's browser tells of the call it is in."""

from rooms.errors import NoMedia
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room
from school.quality.rules import Seen


def report(registry: Registry, room: Room, peer: Peer, seen: Seen) -> None:
    """Take what somebody inside saw since their last report. Raises NoMedia, Flood, Invalid."""
    if room.media is None:
        raise NoMedia(form=room.session.form.value)
    now = registry.clock()
    room.limits(peer).reports.take(now)
    registry.minutes.add(room.id, peer.id, seen, now)
