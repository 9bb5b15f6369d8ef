"""A second socket on the worker's port, to which the kernel hands what may wait: transport-cc feedback.

Each viewer tells ten to twenty times a second how its packets fare. Lying aside, that wakes nobody and is
read together at the next tick. Sources: socket(7), SO_ATTACH_REUSEPORT_CBPF; <linux/filter.h>.
"""

import socket
import struct
import sys
from typing import Final

from rooms.sfu.batch import address_of
from rooms.sfu.rtcp import RTPFB, TRANSPORT_CC

SO_ATTACH_REUSEPORT_CBPF: Final = 51  # <asm-generic/socket.h>; Python does not name it
_LOAD_BYTE, _AND, _JUMP_IF_EQUAL, _RETURN = 0x30, 0x54, 0x15, 0x06
_STEP: Final = struct.Struct("=HBBI")  # struct sock_filter: what, steps to go on if true, if false, operand
_PROGRAM: Final = struct.Struct("@HP")  # struct sock_fprog
_FIRST, _ASIDE = 0, 1  # of the sockets of the port, in the order in which they were bound
_STEPS: Final = (
    (_LOAD_BYTE, 0, 0, 0),
    (_AND, 0, 0, 0xDF),  # with padding or without
    (_JUMP_IF_EQUAL, 0, 3, 0x80 | TRANSPORT_CC),
    (_LOAD_BYTE, 0, 0, 1),
    (_JUMP_IF_EQUAL, 0, 1, RTPFB),
    (_RETURN, 0, 0, _ASIDE),
    (_RETURN, 0, 0, _FIRST),
)


def open_aside(first: socket.socket) -> socket.socket | None:
    """One more socket for the port that the first is bound to; None where the kernel can't tell them apart.

    `first` was bound alone: a port that somebody else has is refused as ever.
    """
    if sys.platform != "linux":
        return None
    aside = socket.socket(first.family, socket.SOCK_DGRAM)
    try:
        for one in (first, aside):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if first.family == socket.AF_INET6:
            only = first.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            aside.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        aside.bind(first.getsockname())
        steps = bytearray(b"".join(_STEP.pack(*step) for step in _STEPS))
        program = _PROGRAM.pack(len(_STEPS), address_of(steps))
        aside.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program)
    except OSError:
        aside.close()
        return None
    return aside
