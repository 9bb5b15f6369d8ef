"""Tables: the codecs and header extensions that a router offers.

VP8 and Opus first; another codec is a row here and, when it is layered, a payload descriptor in `rtp`.
"""

from rooms.sfu.params import (
    CodecCapability,
    Direction,
    HeaderExtensionCapability,
    MediaKind,
    RtcpFeedback,
    RtpCapabilities,
)

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 9143
RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"  # RFC 8852
RRID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"  # RFC 8852
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
ORIENTATION = "urn:3gpp:video-orientation"  # 3GPP TS 26.114 §7.4.5
PLAYOUT_DELAY = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

ABS_SEND_TIME_ID = 4
TRANSPORT_CC_ID = 5
AUDIO_LEVEL_ID = 6
ORIENTATION_ID = 7
PLAYOUT_DELAY_ID = 8

# (uri, id, kinds, direction). The direction is the router's: what only a publisher needs is `recvonly`, so
# that viewers' packets stay small; abs-send-time serves the REMB of viewers who know no transport-cc.
_EXTENSIONS: tuple[tuple[str, int, tuple[MediaKind, ...], Direction], ...] = (
    (MID, 1, ("audio", "video"), "recvonly"),
    (RID, 2, ("video",), "recvonly"),
    (RRID, 3, ("video",), "recvonly"),
    (ABS_SEND_TIME, ABS_SEND_TIME_ID, ("audio", "video"), "sendonly"),
    (TRANSPORT_CC, TRANSPORT_CC_ID, ("audio", "video"), "sendrecv"),
    (AUDIO_LEVEL, AUDIO_LEVEL_ID, ("audio",), "sendrecv"),
    (ORIENTATION, ORIENTATION_ID, ("video",), "sendrecv"),
    (PLAYOUT_DELAY, PLAYOUT_DELAY_ID, ("video",), "sendrecv"),
)

OPUS_PAYLOAD_TYPE = 100
VP8_PAYLOAD_TYPE = 101
VP8_RTX_PAYLOAD_TYPE = 102


def router_capabilities() -> RtpCapabilities:
    """What a router offers. A new object each time: callers may keep and change theirs."""
    return RtpCapabilities(
        codecs=[_opus(), _vp8(), _vp8_rtx()],
        header_extensions=[
            HeaderExtensionCapability(kind=kind, uri=uri, preferred_id=number, direction=direction)
            for uri, number, kinds, direction in _EXTENSIONS
            for kind in kinds
        ],
    )


def _opus() -> CodecCapability:
    # In-band FEC mends single losses without a round trip; DTX makes a silent participant nearly free.
    return CodecCapability(
        kind="audio",
        mime_type="audio/opus",
        preferred_payload_type=OPUS_PAYLOAD_TYPE,
        clock_rate=48_000,
        channels=2,
        parameters={"useinbandfec": 1, "usedtx": 1, "minptime": 10},
        rtcp_feedback=[RtcpFeedback("nack"), RtcpFeedback("transport-cc"), RtcpFeedback("goog-remb")],
    )


def _vp8() -> CodecCapability:
    return CodecCapability(
        kind="video",
        mime_type="video/VP8",
        preferred_payload_type=VP8_PAYLOAD_TYPE,
        clock_rate=90_000,
        parameters={"x-google-start-bitrate": 1000},
        rtcp_feedback=[
            RtcpFeedback("nack"),
            RtcpFeedback("nack", "pli"),
            RtcpFeedback("ccm", "fir"),
            RtcpFeedback("goog-remb"),
            RtcpFeedback("transport-cc"),
        ],
    )


def _vp8_rtx() -> CodecCapability:
    return CodecCapability(
        kind="video",
        mime_type="video/rtx",
        preferred_payload_type=VP8_RTX_PAYLOAD_TYPE,
        clock_rate=90_000,
        parameters={"apt": VP8_PAYLOAD_TYPE},
        rtcp_feedback=[],
    )
