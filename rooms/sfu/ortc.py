"""Negotiation without SDP: pure functions over typed parameters. Every refusal is an `SfuError`.

The browser's side of the same is mediasoup-client's `ortc`: it intersects our capabilities with its own,
sends with its own payload types and extension numbers, and receives with ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rooms.sfu import codecs
from rooms.sfu.params import (
    CodecCapability,
    CodecParameters,
    EncodingParameters,
    HeaderExtensionParameters,
    MediaKind,
    RtcpFeedback,
    RtcpParameters,
    RtpCapabilities,
    RtpParameters,
    RtxParameters,
    SfuError,
    read,
)

MAX_LAYERS = 4
MAX_NAME = 32
MAX_EXTENSION_ID = 14
MAX_SSRC = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Encoding:
    """One layer as the publisher declares it. `scale` is how many times smaller than the source, 1.0 if
    unsaid.
    """

    ssrc: int | None
    rtx_ssrc: int | None
    rid: str | None
    scale: float


@dataclass(frozen=True, slots=True)
class Published:
    """A producer's parameters, checked: layers run from the smallest to the largest picture."""

    kind: MediaKind
    mid: str | None
    codec: CodecCapability
    payload_type: int
    rtx_payload_type: int | None
    nack: bool
    extensions: Mapping[str, int] = field(hash=False)
    encodings: tuple[Encoding, ...]


@dataclass(frozen=True, slots=True)
class Received:
    """What a viewer is sent: the wire parameters and the numbers that the hot path needs.

    `wide`: packets carry transport-wide numbers and the viewer tells of their arrival.
    """

    parameters: RtpParameters
    payload_type: int
    rtx_payload_type: int | None
    nack: bool
    wide: bool


def read_kind(value: object) -> MediaKind:
    """The kind; raises `SfuError("bad_parameters")`."""
    if value == "audio":
        return "audio"
    if value == "video":
        return "video"
    raise _bad("kind must be audio or video")


def published(kind: MediaKind, value: object, router: RtpCapabilities) -> Published:
    """Check a publisher's rtpParameters against what the router offers.

    The first codec is the one used. Raises `SfuError` with `bad_parameters` or `unsupported_codec`.
    """
    parameters = read(RtpParameters, value)
    if not parameters.codecs:
        raise _bad("no codec")
    chosen = parameters.codecs[0]
    codec = _matching(kind, chosen, router.codecs or [])
    if codec is None:
        raise SfuError("unsupported_codec", kind=kind, mime_type=chosen.mime_type[:MAX_NAME])
    return Published(
        kind=kind,
        mid=_name(parameters.mid, "mid"),
        codec=codec,
        payload_type=_payload_type(chosen.payload_type),
        rtx_payload_type=_rtx_of(chosen.payload_type, parameters.codecs),
        nack=any(item.type == "nack" and not item.parameter for item in chosen.rtcp_feedback or []),
        extensions=_extensions(parameters.header_extensions or []),
        encodings=_encodings(parameters),
    )


def received(
    published_: Published, value: object, *, producer: str, mid: str, ssrc: int, rtx_ssrc: int, cname: str
) -> Received:
    """Make the parameters of a consumer: one SSRC (and one for retransmissions), whatever the producer's
    layers.

    `mid` is unique in the viewer's transport; `cname` is the publishing peer's, so that its sound and picture
    are played in step. Raises `SfuError` with `bad_parameters` or `cannot_consume`.
    """
    capabilities = read(RtpCapabilities, value)
    theirs = _matching_capability(published_, capabilities)
    if theirs is None:
        raise SfuError("cannot_consume", producer=producer)
    offered = published_.codec
    rtx = _rtx_codec(published_, theirs, capabilities)
    # What is sent again without RTX must be the same to the last bit: it can't get a new number.
    wide = rtx is not None and _knows_transport_cc(published_.kind, theirs, capabilities)
    media = CodecParameters(
        mime_type=offered.mime_type,
        payload_type=offered.preferred_payload_type,
        clock_rate=offered.clock_rate,
        channels=offered.channels,
        parameters=dict(offered.parameters or {}),
        rtcp_feedback=_common_feedback(offered.rtcp_feedback or [], theirs.rtcp_feedback or [], wide=wide),
    )
    encoding = EncodingParameters(ssrc=ssrc, rtx=RtxParameters(ssrc=rtx_ssrc) if rtx else None)
    parameters = RtpParameters(
        mid=mid,
        codecs=[media, rtx] if rtx else [media],
        header_extensions=_sent_extensions(published_.kind, capabilities, wide=wide),
        encodings=[encoding],
        rtcp=RtcpParameters(cname=cname, reduced_size=True),
    )
    nack = RtcpFeedback("nack") in (media.rtcp_feedback or [])
    return Received(parameters, media.payload_type, rtx.payload_type if rtx else None, nack, wide)


def _bad(reason: str) -> SfuError:
    return SfuError("bad_parameters", reason=reason)


def _name(value: str | None, what: str) -> str | None:
    if value is None:
        return None
    if not value or len(value) > MAX_NAME or not value.isascii():
        raise _bad(f"{what} must be 1 to {MAX_NAME} ASCII characters")
    return value


def _payload_type(value: int) -> int:
    # 64-95 would collide with RTCP packet types on a shared port (RFC 5761 §4).
    if not 0 <= value <= 127 or 64 <= value <= 95:
        raise _bad("payload type out of range")
    return value


def _same_codec(
    kind: MediaKind, one: CodecCapability | CodecParameters, other: CodecCapability | CodecParameters
) -> bool:
    return (
        one.mime_type.lower() == other.mime_type.lower()
        and one.clock_rate == other.clock_rate
        and (kind == "video" or (one.channels or 1) == (other.channels or 1))
    )


def _matching(
    kind: MediaKind, wanted: CodecParameters, offered: Iterable[CodecCapability]
) -> CodecCapability | None:
    if wanted.mime_type.lower().endswith("/rtx"):
        return None
    return next((item for item in offered if item.kind == kind and _same_codec(kind, item, wanted)), None)


def _matching_capability(published_: Published, capabilities: RtpCapabilities) -> CodecCapability | None:
    kind, codec = published_.kind, published_.codec
    found = (
        item for item in capabilities.codecs or [] if item.kind == kind and _same_codec(kind, item, codec)
    )
    return next(found, None)


def _is_rtx(codec: CodecCapability | CodecParameters, payload_type: int) -> bool:
    return codec.mime_type.lower().endswith("/rtx") and (codec.parameters or {}).get("apt") == payload_type


def _rtx_of(payload_type: int, offered: Iterable[CodecParameters]) -> int | None:
    found = next((item for item in offered if _is_rtx(item, payload_type)), None)
    if found is None:
        return None
    if _payload_type(found.payload_type) == payload_type:
        raise _bad("media and retransmission share a payload type")
    return found.payload_type


def _rtx_codec(
    published_: Published, theirs: CodecCapability, capabilities: RtpCapabilities
) -> CodecParameters | None:
    able = any(_is_rtx(item, theirs.preferred_payload_type) for item in capabilities.codecs or [])
    if not able or published_.kind == "audio":
        return None
    return CodecParameters(
        mime_type="video/rtx",
        payload_type=codecs.VP8_RTX_PAYLOAD_TYPE,
        clock_rate=published_.codec.clock_rate,
        parameters={"apt": published_.codec.preferred_payload_type},
        rtcp_feedback=[],
    )


def _knows_transport_cc(kind: MediaKind, theirs: CodecCapability, capabilities: RtpCapabilities) -> bool:
    known = any(
        item.uri == codecs.TRANSPORT_CC and item.kind in (None, kind)
        for item in capabilities.header_extensions or []
    )
    return known and any(item.type == "transport-cc" for item in theirs.rtcp_feedback or [])


def _common_feedback(
    ours: Iterable[RtcpFeedback], theirs: Iterable[RtcpFeedback], *, wide: bool
) -> list[RtcpFeedback]:
    # A browser estimates (REMB) or tells (transport-cc), not both.
    other = "goog-remb" if wide else "transport-cc"
    known = {(item.type, item.parameter or "") for item in theirs}
    return [item for item in ours if (item.type, item.parameter or "") in known and item.type != other]


def _extensions(items: Iterable[HeaderExtensionParameters]) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in items:
        if not 1 <= item.id <= MAX_EXTENSION_ID:
            raise _bad("header extension id out of range")
        if item.encrypt:
            raise _bad("encrypted header extensions are not supported")
        found[item.uri] = item.id
    if len(set(found.values())) != len(found):
        raise _bad("header extension id used twice")
    return found


def _sent_extensions(
    kind: MediaKind, capabilities: RtpCapabilities, *, wide: bool
) -> list[HeaderExtensionParameters]:
    other = codecs.ABS_SEND_TIME if wide else codecs.TRANSPORT_CC
    known = {item.uri for item in capabilities.header_extensions or [] if item.kind in (None, kind)}
    return [
        HeaderExtensionParameters(uri=item.uri, id=item.preferred_id, encrypt=False, parameters={})
        for item in codecs.router_capabilities().header_extensions or []
        if item.kind == kind and item.direction in ("sendrecv", "sendonly") and item.uri in known
        if item.uri != other
    ]


def _encodings(parameters: RtpParameters) -> tuple[Encoding, ...]:
    declared = parameters.encodings or [EncodingParameters()]
    if len(declared) > MAX_LAYERS:
        raise _bad("too many encodings")
    found = [_encoding(item) for item in declared]
    if any(item.ssrc is None and item.rid is None for item in found) and (
        len(found) > 1 or not parameters.mid
    ):
        raise _bad("an encoding needs an ssrc, or a rid, or to be alone under a mid")
    if any(item.ssrc is None for item in found) and not parameters.mid:
        raise _bad("an encoding without an ssrc needs a mid")
    _unique([item.rid for item in found], "rid")
    _unique([ssrc for item in found for ssrc in (item.ssrc, item.rtx_ssrc)], "ssrc")
    # Without scales the order is the publisher's own, smallest first, as simulcast is written (RFC 8853 §5.2
    # says nothing of order; browsers and mediasoup-client list the smallest first).
    return tuple(sorted(found, key=lambda item: -item.scale))


def _encoding(item: EncodingParameters) -> Encoding:
    rtx = item.rtx.ssrc if item.rtx else None
    for ssrc in (item.ssrc, rtx):
        if ssrc is not None and not 0 < ssrc <= MAX_SSRC:
            raise _bad("ssrc out of range")
    scale = item.scale_resolution_down_by or 1.0
    if not 1.0 <= scale <= 64.0:
        raise _bad("scaleResolutionDownBy out of range")
    return Encoding(item.ssrc, rtx, _name(item.rid, "rid"), scale)


def _unique(values: Iterable[object], what: str) -> None:
    known = [value for value in values if value is not None]
    if len(set(known)) != len(known):
        raise _bad(f"{what} used twice")
