"""A network that lets no UDP through, as some schools': a namespace of its own for one browser."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
# For tests of networks (RFC 2544); another one for each process of ours.
NETWORK = f"198.18.{os.getpid() % 256}"
OUTSIDE, INSIDE = f"{NETWORK}.1", f"{NETWORK}.2"


class NoNamespaces(Exception):  # noqa: N818 -- a fact about this machine, not a fault
    """This process may not make any."""


@contextmanager
def closed_network(folder: Path) -> Iterator[Path]:
    """A Chromium to start that reaches this machine at `OUTSIDE`, and over TCP alone.

    Raises NoNamespaces where we are not allowed to make one.
    """
    name = f"kabinet-{os.getpid()}"
    inside = ["ip", "-n", name]
    outer, inner = f"o{os.getpid()}", f"i{os.getpid()}"
    if not _ran(["ip", "netns", "add", name]):
        raise NoNamespaces
    try:
        steps = (
            ["ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name],
            ["ip", "address", "add", f"{OUTSIDE}/30", "dev", outer],
            ["ip", "link", "set", outer, "up"],
            [*inside, "address", "add", f"{INSIDE}/30", "dev", inner],
            [*inside, "link", "set", inner, "up"],
            [*inside, "link", "set", "lo", "up"],
            [*inside, "route", "add", "default", "via", OUTSIDE],
            [*inside, "rule", "add", "pref", "10", "ipproto", "udp", "blackhole"],
        )
        if not all(_ran(step) for step in steps):
            raise NoNamespaces
        browser = folder / "chromium"
        browser.write_text(f'#!/bin/sh\nexec ip netns exec {name} {CHROMIUM} "$@"\n')
        browser.chmod(0o755)
        yield browser
    finally:
        # The pair of devices goes with it.
        _ran(["ip", "netns", "delete", name])


def _ran(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
