"""Typed parameters of negotiation, in the wire shape that mediasoup-client and pymediasoup speak.

Field names are snake_case here and camelCase on the wire. Optional fields may be absent or null on the wire
(browsers leave them out, pymediasoup sends null); unknown fields are ignored. Source: the W3C ORTC community
group's dictionaries.
"""

from typing import Any, Literal, TypeVar

import msgspec

MediaKind = Literal["audio", "video"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]


class SfuError(Exception):
    """A refusal of the media plane: a code that never changes and the data that explain it.

    Codes: `bad_parameters` (reason), `unsupported_codec` (kind), `ssrc_in_use` (ssrc), `mid_in_use` (mid),
    `already_exists` (id), `not_found` (id), `cannot_consume` (producer), `too_many` (what).
    """

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        """The code followed by its data, for logs."""
        details = " ".join(f"{key}={value!r}" for key, value in self.data.items())
        return f"{self.code} {details}".rstrip()


class Params(msgspec.Struct, rename="camel", kw_only=True):
    """A base of every wire dictionary."""


class RtcpFeedback(msgspec.Struct, frozen=True):
    """One `a=rtcp-fb`, for example type `nack` with parameter `pli`."""

    type: str
    parameter: str | None = ""


class CodecCapability(Params, kw_only=True):
    """A codec that a side is able to use (`RTCRtpCodecCapability`)."""

    kind: MediaKind
    mime_type: str
    preferred_payload_type: int
    clock_rate: int
    channels: int | None = None
    parameters: dict[str, Any] | None = None
    rtcp_feedback: list[RtcpFeedback] | None = None


class HeaderExtensionCapability(Params, kw_only=True):
    """A header extension that a side understands, for one kind (RFC 8285)."""

    kind: MediaKind | None = None
    uri: str
    preferred_id: int
    preferred_encrypt: bool | None = False
    direction: Direction | None = "sendrecv"


class RtpCapabilities(Params, kw_only=True):
    """What a side can send or receive."""

    codecs: list[CodecCapability] | None = None
    header_extensions: list[HeaderExtensionCapability] | None = None


class CodecParameters(Params, kw_only=True):
    """A codec in use (`RTCRtpCodecParameters`)."""

    mime_type: str
    payload_type: int
    clock_rate: int
    channels: int | None = None
    parameters: dict[str, Any] | None = None
    rtcp_feedback: list[RtcpFeedback] | None = None


class HeaderExtensionParameters(Params, kw_only=True):
    """A header extension in use; `id` is 1–14 in one-byte headers (RFC 8285 §4.2)."""

    uri: str
    id: int
    encrypt: bool | None = False
    parameters: dict[str, Any] | None = None


class RtxParameters(Params, kw_only=True):
    """The retransmission stream of an encoding (RFC 4588)."""

    ssrc: int


class EncodingParameters(Params, kw_only=True):
    """One encoding of a track: its SSRC, or its RID when simulcast declares no SSRC (RFC 8853)."""

    ssrc: int | None = None
    rid: str | None = None
    rtx: RtxParameters | None = None
    dtx: bool | None = False
    scalability_mode: str | None = None
    scale_resolution_down_by: float | None = None
    max_bitrate: int | None = None


class RtcpParameters(Params, kw_only=True):
    """RTCP settings; `cname` joins the streams that are played in step (RFC 3550 §6.5.1)."""

    cname: str | None = None
    reduced_size: bool | None = True


class RtpParameters(Params, kw_only=True):
    """What one producer sends or one consumer receives."""

    mid: str | None = None
    codecs: list[CodecParameters]
    header_extensions: list[HeaderExtensionParameters] | None = None
    encodings: list[EncodingParameters] | None = None
    rtcp: RtcpParameters | None = None


Wire = TypeVar("Wire", bound=Params)


def read(shape: type[Wire], value: object) -> Wire:
    """Turn decoded JSON into a typed dictionary; raises `SfuError("bad_parameters")`."""
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SfuError("bad_parameters", reason=str(error)) from error


def write(value: Params) -> dict[str, Any]:
    """Turn a typed dictionary into plain JSON types, without the fields that are unset."""
    plain = msgspec.to_builtins(value)
    found: dict[str, Any] = _without_none(plain)
    return found


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value
