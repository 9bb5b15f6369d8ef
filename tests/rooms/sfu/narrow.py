"""A narrow link in virtual time: a bottleneck with a queue, and a viewer behind it that tells what comes."""

import random
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from rooms.sfu import codecs, rtcp
from rooms.sfu.rtp import RtpPacket, Vp8
from tests.rooms.sfu.media import (
    OPUS_PT,
    SIMULCAST,
    Call,
    Camera,
    audio_parameters,
    packet,
    payload,
    video_parameters,
)

TICK = 0.01
FEEDBACK = 0.1
REPORT = 1.0
ROUND_TRIP = 0.04
FRAMES = {0: 1, 1: 2, 2: 7}  # packets of about 1,000 bytes in each frame of a layer, 20 frames a second
SIZES = {0: (320, 180), 1: (640, 360), 2: (1280, 720)}
FILLING = {0: 700, 1: 1050, 2: 1050}
KEY_FACTOR = 4


@dataclass
class Link:
    """`rate` bits per second behind a queue of `depth` seconds; `loss` by chance."""

    rate: float
    depth: float = 0.3
    loss: float = 0.0
    seed: int = 1
    free_at: float = 0.0
    stalled_until: float = 0.0
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def send(self, data: bytes, now: float) -> None:
        if self.free_at - now > self.depth or self._chance.random() < self.loss:
            return
        self.free_at = max(now, self.free_at) + 8 * (len(data) + 44) / self.rate
        self.under_way.append((self.free_at + ROUND_TRIP / 2, data))

    def arrived(self, now: float) -> list[tuple[float, bytes]]:
        """What comes out of it; after a stall of the viewer's computer all at once."""
        found: list[tuple[float, bytes]] = []
        while now >= self.stalled_until and self.under_way and self.under_way[0][0] <= now:
            at, data = self.under_way.popleft()
            found.append((max(at, self.stalled_until), data))
        return found


class Screening:
    """A publisher of three layers and a microphone, and one viewer behind a link.

    The viewer asks for what it misses as a browser does, and shows a frame when all before it is there.
    """

    def __init__(self, link: Link, encodings: list[dict[str, Any]] | None = None) -> None:
        self.link = link
        self.call = Call.start()
        self.layers = len(encodings or SIMULCAST)
        self.call.publish("video", video_parameters(encodings or SIMULCAST), "p")
        self.call.publish("audio", audio_parameters(), "voice")
        parameters = self.call.watch(size=(1280, 720))
        self.call.watch("voice", "sound")
        self.ssrc = int(parameters["encodings"][0]["ssrc"])
        self.rtx = int(parameters["encodings"][0]["rtx"]["ssrc"])
        first = 3 - self.layers
        self.cameras = [
            Camera(1 + n, f"r{n}" if self.layers > 1 else "", size=SIZES[n + first])
            for n in range(self.layers)
        ]
        self.weights = [FRAMES[n + first] for n in range(self.layers)]
        self.fillings = [FILLING[n + first] for n in range(self.layers)]
        self.keys = set(range(self.layers))
        self.shown: list[tuple[float, int]] = []
        self.sounds: list[float] = []
        self.sound_sent = 0
        self._frame_at = self._sound_at = self._feedback_at = self._report_at = self._asked_at = 0.0
        self._opus = 0
        self._seen: dict[int, float] = {}
        self._base = 0
        self._count = 0
        self._got: dict[int, RtpPacket] = {}
        self._next: int | None = None
        self._width = 0

    @property
    def now(self) -> float:
        return self.call.now

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self._publish()
            self.call.wait(TICK)
            for data in self.call.down.rtp:
                self.link.send(data, self.now)
            self.call.down.rtp.clear()
            self.call.down.rtcp.clear()
            for at, data in self.link.arrived(self.now):
                self._receive(RtpPacket(data), at)
            self._show()
            self._speak()

    def freeze(self, since: float) -> float:
        """The longest time without a new frame from then on."""
        times = [since] + [at for at, _ in self.shown if at >= since] + [self.now]
        return max(after - before for before, after in pairwise(times))

    def width(self) -> int:
        """Of the latest frame's layer, as its key frame told."""
        return self.shown[-1][1] if self.shown else 0

    def _publish(self) -> None:
        for report in self.call.up.reports():
            if isinstance(report, rtcp.KeyFrameRequest):
                self.keys.add(report.ssrc - 1)
        if self.now >= self._frame_at:
            self._frame_at = self.now + 0.05
            for number, camera in enumerate(self.cameras):
                key = number in self.keys
                count = self.weights[number] * (KEY_FACTOR if key else 1)
                filling = bytes(self.fillings[number])
                self.call.send([data + filling for data in camera.frame(key=key, packets=count)])
            self.keys.clear()
        if self.now >= self._sound_at:
            self._sound_at = self.now + 0.02
            self._opus += 1
            self.sound_sent += 1
            number, time = self._opus, 960 * self._opus
            sound = packet(payload_type=OPUS_PT, sequence=number, timestamp=time, ssrc=500, body=bytes(90))
            self.call.send([sound])

    def _receive(self, got: RtpPacket, at: float) -> None:
        number = got.extensions.get(codecs.TRANSPORT_CC_ID)
        if got.payload_type == codecs.OPUS_PAYLOAD_TYPE:
            self.sounds.append(at)
            return
        if number is not None:
            self._seen[int.from_bytes(number, "big")] = at
        if got.ssrc == self.rtx:
            body = payload(got)
            again = RtpPacket(bytes(got.data[: got.payload_offset]) + body[2:])
            again.sequence = int.from_bytes(body[:2], "big")
            got = again
        if self._next is None or (got.sequence - self._next) & 0xFFFF < 0x8000:
            self._got.setdefault(got.sequence, got)

    def _show(self) -> None:
        """Show what is whole; give up what is missing when a whole key frame has come after it."""
        while self._next_frame():
            pass
        keys = [n for n, got in self._got.items() if self._starts_key(got)]
        for number in keys:
            if self._next is not None and number != self._next and self._whole(number):
                self._next = number
                while self._next_frame():
                    pass
                return
        if self._next is None and keys and self._whole(keys[0]):
            self._next = keys[0]

    def _next_frame(self) -> bool:
        if self._next is None:
            return False
        count = self._whole(self._next)
        if not count:
            return False
        first = self._got[self._next]
        if self._starts_key(first):
            self._width = Vp8(payload(first)).width
        for _ in range(count):
            self._got.pop(self._next, None)
            self._next = (self._next + 1) & 0xFFFF
        self.shown.append((self.now, self._width))
        self._got = {n: got for n, got in self._got.items() if (n - self._next) & 0xFFFF < 0x8000}
        return True

    def _whole(self, number: int) -> int:
        """How many packets the frame that begins at `number` has; 0 when one is missing."""
        for count in range(1, 100):
            got = self._got.get((number + count - 1) & 0xFFFF)
            if got is None:
                return 0
            if got.marker:
                return count
        return 0

    @staticmethod
    def _starts_key(got: RtpPacket) -> bool:
        return Vp8(payload(got)).keyframe

    def _speak(self) -> None:
        now, viewer = self.now, self.call.viewer
        if now - self._feedback_at >= FEEDBACK and self._seen:
            self._feedback_at = now
            viewer.receive_rtcp(self._feedback(), now)
        if now - self._asked_at >= ROUND_TRIP and self._next is not None and self._got:
            self._asked_at = now
            newest = max(self._got, key=lambda n: (n - (self._next or 0)) & 0xFFFF)
            gap = (newest - self._next) & 0xFFFF
            numbers = [self._next + n & 0xFFFF for n in range(min(gap, 200))]
            missing = [number for number in numbers if number not in self._got]
            if missing:
                viewer.receive_rtcp(rtcp.nack(1, self.ssrc, missing), now)
            if gap > 100:
                viewer.receive_rtcp(rtcp.picture_loss(1, self.ssrc), now)
        if now - self._report_at >= REPORT:
            self._report_at = now
            block = rtcp.ReportBlock(self.ssrc, 0.0, 0, 1, 0, 0, 0)
            viewer.receive_rtcp(rtcp.receiver_report(1, [block]), now)

    def _feedback(self) -> bytes:
        newest = max(self._seen, key=lambda n: (n - self._base) & 0xFFFF)
        numbers = [self._base + n & 0xFFFF for n in range(((newest - self._base) & 0xFFFF) + 1)]
        times = [self._seen.get(number) for number in numbers]
        first = next(at for at in times if at is not None)
        reference = int(first / 0.064)
        deltas: list[int | None] = []
        before = reference * 256
        for at in times:
            if at is None:
                deltas.append(None)
                continue
            tick = int(at * 4000)
            deltas.append(max(-32768, min(32767, tick - before)))
            before = tick
        self._count += 1
        made = rtcp.transport_feedback(
            1, self.ssrc, base=numbers[0], reference=reference, number=self._count, deltas=deltas
        )
        self._base = (newest + 1) & 0xFFFF
        self._seen.clear()
        return made
