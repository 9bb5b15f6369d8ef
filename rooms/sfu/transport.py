"""A transport: one browser's ICE, DTLS and SRTP on the worker's socket (RFC 7983, RFC 5761, RFC 5764)."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import pylibsrtp

from rooms.sfu import dtls, ice_lite
from rooms.sfu.burst import Burst
from rooms.sfu.ice_lite import Address, BindingRequest, TcpAddress
from rooms.sfu.outgoing import Lane, StreamLane
from rooms.sfu.params import SfuError
from rooms.sfu.srtp import Protector, Unprotector
from rooms.sfu.udp import UdpSocket

HANDSHAKE_SECONDS: Final = 30.0  # from being made to `connect`, and from there to the end of the handshake
CONSENT_SECONDS: Final = 30.0  # RFC 7675 §5.1
MAX_SSRCS: Final = 64
RTP_HEADER: Final = 12
RTCP_HEADER: Final = 8


class Endpoint(Protocol):
    """What a transport needs of what stands behind it."""

    def receive_rtp(self, data: bytes, arrival: float, now: float) -> None: ...
    def receive_rtcp(self, data: bytes, now: float) -> None: ...
    def connected(self, now: float) -> None: ...
    def rerouted(self) -> None: ...


class Transport:
    """One browser's way in and out. Implements `udp.Receiver` below and `sender.Sender` above.

    States: `new`, `connecting`, `connected`, `disconnected` (nothing heard for `CONSENT_SECONDS`: nothing is
    sent until a check comes again), `failed` and `closed`, which are final. `changed` hears each of them but
    `new`, and nothing after `close`.
    """

    __slots__ = (
        "_address",
        "_certificate",
        "_changed",
        "_counters",
        "_deadline",
        "_dtls",
        "_handshake_address",
        "_ice",
        "_remote",
        "_rx",
        "_ssrcs",
        "_started",
        "_tx",
        "_udp",
        "_way",
        "endpoint",
        "state",
    )

    def __init__(
        self,
        udp: UdpSocket,
        certificate: dtls.Certificate,
        changed: Callable[[str], None],
    ) -> None:
        self.state = "new"
        self.endpoint: Endpoint | None = None
        self._udp = udp
        self._counters = udp.counters
        self._changed = changed
        self._certificate = certificate
        self._ice = ice_lite.IceLite()
        self._dtls = dtls.Dtls(certificate, self._send_dtls, self._dtls_changed)
        self._address: Address | None = None
        self._handshake_address: Address | None = None
        self._remote: dtls.DtlsParameters | None = None
        self._started = False
        self._deadline = udp.now() + HANDSHAKE_SECONDS
        self._rx: Unprotector | None = None
        self._tx: Protector | None = None
        self._way: Lane | StreamLane | None = None
        self._ssrcs: set[bytes] = set()
        udp.attach(self._ice.current.ufrag, self)

    def ice_parameters(self) -> dict[str, Any]:
        """`iceParameters` for the browser."""
        current = self._ice.current
        return {"usernameFragment": current.ufrag, "password": current.password, "iceLite": True}

    def dtls_parameters(self) -> dict[str, Any]:
        """`dtlsParameters` for the browser: it may choose its role."""
        return self._certificate.parameters("auto")

    def connect(self, parameters: dtls.DtlsParameters, now: float) -> None:
        """Accept the browser's DTLS parameters; `SfuError("already_connected")` the second time."""
        if self._remote is not None:
            raise SfuError("already_connected")
        self._remote = parameters
        self._deadline = now + HANDSHAKE_SECONDS
        self._set_state("connecting")
        if parameters.role != "server" or self._ice.addresses:
            self._start_dtls()

    def restart_ice(self) -> dict[str, Any]:
        """New `iceParameters`; the old ones stay valid until the new ones are used."""
        before = set(self._ice.ufrags)
        self._ice.restart()
        self._udp.attach(self._ice.current.ufrag, self)
        self._retire(before)
        return self.ice_parameters()

    def receive_check(self, request: BindingRequest, address: Address, now: float) -> None:
        """Answer an ICE check, learn its address, follow a nomination."""
        if not self._udp.may_learn(address, self, now):
            self._counters.stun_address_taken += 1
            return
        ufrags, addresses = set(self._ice.ufrags), set(self._ice.addresses)
        answer = self._ice.answer(request, address, now)
        if answer is None:
            self._counters.stun_not_authentic += 1
            return
        self._counters.stun_answered += 1
        self._retire(ufrags)
        for gone in addresses.difference(self._ice.addresses):
            self._forget(gone)
        self._udp.learn(address, self)
        self._send(answer, address)
        self._checked(address)

    def heard(self, address: Address) -> float | None:
        """When a valid check last came from there."""
        return self._ice.heard(address)

    def lost(self, address: Address) -> None:
        """Forget the end of a TCP connection; when media went there, nothing is sent until a check comes."""
        self._ice.lost(address)
        if self._handshake_address == address:
            self._handshake_address = None
        if self._address == address:
            self._aim(None)
            if self.state == "connected":
                self._set_state("disconnected")

    def receive(self, data: bytes, address: Address, arrival: float, now: float) -> None:
        """Take one datagram that is not STUN."""
        first = data[0]
        if first >= 128:
            self.receive_media(data, arrival, now)
        elif 20 <= first < 64:
            self._receive_dtls(data, address)
        else:
            self._counters.unknown_kind += 1

    def receive_media(self, data: bytes, arrival: float, now: float) -> None:
        """Take one datagram whose first byte is 128 or more."""
        if data[0] >= 192:
            self._counters.unknown_kind += 1
        # RTCP has packet types 192–223 where RTP has marker and payload type (RFC 5761 §4).
        elif len(data) > 1 and 192 <= data[1] < 224:
            self._receive_rtcp(data, now)
        else:
            self._receive_rtp(data, arrival, now)

    @property
    def lane(self) -> Lane | None:
        """The way of its packets over UDP; None when there is none, or over TCP."""
        return self._way if isinstance(self._way, Lane) else None

    def send_burst(self, burst: Burst) -> None:
        """Protect and queue some RTP packets; dropped when not connected or when there is no room."""
        way = self._way
        if way is None:
            self._counters.not_connected += len(burst.packets)
        else:
            way.send_burst(burst)

    def send_rtp(self, packet: bytearray) -> None:
        """Protect and queue one RTP packet; dropped likewise."""
        way = self._way
        if way is None:
            self._counters.not_connected += 1
        else:
            way.send(packet)

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and queue one RTCP compound; dropped likewise."""
        way = self._way
        if way is None:
            self._counters.not_connected += 1
        else:
            way.send_rtcp(packet)

    def tick(self, now: float) -> None:
        """See whether the time to connect or the browser's consent has run out; for about once a second."""
        if self.state in ("new", "connecting") and now > self._deadline:
            self._set_state("failed")
        heard = self._ice.last_heard
        if self.state == "connected" and heard is not None and now - heard > CONSENT_SECONDS:
            self._aim(None)
            self._set_state("disconnected")

    async def close(self) -> None:
        """Tell the browser (DTLS close_notify) and forget everything. Idempotent."""
        self.state = "closed"
        self.endpoint = None
        self._started = False
        await self._dtls.close()
        self._rx = self._tx = self._way = None
        for ufrag in self._ice.ufrags:
            self._udp.detach(ufrag)
        for address in self._ice.addresses:
            self._forget(address)

    def _send(self, data: bytes, address: Address) -> None:
        if isinstance(address, TcpAddress):
            address.stream.send(data)
        else:
            self._udp.send(data, address)

    def _forget(self, address: Address) -> None:
        self._udp.forget(address, self)
        if isinstance(address, TcpAddress):
            address.stream.close()

    def _receive_rtp(self, data: bytes, arrival: float, now: float) -> None:
        if self._rx is None or self.endpoint is None:
            self._counters.not_connected += 1
            return
        if len(data) < RTP_HEADER:
            self._counters.bad_length += 1
            return
        ssrc = data[8:12]
        known = ssrc in self._ssrcs
        if not known and not self._admits(ssrc):
            return
        try:
            plain = self._rx.unprotect(data)
        except pylibsrtp.Error:
            self._counters.srtp_rejected += 1
            return
        if not known:
            self._ssrcs.add(ssrc)
        self.endpoint.receive_rtp(plain, arrival, now)

    def _receive_rtcp(self, data: bytes, now: float) -> None:
        if self._rx is None or self.endpoint is None:
            self._counters.not_connected += 1
        elif len(data) < RTCP_HEADER:
            self._counters.bad_length += 1
        elif self._admits(data[4:8]):
            try:
                plain = self._rx.unprotect_rtcp(data)
            except pylibsrtp.Error:
                self._counters.srtcp_rejected += 1
                return
            self._ssrcs.add(data[4:8])
            self.endpoint.receive_rtcp(plain, now)

    def _admits(self, ssrc: bytes) -> bool:
        # libsrtp keeps a context for every SSRC that it has ever seen.
        if ssrc in self._ssrcs or len(self._ssrcs) < MAX_SSRCS:
            return True
        self._counters.too_many_ssrcs += 1
        return False

    def _receive_dtls(self, data: bytes, address: Address) -> None:
        if not self._started:
            # The browser may be quicker than its parameters; it will repeat its ClientHello.
            self._counters.dtls_dropped += 1
            return
        self._handshake_address = address
        if not self._dtls.receive(data):
            self._counters.dtls_dropped += 1

    def _start_dtls(self) -> None:
        if self._started or self._remote is None:
            return
        self._started = True
        ours: dtls.Role = "client" if self._remote.role == "server" else "server"
        self._dtls.start(ours, self._remote.fingerprints)

    def _send_dtls(self, data: bytes) -> None:
        # A multi-homed browser shakes hands over one address while it still weighs others: until it nominates
        # one, the answer goes where the question came from.
        address = self._ice.chosen or self._handshake_address or next(reversed(self._ice.addresses), None)
        if address is not None:
            self._send(data, address)

    def _dtls_changed(self, state: dtls.State) -> None:
        if state == "connected":
            inbound, outbound = self._dtls.sessions
            self._rx, self._tx = Unprotector(inbound), Protector(outbound)
            self._aim(self._ice.chosen or self._handshake_address)
            self._set_state("connected")
            self._media_flows()
        elif state in ("failed", "closed"):
            self._rx = self._tx = None
            self._go(None)
            self._set_state(state)

    def _checked(self, address: Address) -> None:
        """A valid check has come: follow it with DTLS or with media."""
        if self.state == "connecting":
            self._start_dtls()
        elif self.state in ("connected", "disconnected"):
            old = self._address
            self._aim(self._ice.chosen or address)
            if self.state == "disconnected":
                self._set_state("connected")
            if old != self._address:
                self._media_flows()

    def _aim(self, address: Address | None) -> None:
        """Send media there from now on; None: nowhere."""
        if address == self._address:
            return
        self._address = address
        if address is None or self._tx is None:
            self._go(None)
        elif isinstance(address, TcpAddress):
            self._go(StreamLane(address.stream, self._counters, self._tx))
        else:
            self._go(self._udp.lane(address, self._tx))

    def _go(self, way: Lane | StreamLane | None) -> None:
        self._way = way
        if self.endpoint is not None:
            self.endpoint.rerouted()

    def _media_flows(self) -> None:
        if self.endpoint is not None:
            self.endpoint.connected(self._udp.now())

    def _retire(self, before: set[str]) -> None:
        for ufrag in before.difference(self._ice.ufrags):
            self._udp.detach(ufrag)

    def _set_state(self, state: str) -> None:
        if self.state not in (state, "failed", "closed"):
            self.state = state
            self._changed(state)
