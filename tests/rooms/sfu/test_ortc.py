"""Negotiation with what Chrome 156 and Firefox ESR 153 say (recorded through mediasoup-client 3.24), and with
nonsense.
"""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymediasoup.ortc import getExtendedRtpCapabilities, getRecvRtpCapabilities
from pymediasoup.rtp_parameters import RtpCapabilities as TheirCapabilities
from pymediasoup.rtp_parameters import RtpParameters as TheirParameters

from rooms.sfu import codecs, ortc
from rooms.sfu.params import SfuError, write


def recorded(name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((Path(__file__).parent / "data" / f"{name}.json").read_text())
    return answer


CHROME = recorded("chrome_156_rtp_parameters")
FIREFOX = recorded("firefox_153_rtp_parameters")
CAPABILITIES = {name: recorded(f"{name}_rtp_capabilities") for name in ("chrome_156", "firefox_153")}
PARAMETERS = {"chrome_156": CHROME, "firefox_153": FIREFOX}
ROUTER = codecs.router_capabilities()


def received(published: ortc.Published, capabilities: object) -> ortc.Received:
    return ortc.received(published, capabilities, producer="p", mid="4", ssrc=11, rtx_ssrc=12, cname="a peer")


def changed(kind: str, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(CHROME[kind]), **changes}


def test_chrome_simulcast_is_understood() -> None:
    published = ortc.published("video", CHROME["video"], ROUTER)
    assert [layer.rid for layer in published.encodings] == ["r0", "r1", "r2"]
    assert [layer.scale for layer in published.encodings] == [4, 2, 1]
    assert (published.payload_type, published.rtx_payload_type, published.nack) == (96, 97, True)
    assert published.extensions[codecs.RRID] == 11


def test_layers_are_ordered_by_size_however_they_are_listed() -> None:
    listed = list(reversed(CHROME["video"]["encodings"]))
    published = ortc.published("video", changed("video", encodings=listed), ROUTER)
    assert [layer.rid for layer in published.encodings] == ["r0", "r1", "r2"]


def test_chrome_audio_is_understood() -> None:
    published = ortc.published("audio", CHROME["audio"], ROUTER)
    assert (published.payload_type, published.rtx_payload_type, published.nack) == (111, None, True)
    assert published.encodings[0].ssrc == CHROME["audio"]["encodings"][0]["ssrc"]


def test_firefox_is_understood() -> None:
    video = ortc.published("video", FIREFOX["video"], ROUTER)
    assert [(layer.rid, layer.scale) for layer in video.encodings] == [("r0", 4), ("r1", 2), ("r2", 1)]
    assert (video.payload_type, video.rtx_payload_type, video.nack) == (120, 124, True)
    assert codecs.ORIENTATION not in video.extensions
    audio = ortc.published("audio", FIREFOX["audio"], ROUTER)
    # Firefox sends no sound again.
    assert (audio.payload_type, audio.rtx_payload_type, audio.nack) == (109, None, False)
    assert codecs.AUDIO_LEVEL in audio.extensions


@pytest.mark.parametrize("sender", PARAMETERS)
def test_both_browsers_send_sound_with_fec_and_without_silence(sender: str) -> None:
    said = PARAMETERS[sender]["audio"]["codecs"][0]["parameters"]
    assert (said["useinbandfec"], said["usedtx"]) == (1, 1)


@pytest.mark.parametrize("viewer", CAPABILITIES)
@pytest.mark.parametrize("sender", PARAMETERS)
def test_each_browser_is_offered_what_each_sends(sender: str, viewer: str) -> None:
    capabilities = CAPABILITIES[viewer]
    video = received(ortc.published("video", PARAMETERS[sender]["video"], ROUTER), capabilities)
    assert (video.payload_type, video.rtx_payload_type, video.nack, video.wide) == (101, 102, True, True)
    audio = received(ortc.published("audio", PARAMETERS[sender]["audio"], ROUTER), capabilities)
    assert (audio.payload_type, audio.nack, audio.wide) == (100, viewer == "chrome_156", False)
    said = write(audio.parameters)["codecs"][0]["parameters"]
    assert (said["useinbandfec"], said["usedtx"]) == (1, 1)
    uris = [each["uri"] for each in write(video.parameters)["headerExtensions"]]
    assert codecs.TRANSPORT_CC in uris
    assert (codecs.ORIENTATION in uris) == (viewer == "chrome_156")


def test_a_viewer_is_offered_one_stream_with_retransmissions() -> None:
    published = ortc.published("video", CHROME["video"], ROUTER)
    answer = received(published, write(ROUTER))
    wire = write(answer.parameters)
    assert [codec["mimeType"] for codec in wire["codecs"]] == ["video/VP8", "video/rtx"]
    assert wire["encodings"] == [{"ssrc": 11, "rtx": {"ssrc": 12}, "dtx": False}]
    assert wire["rtcp"] == {"cname": "a peer", "reducedSize": True}
    assert wire["mid"] == "4"
    feedback = {(item["type"], item.get("parameter")) for item in wire["codecs"][0]["rtcpFeedback"]}
    assert feedback == {("nack", ""), ("nack", "pli"), ("ccm", "fir"), ("transport-cc", "")}
    assert [each["uri"] for each in wire["headerExtensions"]] == [
        codecs.TRANSPORT_CC,
        codecs.ORIENTATION,
        codecs.PLAYOUT_DELAY,
    ]


def test_a_viewer_without_rtx_is_offered_the_stream_alone() -> None:
    published = ortc.published("video", CHROME["video"], ROUTER)
    capabilities = write(ROUTER)
    capabilities["codecs"] = [each for each in capabilities["codecs"] if "rtx" not in each["mimeType"]]
    answer = received(published, capabilities)
    assert answer.rtx_payload_type is None
    assert write(answer.parameters)["encodings"] == [{"ssrc": 11, "dtx": False}]


def test_a_viewer_that_cannot_decode_is_refused() -> None:
    published = ortc.published("video", CHROME["video"], ROUTER)
    with pytest.raises(SfuError, match="cannot_consume") as refusal:
        received(published, {"codecs": [], "headerExtensions": None})
    assert refusal.value.data == {"producer": "p"}


def test_pymediasoup_accepts_our_capabilities_and_parameters() -> None:
    capabilities = TheirCapabilities(**write(ROUTER))
    extended = getExtendedRtpCapabilities(TheirCapabilities(**write(ROUTER)), capabilities)
    theirs = getRecvRtpCapabilities(extended).model_dump()
    published = ortc.published("video", CHROME["video"], ROUTER)
    parameters = TheirParameters(**write(received(published, theirs).parameters))
    assert parameters.encodings[0].ssrc == 11
    theirs = TheirParameters(**CHROME["audio"]).model_dump()
    assert ortc.published("audio", theirs, ROUTER).payload_type == 111


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("video", {"codecs": []}),
        ("video", {"codecs": "VP8"}),
        ("video", {"encodings": [{"ssrc": 0}]}),
        ("video", {"encodings": [{"ssrc": 1 << 32}]}),
        ("video", {"encodings": [{"ssrc": 1, "rtx": {"ssrc": 1}}]}),
        ("video", {"encodings": [{"rid": "a"}, {"rid": "a"}]}),
        ("video", {"encodings": [{"rid": "a"}, {}]}),
        ("video", {"encodings": [{"rid": str(n)} for n in range(5)]}),
        ("video", {"encodings": [{"rid": "a", "scaleResolutionDownBy": 0.5}]}),
        ("video", {"mid": None}),
        ("video", {"mid": ""}),
        ("video", {"mid": "я"}),
        ("video", {"mid": "m" * 33}),
        ("video", {"headerExtensions": [{"uri": "a", "id": 15}]}),
        ("video", {"headerExtensions": [{"uri": "a", "id": 1}, {"uri": "b", "id": 1}]}),
        ("video", {"headerExtensions": [{"uri": "a", "id": 1, "encrypt": True}]}),
        ("audio", {"codecs": [{**CHROME["audio"]["codecs"][0], "payloadType": 72}]}),
    ],
)
def test_bad_parameters_are_refused(kind: ortc.MediaKind, changes: dict[str, Any]) -> None:
    with pytest.raises(SfuError, match="bad_parameters"):
        ortc.published(kind, changed(kind, **changes), ROUTER)


def test_an_unknown_codec_is_refused_by_its_name() -> None:
    wanted = [{"mimeType": "video/AV1", "payloadType": 45, "clockRate": 90000}]
    with pytest.raises(SfuError, match="unsupported_codec") as refusal:
        ortc.published("video", changed("video", codecs=wanted), ROUTER)
    assert refusal.value.data == {"kind": "video", "mime_type": "video/AV1"}
    with pytest.raises(SfuError, match="unsupported_codec"):
        ortc.published("audio", CHROME["video"], ROUTER)
    with pytest.raises(SfuError, match="bad_parameters"):
        ortc.read_kind("data")


words = st.text(max_size=5)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(words, children, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(sorted(CHROME["video"])), anything)
def test_whatever_a_field_holds_is_understood_or_refused(name: str, value: object) -> None:
    with suppress(SfuError):
        ortc.published("video", {**CHROME["video"], name: value}, ROUTER)


@given(anything)
def test_whatever_capabilities_are_sent_are_understood_or_refused(value: object) -> None:
    published = ortc.published("audio", CHROME["audio"], ROUTER)
    for capabilities in (value, {"codecs": value}, {**write(ROUTER), "headerExtensions": value}):
        with suppress(SfuError):
            received(published, capabilities)
