"""The two browsers of a virtual call: one sends three layers and a microphone, one shows and plays them."""

from collections.abc import Callable
from typing import Any

from rooms.sfu import codecs, rtcp
from rooms.sfu.rtp import RtpPacket, Vp8
from rooms.sfu.sequence import Unwrapper
from tests.rooms.sfu.ear import PACKET, Ear
from tests.rooms.sfu.media import OPUS_PT, Camera, packet, payload

FRAME = 0.05
FRAMES = {0: 1, 1: 2, 2: 7}  # packets of about 1,000 bytes in each frame of a layer, 20 frames a second
SIZES = {0: (320, 180), 1: (640, 360), 2: (1280, 720)}
FILLING = {0: 700, 1: 1050, 2: 1050}
KEY_FACTOR = 4
FEEDBACK = 0.05
REPORT = 1.0
ASK_AGAIN = 0.1  # a browser that only receives knows no round trip
MAX_ASKED = 10
GIVE_UP = 3.0
FIRST_PATIENCE = 0.2
MICROPHONE = 500
SPOKEN = 50  # packets of sound that are kept to be sent again

Send = Callable[[bytes], None]


class Publisher:
    """Sends, answers NACK by RTX and requests by key frames, as Chrome does."""

    def __init__(self, layers: int, send: Send) -> None:
        first = 3 - layers
        self.cameras = [
            Camera(1 + n, f"r{n}" if layers > 1 else "", size=SIZES[n + first]) for n in range(layers)
        ]
        self.sounds = 0
        self._weights = [FRAMES[n + first] for n in range(layers)]
        self._fillings = [FILLING[n + first] for n in range(layers)]
        self._keys = set(range(layers))
        self._send = send
        self._frame_at = self._sound_at = 0.0
        self._again = 0
        self._spoken: dict[int, bytes] = {}

    def run(self, now: float) -> None:
        """Send what is due."""
        if now >= self._frame_at:
            self._frame_at = max(self._frame_at, now - FRAME) + FRAME
            for number, camera in enumerate(self.cameras):
                key = number in self._keys
                made = camera.frame(key=key, packets=self._weights[number] * (KEY_FACTOR if key else 1))
                for data in made:
                    filled = data + bytes(self._fillings[number])
                    camera.sent[RtpPacket(data).sequence] = filled
                    self._send(filled)
            self._keys.clear()
        if now >= self._sound_at:
            self._sound_at = max(self._sound_at, now - PACKET) + PACKET
            self.sounds += 1
            number, time = self.sounds, 960 * self.sounds
            made = packet(
                payload_type=OPUS_PT, sequence=number, timestamp=time, ssrc=MICROPHONE, body=bytes(90)
            )
            self._spoken[number] = made
            self._spoken.pop(number - SPOKEN, None)
            self._send(made)

    def told(self, report: rtcp.Report) -> None:
        """Do as the worker asks."""
        if isinstance(report, rtcp.KeyFrameRequest):
            self._keys.add(report.ssrc - 1)
        elif isinstance(report, rtcp.Nack) and report.ssrc == MICROPHONE:
            for sequence in report.missing:
                if sequence in self._spoken:
                    self._send(self._spoken[sequence])
        elif isinstance(report, rtcp.Nack):
            camera = self.cameras[report.ssrc - 1]
            for sequence in report.missing:
                if sequence in camera.sent:
                    self._again += 1
                    rtx = 100 + camera.ssrc
                    self._send(camera.retransmission(sequence, rtx_ssrc=rtx, rtx_sequence=self._again))


class Viewer:
    """Asks for what it misses, tells of what comes, shows a frame when all before it is there."""

    def __init__(self, picture: dict[str, Any], sound: dict[str, Any], tell: Send) -> None:
        self.ssrc = int(picture["encodings"][0]["ssrc"])
        self.shown: list[tuple[float, int]] = []
        self.ear = Ear()
        self._sound = int(sound["encodings"][0]["ssrc"])
        self._rtx = int(picture["encodings"][0]["rtx"]["ssrc"])
        self._tell = tell
        self._feedback_at = self._report_at = self._sound_at = self._shown_at = 0.0
        self._seen: dict[int, float] = {}
        self._wide = Unwrapper()
        self._base: int | None = None
        self._count = 0
        self._got: dict[int, RtpPacket] = {}
        self._asked: dict[int, tuple[float, int]] = {}
        self._next: int | None = None
        self._width = 0

    def receive(self, got: RtpPacket, at: float) -> None:
        """One packet that came at `at`."""
        if got.payload_type == codecs.OPUS_PAYLOAD_TYPE:
            missing = self.ear.arrived(got.sequence)
            if missing:
                self._tell(rtcp.nack(1, self._sound, missing))
            return
        number = got.extensions.get(codecs.TRANSPORT_CC_ID)
        if number is not None:
            self._seen.setdefault(self._wide.unwrap(int.from_bytes(number, "big")), at)
        if got.ssrc == self._rtx:
            body = payload(got)
            again = RtpPacket(bytes(got.data[: got.payload_offset]) + body[2:])
            again.sequence = int.from_bytes(body[:2], "big")
            got = again
        if self._next is None or (got.sequence - self._next) & 0xFFFF < 0x8000:
            self._got.setdefault(got.sequence, got)

    def run(self, now: float) -> None:
        """Show, play and tell what is due."""
        self._show(now)
        if now >= self._sound_at:
            self._sound_at = max(self._sound_at, now - PACKET) + PACKET
            self.ear.play(now)
        if now - self._feedback_at >= FEEDBACK and self._seen:
            self._feedback_at = now
            self._tell(self._feedback())
        self._ask(now)
        if now - self._report_at >= REPORT:
            self._report_at = now
            block = rtcp.ReportBlock(self.ssrc, 0.0, 0, 1, 0, 0, 0)
            self._tell(rtcp.receiver_report(1, [block]))

    def _ask(self, now: float) -> None:
        if not self._got:
            return
        if now - self._shown_at > (GIVE_UP if self.shown else FIRST_PATIENCE):
            self._shown_at = now
            self._tell(rtcp.picture_loss(1, self.ssrc))
        if self._next is None:
            return
        newest = max(self._got, key=lambda n: (n - (self._next or 0)) & 0xFFFF)
        gap = (newest - self._next) & 0xFFFF
        numbers = [self._next + n & 0xFFFF for n in range(min(gap, 200))]
        missing = [number for number in numbers if number not in self._got]
        self._asked = {number: self._asked.get(number, (float("-inf"), 0)) for number in missing}
        due = [n for n, (at, tries) in self._asked.items() if now - at >= ASK_AGAIN and tries < MAX_ASKED]
        for number in due:
            self._asked[number] = (now, self._asked[number][1] + 1)
        if due:
            self._tell(rtcp.nack(1, self.ssrc, due))

    def _show(self, now: float) -> None:
        """Show what is whole; give up what is missing when a whole key frame has come after it."""
        while self._next_frame(now):
            pass
        keys = [n for n, got in self._got.items() if Vp8(payload(got)).keyframe]
        for number in keys:
            if self._next is not None and number != self._next and self._whole(number):
                self._next = number
                while self._next_frame(now):
                    pass
                return
        if self._next is None:
            self._next = next((number for number in keys if self._whole(number)), None)

    def _next_frame(self, now: float) -> bool:
        if self._next is None:
            return False
        count = self._whole(self._next)
        if not count:
            return False
        first = Vp8(payload(self._got[self._next]))
        if first.keyframe:
            self._width = first.width
        for _ in range(count):
            self._got.pop(self._next, None)
            self._next = (self._next + 1) & 0xFFFF
        self._shown_at = now
        self.shown.append((now, self._width))
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

    def _feedback(self) -> bytes:
        newest = max(self._seen)
        oldest = min(self._seen) if self._base is None else min([self._base, *self._seen])
        numbers = range(oldest, newest + 1)
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
            1, self.ssrc, base=oldest & 0xFFFF, reference=reference, number=self._count, deltas=deltas
        )
        self._base = max(self._base or 0, newest + 1)
        self._seen.clear()
        return made
