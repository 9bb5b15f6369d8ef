"""Where a request comes from, when a proxy that we trust stands in between."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import web

from web.keys import OPTIONS


def address(request: web.Request) -> str:
    """The client's address. X-Forwarded-For is read from its end, and only past proxies that are trusted."""
    found = request.remote or ""
    trusted = [ip_network(proxy, strict=False) for proxy in request.app[OPTIONS].trusted_proxies]
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    while hops and _within(found, trusted):
        found = hops.pop()
    return found


def _within(text: str, networks: list[IPv4Network | IPv6Network]) -> bool:
    try:
        return any(ip_address(text) in network for network in networks)
    except ValueError:
        return False
