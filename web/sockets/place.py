"""Where a request comes from: whose it is, and in which room."""

from dataclasses import dataclass

from rooms.errors import NoMedia
from rooms.media import Media
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room


@dataclass(frozen=True, slots=True)
class Place:
    """What every handler is given besides its payload."""

    registry: Registry
    room: Room
    peer: Peer

    @property
    def media(self) -> Media:
        """The room's media; raises NoMedia in a chat."""
        if self.room.media is None:
            raise NoMedia(form=self.room.session.form.value)
        return self.room.media
