"""The addresses that browsers are told: `iceCandidates` in mediasoup's form."""

from typing import Any, Final

from aioice.ice import get_host_addresses

from rooms.sfu.settings import WorkerSettings

ANY_HOSTS: Final = frozenset({"0.0.0.0", "::"})
COMPONENT: Final = 256 - 1  # RFC 8445 §5.1.2.1, of the only component
UDP_PREFERENCE: Final = 126
TCP_PREFERENCE: Final = 90  # lower, so that UDP is taken where both pass (RFC 6544 §4.2)
PASSIVE_PREFERENCE: Final = 4  # of directions, for host candidates (RFC 6544 §4.2)


def announced(settings: WorkerSettings) -> list[str]:
    """The addresses that browsers are told: those set, else the bound one, else all of the machine's.

    Loopback comes last: it serves a browser on this machine, but Firefox never tries it.
    """
    if settings.announced:
        return list(settings.announced)
    if settings.host not in ANY_HOSTS:
        return [settings.host]
    both = settings.host == "::"
    return [*get_host_addresses(use_ipv4=True, use_ipv6=both), "127.0.0.1"]


def candidates(addresses: list[str], port: int) -> list[dict[str, Any]]:
    """UDP for each address, then passive TCP for each, in order of falling preference."""
    udp = [
        _candidate(address, port, "udp", (UDP_PREFERENCE << 24) | ((65535 - number) << 8))
        for number, address in enumerate(addresses)
    ]
    tcp = [
        {
            **_candidate(address, port, "tcp", (TCP_PREFERENCE << 24) | (_passive(number) << 8)),
            "tcpType": "passive",
        }
        for number, address in enumerate(addresses)
    ]
    return udp + tcp


def _passive(number: int) -> int:
    return (PASSIVE_PREFERENCE << 13) | (8191 - number)


def _candidate(address: str, port: int, protocol: str, priority: int) -> dict[str, Any]:
    return {
        "foundation": f"{protocol}candidate",
        "priority": priority | COMPONENT,
        "ip": address,
        "address": address,
        "protocol": protocol,
        "port": port,
        "type": "host",
    }
