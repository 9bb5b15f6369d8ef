"""A WebRTC endpoint for tests and measurements: ICE (controlling), DTLS, SRTP, and nothing else.

It shares no code with the forwarding unit: STUN and DTLS are done here over aioice and pyOpenSSL.
"""

import asyncio
import datetime
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from pylibsrtp import Policy, Session

PROFILES = {  # name on the wire: libsrtp profile, key length, salt length
    b"SRTP_AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    b"SRTP_AES128_CM_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}
RETRY_SECONDS = 0.05
LOOK_AGAIN_SECONDS = 0.01
RECORD_HEADER = 13

Address = tuple[str, int]


@cache
def certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """One self-signed certificate for every peer of the process."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2))
    return key, dated.sign(key, hashes.SHA256())


@cache
def context(profiles: bytes) -> SSL.Context:
    """A DTLS context that offers these SRTP profiles, colon-separated."""
    key, signed = certificate()
    made = SSL.Context(SSL.DTLS_METHOD)
    made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    made.use_certificate(signed)
    made.use_privatekey(key)
    made.set_tlsext_use_srtp(profiles)
    return made


def fingerprint(of: x509.Certificate) -> str:
    """The SHA-256 fingerprint as dtlsParameters write it."""
    return of.fingerprint(hashes.SHA256()).hex(":").upper()


def dtls_parameters(role: str = "client") -> dict[str, Any]:
    """What a peer tells the worker; the role is the peer's own."""
    return {
        "role": role,
        "fingerprints": [{"algorithm": "sha-256", "value": fingerprint(certificate()[1])}],
    }


def records(flight: bytes) -> list[bytes]:
    """The DTLS records of a flight (RFC 6347 §4.1), each for a datagram of its own."""
    found = []
    while flight:
        end = RECORD_HEADER + int.from_bytes(flight[11:13], "big")
        found.append(flight[:end])
        flight = flight[end:]
    return found


class Peer:
    """One browser-like end of a transport. `received` and `received_rtcp` hold what came, decrypted.

    `lose(data)` decides which outgoing datagrams vanish and `lose_in(data)` which incoming ones;
    `watch(data, socket)` sees what comes in. `add_address` opens more sockets, `add_stream` TCP connections;
    `send` takes their number. `hung_up` are the connections that the other end has closed.
    """

    def __init__(
        self,
        transport: dict[str, Any],
        *,
        role: str = "client",
        profiles: bytes = b"SRTP_AEAD_AES_128_GCM",
        mtu: int = 0,
    ) -> None:
        self.ice = transport["iceParameters"]
        first = transport["iceCandidates"][0]
        self.server: Address = (first.get("ip", "127.0.0.1"), first["port"])
        self._family = socket.AF_INET6 if ":" in self.server[0] else socket.AF_INET
        self.ufrag = secrets.token_hex(4)
        self.role = role
        self.sockets: list[socket.socket] = []
        self.media_socket = 0
        self.received: list[bytes] = []
        self.received_rtcp: list[bytes] = []
        self.received_at: list[int] = []
        self.undecryptable = 0
        self.answers: list[stun.Message] = []
        self.hung_up: list[int] = []
        self._unread: dict[int, bytearray] = {}
        self.lose: Callable[[bytes], bool] = lambda _: False
        self.lose_in: Callable[[bytes], bool] = lambda _: False
        self.watch: Callable[[bytes, int], object] = lambda _data, _number: None
        self.connected = False
        self.closed_by_server = False
        self.rx: Session | None = None
        self.tx: Session | None = None
        self._profiles = profiles
        self._mtu = mtu
        self._expected = [one["value"] for one in transport["dtlsParameters"]["fingerprints"]]
        self._ssl: SSL.Connection | None = None
        self._flight: list[bytes] = []
        self._news = asyncio.Event()
        self.add_address("::1" if self._family == socket.AF_INET6 else "127.0.0.1")

    def add_address(self, host: str) -> int:
        """Open one more socket; its number is returned."""
        made = socket.socket(self._family, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.bind((host, 0))
        number = len(self.sockets)
        self.sockets.append(made)
        asyncio.get_running_loop().add_reader(made, self._readable, number)
        return number

    def add_stream(self, host: str = "127.0.0.1") -> int:
        """Open a TCP connection to the server's port; its number is that of a socket."""
        made = socket.create_connection(self.server, timeout=5, source_address=(host, 0))
        made.setblocking(False)
        number = len(self.sockets)
        self.sockets.append(made)
        self._unread[number] = bytearray()
        asyncio.get_running_loop().add_reader(made, self._stream_readable, number)
        return number

    def hang_up(self, number: int) -> None:
        """Close one of the sockets."""
        asyncio.get_running_loop().remove_reader(self.sockets[number])
        self.sockets[number].close()

    def close(self) -> None:
        """Vanish without a word."""
        loop = asyncio.get_running_loop()
        for one in self.sockets:
            if one.fileno() >= 0:
                loop.remove_reader(one)
                one.close()

    def say_goodbye(self) -> None:
        """Send close_notify."""
        assert self._ssl is not None
        self._ssl.shutdown()
        self._flush()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Wait for what datagrams bring about, at either end; TimeoutError when it does not come."""
        # Not asyncio.timeout: when it ends together with the one inside, it passes for that and is lost.
        end = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() >= end:
                raise TimeoutError
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_AGAIN_SECONDS)

    async def connect(self) -> None:
        """Check, nominate, shake hands."""
        if self.role == "server":
            self.listen()
        await self.check(nominate=True)
        await self.handshake()

    async def check(self, *, nominate: bool, via: int = 0) -> stun.Message:
        """Send connectivity checks until one is answered."""
        request = self.binding_request(nominate=nominate)
        async with asyncio.timeout(10):
            while True:
                self.send(bytes(request), via)
                answer = await self._answer_to(request)
                if answer is not None:
                    return answer

    async def _answer_to(self, request: stun.Message) -> stun.Message | None:
        def found() -> list[stun.Message]:
            return [one for one in self.answers if one.transaction_id == request.transaction_id]

        try:
            await self.until(lambda: bool(found()), RETRY_SECONDS)
        except TimeoutError:
            return None
        return found()[0]

    def binding_request(
        self, *, nominate: bool, password: str | None = None, ufrag: str | None = None
    ) -> stun.Message:
        """A signed check."""
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        local = ufrag or self.ice["usernameFragment"]
        request.attributes["USERNAME"] = f"{local}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1853824767
        request.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity((password or self.ice["password"]).encode())
        return request

    async def handshake(self) -> None:
        """Shake hands over `media_socket`, repeating the last flight as a browser does."""
        if self.role == "client":
            self._ssl = SSL.Connection(context(self._profiles))
            if self._mtu:
                self._ssl.set_ciphertext_mtu(self._mtu)
                # As long as a browser's ClientHello with post-quantum key shares.
                self._ssl.set_alpn_protos([b"x" * 100 + b"%d" % number for number in range(12)])
            self._ssl.set_connect_state()
            self._advance()
        wait = RETRY_SECONDS
        async with asyncio.timeout(15):
            while not self.connected:
                try:
                    await self.until(lambda: self.connected, wait)
                except TimeoutError:
                    wait *= 2
                    self._repeat()

    def listen(self) -> None:
        """Be ready for the worker's ClientHello."""
        self._ssl = SSL.Connection(context(self._profiles))
        self._ssl.set_accept_state()

    def send_rtp(self, packet: bytes) -> None:
        """Protect and send one RTP packet."""
        assert self.tx is not None
        self.send(self.tx.protect(packet), self.media_socket)

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and send one RTCP compound."""
        assert self.tx is not None
        self.send(self.tx.protect_rtcp(packet), self.media_socket)

    def send(self, data: bytes, via: int = 0) -> None:
        """Send raw bytes from one of the sockets."""
        if self.lose(data):
            return
        if via in self._unread:
            self.sockets[via].sendall(len(data).to_bytes(2, "big") + data)
        else:
            self.sockets[via].sendto(data, self.server)

    def _readable(self, number: int) -> None:
        while True:
            try:
                data = self.sockets[number].recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                break
            if not self.lose_in(data):
                self._receive(data, number)
        self._news.set()

    def _stream_readable(self, number: int) -> None:
        unread = self._unread[number]
        try:
            data = self.sockets[number].recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.hung_up.append(number)
            self.hang_up(number)
        unread += data
        while len(unread) >= 2 and len(unread) >= 2 + int.from_bytes(unread[:2], "big"):
            end = 2 + int.from_bytes(unread[:2], "big")
            if not self.lose_in(bytes(unread[2:end])):
                self._receive(bytes(unread[2:end]), number)
            del unread[:end]
        self._news.set()

    def _receive(self, data: bytes, number: int) -> None:
        self.watch(data, number)
        if data[0] < 4:
            self.answers.append(stun.parse_message(data))
        elif data[0] < 64:
            self._receive_dtls(data)
        elif self.rx is not None:
            self.received_at.append(number)
            if 192 <= data[1] < 224:
                self.received_rtcp.append(self.rx.unprotect_rtcp(data))
            else:
                self.received.append(self.rx.unprotect(data))

    def _receive_dtls(self, data: bytes) -> None:
        if self._ssl is None:
            return
        self._ssl.bio_write(data)
        if not self.connected:
            self._advance()
            return
        try:
            self._ssl.recv(1500)
        except SSL.ZeroReturnError:
            self.closed_by_server = True
        except SSL.WantReadError:
            pass
        self._flush()

    def _advance(self) -> None:
        assert self._ssl is not None
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return
        self._flush()
        self._take_keys()
        self.connected = True

    def _flush(self) -> None:
        assert self._ssl is not None
        flight = b""
        while True:
            try:
                flight += self._ssl.bio_read(4096)
            except SSL.WantReadError:
                break
        if flight:
            self._flight = records(flight) if self._mtu else [flight]
            self._send_flight()

    def _repeat(self) -> None:
        assert self._ssl is not None
        if self._ssl.DTLSv1_handle_timeout():
            self._flush()
        else:
            self._send_flight()

    def _send_flight(self) -> None:
        for datagram in self._flight:
            self.send(datagram, self.media_socket)

    def _take_keys(self) -> None:
        assert self._ssl is not None
        signed = self._ssl.get_peer_certificate(as_cryptography=True)
        assert signed is not None
        assert fingerprint(signed) in self._expected
        profile, key, salt = PROFILES[self._ssl.get_selected_srtp_profile()]
        secret = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        client = secret[:key] + secret[2 * key : 2 * key + salt]
        server = secret[key : 2 * key] + secret[2 * key + salt :]
        ours, theirs = (client, server) if self.role == "client" else (server, client)
        self.tx = Session(Policy(key=ours, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        self.rx = Session(Policy(key=theirs, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))
