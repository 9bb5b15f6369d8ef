"""Tries a TURN server as a browser would: a relay is asked for with fresh credentials, and given back."""

import asyncio
import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Final, Literal, Self

from aioice.stun import TransactionError, TransactionFailed
from aioice.turn import create_turn_endpoint

from rooms.turn import Turn

# RFC 7065, with an IPv6 address in brackets.
TURN_URL: Final = re.compile(
    r"(?P<scheme>turns?):(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>[0-9]{1,5}))?"
    r"(\?transport=(?P<transport>udp|tcp))?"
)
_SECONDS: Final = 5.0
_REFUSAL_SECONDS: Final = 1.0  # a server that will not relay to somewhere says so; one that will says nothing
_PORTS: Final = {"turn": 3478, "turns": 5349}  # RFC 7065 §3.2
_WRONG_CREDENTIALS: Final = frozenset({401, 441})  # RFC 8489 §14.8, RFC 8656 §19

Way = Literal["udp", "tcp", "tls"]
Why = Literal["refused", "certificate", "unreachable", "forbidden"]


@dataclass(frozen=True, slots=True)
class Relay:
    """One address of `KABINET_TURN_URLS`, and how a browser would speak to it."""

    url: str
    way: Way
    host: str
    port: int

    @classmethod
    def read(cls, url: str) -> Self:
        """Take the address apart; ValueError when it is none."""
        found = TURN_URL.fullmatch(url)
        if found is None:
            raise ValueError(url)
        if found["scheme"] == "turns" and found["transport"] == "udp":
            raise ValueError("no browser speaks TURN over DTLS")
        way: Way = "tls" if found["scheme"] == "turns" else "tcp" if found["transport"] == "tcp" else "udp"
        port = int(found["port"] or _PORTS[found["scheme"]])
        if port > 65535:
            raise ValueError(url)
        return cls(url, way, found["host"].strip("[]"), port)

    @property
    def named(self) -> bool:
        """Whether the server has a name there, and not an IP address."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False


class NoRelay(Exception):  # noqa: N818 -- an answer, not a fault
    """`why`: `refused` are our credentials, `forbidden` is the way to us; `reason` is the system's word."""

    def __init__(self, why: Why, reason: object) -> None:
        super().__init__(why)
        self.why = why
        self.reason = str(reason)


class _Relayed(asyncio.DatagramProtocol):
    """Hears of the first thing that was not relayed."""

    def __init__(self) -> None:
        self.failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    def error_received(self, exc: Exception) -> None:
        if not self.failed.done():
            self.failed.set_result(exc)


async def try_relay(
    relay: Relay, turn: Turn, now: datetime, trust: ssl.SSLContext, peer: tuple[str, int] | None
) -> str:
    """Give the address that the relay would be at, having sent a byte from it to `peer`; raises NoRelay."""
    (server,) = turn.servers(0, now)
    try:
        async with asyncio.timeout(_SECONDS):
            made, relayed = await create_turn_endpoint(
                _Relayed,
                (relay.host, relay.port),
                server["username"],
                server["credential"],
                ssl=trust if relay.way == "tls" else None,
                transport="udp" if relay.way == "udp" else "tcp",
            )
            try:
                if peer is not None:
                    made.sendto(b"\0", peer)
                    await asyncio.wait([relayed.failed], timeout=_REFUSAL_SECONDS)
                if relayed.failed.done():
                    raise NoRelay("forbidden", relayed.failed.result())
                return str(made.get_extra_info("sockname")[0])
            finally:
                made.close()
    except ssl.SSLCertVerificationError as error:
        raise NoRelay("certificate", error.verify_message) from error
    except TransactionFailed as error:
        why: Why = "refused" if _is_credentials(error) else "unreachable"
        raise NoRelay(why, error) from error
    except TimeoutError as error:
        raise NoRelay("unreachable", f"{_SECONDS:.0f} s") from error
    except (OSError, TransactionError) as error:
        raise NoRelay("unreachable", getattr(error, "strerror", None) or error) from error


def _is_credentials(error: TransactionFailed) -> bool:
    code, _ = error.response.attributes.get("ERROR-CODE", (0, ""))
    return code in _WRONG_CREDENTIALS
