"""DTLS-SRTP (RFC 5763, RFC 5764) through aiortc. The only file that knows aiortc's private names.

aiortc is pinned; `tests/rooms/sfu/test_dtls.py` fails when one of these names goes away.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, cast

import msgspec
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AEAD_AES_256_GCM,
    SRTP_AES128_CM_SHA1_80,
    SRTPProtectionProfile,
)
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from rooms.sfu.params import SfuError

PROFILES: Final = [SRTP_AEAD_AES_128_GCM, SRTP_AEAD_AES_256_GCM, SRTP_AES128_CM_SHA1_80]
ALGORITHMS: Final = frozenset({"sha-256", "sha-384", "sha-512"})
EXPORTER: Final = b"EXTRACTOR-dtls_srtp"  # RFC 5764 §4.2
OUTBOUND_WINDOW: Final = 256  # packets: what is older is not sent again under its own number
MAX_QUEUE: Final = 32
MAX_RESENDS: Final = 16

HANDSHAKE = 22
CLIENT_HELLO = 1
HELLO_HEADER = 25  # record header 13 bytes, handshake header 12 bytes (RFC 6347 §4.1, §4.2.2)

Role = Literal["client", "server"]
State = Literal["connecting", "connected", "failed", "closed"]


class Fingerprint(msgspec.Struct, frozen=True):
    """`RTCDtlsFingerprint`."""

    algorithm: str
    value: str


class DtlsParameters(msgspec.Struct, frozen=True):
    """`RTCDtlsParameters` of a browser."""

    fingerprints: list[Fingerprint]
    role: Literal["auto", "client", "server"] = "auto"


def read_parameters(value: object) -> DtlsParameters:
    """Check what a browser sent; `SfuError("bad_parameters", reason)` when it cannot work."""
    try:
        parameters = msgspec.convert(value, DtlsParameters)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SfuError("bad_parameters", reason=str(error)) from error
    usable = [one for one in parameters.fingerprints if one.algorithm.lower() in ALGORITHMS]
    if not usable or len(parameters.fingerprints) > len(ALGORITHMS) * 2:
        raise SfuError("bad_parameters", reason="fingerprints")
    return parameters


class Certificate(RTCCertificate):
    """A worker's ECDSA P-256 certificate: small enough for a flight in one datagram.

    One TLS context serves every handshake of the worker, which halves what a join costs.
    """

    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
        return self._context

    def parameters(self, role: str) -> dict[str, Any]:
        """`dtlsParameters` for the browser; `role` is ours ("auto": the browser decides)."""
        prints = [
            {"algorithm": one.algorithm, "value": one.value}
            for one in self.getFingerprints()
            if one.algorithm == "sha-256"
        ]
        return {"role": role, "fingerprints": prints}


class _Wire:
    """What `RTCDtlsTransport` needs of a transport: datagrams in order, both ways.

    A client repeats its ClientHello when our flight was lost; OpenSSL would wait out its own timer of a
    second, so the flight is kept and sent again at once.
    """

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._out = send
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_QUEUE)
        self._hellos: set[bytes] = set()
        self._flight: list[bytes] = []
        self._answering_hello = False
        self._resends = 0

    def deliver(self, data: bytes) -> bool:
        """Take one datagram from the network; False when it was dropped."""
        fragment = _hello_fragment(data)
        if fragment is not None and fragment in self._hellos and self._flight:
            return self._repeat(fragment)
        try:
            self._queue.put_nowait(data)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Let the reader see the end of the connection."""
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _send(self, data: bytes) -> None:
        if self._answering_hello:
            self._flight.append(data)
        self._out(data)

    async def _recv(self) -> bytes:
        # aiortc comes back here only after it has sent all that the last datagram called for.
        self._answering_hello = False
        data = await self._queue.get()
        if data is None:
            raise ConnectionError("closed")
        fragment = _hello_fragment(data)
        if fragment is not None and len(self._hellos) < MAX_RESENDS:
            self._hellos.add(fragment)
            self._flight.clear()
            self._answering_hello = True
        return data

    def _repeat(self, fragment: bytes) -> bool:
        # A hello in two datagrams is answered once, for its beginning (fragment offset 0).
        if fragment[2:] != b"\0\0\0" or self._resends >= MAX_RESENDS:
            return False
        self._resends += 1
        for data in self._flight:
            self._out(data)
        return True


def _hello_fragment(data: bytes) -> bytes | None:
    """Message number and fragment offset of a ClientHello in the clear, else None (RFC 6347 §4.2.2)."""
    if len(data) < HELLO_HEADER or data[0] != HANDSHAKE or data[3:5] != b"\0\0" or data[13] != CLIENT_HELLO:
        return None
    return data[17:22]


def _outbound(transport: RTCDtlsTransport) -> Session:
    """As the library's own, but libsrtp moves the whole window on with each packet: here it is a quarter."""
    ssl: Any = transport._ssl
    chosen = ssl.get_selected_srtp_profile()
    profile = next(one for one in PROFILES if one.openssl_profile == chosen)
    secret = ssl.export_keying_material(EXPORTER, 2 * (profile.key_length + profile.salt_length))
    policy = Policy(
        key=profile.get_key_and_salt(secret, 1 if transport._role == "server" else 0),
        ssrc_type=Policy.SSRC_ANY_OUTBOUND,
        srtp_profile=profile.libsrtp_profile,
    )
    policy.allow_repeat_tx = True
    policy.window_size = OUTBOUND_WINDOW
    return Session(policy)


class Dtls:
    """One DTLS association. `changed` hears each new state; the SRTP sessions are there once connected."""

    def __init__(
        self, certificate: Certificate, send: Callable[[bytes], None], changed: Callable[[State], None]
    ) -> None:
        self._changed = changed
        self._wire = _Wire(send)
        transport = RTCDtlsTransport(cast("RTCIceTransport", self._wire), [certificate])
        transport._srtp_profiles = list(PROFILES)
        transport.on("statechange", self._state_changed)
        self._transport: RTCDtlsTransport | None = transport
        self._task: asyncio.Task[None] | None = None

    @property
    def sessions(self) -> tuple[Session, Session]:
        """The SRTP sessions, inbound and outbound; SfuError("not_connected") when there are none."""
        if self._transport is None or self._transport._rx_srtp is None:
            raise SfuError("not_connected")
        self._transport._tx_srtp = _outbound(self._transport)
        return self._transport._rx_srtp, self._transport._tx_srtp

    def start(self, role: Role, fingerprints: Sequence[Fingerprint]) -> None:
        """Begin the handshake; as a client this sends, so an address must be known."""
        if self._transport is None:
            return
        self._transport._set_role(role)
        remote = RTCDtlsParameters(
            fingerprints=[RTCDtlsFingerprint(one.algorithm, one.value) for one in fingerprints]
        )
        self._task = asyncio.create_task(self._transport.start(remote))

    def receive(self, data: bytes) -> bool:
        """Take one DTLS datagram; False when it was dropped."""
        return self._wire.deliver(data)

    async def close(self) -> None:
        """Tell the peer (close_notify) and end. Idempotent."""
        # Let go of OpenSSL's and libsrtp's memory at once: the collector counts objects, and these are few.
        transport, self._transport = self._transport, None
        if transport is None:
            return
        transport.remove_all_listeners()
        await transport.stop()
        self._wire.end()
        if self._task is not None:
            await self._task
            self._task = None

    def _state_changed(self) -> None:
        if self._transport is not None and self._transport.state != "new":
            self._changed(cast("State", self._transport.state))
