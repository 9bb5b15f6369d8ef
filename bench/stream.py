"""The publisher's stream: VP8 at 30 frames a second and Opus, as libwebrtc would packetise them."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

FRAMES = 30
VIDEO_PACKETS = 142
AUDIO_PACKETS = 50
VIDEO_BYTES = 1056
AUDIO_BYTES = 80
VIDEO_SSRC, AUDIO_SSRC = 1001, 1002
VIDEO_TYPE, AUDIO_TYPE = 96, 111
MID_ID, TRANSPORT_CC_ID, LEVEL_ID, RID_ID = 4, 3, 1, 10
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
VOICE, SILENCE = 0x80 | 30, 127  # RFC 6464


@dataclass
class Layer:
    """One size of a camera's picture; `packets` a second of `bytes` each. `sent` packets so far."""

    ssrc: int
    packets: int
    bytes: int
    width: int
    height: int
    rid: str = ""
    sent: int = 0

    def of_frame(self, frame: int) -> int:
        """How many packets that frame has."""
        return self.packets * (frame + 1) // FRAMES - self.packets * frame // FRAMES


def single() -> list[Layer]:
    """One size alone, 1.2 Mbit/s."""
    return [Layer(VIDEO_SSRC, VIDEO_PACKETS, VIDEO_BYTES, 1280, 720)]


def simulcast() -> list[Layer]:
    """The three sizes that a browser sends: 0.15, 0.5 and 1.2 Mbit/s."""
    return [
        Layer(VIDEO_SSRC, 30, 620, 320, 180, "r0"),
        Layer(VIDEO_SSRC + 10, 60, 1040, 640, 360, "r1"),
        Layer(VIDEO_SSRC + 20, VIDEO_PACKETS, VIDEO_BYTES, 1280, 720, "r2"),
    ]


def parameters(kind: str, layers: Sequence[Layer] = ()) -> dict[str, Any]:
    """rtpParameters of one of the two tracks; of the picture with more than one layer, as simulcast."""
    video = kind == "video"
    codec = {"mimeType": "video/VP8", "payloadType": VIDEO_TYPE, "clockRate": 90000}
    if not video:
        codec = {"mimeType": "audio/opus", "payloadType": AUDIO_TYPE, "clockRate": 48000, "channels": 2}
    feedback = [{"type": "transport-cc"}]
    if video:
        feedback += [{"type": "nack"}, {"type": "nack", "parameter": "pli"}]
    extensions = [{"uri": MID, "id": MID_ID}, {"uri": TRANSPORT_CC, "id": TRANSPORT_CC_ID}]
    if not video:
        extensions.append({"uri": LEVEL, "id": LEVEL_ID})
    encodings: list[dict[str, Any]] = [{"ssrc": VIDEO_SSRC if video else AUDIO_SSRC}]
    if video and len(layers) > 1:
        extensions.append({"uri": RID, "id": RID_ID})
        scales = [layers[-1].width / layer.width for layer in layers]
        encodings = [
            {"rid": layer.rid, "scaleResolutionDownBy": scale}
            for layer, scale in zip(layers, scales, strict=True)
        ]
    return {
        "mid": "1" if video else "0",
        "codecs": [{**codec, "parameters": {}, "rtcpFeedback": feedback}],
        "headerExtensions": extensions,
        "encodings": encodings,
        "rtcp": {"cname": "bench"},
    }


class Stream:
    """Packets in the order and at the times a browser sends them, `scale` times as many."""

    def __init__(self, layers: list[Layer] | None = None, level: int = VOICE) -> None:
        self.key_frame_wanted = True
        self.layers = layers or single()
        self._level = level
        self._wide = 0
        self._frame = 0
        self._audio = 0

    def schedule(self, start: float, scale: float) -> Iterator[tuple[float, bool]]:
        """Due times from `start` on: (when, whether it is a video frame)."""
        frames = sounds = 0
        while True:
            frame_at = start + frames / (FRAMES * scale)
            sound_at = start + (sounds + 0.5) / (AUDIO_PACKETS * scale)
            if frame_at <= sound_at:
                frames += 1
                yield frame_at, True
            else:
                sounds += 1
                yield sound_at, False

    def frame(self) -> list[bytes]:
        """The next video frame's packets, layer by layer."""
        self._frame += 1
        key, self.key_frame_wanted = self.key_frame_wanted, False
        made = []
        for layer in self.layers:
            count = layer.of_frame(self._frame)
            made += [self._video_packet(layer, index, count, key) for index in range(count)]
        return made

    def sound(self) -> bytes:
        """The next Opus packet."""
        self._audio += 1
        extensions = self._wide_number() + bytes([LEVEL_ID << 4, self._level, MID_ID << 4]) + b"0"
        timestamp = 960 * self._audio
        header = _header(AUDIO_TYPE, self._audio, timestamp, AUDIO_SSRC, extensions)
        return header + bytes(AUDIO_BYTES)

    def _video_packet(self, layer: Layer, index: int, count: int, key: bool) -> bytes:
        layer.sent += 1
        first = 0x90 if index == 0 else 0x80
        picture, level = 0x8000 | (self._frame & 0x7FFF), self._frame & 0xFF
        body = struct.pack("!BBHBB", first, 0xE0, picture, level, 0x20)
        if index == 0:
            size = struct.pack("<HH", layer.width, layer.height)
            body += b"\x10\0\0\x9d\x01\x2a" + size if key else b"\x11\0\0"
        extensions = self._wide_number() + bytes([MID_ID << 4]) + b"1"
        if layer.rid:
            extensions += bytes([RID_ID << 4 | len(layer.rid) - 1]) + layer.rid.encode()
        kind = VIDEO_TYPE | (0x80 if index == count - 1 else 0)
        header = _header(kind, layer.sent, 3000 * self._frame, layer.ssrc, extensions)
        return header + body.ljust(layer.bytes, b"v")

    def _wide_number(self) -> bytes:
        self._wide = (self._wide + 1) & 0xFFFF
        return struct.pack("!BH", TRANSPORT_CC_ID << 4 | 1, self._wide)


def _header(kind: int, sequence: int, timestamp: int, ssrc: int, extensions: bytes) -> bytes:
    padded = extensions.ljust(-(-len(extensions) // 4) * 4, b"\0")
    fixed = struct.pack("!BBHII", 0x90, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return fixed + struct.pack("!HH", 0xBEDE, len(padded) // 4) + padded
