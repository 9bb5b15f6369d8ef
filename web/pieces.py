"""A page that is the same for every visitor but for the form token: made once, put together for each answer.

Compressed pieces are put together too: a full flush ends each on a whole byte and forgets what was before it
(RFC 1951, RFC 1952), so that nothing of the large page is compressed anew.
"""

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # gzip without a name and a time


@dataclass(frozen=True, slots=True)
class Pieces:
    """What stands before, between and after the tokens; `until` is when the page says something else."""

    plain: tuple[bytes, ...]
    packed: tuple[bytes, ...]
    until: datetime

    @classmethod
    def of(cls, text: str, mark: str, until: datetime) -> Self:
        """Take a page apart at the mark that stands where each token is to be."""
        plain = tuple(piece.encode() for piece in text.split(mark))
        return cls(plain, tuple(_packed(piece) for piece in plain), until)

    def body(self, token: str, *, gzip: bool) -> bytes:
        """The page with this token in it."""
        here = token.encode()
        whole = here.join(self.plain)
        if not gzip:
            return whole
        parts = _packed(here).join(self.packed)
        return b"".join((_HEAD, parts, _LAST, struct.pack("<II", zlib.crc32(whole), len(whole) & 0xFFFFFFFF)))


def _packed(piece: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(piece) + stream.flush(zlib.Z_FULL_FLUSH)


def _end() -> bytes:
    return zlib.compressobj(wbits=-15).flush(zlib.Z_FINISH)


_LAST: Final = _end()
