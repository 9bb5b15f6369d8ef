"""A call over weak lines in virtual time: a publisher, the router, a viewer, and what each line does."""

import heapq
import itertools
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from rooms.sfu import rtcp
from rooms.sfu.rtp import RtpPacket
from tests.rooms.sfu.line import Line
from tests.rooms.sfu.media import SIMULCAST, Call, audio_parameters, video_parameters
from tests.rooms.sfu.sides import Publisher, Viewer

TICK = 0.01
HALF_TRIP = 0.02
SRTP = 16  # bytes of a packet's authentication


@dataclass
class Link(Line):
    """A line and what is under way on it."""

    delay: float = HALF_TRIP
    stalled_until: float = 0.0
    _under_way: list[tuple[float, int, bytes]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def send(self, data: bytes, now: float) -> None:
        for at in self.carry(len(data) + SRTP, now):
            heapq.heappush(self._under_way, (at, next(self._order), data))

    def arrived(self, now: float) -> list[tuple[float, bytes]]:
        """What comes out of it; after a stall of the receiver's computer all at once."""
        found: list[tuple[float, bytes]] = []
        while now >= self.stalled_until and self._under_way and self._under_way[0][0] <= now:
            at, _, data = heapq.heappop(self._under_way)
            found.append((max(at, self.stalled_until), data))
        return found


class Screening:
    """A publisher of three layers and a microphone, and one viewer, behind a link each way.

    `link` leads to the viewer, `back` from him, `up` from the publisher, `down` to him.
    """

    def __init__(self, link: Link, encodings: list[dict[str, Any]] | None = None) -> None:
        self.link = link
        self.back, self.up, self.down = (Link(seed=10 * link.seed + n) for n in (1, 2, 3))
        self.call = Call.start()
        self.call.publish("video", video_parameters(encodings or SIMULCAST), "p")
        self.call.publish("audio", audio_parameters(), "voice")
        picture = self.call.watch(size=(1280, 720))
        sound = self.call.watch("voice", "sound")
        self.publisher = Publisher(len(encodings or SIMULCAST), lambda data: self.up.send(data, self.now))
        self.viewer = Viewer(picture, sound, lambda data: self.back.send(data, self.now))

    @property
    def now(self) -> float:
        return self.call.now

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self._publish()
            self.call.wait(TICK)
            self._forward()
            for at, data in self.link.arrived(self.now):
                self.viewer.receive(RtpPacket(data), at)
            self.viewer.run(self.now)

    def freeze(self, since: float) -> float:
        """The longest time without a new frame from then on."""
        times = [since] + [at for at, _ in self.viewer.shown if at >= since] + [self.now]
        return max(after - before for before, after in pairwise(times))

    def width(self) -> int:
        """Of the latest frame's layer, as its key frame told."""
        return self.viewer.shown[-1][1] if self.viewer.shown else 0

    def _publish(self) -> None:
        self.publisher.run(self.now)
        for at, data in self.up.arrived(self.now):
            self.call.publisher.receive_rtp(data, at, self.now)
        self.call.router.departures.depart(self.now)
        for data in self.call.up.rtcp:
            self.down.send(data, self.now)
        self.call.up.rtcp.clear()
        for _, data in self.down.arrived(self.now):
            for report in rtcp.parse(data):
                self.publisher.told(report)

    def _forward(self) -> None:
        for data in self.call.down.rtp:
            self.link.send(data, self.now)
        self.call.down.rtp.clear()
        self.call.down.rtcp.clear()
        for _, data in self.back.arrived(self.now):
            self.call.viewer.receive_rtcp(data, self.now)
