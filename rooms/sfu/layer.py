"""One layer of a producer: an encoding as it arrives, with its numbers, recent packets and viewers."""

from typing import TYPE_CHECKING

from rooms.sfu.keyframes import KeyFrameRequests
from rooms.sfu.nack import NackGenerator
from rooms.sfu.ortc import Encoding
from rooms.sfu.reception import RateMeter, Reception
from rooms.sfu.resend import PacketCache
from rooms.sfu.rtp import MediaPacket
from rooms.sfu.sequence import Unwrapper

if TYPE_CHECKING:
    from rooms.sfu.consumer import Consumer
    from rooms.sfu.fanout import Fanouts

DEAD_AFTER = 0.3  # a browser drops its top layer at once under loss; longer would be seen as a freeze
DEAD_FRAMES = 3  # ... but a slow picture, such as a shared screen, is not dead between two frames
REVIVED_FRAMES = 3


class Layer:
    """A layer's state. `index` is 0 for the smallest. `consumers` is replaced, never changed: it may be in a
    loop.
    """

    __slots__ = (
        "_frame_at",
        "_frames",
        "_seen",
        "_timestamp",
        "alive",
        "cache",
        "clock_rate",
        "consumers",
        "fanouts",
        "frame_interval",
        "generation",
        "height",
        "index",
        "keyframes",
        "last_packet",
        "meter",
        "nack",
        "numbers",
        "reception",
        "rid",
        "rtx_ssrc",
        "scale",
        "ssrc",
        "waiting",
        "width",
    )

    def __init__(self, index: int, encoding: Encoding, clock_rate: int, capacity: int) -> None:
        self.index = index
        self.rid = encoding.rid
        self.scale = encoding.scale
        self.ssrc = encoding.ssrc or 0
        self.rtx_ssrc = encoding.rtx_ssrc or 0
        self.width = 0
        self.height = 0
        self.alive = False
        self.last_packet = float("-inf")
        self.frame_interval = 0.05
        self.generation = 0
        self.consumers: list[Consumer] = []
        self.fanouts: Fanouts | None = None  # of the consumers, as they are at present
        self.waiting: list[MediaPacket] = []  # for the rest of their burst
        self.keyframes = KeyFrameRequests()
        self.nack = NackGenerator()
        self.cache = PacketCache(capacity)
        self.numbers = Unwrapper()
        self.clock_rate = clock_rate
        self.meter = RateMeter()
        self.reception = Reception(clock_rate)
        self._timestamp = -1
        self._frames = 0
        self._frame_at = 0.0
        self._seen = False

    def restart(self, ssrc: int) -> None:
        """The publisher sends this layer under a new SSRC: nothing of the old one can be continued."""
        self.ssrc = ssrc
        self.generation += 1
        self.waiting = []
        self.alive = self._seen = False
        self.nack.clear()
        self.cache.clear()
        self.numbers = Unwrapper()
        self.reception = Reception(self.clock_rate)

    def join(self, consumer: "Consumer") -> None:
        """Send what comes to `consumer` too."""
        if consumer not in self.consumers:
            self.consumers = [*self.consumers, consumer]
            self.regroup()

    def leave(self, consumer: "Consumer") -> None:
        """Send it no more."""
        self.consumers = [other for other in self.consumers if other is not consumer]
        self.regroup()

    def regroup(self) -> None:
        """Who is served together is to be found anew: before anything changes that it depends on."""
        if self.fanouts is not None:
            self.fanouts.dissolve()
            self.fanouts = None

    def has(self, number: int) -> bool:
        """Whether a packet is here already, or too old to be of use."""
        return self.cache.find(number) is not None or number <= self.numbers.highest - self.cache.capacity

    def arrived(self, packet: MediaPacket, now: float) -> bool:
        """Note an original packet; True when the layer has just come to life."""
        self.last_packet = now
        if packet.timestamp != self._timestamp:
            self._new_frame(packet.timestamp, now)
        if self.alive or (self._seen and not packet.keyframe and self._frames < REVIVED_FRAMES):
            return False
        self.alive = self._seen = True
        return True

    def died(self, newest: float) -> bool:
        """Whether it is silent while others are not (`newest` is their last packet's time); True once."""
        silence = newest - self.last_packet
        if not self.alive or silence <= max(DEAD_AFTER, DEAD_FRAMES * self.frame_interval):
            return False
        self.alive = False
        self._frames = 0
        return True

    def _new_frame(self, timestamp: int, now: float) -> None:
        if self._frames:
            interval = min(1.0, now - self._frame_at)
            self.frame_interval += (interval - self.frame_interval) * 0.1
        self._frame_at = now
        self._timestamp = timestamp
        self._frames += 1
