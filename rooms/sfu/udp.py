"""A worker's one UDP socket. The only file of the media plane that reads a clock.

Datagrams come with the kernel's receive time: the moment this process got round to them would look like
network delay to the publisher's congestion control (transport-cc), which then turns layers off.
"""

import asyncio
import socket
import sys
import time
from contextlib import suppress
from typing import Final, Protocol

from rooms.sfu import batch, ice_lite
from rooms.sfu.aside import open_aside
from rooms.sfu.counters import Counters
from rooms.sfu.departures import Departures
from rooms.sfu.ice_lite import Address, BindingRequest, TcpAddress, UdpAddress
from rooms.sfu.inbox import Datagram, Inbox, receive_many
from rooms.sfu.limits import CheckLimit
from rooms.sfu.outgoing import Lane, Outgoing
from rooms.sfu.srtp import Protector

# <asm-generic/socket.h>; Python does not name these.
SO_SNDBUFFORCE: Final = 32
SO_RCVBUFFORCE: Final = 33
SO_TIMESTAMPNS: Final = 35
BUFFER_BYTES: Final = 8 << 20
MAX_READS: Final = 8  # in a row: then the loop has its turn
MAX_READS_ASIDE: Final = 64  # each is quick, and what is left waits for another tick
MAX_WAIT: Final = 0.001  # what is queued during a long drain departs after this many seconds
TIMER_SECONDS: Final = 0.001  # the loop counts in milliseconds
TAKEN_SECONDS: Final = 10.0


class Receiver(Protocol):
    """What the socket needs of a transport."""

    def receive(self, data: bytes, address: Address, arrival: float, now: float) -> None:
        """Take a datagram from an address of this transport."""
        ...

    def receive_media(self, data: bytes, arrival: float, now: float) -> None:
        """Take one that begins like RTP or RTCP, or like nothing (first byte from 128 on: RFC 7983 §7)."""
        ...

    def receive_check(self, request: BindingRequest, address: Address, now: float) -> None:
        """Take an ICE check that names this transport; it is not authenticated yet."""
        ...

    def heard(self, address: Address) -> float | None:
        """When a valid check last came from there."""
        ...

    def lost(self, address: Address) -> None:
        """Forget an address that nothing can come from or go to any more: its TCP connection has ended."""
        ...


class UdpSocket:
    """The socket with its two maps: address → transport, local user name fragment → transport.

    An address is learnt from an authenticated check only, so a stranger reaches nothing but the STUN parser.
    """

    def __init__(self, host: str, port: int, counters: Counters) -> None:
        """Bind; OSError when that is not possible."""
        self.counters = counters
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._prepare(host, port)
        except OSError:
            self._socket.close()
            raise
        self._aside = open_aside(self._socket)
        if self._aside is not None:
            _enlarge(self._aside)
        self._by_address: dict[Address, Receiver] = {}
        self._by_name: dict[bytes, Receiver] = {}  # the same, in the kernel's form, without TCP
        self._by_ufrag: dict[str, Receiver] = {}
        self._sendto = self._socket.sendto
        self._inbox = Inbox(family, receive_many())
        self._limit = CheckLimit()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awake = False
        self._timer: asyncio.TimerHandle | None = None
        self.departures = Departures(self._wake)
        self._outgoing = Outgoing(
            self._socket,
            counters,
            wake=self._wake,
            blocked=self._wait_for_room,
            call=batch.system_call(),
            segmented=batch.can_segment(self._socket),
        )

    def _prepare(self, host: str, port: int) -> None:
        _enlarge(self._socket)
        if sys.platform == "linux":
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        if host == "::":
            # For both families, whatever net.ipv6.bindv6only says: IPv4 browsers show as ::ffff:192.0.2.1.
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.bind((host, port))

    def now(self) -> float:
        """Monotonic seconds: the `now` of the whole media plane."""
        return time.monotonic()

    @property
    def port(self) -> int:
        """The port it is bound to."""
        return int(self._socket.getsockname()[1])

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to receive."""
        self._loop = loop
        loop.add_reader(self._socket.fileno(), self._readable)

    def close(self) -> None:
        """Stop for good; what waits is sent if there is room."""
        self.flush()
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.remove_reader(self._socket.fileno())
            loop.remove_writer(self._socket.fileno())
        self._socket.close()
        if self._aside is not None:
            self._aside.close()

    @property
    def family(self) -> int:
        """Of its addresses: AF_INET or AF_INET6."""
        return self._socket.family

    @property
    def mode(self) -> str:
        """How it sends: see `Outgoing.mode`."""
        return self._outgoing.mode

    def sizes(self) -> dict[str, int]:
        """How many addresses and user names are known."""
        return {"addresses": len(self._by_address), "ufrags": len(self._by_ufrag)}

    def buffers(self) -> dict[str, int]:
        """What the kernel granted, in bytes (it doubles what was asked for, for its own needs)."""
        ask = self._socket.getsockopt
        return {
            "receive": ask(socket.SOL_SOCKET, socket.SO_RCVBUF),
            "send": ask(socket.SOL_SOCKET, socket.SO_SNDBUF),
        }

    def attach(self, ufrag: str, receiver: Receiver) -> None:
        """Let checks for this user name fragment reach a transport."""
        self._by_ufrag[ufrag] = receiver

    def detach(self, ufrag: str) -> None:
        """Forget a user name fragment."""
        self._by_ufrag.pop(ufrag, None)

    def learn(self, address: Address, receiver: Receiver) -> None:
        """Deliver what comes from this address to a transport from now on."""
        self._by_address[address] = receiver
        if not isinstance(address, TcpAddress):
            self._by_name[batch.socket_address(self.family, address)] = receiver

    def forget(self, address: Address, receiver: Receiver) -> None:
        """Stop delivering from there to this transport."""
        if self._by_address.get(address) is receiver:
            self._forget(address)

    def heard(self, address: Address) -> float | None:
        """When a valid check last came from there; None when no transport knows the address."""
        owner = self._by_address.get(address)
        return None if owner is None else owner.heard(address)

    def lose(self, address: Address) -> None:
        """Tell the transport of this address, if there is one, that it has ended."""
        owner = self._by_address.get(address)
        if owner is not None:
            self._forget(address)
            owner.lost(address)

    def _forget(self, address: Address) -> None:
        del self._by_address[address]
        if not isinstance(address, TcpAddress):
            del self._by_name[batch.socket_address(self.family, address)]

    def may_learn(self, address: Address, receiver: Receiver, now: float) -> bool:
        """Whether a transport may take an address over: not while another one is heard from there.

        Else a participant could forge a neighbour's address in a valid check of his own and cut him off.
        """
        owner = self._by_address.get(address)
        if owner is None or owner is receiver:
            return True
        heard = owner.heard(address)
        return heard is None or now - heard > TAKEN_SECONDS

    def send(self, data: bytes | memoryview, address: UdpAddress) -> None:
        """Send one datagram, or drop and count it when the kernel refuses. Never raises."""
        counters = self.counters
        try:
            self._sendto(data, address)
        except BlockingIOError:
            counters.send_blocked += 1
        except OSError:
            counters.send_failed += 1
        else:
            counters.sent += 1
            counters.bytes_sent += len(data)

    def lane(self, address: UdpAddress, protector: Protector) -> Lane:
        """A way for packets to an address; OSError when it is not numeric."""
        return Lane(self._outgoing, address, protector)

    def flush(self) -> None:
        """Send what is queued, for which the kernel has room. Never raises."""
        self._outgoing.flush()

    def _wake(self) -> None:
        """Something waits: let it depart after this drain, or with the loop's next round."""
        if not self._awake and self._loop is not None:
            self._awake = True
            self._loop.call_soon(self._depart)

    def _depart(self) -> None:
        """Forward and send what has come; what is left of a frame has a moment to come."""
        self._awake = True
        try:
            left = self.departures.depart(time.monotonic())
        finally:
            self.flush()
            self._awake = False
        if left and self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(TIMER_SECONDS, self._time_is_over)

    def _time_is_over(self) -> None:
        self._timer = None
        self._depart()

    def _wait_for_room(self) -> None:
        if self._loop is not None:
            self._loop.add_writer(self._socket.fileno(), self._writable)

    def _writable(self) -> None:
        if self._loop is not None:
            self._loop.remove_writer(self._socket.fileno())
        self._outgoing.resume()

    def tick(self) -> None:
        """Read what could wait; each 20 ms."""
        if self._aside is not None:
            self._read(self._aside, MAX_READS_ASIDE)

    def _readable(self) -> None:
        self._read(self._socket, MAX_READS)

    def _read(self, udp: socket.socket, reads: int) -> None:
        self._awake = True
        try:
            self._drain(udp, reads)
        finally:
            self._depart()

    def _drain(self, udp: socket.socket, reads: int) -> None:
        departed = now = time.monotonic()
        real_to_monotonic = now - time.time()
        for _ in range(reads):
            try:
                came = self._inbox.read(udp)
            except OSError:
                # An ICMP error of an earlier send; the next datagram is behind it.
                continue
            for datagram in came:
                now = time.monotonic()
                if now - departed > MAX_WAIT:
                    self.departures.depart(now)
                    self.flush()
                    departed = now
                self._take(datagram, real_to_monotonic, now)
            if not came:
                # Not before: the rest of a frame comes while its beginning is being read.
                return

    def _take(self, datagram: Datagram, real_to_monotonic: float, now: float) -> None:
        data, name, truncated, stamp = datagram
        counters = self.counters
        counters.received += 1
        counters.bytes_received += len(data)
        if not data or truncated:
            counters.bad_length += 1
        elif data[0] < 128:
            self.dispatch(data, batch.numeric_address(name), now, now)
        else:
            receiver = self._by_name.get(name)
            if receiver is None:
                counters.unknown_address += 1
            else:
                receiver.receive_media(data, stamp + real_to_monotonic if stamp else now, now)

    def dispatch(self, data: bytes, address: Address, arrival: float, now: float) -> None:
        """Hand a message, never an empty one, to the transport that its address or its user name tells."""
        if data[0] < 4:  # STUN (RFC 7983 §7)
            self._check(data, address, now)
            return
        receiver = self._by_address.get(address)
        if receiver is None:
            self.counters.unknown_address += 1
        else:
            receiver.receive(data, address, arrival, now)

    def _check(self, data: bytes, address: Address, now: float) -> None:
        if not self._limit.allows(address, now, known=address in self._by_address):
            self.counters.stun_too_many += 1
            return
        try:
            request = ice_lite.parse(data)
        except ValueError:
            self.counters.stun_malformed += 1
            return
        receiver = self._by_ufrag.get(request.local_ufrag)
        if receiver is None:
            self.counters.stun_unknown_user += 1
        else:
            receiver.receive_check(request, address, now)


def _enlarge(udp: socket.socket) -> None:
    udp.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        udp.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    if sys.platform == "linux":
        # Beyond net.core.rmem_max only with CAP_NET_ADMIN.
        with suppress(PermissionError):
            udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
            udp.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)
