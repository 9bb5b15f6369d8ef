"""RTCP: what is read from compounds, and what is written into them.

Sources: RFC 3550 §6 (SR, RR, SDES, BYE), RFC 4585 §6 (NACK, PLI), RFC 5104 §4.3.1 (FIR),
draft-alvestrand-rmcat-remb-03 §2.2 (REMB), draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

SR, RR, SDES, BYE, RTPFB, PSFB, XR = 200, 201, 202, 203, 205, 206, 207
NACK, TRANSPORT_CC = 1, 15  # formats of RTPFB
PLI, FIR, ALFB = 1, 4, 15  # formats of PSFB
MAX_TOLD = 4096  # by one transport-cc feedback: a run of a few bytes can claim 65,535
_REPORT = struct.Struct("!IIIIII")
_SENDER = struct.Struct("!IQIII")
_PAIR = struct.Struct("!II")
_WORD = struct.Struct("!I")
_NACK_ITEM = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says of one stream (RFC 3550 §6.4.1): `lost_share` 0–1, `lsr`, `dlsr` in 1/65536 s."""

    ssrc: int
    lost_share: float
    lost: int
    highest: int
    jitter: int
    lsr: int
    dlsr: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """`ntp` in 1/2^32 s since 1900 on the sender's clock; `timestamp` is the RTP time of the same instant."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    ssrc: int
    blocks: tuple[ReportBlock, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """Sequence numbers of `ssrc` that the receiver misses."""

    ssrc: int
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameRequest:
    """A PLI or a FIR."""

    ssrc: int


@dataclass(frozen=True, slots=True)
class Remb:
    """The receiver's estimate of what it can take, bits per second, for all `ssrcs` together."""

    bitrate: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """Arrivals of packets by transport-wide number: microseconds from the feedback's base, None when not
    received.

    `reference` is the base time in 64 ms units, 24 bits; `number` counts messages, 8 bits.
    """

    base: int
    reference: int
    number: int
    arrivals: tuple[int | None, ...]


Report = SenderReport | ReceiverReport | Nack | KeyFrameRequest | Remb | Bye | TransportFeedback


def parse(data: bytes) -> list[Report]:
    """Read a compound (or reduced-size, RFC 5506) packet; what we don't use is skipped. Raises ValueError."""
    found: list[Report] = []
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            raise ValueError("RTCP header cut off")
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise ValueError("RTCP packet malformed")
        body = data[at + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                raise ValueError("RTCP padding malformed")
            body = body[: -body[-1]]
        try:
            report = _read(kind, first & 0x1F, body)
        except struct.error as error:
            raise ValueError("RTCP packet cut off") from error
        if report is not None:
            found.append(report)
        at = end
    return found


def _read(kind: int, count: int, body: bytes) -> Report | None:
    if kind == SR:
        ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
        return SenderReport(ssrc, ntp, timestamp, packets, octets, _blocks(body, 24, count))
    if kind == RR:
        return ReceiverReport(_WORD.unpack_from(body)[0], _blocks(body, 4, count))
    if kind == BYE:
        return Bye(struct.unpack_from(f"!{count}I", body))
    if kind == RTPFB:
        return _read_transport_layer(count, body)
    if kind == PSFB:
        return _read_payload_specific(count, body)
    return None


def _blocks(body: bytes, at: int, count: int) -> tuple[ReportBlock, ...]:
    return tuple(_block(body, at + 24 * index) for index in range(count))


def _block(body: bytes, at: int) -> ReportBlock:
    ssrc, loss, highest, jitter, lsr, dlsr = _REPORT.unpack_from(body, at)
    lost = loss & 0xFFFFFF
    if lost & 0x800000:  # cumulative loss is signed: duplicates make it negative
        lost -= 0x1000000
    return ReportBlock(ssrc, (loss >> 24) / 256, lost, highest, jitter, lsr, dlsr)


def _read_transport_layer(form: int, body: bytes) -> Report | None:
    _, media = _PAIR.unpack_from(body)
    if form == NACK:
        missing: list[int] = []
        for pid, mask in _NACK_ITEM.iter_unpack(body[8 : len(body) - len(body) % 4]):
            missing.append(pid)
            missing.extend((pid + bit + 1) & 0xFFFF for bit in range(16) if mask >> bit & 1)
        return Nack(media, tuple(missing))
    if form == TRANSPORT_CC:
        return _read_transport_cc(body)
    return None


def _read_payload_specific(form: int, body: bytes) -> Report | None:
    _, media = _PAIR.unpack_from(body)
    if form == PLI:
        return KeyFrameRequest(media)
    if form == FIR:
        # The media SSRC of the header is unused; the entry names the stream (RFC 5104 §4.3.1.1).
        return KeyFrameRequest(_WORD.unpack_from(body, 8)[0])
    if form == ALFB and body[8:12] == b"REMB":
        count, packed = struct.unpack_from("!B3s", body, 12)
        value = int.from_bytes(packed, "big")
        return Remb((value & 0x3FFFF) << (value >> 18), struct.unpack_from(f"!{count}I", body, 16))
    return None


def _read_transport_cc(body: bytes) -> TransportFeedback:
    base, count, packed = struct.unpack_from("!HHI", body, 8)
    if count > MAX_TOLD:
        raise ValueError("transport-cc of too many packets")
    statuses: list[int] = []
    at = 16
    while len(statuses) < count:
        (chunk,) = struct.unpack_from("!H", body, at)
        at += 2
        if not chunk & 0x8000:
            statuses.extend([chunk >> 13 & 3] * min(chunk & 0x1FFF, count - len(statuses)))
            if not chunk & 0x1FFF:
                raise ValueError("transport-cc run of no packets")
        elif chunk & 0x4000:
            statuses.extend(chunk >> shift & 3 for shift in range(12, -1, -2))
        else:
            statuses.extend(chunk >> shift & 1 for shift in range(13, -1, -1))
    return TransportFeedback(base, packed >> 8, packed & 0xFF, _read_deltas(body, at, statuses[:count]))


def _read_deltas(body: bytes, at: int, statuses: list[int]) -> tuple[int | None, ...]:
    count = len(statuses)
    if statuses.count(1) == count <= len(body) - at:
        # As nearly always: everything came, each packet soon after the one before.
        return tuple([250 * ticks for ticks in accumulate(body[at : at + count])])
    time = 0
    arrivals: list[int | None] = []
    for status in statuses:
        if status == 1:
            time += 250 * int(struct.unpack_from("!B", body, at)[0])
            at += 1
        elif status == 2:
            time += 250 * int(struct.unpack_from("!h", body, at)[0])
            at += 2
        arrivals.append(time if status in (1, 2) else None)
    return tuple(arrivals)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) >> 2) + body


def _pack_block(block: ReportBlock) -> bytes:
    share = min(255, max(0, int(block.lost_share * 256)))
    lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
    return _REPORT.pack(
        block.ssrc, share << 24 | lost, block.highest & 0xFFFFFFFF, block.jitter, block.lsr, block.dlsr
    )


def sender_report(report: SenderReport) -> bytes:
    """An SR. Counters wrap as RFC 3550 §6.4.1 says."""
    head = _SENDER.pack(
        report.ssrc,
        report.ntp & 0xFFFFFFFFFFFFFFFF,
        report.timestamp & 0xFFFFFFFF,
        report.packets & 0xFFFFFFFF,
        report.octets & 0xFFFFFFFF,
    )
    return _packet(SR, len(report.blocks), head + b"".join(map(_pack_block, report.blocks)))


def receiver_report(ssrc: int, blocks: Iterable[ReportBlock]) -> bytes:
    """An RR with at most 31 blocks."""
    packed = [_pack_block(block) for block in blocks]
    return _packet(RR, len(packed), _WORD.pack(ssrc) + b"".join(packed))


def source_description(ssrc: int, cname: str) -> bytes:
    """An SDES with a CNAME: what tells a browser which streams share a clock (RFC 3550 §6.5.1)."""
    name = cname.encode()
    chunk = _WORD.pack(ssrc) + bytes([1, len(name)]) + name
    return _packet(SDES, 1, chunk + bytes(4 - len(chunk) % 4))


def goodbye(ssrc: int) -> bytes:
    """A BYE of one source."""
    return _packet(BYE, 1, _WORD.pack(ssrc))


def nack(sender: int, media: int, missing: Iterable[int]) -> bytes:
    """A generic NACK; `missing` in rising order (RFC 4585 §6.2.1)."""
    items = bytearray()
    pid, mask = -1, 0
    for number in missing:
        distance = (number - pid - 1) & 0xFFFF
        if pid >= 0 and distance < 16:
            mask |= 1 << distance
            continue
        if pid >= 0:
            items += _NACK_ITEM.pack(pid, mask)
        pid, mask = number & 0xFFFF, 0
    if pid >= 0:
        items += _NACK_ITEM.pack(pid, mask)
    return _packet(RTPFB, NACK, _PAIR.pack(sender, media) + bytes(items))


def picture_loss(sender: int, media: int) -> bytes:
    """A PLI (RFC 4585 §6.3.1)."""
    return _packet(PSFB, PLI, _PAIR.pack(sender, media))


def remb(sender: int, bitrate: int, ssrcs: Iterable[int]) -> bytes:
    """A REMB; the bitrate is rounded down to 18 significant bits."""
    exponent = max(0, bitrate.bit_length() - 18)
    listed = list(ssrcs)
    packed = (exponent << 18 | bitrate >> exponent).to_bytes(3, "big")
    body = _PAIR.pack(sender, 0) + b"REMB" + bytes([len(listed)]) + packed
    return _packet(PSFB, ALFB, body + b"".join(map(_WORD.pack, listed)))


def transport_feedback(
    sender: int, media: int, *, base: int, reference: int, number: int, deltas: Iterable[int | None]
) -> bytes:
    """A transport-cc feedback. `deltas` are quarter milliseconds from the packet before, None when not
    received.

    Statuses go two bits each, seven to a chunk, with runs where they are shorter; deltas must fit in 16 bits.
    """
    steps = list(deltas)
    statuses = [0 if step is None else 1 if 0 <= step <= 255 else 2 for step in steps]
    body = bytearray(_PAIR.pack(sender, media))
    body += struct.pack("!HHI", base & 0xFFFF, len(steps), (reference & 0xFFFFFF) << 8 | number & 0xFF)
    body += b"".join(_chunks(statuses))
    for step, status in zip(steps, statuses, strict=True):
        if step is not None:
            body += struct.pack("!B" if status == 1 else "!h", step)
    body += bytes(-len(body) % 4)
    return _packet(RTPFB, TRANSPORT_CC, bytes(body))


def _chunks(statuses: list[int]) -> Iterable[bytes]:
    at = 0
    while at < len(statuses):
        run = 1
        while at + run < len(statuses) and run < 0x1FFF and statuses[at + run] == statuses[at]:
            run += 1
        if run >= 7 or at + run == len(statuses):
            yield struct.pack("!H", statuses[at] << 13 | run)
            at += run
            continue
        chunk = 0xC000
        for index, status in enumerate(statuses[at : at + 7]):
            chunk |= status << (12 - 2 * index)
        yield struct.pack("!H", chunk)
        at += 7
