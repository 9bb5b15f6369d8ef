"""As much SDP (RFC 8829) as a forwarder that speaks it must be told and read."""

import socket
from dataclasses import dataclass
from typing import Protocol

from bench import stream
from tests.rooms.sfu.peer import Address, certificate, fingerprint

END = "\r\n"
CODECS = {
    "audio": (stream.AUDIO_TYPE, ("rtpmap:{} opus/48000/2", "fmtp:{} minptime=10;useinbandfec=1")),
    "video": (stream.VIDEO_TYPE, ("rtpmap:{} VP8/90000", "rtcp-fb:{} nack", "rtcp-fb:{} nack pli")),
}
EXTENSIONS = {
    "audio": {
        stream.MID_ID: stream.MID,
        stream.TRANSPORT_CC_ID: stream.TRANSPORT_CC,
        stream.LEVEL_ID: stream.LEVEL,
    },
    "video": {stream.MID_ID: stream.MID, stream.TRANSPORT_CC_ID: stream.TRANSPORT_CC},
}
ACCEPTED = ("a=mid:", "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:")


class Described(Protocol):
    """Who is described: one socket, and the ICE credentials of this end."""

    sockets: list[socket.socket]
    ufrag: str
    password: str


@dataclass(frozen=True)
class Remote:
    """The other end: iceParameters, where it listens, its certificate's SHA-256."""

    ice: dict[str, str]
    address: Address
    fingerprint: str


def offer(peer: Described) -> str:
    """What a publisher of `bench.stream` offers: bundled sound and picture, as the DTLS client."""
    lines = [*_session(), "a=group:BUNDLE 0 1"]
    for kind, (number, codec) in CODECS.items():
        mid = stream.parameters(kind)["mid"]
        ssrc = stream.parameters(kind)["encodings"][0]["ssrc"]
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}", *_transport(peer)]
        lines += [f"a=mid:{mid}", "a=sendonly", f"a=msid:bench {kind}", f"a=rtcp-fb:{number} transport-cc"]
        lines += [f"a=extmap:{one} {uri}" for one, uri in EXTENSIONS[kind].items()]
        lines += ["a=" + line.format(number) for line in codec]
        lines += [f"a=ssrc:{ssrc} cname:bench"]
    return END.join(lines) + END


def answer(peer: Described, offered: str) -> str:
    """Accept all that is offered, as a viewer and the DTLS client."""
    head, *media = offered.replace(END, "\n").strip().split("\nm=")
    lines = _session() + [line for line in head.split("\n") if line.startswith("a=group:")]
    for part in media:
        first, *rest = part.split("\n")
        lines += ["m=" + first, *_transport(peer), "a=recvonly"]
        lines += [line for line in rest if line.startswith(ACCEPTED)]
    return END.join(lines) + END


class Speaker(Protocol):
    """Who is described: one socket, and the ICE credentials of this end."""

    sockets: list[socket.socket]
    ufrag: str
    password: str


def remote(described: str) -> Remote:
    """What a description says of its writer; ValueError when a part is missing."""
    found: dict[str, str] = {}
    for line in described.replace(END, "\n").split("\n"):
        name, _, value = line.removeprefix("a=").partition(":")
        found.setdefault(name, value)
    missing = {"ice-ufrag", "ice-pwd", "fingerprint", "candidate"} - set(found)
    if missing:
        raise ValueError(f"no {', '.join(sorted(missing))} in the description")
    candidate = found["candidate"].split()
    return Remote(
        ice={"usernameFragment": found["ice-ufrag"], "password": found["ice-pwd"]},
        address=(candidate[4], int(candidate[5])),
        fingerprint=found["fingerprint"].split()[1],
    )


def _session() -> list[str]:
    return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=msid-semantic: WMS *"]


def _transport(peer: Described) -> list[str]:
    host, port = peer.sockets[0].getsockname()
    return [
        "c=IN IP4 0.0.0.0",
        "a=rtcp-mux",
        f"a=ice-ufrag:{peer.ufrag}",
        f"a=ice-pwd:{peer.password}",
        f"a=candidate:1 1 udp 2130706431 {host} {port} typ host",
        "a=end-of-candidates",
        f"a=fingerprint:sha-256 {fingerprint(certificate()[1])}",
        "a=setup:active",
    ]
