"""Reading RTP packets and VP8 payloads: what is right is read, what is malformed is a ValueError and nothing
else.
"""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu import rtp
from tests.rooms.sfu.media import packet, payload, vp8_payload


def test_header_extensions_and_payload_are_found() -> None:
    data = packet(
        payload_type=96,
        sequence=7,
        timestamp=9,
        ssrc=5,
        body=b"body",
        marker=True,
        extensions={4: b"mid", 3: b"\0\1"},
    )
    read = rtp.parse(data)
    assert (read.payload_type, read.sequence, read.timestamp, read.ssrc) == (96, 7, 9, 5)
    assert read.marker == 0x80
    assert read.extensions == {4: b"mid", 3: b"\0\1"}
    assert payload(read) == b"body"


def test_two_byte_extensions_contributors_and_padding_are_passed_over() -> None:
    head = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 96, 1, 2, 3) + bytes(8)
    block = b"\x10\x00\x00\x02" + bytes([20, 3]) + b"abc" + bytes([0, 21, 0])
    read = rtp.parse(head + block + b"body" + b"\0\0\3")
    assert read.extensions == {20: b"abc", 21: b""}
    assert payload(read) == b"body"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "shorter"),
        (bytes(12), "version"),
        (b"\x82" + bytes(11), "longer"),
        (b"\x90" + bytes(11), "extension header"),
        (b"\x90" + bytes(11) + b"\xbe\xde\x00\x02" + bytes(4), "extensions cut"),
        (b"\x90" + bytes(11) + b"\xbe\xde\x00\x01\x4f\x00\x00\x00", "element cut"),
        (b"\xa0" + bytes(11), "padding"),
        (b"\xa0" + bytes(11) + b"\x09", "longer"),
    ],
)
def test_a_packet_whose_lengths_disagree_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        rtp.parse(data)


@given(st.binary(max_size=80), st.sampled_from([b"", b"\x90", b"\xb0", b"\x80\x60"]))
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    try:
        read = rtp.parse(start + data)
    except ValueError:
        return
    assert rtp.FIXED_BYTES <= read.payload_offset <= read.payload_end <= len(start + data)


@given(st.binary(max_size=40))
def test_any_vp8_payload_is_read_or_refused(data: bytes) -> None:
    try:
        view = rtp.Vp8(data)
    except ValueError:
        return
    assert view.picture_at < len(data)
    assert view.tl0_at < len(data)


def test_a_key_frame_tells_its_size() -> None:
    view = rtp.Vp8(vp8_payload(picture=300, tl0=7, key=True, size=(1280, 720)))
    assert (view.keyframe, view.width, view.height) == (True, 1280, 720)
    assert (view.picture, view.picture_bits, view.tl0) == (300, 15, 7)


def test_a_delta_frame_and_a_continuation_are_no_key_frames() -> None:
    assert not rtp.Vp8(vp8_payload(picture=1, tl0=1)).keyframe
    assert not rtp.Vp8(vp8_payload(picture=1, tl0=1, key=True, start=False)).keyframe


def test_a_seven_bit_picture_id_keeps_its_width() -> None:
    view = rtp.Vp8(b"\x90\x80\x05\x11" + bytes(12))
    assert (view.picture, view.picture_bits, view.picture_at, view.tl0_at) == (5, 7, 2, 0)


def test_a_vp8_payload_without_descriptor_extension_has_no_picture_id() -> None:
    view = rtp.Vp8(b"\x10\x10\x00\x00\x9d\x01\x2a\x40\x01\xb4\x00\x00")
    assert (view.keyframe, view.width, view.height, view.picture_at) == (True, 320, 180, 0)


def test_an_extension_block_is_padded_to_words() -> None:
    for size in range(1, 9):
        block = rtp.extension_block(1.0, rtp.element(6, bytes(size)))
        assert len(block) == 4 + 4 * struct.unpack_from("!H", block, 2)[0]
