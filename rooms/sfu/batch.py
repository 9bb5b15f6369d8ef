"""Many datagrams in one call of the kernel: sendmmsg(2), and UDP_SEGMENT of udp(7).

The tables are laid out by hand for 64-bit Linux and reached through ctypes: no compiler, and nothing is paid
for each message but two writes into memory that is there already.
"""

import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Callable
from typing import Final, cast

MAX_MESSAGES: Final = 512
MAX_SEGMENTS: Final = 60  # UDP_MAX_SEGMENTS of older kernels is 64
SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103  # <linux/udp.h>; Python does not name it
NO_SEGMENTS: Final = 0

# struct mmsghdr: name, its length, vector, its length, control, its length, flags; what was sent.
_MESSAGE: Final = struct.Struct("@PIPNPNi0PI0P")
_HEADER: Final = struct.Struct("@PIPNPN")
_VECTOR: Final = struct.Struct("@PN")  # struct iovec
_CONTROL: Final = struct.Struct("@NiiH0P")  # struct cmsghdr with a 16-bit value, padded
_SEGMENT: Final = struct.Struct("@H")
_SEGMENT_AT: Final = struct.calcsize("@Nii")
_CONTROL_LENGTH: Final = _SEGMENT_AT + _SEGMENT.size  # CMSG_LEN(2)

SendMany = Callable[[int, int, int, int], int]


def address_of(buffer: bytearray) -> int:
    """Where a buffer lies in memory. It can't change its size for as long as it lives."""
    return ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))


def system_call() -> SendMany | None:
    """The C library's `sendmmsg`; None on platforms that have none, or whose tables we don't know."""
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    try:
        found = ctypes.CDLL(None, use_errno=True).sendmmsg
    except (OSError, AttributeError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
    found.restype = ctypes.c_int
    return cast("SendMany", found)


def can_segment(udp: socket.socket) -> bool:
    """Whether this kernel knows UDP_SEGMENT (Linux 4.18 on)."""
    try:
        udp.setsockopt(SOL_UDP, UDP_SEGMENT, 0)
    except OSError:
        return False
    return True


def socket_address(family: int, address: tuple[str, int] | tuple[str, int, int, int]) -> bytes:
    """The kernel's form of an address: struct sockaddr_in or sockaddr_in6. OSError when it is not numeric."""
    packed = socket.inet_pton(family, address[0].partition("%")[0])
    head = struct.pack("=H", family) + struct.pack("!H", address[1])
    if family == socket.AF_INET:
        return head + packed + bytes(8)
    flow, scope = address[2:] if len(address) == 4 else (0, 0)
    return head + struct.pack("!I", flow) + packed + struct.pack("=I", scope)


class Batch:
    """A table of up to `MAX_MESSAGES` messages for one call. Whoever fills it keeps the memory alive."""

    def __init__(self, call: SendMany) -> None:
        self._call = call
        self._messages = bytearray(_MESSAGE.size * MAX_MESSAGES)
        self._vectors = bytearray(_VECTOR.size * MAX_MESSAGES)
        self._controls = bytearray(
            _CONTROL.pack(_CONTROL_LENGTH, SOL_UDP, UDP_SEGMENT, 0) * MAX_MESSAGES,
        )
        self._messages_at = address_of(self._messages)
        self._vectors_at = address_of(self._vectors)
        self._controls_at = address_of(self._controls)

    def put(self, index: int, name: tuple[int, int], start: int, length: int, segment: int) -> None:
        """Fill message `index`: to `name` (where the address lies, its length), `length` bytes at `start`.

        The kernel cuts it into datagrams of `segment` bytes, the last may be shorter; `NO_SEGMENTS` is one.
        """
        vector = _VECTOR.size * index
        _VECTOR.pack_into(self._vectors, vector, start, length)
        at, control, space = self._vectors_at + vector, 0, 0
        if segment:
            place = _CONTROL.size * index
            _SEGMENT.pack_into(self._controls, place + _SEGMENT_AT, segment)
            control, space = self._controls_at + place, _CONTROL.size
        _HEADER.pack_into(self._messages, _MESSAGE.size * index, *name, at, 1, control, space)

    def send(self, descriptor: int, first: int, count: int) -> int:
        """Hand over messages `first` to `count`; how many the kernel took, at least one.

        Raises OSError with the errno of the first one when it took none.
        """
        table = self._messages_at + _MESSAGE.size * first
        taken = self._call(descriptor, table, count - first, socket.MSG_DONTWAIT)
        if taken <= 0:
            number = ctypes.get_errno() if taken < 0 else errno.EAGAIN
            raise OSError(number, os.strerror(number))
        return taken
