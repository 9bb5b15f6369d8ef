"""The viewers' half: counts packets many at a time, and times them at two viewers."""

import ctypes
import socket
import struct
from typing import Any, Final

from bench import stream
from rooms.sfu import codecs

SO_TIMESTAMPNS: Final = 35
TIMESPEC: Final = struct.Struct("@ll")
STAMP: Final = struct.Struct("!d")
RTP: Final = struct.Struct("!2xHII")
AT_ONCE: Final = 64
HEAD: Final = 40  # the RTP header and, in what forwarders write, its extensions
# Ours gives payload types of its own, Janus those of the publisher.
TYPES: Final = (codecs.OPUS_PAYLOAD_TYPE, codecs.VP8_PAYLOAD_TYPE, stream.AUDIO_TYPE, stream.VIDEO_TYPE)
KINDS: Final = tuple(kind | marker for kind in TYPES for marker in (0, 128))
_MESSAGE: Final = struct.Struct("@PIPNPNi0PI0P")  # struct mmsghdr
_VECTOR: Final = struct.Struct("@PN")


class Sweep:
    """Counts the RTP packets that wait at a socket by their second byte; their bodies are left unread.

    `last` is the beginning of the latest of them.
    """

    def __init__(self) -> None:
        self.last = b""
        self._call = ctypes.CDLL(None).recvmmsg
        self._call.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
        self._heads = bytearray(HEAD * AT_ONCE)
        self._vectors = bytearray(_VECTOR.size * AT_ONCE)
        self._messages = bytearray(_MESSAGE.size * AT_ONCE)
        heads, vectors, self._at = (_address(one) for one in (self._heads, self._vectors, self._messages))
        for index in range(AT_ONCE):
            vector = _VECTOR.size * index
            _VECTOR.pack_into(self._vectors, vector, heads + HEAD * index, HEAD)
            _MESSAGE.pack_into(self._messages, _MESSAGE.size * index, 0, 0, vectors + vector, 1, 0, 0, 0, 0)

    def count(self, viewer: socket.socket) -> int:
        """How many packets of sound and picture waited."""
        found = 0
        while True:
            came = self._call(viewer.fileno(), self._at, AT_ONCE, socket.MSG_DONTWAIT, None)
            if came <= 0:
                return found
            kinds = self._heads[1 : HEAD * came : HEAD]
            if kinds[-1] in KINDS:
                self.last = bytes(self._heads[HEAD * (came - 1) : HEAD * came])
            found += sum(kinds.count(kind) for kind in KINDS)
            if came < AT_ONCE:
                return found


class Witness:
    """A viewer that decrypts: how long after its sending each packet arrived, by the kernel's clock."""

    def __init__(self, viewer: socket.socket, session: Any) -> None:
        viewer.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.delays: list[float] = []
        self.last = b""
        self._session = session
        self._numbers: dict[int, list[int]] = {}

    def count(self, viewer: socket.socket) -> int:
        """Read what waits; how many packets of sound and picture it was."""
        found = 0
        while True:
            try:
                data, control, _, _ = viewer.recvmsg(2048, socket.CMSG_SPACE(TIMESPEC.size))
            except BlockingIOError:
                return found
            if data[1] in KINDS and data[0] >= 128:
                found += 1
                self.last = data[:HEAD]
                seconds, nanoseconds = TIMESPEC.unpack_from(control[0][2])
                number, _, ssrc = RTP.unpack_from(data)
                self._numbers.setdefault(ssrc, []).append(number)
                (sent,) = STAMP.unpack(self._session.unprotect(data)[-STAMP.size :])
                self.delays.append(seconds + nanoseconds * 1e-9 - sent)

    def missing(self) -> float:
        """The share of packets that lack in what came since `forget`, by their sequence numbers."""
        due = came = 0
        for numbers in self._numbers.values():
            # All within half of the numbers' range of the first.
            steps = [(number - numbers[0] + 0x8000) % 0x10000 - 0x8000 for number in numbers]
            due += max(steps) - min(steps) + 1
            came += len(set(steps))
        return 1 - came / due if due else 0.0

    def forget(self) -> None:
        """Begin anew."""
        self.delays.clear()
        self._numbers.clear()


def share(delays: list[float], part: float) -> float:
    """The delay, in milliseconds, that `part` of all stay below; 0 of none."""
    return 1000 * sorted(delays)[int(part * (len(delays) - 1))] if delays else 0.0


def _address(buffer: bytearray) -> int:
    return ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))
