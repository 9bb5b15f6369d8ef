"""What has come to a UDP socket, many datagrams in one call of the kernel: recvmmsg(2).

Laid out by hand for 64-bit Linux and reached through ctypes, as `batch` is; elsewhere one by one.
"""

import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Final, cast

from rooms.sfu.batch import address_of, name_size, socket_address

AT_ONCE: Final = 32
MAX_DATAGRAM: Final = 1500
TRUNCATED: Final = int(socket.MSG_TRUNC)
_NO_WAIT: Final = int(socket.MSG_DONTWAIT)
_TIMESPEC: Final = struct.Struct("@ll")
_CONTROL_BYTES: Final = socket.CMSG_SPACE(_TIMESPEC.size)
_STAMP_AT: Final = socket.CMSG_LEN(0)
_MESSAGE: Final = struct.Struct("@PIPNPNi0PI0P")  # struct mmsghdr: see `batch`
_TOLD: Final = struct.Struct("@40xNi0PI0P")  # what the kernel tells: length of control, flags, length
_VECTOR: Final = struct.Struct("@PN")  # struct iovec
_NAME_BYTES: Final = 32

ReceiveMany = Callable[[int, int, int, int, None], int]

# Its bytes, the kernel's form of the sender's address, whether it was cut off, when it came (Unix seconds;
# 0.0 when not known).
Datagram = tuple[bytes, bytes, bool, float]


def receive_many() -> ReceiveMany | None:
    """The C library's `recvmmsg`; None on platforms that have none, or whose tables we don't know."""
    if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    try:
        found = ctypes.CDLL(None, use_errno=True).recvmmsg
    except (OSError, AttributeError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
    found.restype = ctypes.c_int
    return cast("ReceiveMany", found)


class Inbox:
    """Reads a socket. One may serve several of the same family: what is read is copied out at once.

    `call` None does without `recvmmsg`.
    """

    __slots__ = (
        "_call",
        "_controls",
        "_family",
        "_messages",
        "_messages_at",
        "_name_size",
        "_names",
        "_packets",
        "_vectors",
        "_virgin",
    )

    def __init__(self, family: int, call: ReceiveMany | None) -> None:
        self._call = call
        self._family = family
        self._name_size = name_size(family)
        packets = bytearray(MAX_DATAGRAM * AT_ONCE)
        names = bytearray(_NAME_BYTES * AT_ONCE)
        self._controls = bytearray(_CONTROL_BYTES * AT_ONCE)
        self._vectors = bytearray(_VECTOR.size * AT_ONCE)
        self._messages = bytearray(_MESSAGE.size * AT_ONCE)
        self._messages_at = address_of(self._messages)
        packets_at, names_at = address_of(packets), address_of(names)
        vectors_at, controls_at = address_of(self._vectors), address_of(self._controls)
        for index in range(AT_ONCE):
            vector = _VECTOR.size * index
            _VECTOR.pack_into(self._vectors, vector, packets_at + MAX_DATAGRAM * index, MAX_DATAGRAM)
            name, control = names_at + _NAME_BYTES * index, controls_at + _CONTROL_BYTES * index
            _MESSAGE.pack_into(
                self._messages, _MESSAGE.size * index,
                name, self._name_size, vectors_at + vector, 1, control, _CONTROL_BYTES, 0, 0,
            )  # fmt: skip
        self._packets, self._names = memoryview(packets), memoryview(names)
        # The kernel writes how much it has used over how much it may use.
        self._virgin = bytes(self._messages)

    def read(self, udp: socket.socket) -> list[Datagram]:
        """What waits, at most `AT_ONCE`; less when that was all. Raises OSError: an earlier sending's."""
        if self._call is None:
            return list(self._one_by_one(udp))
        count = self._call(udp.fileno(), self._messages_at, AT_ONCE, _NO_WAIT, None)
        if count <= 0:
            number = ctypes.get_errno()
            if count == 0 or number == errno.EAGAIN:
                return []
            raise OSError(number, os.strerror(number))
        packets, names, size = self._packets, self._names, self._name_size
        found: list[Datagram] = []
        packet = name = control = 0
        told = memoryview(self._messages)[: _MESSAGE.size * count]
        for control_bytes, flags, length in _TOLD.iter_unpack(told):
            stamp = 0.0
            if control_bytes:
                seconds, nanoseconds = _TIMESPEC.unpack_from(self._controls, control + _STAMP_AT)
                stamp = seconds + nanoseconds * 1e-9
            data = packets[packet : packet + length].tobytes()
            found.append((data, names[name : name + size].tobytes(), flags & TRUNCATED != 0, stamp))
            packet += MAX_DATAGRAM
            name += _NAME_BYTES
            control += _CONTROL_BYTES
        end = _MESSAGE.size * count
        self._messages[:end] = self._virgin[:end]
        return found

    def _one_by_one(self, udp: socket.socket) -> Iterator[Datagram]:
        for _ in range(AT_ONCE):
            try:
                data, control, flags, address = udp.recvmsg(MAX_DATAGRAM, _CONTROL_BYTES)
            except BlockingIOError:
                return
            stamp = 0.0
            if control:
                seconds, nanoseconds = _TIMESPEC.unpack_from(control[0][2])
                stamp = seconds + nanoseconds * 1e-9
            yield data, socket_address(self._family, address), flags & TRUNCATED != 0, stamp
