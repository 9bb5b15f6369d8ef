"""What addresses this machine has."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import ifaddr

Address = IPv4Address | IPv6Address


def addresses() -> list[Address]:
    """Every address but loopback and link-local ones; IPv4 and private networks first."""
    found = [
        ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    ]
    useful = [one for one in found if not (one.is_loopback or one.is_link_local)]
    return sorted(dict.fromkeys(useful), key=lambda one: (one.version, not one.is_private, int(one)))


def main_address() -> Address | None:
    """The address that a phone in the same network most likely reaches."""
    return next(iter(addresses()), None)
