"""What the tests of the forwarding unit share: packets as Chrome shapes them, and a wire that keeps what is
sent.
"""

import struct
from dataclasses import dataclass, field
from typing import Any

from rooms.sfu import rtcp, rtp
from rooms.sfu.burst import Burst
from rooms.sfu.departures import Departures
from rooms.sfu.endpoint import Endpoint
from rooms.sfu.messages import Notification
from rooms.sfu.outgoing import Lane
from rooms.sfu.router import Router

VP8_PT, RTX_PT, OPUS_PT = 96, 97, 111
MID_ID, RID_ID, RRID_ID, TRANSPORT_CC_ID, LEVEL_ID = 4, 10, 11, 3, 1
URIS = {
    "mid": "urn:ietf:params:rtp-hdrext:sdes:mid",
    "rid": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "rrid": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "transport_cc": "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "level": "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
}


class Wire:
    """A transport's sender that keeps copies of what is sent."""

    lane: Lane | None = None

    def __init__(self) -> None:
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []

    def send_burst(self, burst: Burst) -> None:
        self.rtp += burst.plain_packets()

    def send_rtp(self, packet: bytearray) -> None:
        self.rtp.append(bytes(packet))

    def send_rtcp(self, packet: bytes) -> None:
        self.rtcp.append(bytes(packet))

    def packets(self) -> list[rtp.RtpPacket]:
        """What was sent, parsed; the list is emptied."""
        sent, self.rtp = self.rtp, []
        return [rtp.RtpPacket(packet) for packet in sent]

    def reports(self) -> list[rtcp.Report]:
        """The RTCP that was sent, parsed; the list is emptied."""
        sent, self.rtcp = self.rtcp, []
        return [report for packet in sent for report in rtcp.parse(packet)]


def payload(packet: rtp.RtpPacket) -> bytes:
    return bytes(packet.data[packet.payload_offset : packet.payload_end])


def vp8_payload(
    *, picture: int, tl0: int, key: bool = False, start: bool = True, size: tuple[int, int] = (640, 360)
) -> bytes:
    """A VP8 payload as Chrome writes it: 15 bits of PictureID, TL0PICIDX and TID; then a frame header."""
    head = bytes(
        [0x90 if start else 0x80, 0xE0, 0x80 | picture >> 8 & 0x7F, picture & 0xFF, tl0 & 0xFF, 0x20]
    )
    if key:
        return head + b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", *size) + bytes(40)
    return head + b"\x11\x00\x00" + bytes(47)


def packet(
    *,
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    body: bytes,
    marker: bool = False,
    extensions: dict[int, bytes] | None = None,
) -> bytes:
    """An RTP packet with one-byte header extensions."""
    elements = b"".join(rtp.element(number, value) for number, value in (extensions or {}).items())
    elements += bytes(-len(elements) % 4)
    block = b"\xbe\xde" + struct.pack("!H", len(elements) // 4) + elements if extensions else b""
    first = 0x90 if extensions else 0x80
    kind = payload_type | (0x80 if marker else 0)
    return struct.pack("!BBHII", first, kind, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + block + body


@dataclass
class Camera:
    """One simulcast layer of a Chrome camera: numbers run on as it sends."""

    ssrc: int
    rid: str = ""
    mid: str = "1"
    size: tuple[int, int] = (640, 360)
    sequence: int = 65000
    timestamp: int = 1000
    picture: int = 32000
    tl0: int = 250
    named: bool = True
    wide: int = 0
    sent: dict[int, bytes] = field(default_factory=dict)

    def frame(self, *, key: bool = False, packets: int = 1, wide: int | None = None) -> list[bytes]:
        """The packets of the next frame, 50 ms after the one before."""
        self.timestamp += 4500
        self.picture = (self.picture + 1) & 0x7FFF
        self.tl0 = (self.tl0 + 1) & 0xFF
        made = []
        for index in range(packets):
            self.sequence = (self.sequence + 1) & 0xFFFF
            body = vp8_payload(
                picture=self.picture, tl0=self.tl0, key=key and not index, start=not index, size=self.size
            )
            made.append(
                packet(
                    payload_type=VP8_PT,
                    sequence=self.sequence,
                    timestamp=self.timestamp,
                    ssrc=self.ssrc,
                    body=body,
                    marker=index == packets - 1,
                    extensions=self.extensions(wide),
                )
            )
            self.sent[self.sequence] = made[-1]
        return made

    def extensions(self, wide: int | None = None) -> dict[int, bytes]:
        found = {MID_ID: self.mid.encode()} if self.named else {}
        if self.named and self.rid:
            found[RID_ID] = self.rid.encode()
        if wide is not None:
            found[TRANSPORT_CC_ID] = struct.pack("!H", wide)
        return found

    def retransmission(self, sequence: int, *, rtx_ssrc: int, rtx_sequence: int) -> bytes:
        """The RTX packet that repeats `sequence`."""
        original = rtp.RtpPacket(self.sent[sequence])
        return packet(
            payload_type=RTX_PT,
            sequence=rtx_sequence,
            timestamp=original.timestamp,
            ssrc=rtx_ssrc,
            body=struct.pack("!H", sequence) + payload(original),
            marker=bool(original.marker),
            extensions={MID_ID: self.mid.encode(), RRID_ID: self.rid.encode()} if self.rid else None,
        )


def video_parameters(
    encodings: list[dict[str, Any]], *, mid: str = "1", transport_cc: bool = False
) -> dict[str, Any]:
    """A camera's rtpParameters in Chrome's shape."""
    names = ["mid", "rid", "rrid"] + (["transport_cc"] if transport_cc else [])
    numbers = {"mid": MID_ID, "rid": RID_ID, "rrid": RRID_ID, "transport_cc": TRANSPORT_CC_ID}
    return {
        "mid": mid,
        "codecs": [
            {
                "mimeType": "video/VP8",
                "payloadType": VP8_PT,
                "clockRate": 90000,
                "parameters": {},
                "rtcpFeedback": [
                    {"type": "goog-remb", "parameter": ""},
                    {"type": "transport-cc", "parameter": ""},
                    {"type": "ccm", "parameter": "fir"},
                    {"type": "nack", "parameter": ""},
                    {"type": "nack", "parameter": "pli"},
                ],
            },
            {
                "mimeType": "video/rtx",
                "payloadType": RTX_PT,
                "clockRate": 90000,
                "parameters": {"apt": VP8_PT},
                "rtcpFeedback": [],
            },
        ],
        "headerExtensions": [
            {"uri": URIS[name], "id": numbers[name], "encrypt": False, "parameters": {}} for name in names
        ],
        "encodings": encodings,
        "rtcp": {"cname": "", "reducedSize": True},
    }


SIMULCAST: list[dict[str, Any]] = [
    {
        "rid": "r0",
        "active": True,
        "scaleResolutionDownBy": 4,
        "maxBitrate": 150000,
        "scalabilityMode": "L1T3",
    },
    {
        "rid": "r1",
        "active": True,
        "scaleResolutionDownBy": 2,
        "maxBitrate": 500000,
        "scalabilityMode": "L1T3",
    },
    {
        "rid": "r2",
        "active": True,
        "scaleResolutionDownBy": 1,
        "maxBitrate": 1700000,
        "scalabilityMode": "L1T3",
    },
]


def audio_parameters(*, ssrc: int = 500, mid: str = "0") -> dict[str, Any]:
    """A microphone's rtpParameters in Chrome's shape."""
    return {
        "mid": mid,
        "codecs": [
            {
                "mimeType": "audio/opus",
                "payloadType": OPUS_PT,
                "clockRate": 48000,
                "channels": 2,
                "parameters": {"minptime": 10, "useinbandfec": 1},
                "rtcpFeedback": [
                    {"type": "transport-cc", "parameter": ""},
                    {"type": "nack", "parameter": ""},
                ],
            }
        ],
        "headerExtensions": [
            {"uri": URIS["mid"], "id": MID_ID, "encrypt": False, "parameters": {}},
            {"uri": URIS["level"], "id": LEVEL_ID, "encrypt": False, "parameters": {}},
        ],
        "encodings": [{"ssrc": ssrc, "dtx": False}],
        "rtcp": {"cname": "a peer", "reducedSize": True},
    }


@dataclass
class Call:
    """A router with a publisher and a viewer, both connected, and a clock that is moved by hand."""

    router: Router
    publisher: Endpoint
    viewer: Endpoint
    up: Wire
    down: Wire
    told: list[Notification]
    now: float = 100.0

    @classmethod
    def start(cls, departures: Departures | None = None, down: Wire | None = None) -> "Call":
        """Frames that are not whole wait for nothing, unless `departures` say otherwise."""
        told: list[Notification] = []
        router = Router("room", told.append, departures or Departures(lambda: None, hold=0.0))
        up, down = Wire(), down or Wire()
        publisher = router.add_transport("up", up, 100.0)
        viewer = router.add_transport("down", down, 100.0)
        publisher.connected(100.0)
        viewer.connected(100.0)
        return cls(router, publisher, viewer, up, down, told)

    def publish(self, kind: str, parameters: dict[str, Any], name: str = "p") -> None:
        self.publisher.produce(name, kind, parameters, False, self.now)

    def watch(
        self, producer: str = "p", consumer: str = "c", size: tuple[int, int] | None = None
    ) -> dict[str, Any]:
        """Consume and resume; the answer's rtpParameters."""
        answer = self.viewer.consume(consumer, producer, self.router.rtp_capabilities, self.now)
        if size is not None:
            self.router.set_consumer_size(consumer, *size, self.now)
        self.router.resume_consumer(consumer, self.now)
        parameters: dict[str, Any] = answer["rtpParameters"]
        return parameters

    def send(self, packets: list[bytes]) -> None:
        """Let the publisher's packets arrive now."""
        for data in packets:
            self.publisher.receive_rtp(data, self.now, self.now)
        self.router.departures.depart(self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass in ticks of 20 ms."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = min(end, self.now + 0.02)
            self.router.tick(self.now)
