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
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from rooms.sfu.burst import Burst

MAX_MESSAGES: Final = 512
SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103  # <linux/udp.h>; Python does not name it
MAX_SEGMENT: Final = 1500

# struct mmsghdr: name, its length, vector, its length, control, its length, flags; what was sent. Each
# takes a word of 8 bytes.
_MESSAGE: Final = struct.Struct("@PIPNPNi0PI0P")
_HEADER: Final = struct.Struct("@PIPNPN")
_WORD_BYTES: Final = 8
_NAME, _NAME_SIZE, _VECTORS, _VECTOR_COUNT, _CONTROL_AT, _CONTROL_SIZE = range(6)
_NO_WAIT: Final = int(socket.MSG_DONTWAIT)
_VECTOR: Final = struct.Struct("@PN")  # struct iovec
_CONTROL: Final = struct.Struct("@NiiH0P")  # struct cmsghdr with a 16-bit value, padded
_CONTROL_LENGTH: Final = struct.calcsize("@NiiH")  # CMSG_LEN(2)

SendMany = Callable[[int, int, int, int], int]


class Named(Protocol):
    """Whom a message goes to: where the kernel's form of the address lies."""

    @property
    def name(self) -> int: ...


# To whom; where it begins in the arena; packets and bytes in all; bytes of each but the last, if shorter.
Message = tuple[Named, int, int, int, int]


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


def numeric_address(name: bytes) -> tuple[str, int] | tuple[str, int, int, int]:
    """What `socket_address` was made of."""
    (family,) = struct.unpack_from("=H", name)
    (port,) = struct.unpack_from("!H", name, 2)
    if family == socket.AF_INET:
        return socket.inet_ntop(family, name[4:8]), port
    (flow,) = struct.unpack_from("!I", name, 4)
    (scope,) = struct.unpack_from("=I", name, 24)
    return socket.inet_ntop(family, name[8:24]), port, flow, scope


def name_size(family: int) -> int:
    """Of struct sockaddr_in or sockaddr_in6."""
    return 16 if family == socket.AF_INET else 28


class Batch:
    """A table of up to `MAX_MESSAGES` messages for one call.

    Their bytes lie behind the address `arena`, their addresses are of `name_size`.
    """

    __slots__ = (
        "_arena",
        "_call",
        "_controls",
        "_controls_at",
        "_message_words",
        "_messages",
        "_messages_at",
        "_name_size",
        "_order",
        "_vector_words",
        "_vectors",
        "_vectors_at",
    )

    def __init__(self, call: SendMany, arena: int, name_size: int) -> None:
        self._call = call
        self._arena = arena
        self._name_size = name_size
        self._messages = bytearray(_MESSAGE.size * MAX_MESSAGES)
        self._vectors = bytearray(_VECTOR.size * MAX_MESSAGES)
        # What asks for segments of each size: nothing of it is to be written for a message.
        sizes = range(MAX_SEGMENT + 1)
        self._controls = bytearray(
            b"".join(_CONTROL.pack(_CONTROL_LENGTH, SOL_UDP, UDP_SEGMENT, size) for size in sizes)
        )
        self._messages_at = address_of(self._messages)
        self._vectors_at = address_of(self._vectors)
        self._controls_at = address_of(self._controls)
        self._message_words = _words(self._messages, _MESSAGE.size)
        self._vector_words = _words(self._vectors, _VECTOR.size)
        self._order: NDArray[np.uint64] = np.arange(MAX_MESSAGES, dtype=np.uint64)
        self._message_words[:, _NAME_SIZE] = name_size
        self._message_words[:, _VECTORS] = self._order * _VECTOR.size + self._vectors_at
        self._message_words[:, _VECTOR_COUNT] = 1

    def fill(self, messages: Sequence[Message]) -> None:
        """Write the table, from its beginning. Whoever calls it keeps the memory of the names alive."""
        vector, name_size, arena = self._vectors_at, self._name_size, self._arena
        header, vectors, at, place = _HEADER.pack_into, self._vectors, 0, 0
        for lane, begin, packets, total, segment in messages:
            control = space = 0
            if packets > 1:
                control, space = self._controls_at + _CONTROL.size * segment, _CONTROL.size
            header(self._messages, at, lane.name, name_size, vector, 1, control, space)
            _VECTOR.pack_into(vectors, place, arena + begin, total)
            at += _MESSAGE.size
            place += _VECTOR.size
            vector += _VECTOR.size

    def spread(self, names: NDArray[np.uint64], burst: Burst, at: int) -> int:
        """Write the table for one burst to each of `names`, which lie `burst.room` bytes apart from `at` on.

        Returns how many messages these are: the runs of the burst, viewer by viewer.
        """
        viewers, runs = len(names), burst.runs
        messages = self._message_words[: viewers * len(runs)].reshape(viewers, len(runs), -1)
        vectors = self._vector_words[: viewers * len(runs)].reshape(viewers, len(runs), -1)
        starts = self._order[:viewers] * burst.room + (self._arena + at)
        messages[:, :, _NAME] = names[:, None]
        for index, (begin, packets, total, segment) in enumerate(runs):
            control = space = 0
            if packets > 1:
                control, space = self._controls_at + _CONTROL.size * segment, _CONTROL.size
            messages[:, index, _CONTROL_AT] = control
            messages[:, index, _CONTROL_SIZE] = space
            vectors[:, index, 0] = starts + begin
            vectors[:, index, 1] = total
        return viewers * len(runs)

    def send(self, descriptor: int, first: int, count: int) -> int:
        """Hand over messages `first` to `count`; how many the kernel took, at least one.

        Raises OSError with the errno of the first one when it took none.
        """
        table = self._messages_at + _MESSAGE.size * first
        taken = self._call(descriptor, table, count - first, _NO_WAIT)
        if taken <= 0:
            number = ctypes.get_errno() if taken < 0 else errno.EAGAIN
            raise OSError(number, os.strerror(number))
        return taken


def _words(table: bytearray, row_bytes: int) -> NDArray[np.uint64]:
    """A table as rows of words: (rows, words of a row)."""
    return np.frombuffer(table, np.uint64).reshape(-1, row_bytes // _WORD_BYTES)
