"""What one person has at the media worker: transports, producers, consumers."""

from dataclasses import dataclass
from typing import Literal

from rooms import views
from rooms.peer import Peer
from rooms.rights import Right, Source

Direction = Literal["send", "recv"]
RIGHT_OF_KIND: dict[views.MediaKind, Right] = {"audio": "receive_audio", "video": "receive_video"}
KIND_OF_SOURCE: dict[Source, views.MediaKind] = {"microphone": "audio", "camera": "video", "screen": "video"}


@dataclass(slots=True)
class Transport:
    """`state` is the last that the worker told; so are the packets, counted from the transport's beginning:
    `packets` sent to its owner and `resent` ones, those that `came` from him and the `missing` ones.
    """

    id: str
    owner: Peer
    direction: Direction
    state: str = "new"
    packets: int = 0
    resent: int = 0
    came: int = 0
    missing: int = 0


@dataclass(slots=True)
class Producer:
    id: str
    owner: Peer
    kind: views.MediaKind
    source: Source
    paused: bool

    def view(self) -> views.Producer:
        return views.Producer(self.id, self.owner.id, self.kind, self.source, self.paused)


@dataclass(slots=True)
class Consumer:
    id: str
    owner: Peer
    producer: str
