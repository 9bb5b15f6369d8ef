"""Writing and reading RTCP. aiortc's own parser reads what we write: an independent witness."""

import pytest
from aiortc import rtp as witness
from hypothesis import given
from hypothesis import strategies as st

from rooms.sfu import rtcp

BLOCK = rtcp.ReportBlock(ssrc=7, lost_share=0.25, lost=-3, highest=0x1FFFF, jitter=9, lsr=1, dlsr=2)


def test_reports_are_read_as_they_were_written() -> None:
    report = rtcp.SenderReport(ssrc=5, ntp=1 << 40, timestamp=3, packets=4, octets=5, blocks=(BLOCK,))
    compound = rtcp.sender_report(report) + rtcp.source_description(5, "a peer") + rtcp.goodbye(5)
    assert rtcp.parse(compound) == [report, rtcp.Bye((5,))]
    assert rtcp.parse(rtcp.receiver_report(9, [BLOCK])) == [rtcp.ReceiverReport(9, (BLOCK,))]


def test_another_implementation_reads_our_reports() -> None:
    report = rtcp.SenderReport(ssrc=5, ntp=1 << 40, timestamp=3, packets=4, octets=5)
    compound = rtcp.sender_report(report) + rtcp.source_description(5, "a peer")
    sender, description = witness.RtcpPacket.parse(compound)
    assert isinstance(sender, witness.RtcpSrPacket)
    assert isinstance(description, witness.RtcpSdesPacket)
    assert sender.sender_info.ntp_timestamp == 1 << 40
    assert description.chunks[0].items == [(1, b"a peer")]


@pytest.mark.parametrize(
    "missing", [[1], [1, 2, 17], [1, 18], [65534, 65535, 0, 3], list(range(100, 140)), []]
)
def test_a_nack_names_what_is_missing(missing: list[int]) -> None:
    assert rtcp.parse(rtcp.nack(1, 2, missing)) == [rtcp.Nack(2, tuple(missing))]


def test_another_implementation_reads_our_nack() -> None:
    (read,) = witness.RtcpPacket.parse(rtcp.nack(1, 2, [100, 102, 130]))
    assert isinstance(read, witness.RtcpRtpfbPacket)
    assert read.lost == [100, 102, 130]


def test_key_frame_requests_and_remb_are_read() -> None:
    assert rtcp.parse(rtcp.picture_loss(1, 2)) == [rtcp.KeyFrameRequest(2)]
    full_intra_request = bytes.fromhex("84ce0004 00000001 00000000 00000002 2c000000")  # RFC 5104 §4.3.1
    assert rtcp.parse(full_intra_request) == [rtcp.KeyFrameRequest(2)]
    assert rtcp.parse(rtcp.remb(1, 2_500_000, [7, 8])) == [rtcp.Remb(2_500_000 & ~0xF, (7, 8))]
    (read,) = witness.RtcpPacket.parse(rtcp.remb(1, 2_500_000, [7, 8]))
    assert isinstance(read, witness.RtcpPsfbPacket)
    assert witness.unpack_remb_fci(read.fci) == (2_500_000 & ~0xF, [7, 8])


@given(st.lists(st.one_of(st.none(), st.integers(-32768, 32767)), min_size=1, max_size=300))
def test_transport_feedback_is_read_as_it_was_written(deltas: list[int | None]) -> None:
    data = rtcp.transport_feedback(1, 2, base=65530, reference=77, number=3, deltas=deltas)
    (read,) = rtcp.parse(data)
    assert isinstance(read, rtcp.TransportFeedback)
    assert (read.base, read.reference, read.number) == (65530, 77, 3)
    time, expected = 0, []
    for delta in deltas:
        time += 250 * (delta or 0)
        expected.append(None if delta is None else time)
    assert list(read.arrivals) == expected
    assert len(data) % 4 == 0


@given(st.binary(max_size=60), st.integers(0, 31), st.sampled_from([200, 201, 203, 205, 206]))
def test_any_bytes_are_read_or_refused(body: bytes, count: int, kind: int) -> None:
    body += bytes(-len(body) % 4)
    for data in (body, bytes([0x80 | count, kind, 0, len(body) // 4]) + body):
        try:
            rtcp.parse(data)
        except ValueError:
            continue


def test_what_we_do_not_use_is_skipped() -> None:
    extended = b"\x80\xcf\x00\x01" + bytes(4)
    assert rtcp.parse(extended + rtcp.picture_loss(1, 2)) == [rtcp.KeyFrameRequest(2)]
