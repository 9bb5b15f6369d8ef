"""RTP packets: a bounds-checked view of what arrives, and the form in which a packet is kept and sent.

Sources: RFC 3550 §5.1 (header), RFC 8285 (extensions), RFC 4588 (RTX), RFC 7741 (VP8 payload).
"""

import struct

from rooms.sfu import codecs

HEADER = struct.Struct("!BBHII")
PATCH = struct.Struct("!BHII")  # from byte 1: marker and payload type, sequence number, timestamp, SSRC
WORD = struct.Struct("!H")
PICTURE = struct.Struct("!HB")
_EXTENSION = struct.Struct("!HH")
SEQUENCE_AT, TIMESTAMP_AT = 2, 4
FIXED_BYTES = 12
ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000  # the low four bits are free ("appbits")


class RtpPacket:
    """A received packet: fields of the header, and where the rest lies. `extensions` maps a number to its
    bytes.
    """

    __slots__ = (
        "data",
        "extensions",
        "marker",
        "payload_end",
        "payload_offset",
        "payload_type",
        "sequence",
        "ssrc",
        "timestamp",
    )
    sequence: int
    timestamp: int
    ssrc: int

    def __init__(self, data: bytes | bytearray) -> None:
        """Raises ValueError when the packet's lengths don't agree with its size."""
        if len(data) < FIXED_BYTES:
            raise ValueError("RTP packet shorter than its header")
        first, second, self.sequence, self.timestamp, self.ssrc = HEADER.unpack_from(data)
        if first >> 6 != 2:
            raise ValueError("RTP version is not 2")
        self.data = data
        self.marker = second & 0x80
        self.payload_type = second & 0x7F
        offset = FIXED_BYTES + 4 * (first & 0x0F)
        self.extensions: dict[int, bytes | bytearray] = {}
        if first & 0x10:
            offset = self._read_extensions(data, offset)
        end = len(data)
        if first & 0x20:
            # The last byte counts the padding, itself included (RFC 3550 §5.1).
            if data[-1] == 0:
                raise ValueError("RTP padding of zero bytes")
            end -= data[-1]
        if offset > end:
            raise ValueError("RTP header longer than the packet")
        self.payload_offset = offset
        self.payload_end = end

    def _read_extensions(self, data: bytes | bytearray, offset: int) -> int:
        if offset + 4 > len(data):
            raise ValueError("RTP extension header cut off")
        profile, words = _EXTENSION.unpack_from(data, offset)
        start = offset + 4
        end = start + 4 * int(words)
        if end > len(data):
            raise ValueError("RTP extensions cut off")
        if profile == ONE_BYTE_PROFILE:
            self._read_one_byte(data, start, end)
        elif profile & 0xFFF0 == TWO_BYTE_PROFILE:
            self._read_two_byte(data, start, end)
        return end

    def _read_one_byte(self, data: bytes | bytearray, at: int, end: int) -> None:
        extensions = self.extensions
        while at < end:
            head = data[at]
            if head >= 240:  # reserved: stop reading (RFC 8285 §4.2)
                return
            at += 1
            if head:
                after = at + 1 + (head & 0x0F)
                if after > end:
                    raise ValueError("RTP extension element cut off")
                extensions[head >> 4] = data[at:after]
                at = after

    def _read_two_byte(self, data: bytes | bytearray, at: int, end: int) -> None:
        while at < end:
            if data[at] == 0:
                at += 1
                continue
            if at + 2 > end or at + 2 + data[at + 1] > end:
                raise ValueError("RTP extension element cut off")
            after = at + 2 + data[at + 1]
            self.extensions[data[at]] = data[at + 2 : after]
            at = after


def parse(data: bytes | bytearray) -> RtpPacket:
    """Read a packet; raises ValueError when it is malformed."""
    return RtpPacket(data)


class Vp8:
    """A VP8 payload descriptor (RFC 7741 §4.2) and what the frame header of its first packet tells (§4.3).

    Offsets are from the start of the payload; 0 means absent. `width` and `height` are 0 but on key frames.
    """

    __slots__ = (
        "height",
        "keyframe",
        "picture",
        "picture_at",
        "picture_bits",
        "starts_frame",
        "temporal",
        "tl0",
        "tl0_at",
        "width",
    )

    def __init__(self, payload: bytes | bytearray | memoryview) -> None:
        """Raises ValueError when the descriptor is cut off."""
        self.picture = self.picture_at = self.picture_bits = self.tl0 = self.tl0_at = 0
        self.temporal = self.width = self.height = 0
        self.keyframe = False
        size = len(payload)
        if not size:
            raise ValueError("empty VP8 payload")
        first = payload[0]
        # S set and partition index 0: the first packet of a frame.
        self.starts_frame = first & 0x17 == 0x10
        at = self._read_optional(payload) if first & 0x80 else 1
        if self.starts_frame and at + 10 <= size and not payload[at] & 0x01:
            self._read_key_frame(payload, at)

    def _read_optional(self, payload: bytes | bytearray | memoryview) -> int:
        try:
            flags = payload[1]
            at = 2
            if flags & 0x80:
                self.picture_at = at
                self.picture_bits = 15 if payload[at] & 0x80 else 7
                self.picture = payload[at] & 0x7F
                at += 1
                if self.picture_bits == 15:
                    self.picture = self.picture << 8 | payload[at]
                    at += 1
            if flags & 0x40:
                self.tl0_at = at
                self.tl0 = payload[at]
                at += 1
            if flags & 0x30:
                if flags & 0x20:
                    self.temporal = payload[at] >> 6
                at += 1
        except IndexError as error:
            raise ValueError("VP8 descriptor cut off") from error
        return at

    def _read_key_frame(self, payload: bytes | bytearray | memoryview, at: int) -> None:
        # Three bytes of tag, the start code, then 14 bits each of width and height (RFC 6386 §9.1).
        if bytes(payload[at + 3 : at + 6]) != b"\x9d\x01\x2a":
            return
        self.keyframe = True
        self.width = (payload[at + 6] | payload[at + 7] << 8) & 0x3FFF
        self.height = (payload[at + 8] | payload[at + 9] << 8) & 0x3FFF


class MediaPacket:
    """A packet as the router keeps and forwards it: one buffer in the router's own form, patched for each
    viewer.

    Every field that differs between viewers is overwritten at every use, so all may share the buffer. `layer`
    and `number` (the sequence number without wrapping) are the receiving layer's. Offsets are in `buffer`; 0
    is absent. `size` is a key frame's, width and height.
    """

    __slots__ = (
        "beginning",
        "buffer",
        "departed_at",
        "ends_frame",
        "keyframe",
        "marker",
        "number",
        "payload_bytes",
        "payload_offset",
        "picture",
        "picture_at",
        "picture_bits",
        "size",
        "timestamp",
        "tl0",
        "tl0_at",
    )

    def __init__(
        self,
        packet: RtpPacket,
        payload: bytes | bytearray,
        number: int,
        extensions: bytes,
        vp8: Vp8 | None,
    ) -> None:
        offset = FIXED_BYTES + len(extensions)
        self.buffer = bytearray(b"".join((_EXTENDED_HEADER, extensions, payload)))
        self.beginning = extensions[:_WIDE_WITHIN]
        self.number = number
        self.departed_at = 0.0
        self.timestamp = packet.timestamp
        self.marker = packet.marker
        self.payload_offset = offset
        self.payload_bytes = len(payload)
        self.ends_frame = vp8 is None or bool(packet.marker)
        self.keyframe = False
        self.size = (0, 0)
        self.picture = self.picture_at = self.picture_bits = self.tl0 = self.tl0_at = 0
        if vp8 is not None:
            if vp8.keyframe:
                self.keyframe = True
                self.size = (vp8.width, vp8.height)
            self.picture = vp8.picture
            self.picture_bits = vp8.picture_bits
            self.tl0 = vp8.tl0
            self.picture_at = offset + vp8.picture_at if vp8.picture_at else 0
            self.tl0_at = offset + vp8.tl0_at if vp8.tl0_at else 0


def write_picture(buffer: bytearray, at: int, packet: MediaPacket, shifts: int) -> None:
    """Write PictureID and TL0PICIDX of a packet that has them and lies at `at` (RFC 7741 §4.2).

    `shifts` is what is added to them: to the first its upper bits, to the second its lower eight.
    """
    number = packet.picture + (shifts >> 8)
    tl0 = shifts & 0xFF
    place = at + packet.picture_at
    if packet.picture_bits == 15 and packet.tl0_at == packet.picture_at + 2:
        # As every browser writes them: side by side.
        PICTURE.pack_into(buffer, place, 0x8000 | number & 0x7FFF, packet.tl0 + tl0 & 0xFF)
        return
    if packet.picture_bits == 15:
        WORD.pack_into(buffer, place, 0x8000 | number & 0x7FFF)
    else:
        buffer[place] = number & 0x7F
    if packet.tl0_at:
        buffer[at + packet.tl0_at] = packet.tl0 + tl0 & 0xFF


ABS_TICKS = 1 << 18  # a second


def abs_send_time(now: float) -> bytes:
    """24 bits of seconds in 6.18 fixed point, wrapping each 64 s."""
    return (int(now * ABS_TICKS) & 0xFFFFFF).to_bytes(3, "big")


_EXTENDED_HEADER = b"\x90" + bytes(11)  # version 2, with extensions; the rest is patched
ABS_SEND_TIME_AT = FIXED_BYTES + 5  # extension header, then the element's own head byte
WIDE_AT = ABS_SEND_TIME_AT + 4  # the transport-wide number, behind a head byte of its own
_WIDE_WITHIN = WIDE_AT - FIXED_BYTES  # of the extensions
_ABS_HEAD = codecs.ABS_SEND_TIME_ID << 4 | 2
_WIDE_HEAD = codecs.TRANSPORT_CC_ID << 4 | 1
# The block's own header, abs-send-time, the transport-wide number and its padding.
_BLOCK = struct.Struct("!HHIBHB")
_BLOCK_WORDS = 2


def extension_block(now: float, elements: bytes = b"") -> bytes:
    """An extension block: first abs-send-time and a transport-wide number, which are renewed in place.

    A viewer with whom one of them is not agreed passes over it (RFC 8285 §4.1.2).
    """
    sent = _ABS_HEAD << 24 | int(now * ABS_TICKS) & 0xFFFFFF
    if not elements:
        return _BLOCK.pack(ONE_BYTE_PROFILE, _BLOCK_WORDS, sent, _WIDE_HEAD, 0, 0)
    words = 2 + (len(elements) + 2 >> 2)
    beginning = _BLOCK.pack(ONE_BYTE_PROFILE, words, sent, _WIDE_HEAD, 0, 0)[:-1]
    return (beginning + elements).ljust(4 + 4 * words, b"\0")


def element(number: int, value: bytes | bytearray) -> bytes:
    """One extension in one-byte form (RFC 8285 §4.2); `value` is 1 to 16 bytes."""
    return bytes([number << 4 | len(value) - 1]) + value
