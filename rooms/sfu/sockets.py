"""A worker's two sockets: UDP, and TCP on the same port number, so that a firewall needs one rule."""

import errno
import socket
from typing import Final

from rooms.sfu.counters import Counters
from rooms.sfu.tcp import TcpListener, listening
from rooms.sfu.udp import UdpSocket

BOTH_FAMILIES: Final = "::"
ATTEMPTS: Final = 50


def open_sockets(host: str, port: int, counters: Counters) -> tuple[UdpSocket, TcpListener]:
    """Bind both; port 0 is any that is free for both. OSError when that is not possible.

    Host `::` is both families, or IPv4 alone where the machine has IPv6 switched off.
    """
    host = _usable(host)
    attempts = 1 if port else ATTEMPTS
    while True:
        attempts -= 1
        listener = listening(host, port)
        try:
            udp = UdpSocket(host, listener.getsockname()[1], counters)
        except OSError as error:
            listener.close()
            # A free TCP port may be somebody's UDP port.
            if error.errno != errno.EADDRINUSE or not attempts:
                raise
        else:
            return udp, TcpListener(listener, udp)


def try_port(host: str, port: int) -> None:
    """Raise OSError when `open_sockets` would."""
    host = _usable(host)
    listening(host, port).close()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as trial:
        trial.bind((host, port))


def _usable(host: str) -> str:
    if host != BOTH_FAMILIES:
        return host
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as trial:
            trial.bind((host, 0))
    except OSError:
        return "0.0.0.0"
    return host
