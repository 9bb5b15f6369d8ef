"""ICE-lite (RFC 8445 §2.5): answers checks, keeps the address that the browser nominates. No I/O."""

import secrets
import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from aioice import stun

MAX_ADDRESSES: Final = 16
FINGERPRINT_HEADER: Final = b"\x80\x28\x00\x04"


class Stream(Protocol):
    """The way back over a TCP connection."""

    def send(self, data: bytes | memoryview) -> None:
        """Send one message, or drop and count it when too much waits. Never raises."""
        ...

    def close(self) -> None:
        """End the connection once what waits has been sent. Idempotent."""
        ...


class TcpAddress(NamedTuple):
    """A browser's end of one connection. Another connection is another address, as its stream is."""

    host: str
    port: int
    stream: Stream


UdpAddress = tuple[str, int] | tuple[str, int, int, int]
"""What the UDP socket gives: two items for IPv4, four for IPv6."""

Address = UdpAddress | TcpAddress


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A well-formed check, not yet authenticated."""

    local_ufrag: str
    message: stun.Message
    size: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the browser must know to send a check; 24 and 128 bits of chance at least (RFC 8445 §5.3)."""

    ufrag: str = field(default_factory=lambda: secrets.token_urlsafe(6).replace("-", "+").replace("_", "/"))
    password: str = field(default_factory=lambda: secrets.token_hex(16))


def parse(data: bytes) -> BindingRequest:
    """Read a binding request; ValueError when it is anything else or malformed.

    USERNAME, MESSAGE-INTEGRITY and, last, FINGERPRINT are required (RFC 8445 §7.1, RFC 8489 §14.7).
    """
    if data[-8:-4] != FINGERPRINT_HEADER:
        raise ValueError("no fingerprint at the end")
    try:
        message = stun.parse_message(data)
    except struct.error as error:
        raise ValueError("malformed STUN message") from error
    if message.message_method != stun.Method.BINDING or message.message_class != stun.Class.REQUEST:
        raise ValueError("not a binding request")
    if not {"USERNAME", "MESSAGE-INTEGRITY", "FINGERPRINT"} <= message.attributes.keys():
        raise ValueError("not an ICE check")
    ufrag, colon, _ = message.attributes["USERNAME"].partition(":")
    if not colon:
        raise ValueError("not an ICE user name")
    return BindingRequest(local_ufrag=ufrag, message=message, size=len(data))


class IceLite:
    """One transport's side of ICE: credentials, known addresses, the chosen one.

    A nomination is obeyed whenever it comes, so the browser may move to another address any time: against a
    lite agent libwebrtc puts USE-CANDIDATE on its selected pair alone. `chosen` is None until then.
    """

    def __init__(self) -> None:
        self.current = Credentials()
        self.previous: Credentials | None = None
        self.chosen: Address | None = None
        self._heard: dict[Address, float] = {}

    @property
    def ufrags(self) -> list[str]:
        """The local user name fragments that are valid now."""
        return [known.ufrag for known in (self.current, self.previous) if known is not None]

    @property
    def addresses(self) -> list[Address]:
        """Where valid checks came from, the longest silent first; at most `MAX_ADDRESSES`."""
        return list(self._heard)

    def heard(self, address: Address) -> float | None:
        """When the last valid check came from there, in monotonic seconds."""
        return self._heard.get(address)

    @property
    def last_heard(self) -> float | None:
        """When the last valid check came from anywhere."""
        return max(self._heard.values(), default=None)

    def lost(self, address: Address) -> None:
        """Forget an address that has ended; none is chosen when it was that one."""
        self._heard.pop(address, None)
        if self.chosen == address:
            self.chosen = None

    def restart(self) -> Credentials:
        """Make new credentials; the old ones stay valid until the new ones are used (RFC 8445 §9)."""
        self.previous, self.current = self.current, Credentials()
        return self.current

    def answer(self, request: BindingRequest, address: Address, now: float) -> bytes | None:
        """The answer to a check, never longer than it; None (say nothing) when it is not authentic.

        Remembers the address, obeys USE-CANDIDATE, and retires old credentials once the new ones are used.
        """
        credentials = self._credentials(request.local_ufrag)
        if credentials is None:
            return None
        key = credentials.password.encode()
        if not request.message.check_message_integrity(key):
            return None
        if "ICE-CONTROLLED" in request.message.attributes:
            return _bounded(_role_conflict(request.message, key), request)
        if credentials is self.current:
            self.previous = None
        self._remember(address, now)
        if "USE-CANDIDATE" in request.message.attributes:
            self.chosen = address
        return _bounded(_success(request.message, address, key), request)

    def _credentials(self, ufrag: str) -> Credentials | None:
        if ufrag == self.current.ufrag:
            return self.current
        if self.previous is not None and ufrag == self.previous.ufrag:
            return self.previous
        return None

    def _remember(self, address: Address, now: float) -> None:
        self._heard.pop(address, None)
        self._heard[address] = now
        if len(self._heard) > MAX_ADDRESSES:
            del self._heard[next(old for old in self._heard if old != self.chosen)]


def _host(address: Address) -> str:
    # A socket for both families shows an IPv4 browser as ::ffff:192.0.2.1, a link-local one with its zone.
    host = address[0].partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host


def _success(request: stun.Message, address: Address, key: bytes) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": (_host(address), address[1])},
    )
    response.add_message_integrity(key)
    return bytes(response)


def _role_conflict(request: stun.Message, key: bytes) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.ERROR,
        transaction_id=request.transaction_id,
        attributes={"ERROR-CODE": (487, "")},
    )
    response.add_message_integrity(key)
    return bytes(response)


def _bounded(answer: bytes, request: BindingRequest) -> bytes | None:
    # A longer answer would let somebody who forges a source address multiply traffic towards it.
    return answer if len(answer) <= request.size else None
