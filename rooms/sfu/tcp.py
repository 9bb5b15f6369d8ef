"""ICE-TCP (RFC 6544), passive: for browsers behind firewalls that let no UDP through.

A message lies on a connection behind its length in two bytes (RFC 4571 §2); what it is and whose, the UDP
socket's maps decide, where every connection is one more address. A slow line makes nothing grow: a message
that finds too much waiting is dropped, video first, audio later, the handshake and reports last.
"""

import asyncio
import socket
from collections import Counter
from ipaddress import ip_address
from typing import Final, cast

from rooms.sfu.codecs import OPUS_PAYLOAD_TYPE
from rooms.sfu.ice_lite import TcpAddress
from rooms.sfu.inbox import MAX_DATAGRAM
from rooms.sfu.udp import UdpSocket

LENGTH_BYTES: Final = 2
BACKLOG: Final = 512
MAX_CONNECTIONS: Final = 8192
# Of strangers, over which no valid check has come: in all, and from one address, which a school may share.
MAX_STRANGERS: Final = 1024
MAX_STRANGERS_EACH: Final = 128
CHECK_SECONDS: Final = 10.0  # to the first valid check
SILENT_SECONDS: Final = 60.0  # from one valid check to the next; a browser sends one in 2.5 s
CLOSING_SECONDS: Final = 5.0  # to send what waits at the end
UNREAD_MS: Final = 30_000  # the kernel gives up a browser that has acknowledged nothing for so long
KERNEL_BYTES: Final = 16 << 10  # what the kernel holds unsent: what waits there can't be dropped any more

# With so much waiting a message of this kind is dropped. A key frame of 720 lines is some 60 KiB.
VIDEO_BYTES: Final = 128 << 10
AUDIO_BYTES: Final = 160 << 10
OTHER_BYTES: Final = 192 << 10


def listening(host: str, port: int) -> socket.socket:
    """A listening socket for `TcpListener`; port 0 is any. OSError when that is not possible."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A worker that starts again must not wait for the connections of the one before it to be forgotten.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if host == "::":
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for name, value in (
            ("TCP_NODELAY", 1),
            ("TCP_NOTSENT_LOWAT", KERNEL_BYTES),
            ("TCP_USER_TIMEOUT", UNREAD_MS),
        ):
            if hasattr(socket, name):  # the last two are Linux's; connections inherit all of them
                made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        made.setblocking(False)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


class TcpListener:
    """The listening socket with its connections. A connection lives for as long as its transport knows it."""

    def __init__(self, listener: socket.socket, udp: UdpSocket) -> None:
        self.udp = udp
        self.counters = udp.counters
        self._listener = listener
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._strangers: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._connections)

    async def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to accept."""
        self._server = await loop.create_server(
            lambda: Connection(self), sock=self._listener, backlog=BACKLOG
        )

    def close(self) -> None:
        """Stop for good; connections end at once."""
        if self._server is not None:
            self._server.close()
        self._listener.close()
        for connection in list(self._connections):
            connection.abort()

    def tick(self, now: float) -> None:
        """End the connections whose time is over; call it about once a second."""
        for connection in list(self._connections):
            connection.tick(now)

    def admits(self, connection: "Connection") -> bool:
        """Take a new connection in, as a stranger; False when there are too many."""
        if (
            len(self._connections) >= MAX_CONNECTIONS
            or self._strangers.total() >= MAX_STRANGERS
            or self._strangers[connection.origin] >= MAX_STRANGERS_EACH
        ):
            self.counters.tcp_refused += 1
            return False
        self.counters.tcp_accepted += 1
        self._connections.add(connection)
        self._strangers[connection.origin] += 1
        return True

    def acquainted(self, origin: bytes) -> None:
        """Count one stranger from there less."""
        self._strangers[origin] -= 1
        if not self._strangers[origin]:
            del self._strangers[origin]

    def forget(self, connection: "Connection") -> None:
        """Take an ended connection out."""
        self._connections.discard(connection)


class Unframer:
    """Cuts a stream into messages; keeps no more than one that is not whole yet."""

    def __init__(self) -> None:
        self._unread = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now; ValueError when the next one is too long to be ours."""
        unread = self._unread
        unread += data
        messages: list[bytes] = []
        at = 0
        while len(unread) - at >= LENGTH_BYTES:
            start = at + LENGTH_BYTES
            length = int.from_bytes(unread[at:start], "big")
            if length > MAX_DATAGRAM:
                raise ValueError("message too long")
            if start + length > len(unread):
                break
            messages.append(bytes(unread[start : start + length]))
            at = start + length
        del unread[:at]
        return messages


class Connection(asyncio.Protocol):
    """One accepted connection. Implements `ice_lite.Stream`.

    Until a valid check has come over it, it may carry checks and nothing else.
    """

    def __init__(self, listener: TcpListener) -> None:
        self.origin = b""
        self._listener = listener
        self._udp = listener.udp
        self._counters = listener.counters
        self._transport: asyncio.Transport
        self._address: TcpAddress
        self._unframer = Unframer()
        self._since = listener.udp.now()
        self._closed_at: float | None = None
        self._stranger = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; refuse when there are too many."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if peer is None:  # gone already
            self.abort()
            return
        self._address = TcpAddress(peer[0], peer[1], self)
        self.origin = _origin(peer[0])
        self._stranger = self._listener.admits(self)
        if not self._stranger:
            self.abort()

    def connection_lost(self, _error: Exception | None) -> None:
        """End: the transport, if there is one, is told."""
        self._listener.forget(self)
        if self._stranger:
            self._listener.acquainted(self.origin)
        if hasattr(self, "_address"):
            self._udp.lose(self._address)

    def data_received(self, data: bytes) -> None:
        """Read the messages that are whole now; end at what can't be one."""
        try:
            messages = self._unframer.feed(data)
        except ValueError:
            self._counters.bad_length += 1
            self.abort()
            return
        for message in messages:
            if self._closed_at is None:
                self._receive(message)

    def send(self, data: bytes | memoryview) -> None:
        """Send one message, or drop and count it when too much waits. Never raises."""
        transport = self._transport
        if transport.is_closing() or transport.get_write_buffer_size() > _allowance(data):
            self._counters.tcp_dropped += 1
            return
        transport.write(b"".join((len(data).to_bytes(LENGTH_BYTES, "big"), data)))
        self._counters.sent += 1
        self._counters.bytes_sent += len(data)

    def close(self) -> None:
        """End once what waits has been sent. Idempotent."""
        if self._closed_at is None:
            self._closed_at = self._udp.now()
            self._transport.close()

    def abort(self) -> None:
        """End at once."""
        self._closed_at = self._udp.now()
        self._transport.abort()

    def tick(self, now: float) -> None:
        """End when its time is over."""
        if self._closed_at is not None:
            if now - self._closed_at > CLOSING_SECONDS:
                self._transport.abort()
            return
        heard = self._udp.heard(self._address)
        if self._stranger and now - self._since > CHECK_SECONDS:
            self._counters.tcp_not_proven += 1
            self.abort()
        elif heard is not None and now - heard > SILENT_SECONDS:
            self.abort()

    def _receive(self, message: bytes) -> None:
        self._counters.received += 1
        self._counters.bytes_received += len(message)
        if not message:
            self._counters.bad_length += 1
        elif message[0] >= 4 and self._stranger:
            self._counters.tcp_not_proven += 1
            self.abort()
        else:
            now = self._udp.now()
            self._udp.dispatch(message, self._address, now, now)
            if self._stranger and self._udp.heard(self._address) is not None:
                self._stranger = False
                self._listener.acquainted(self.origin)


def _allowance(data: bytes | memoryview) -> int:
    """How much may wait before a message: RTP is told from RTCP as in RFC 5761 §4, audio by its codec."""
    if not 128 <= data[0] < 192 or 192 <= data[1] < 224:
        return OTHER_BYTES
    return AUDIO_BYTES if data[1] & 0x7F == OPUS_PAYLOAD_TYPE else VIDEO_BYTES


def _origin(host: str) -> bytes:
    """Who connections are counted by: an IPv4 address; of IPv6 the network, whose addresses are one's own."""
    address = ip_address(host.partition("%")[0])
    if address.version == 4:
        return address.packed
    return address.ipv4_mapped.packed if address.ipv4_mapped else address.packed[:8]
