"""The publisher's stream: VP8 at 30 frames a second and Opus, as libwebrtc would packetise them."""

import struct
from collections.abc import Iterator
from typing import Any

FRAMES = 30
VIDEO_PACKETS = 142
AUDIO_PACKETS = 50
VIDEO_BYTES = 1056
AUDIO_BYTES = 80
VIDEO_SSRC, AUDIO_SSRC = 1001, 1002
VIDEO_TYPE, AUDIO_TYPE = 96, 111
MID_ID, TRANSPORT_CC_ID, LEVEL_ID = 4, 3, 1
MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


def parameters(kind: str) -> dict[str, Any]:
    """rtpParameters of one of the two tracks."""
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
    return {
        "mid": "1" if video else "0",
        "codecs": [{**codec, "parameters": {}, "rtcpFeedback": feedback}],
        "headerExtensions": extensions,
        "encodings": [{"ssrc": VIDEO_SSRC if video else AUDIO_SSRC}],
        "rtcp": {"cname": "bench"},
    }


class Stream:
    """Packets in the order and at the times a browser sends them, `scale` times as many."""

    def __init__(self) -> None:
        self.key_frame_wanted = True
        self._wide = 0
        self._frame = 0
        self._video = self._audio = 0

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
        """The next video frame's packets: 142 of them in 30 frames."""
        self._frame += 1
        count = VIDEO_PACKETS * (self._frame + 1) // FRAMES - VIDEO_PACKETS * self._frame // FRAMES
        key, self.key_frame_wanted = self.key_frame_wanted, False
        return [self._video_packet(index, count, key) for index in range(count)]

    def sound(self) -> bytes:
        """The next Opus packet."""
        self._audio += 1
        extensions = self._wide_number() + bytes([LEVEL_ID << 4, 0x80 | 30, MID_ID << 4]) + b"0"
        timestamp = 960 * self._audio
        header = _header(AUDIO_TYPE, self._audio, timestamp, AUDIO_SSRC, extensions)
        return header + bytes(AUDIO_BYTES)

    def _video_packet(self, index: int, count: int, key: bool) -> bytes:
        self._video += 1
        first = 0x90 if index == 0 else 0x80
        picture, level = 0x8000 | (self._frame & 0x7FFF), self._frame & 0xFF
        body = struct.pack("!BBHBB", first, 0xE0, picture, level, 0x20)
        if index == 0:
            body += b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", 1280, 720) if key else b"\x11\0\0"
        extensions = self._wide_number() + bytes([MID_ID << 4]) + b"1"
        kind = VIDEO_TYPE | (0x80 if index == count - 1 else 0)
        header = _header(kind, self._video, 3000 * self._frame, VIDEO_SSRC, extensions)
        return header + body.ljust(VIDEO_BYTES, b"v")

    def _wide_number(self) -> bytes:
        self._wide = (self._wide + 1) & 0xFFFF
        return struct.pack("!BH", TRANSPORT_CC_ID << 4 | 1, self._wide)


def _header(kind: int, sequence: int, timestamp: int, ssrc: int, extensions: bytes) -> bytes:
    padded = extensions.ljust(-(-len(extensions) // 4) * 4, b"\0")
    fixed = struct.pack("!BBHII", 0x90, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return fixed + struct.pack("!HH", 0xBEDE, len(padded) // 4) + padded
