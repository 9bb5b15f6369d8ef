"""Which ways a browser outside has to sound and picture, and what to do about those that it has not."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from rooms.turn import Turn
from server import machine
from server.allocation import NoRelay, Relay, Way, try_relay
from server.config import Settings
from web.findings import Finding, Verdict
from web.words import N_

Address = IPv4Address | IPv6Address

_NAMES: Final[dict[Way, str]] = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}
_ANY_PORT: Final = 9  # of the discard service: a byte is lost there
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_WHY_NOT: Final = {
    "refused": N_(
        "TURN over %(way)s: %(url)s does not take our credentials: KABINET_TURN_SECRET and its "
        "static-auth-secret must be the same, and both clocks right"
    ),
    "certificate": N_(
        "TURN over %(way)s: browsers will not trust the certificate of %(url)s (%(reason)s): "
        "give it one that they know"
    ),
    "forbidden": N_(
        "TURN over %(way)s: %(url)s will not relay to %(peer)s (%(reason)s): allow it there (allowed-peer-ip)"
    ),
    "unreachable": N_(
        "TURN over %(way)s: %(url)s gives no relay (%(reason)s): is it running, is its port open?"
    ),
}


async def ways(settings: Settings, turn: Turn, now: datetime, trust: ssl.SSLContext) -> list[Finding]:
    """UDP, TCP, IPv6, then TURN; `trust` decides about certificates."""
    told = _told(settings)
    # A relay is IPv4 unless asked otherwise, and speaks to its own kind.
    peer = next(((str(one), settings.media_port or _ANY_PORT) for one in told if one.version == 4), None)
    relays = await asyncio.gather(
        *(_relay(one, turn, now, trust, peer) for one in map(Relay.read, turn.urls))
    )
    if urlsplit(settings.base_url).hostname in _LOCAL and not settings.announced:
        message = N_("Only this machine is served, so no browser outside needs a way to sound and picture")
        return [Finding(Verdict.GOOD, message), *relays]
    return [
        _direct("UDP", settings, told),
        _direct("TCP", settings, told),
        _ipv6(settings, told),
        *relays,
        *_missing(turn),
    ]


def _told(settings: Settings) -> list[Address]:
    """The addresses that browsers are told and can be reached at, as the media worker chooses them."""
    bound = ip_address(settings.media_host)
    if settings.announced:
        return [ip_address(one) for one in settings.announced]
    if not bound.is_unspecified:
        return [bound]
    return [one for one in machine.addresses() if bound.version == 6 or one.version == 4]


def _direct(name: str, settings: Settings, told: Sequence[Address]) -> Finding:
    outside = [one for one in told if one.is_global]
    data: dict[str, object] = {"name": name, "addresses": _listed(outside or told), "ports": _ports(settings)}
    if not outside:
        message = N_(
            "%(name)s: browsers outside do not get through, for the Internet does not reach %(addresses)s. "
            "Set KABINET_ANNOUNCED to the public address"
        )
        return Finding(Verdict.DOUBTFUL, message, data)
    if settings.media_port == 0:
        message = N_(
            "%(name)s: browsers outside get through only if there is no firewall, for the port changes at "
            "each start. Set KABINET_MEDIA_PORT and open that port for UDP and TCP"
        )
        return Finding(Verdict.DOUBTFUL, message, data)
    if set(outside) <= set(machine.addresses()):
        message = N_(
            "%(name)s: browsers outside get through to %(addresses)s if the firewall lets "
            "%(name)s port %(ports)s in"
        )
    else:
        message = N_(
            "%(name)s: browsers outside get through to %(addresses)s if the router there passes "
            "%(name)s port %(ports)s on to this machine"
        )
    return Finding(Verdict.GOOD, message, data)


def _ipv6(settings: Settings, told: Sequence[Address]) -> Finding:
    outside = [one for one in told if one.version == 6 and one.is_global]
    if outside and ip_address(settings.media_host).version == 4:
        return Finding(
            Verdict.DOUBTFUL,
            N_(
                "IPv6: browsers are told %(addresses)s, but KABINET_MEDIA_HOST=%(host)s is for IPv4 only: "
                "set it to ::"
            ),
            {"addresses": _listed(outside), "host": settings.media_host},
        )
    if outside:
        message = N_("IPv6: browsers outside are told %(addresses)s")
        return Finding(Verdict.GOOD, message, {"addresses": _listed(outside)})
    return Finding(
        Verdict.GOOD,
        N_(
            "IPv6: browsers outside are told no address; they use IPv4. If this machine has a public one, "
            "add it to KABINET_ANNOUNCED"
        ),
    )


async def _relay(
    relay: Relay, turn: Turn, now: datetime, trust: ssl.SSLContext, peer: tuple[str, int] | None
) -> Finding:
    data: dict[str, object] = {"way": _NAMES[relay.way], "url": relay.url, "peer": peer and peer[0]}
    try:
        data["address"] = await try_relay(relay, turn, now, trust, peer)
    except NoRelay as error:
        return Finding(Verdict.DOUBTFUL, _WHY_NOT[error.why], {**data, "reason": error.reason})
    if relay.way == "tls" and not relay.named:
        message = N_(
            "TURN over %(way)s: Firefox does not use %(url)s, for over TLS it wants a name: put the name "
            "of its certificate there in place of the address"
        )
        return Finding(Verdict.DOUBTFUL, message, data)
    message = N_("TURN over %(way)s: browsers outside can use %(url)s; it relays from %(address)s")
    return Finding(Verdict.GOOD, message, data)


def _missing(turn: Turn) -> list[Finding]:
    if not turn.urls:
        message = N_(
            "TURN: there is none, so people whose network lets only web pages through do not get in. "
            "Set KABINET_TURN_URLS and KABINET_TURN_SECRET"
        )
        return [Finding(Verdict.DOUBTFUL, message)]
    there = {Relay.read(url).way for url in turn.urls}
    message = N_("TURN over %(way)s: there is none. Add an address such as %(example)s to KABINET_TURN_URLS")
    examples: dict[Way, str] = {
        "udp": "turn:turn.school.ru:3478?transport=udp",
        "tcp": "turn:turn.school.ru:3478?transport=tcp",
        "tls": "turns:turn.school.ru:443?transport=tcp",
    }
    return [
        Finding(Verdict.DOUBTFUL, message, {"way": _NAMES[way], "example": example})
        for way, example in examples.items()
        if way not in there
    ]


def _ports(settings: Settings) -> str:
    last = settings.media_port + settings.workers - 1
    return f"{settings.media_port}" if settings.workers == 1 else f"{settings.media_port}–{last}"


def _listed(addresses: Sequence[Address]) -> str:
    return ", ".join(map(str, addresses)) or "–"
