"""Two endpoints of one router: what one publishes reaches the other."""

from itertools import pairwise

import pytest

from rooms.sfu import rtcp
from rooms.sfu.messages import ConsumerClosed, ConsumerLayer, ProducerClosed
from rooms.sfu.params import SfuError
from rooms.sfu.rtp import Vp8
from tests.rooms.sfu.media import (
    LEVEL_ID,
    MID_ID,
    OPUS_PT,
    SIMULCAST,
    Call,
    Camera,
    audio_parameters,
    packet,
    payload,
    video_parameters,
)


def sound(sequence: int, *, level: int = 30) -> bytes:
    return packet(
        payload_type=OPUS_PT,
        sequence=sequence,
        timestamp=960 * sequence,
        ssrc=500,
        body=b"opus",
        extensions={MID_ID: b"0", LEVEL_ID: bytes([0x80 | level])},
    )


def test_audio_reaches_the_viewer_under_its_own_ssrc_with_its_level() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    parameters = call.watch()
    call.send([sound(7), sound(8)])
    first, second = call.down.packets()
    assert payload(first) == payload(second) == b"opus"
    assert first.ssrc == parameters["encodings"][0]["ssrc"]
    assert first.payload_type == parameters["codecs"][0]["payloadType"] == 100
    assert second.sequence == (first.sequence + 1) & 0xFFFF
    assert second.timestamp - first.timestamp == 960
    assert first.extensions[6] == bytes([0x80 | 30])
    assert len(first.extensions[4]) == 3


def test_nothing_is_sent_to_a_consumer_that_was_not_resumed() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    call.viewer.consume("c", "p", call.router.rtp_capabilities, call.now)
    call.send([sound(7)])
    assert call.down.packets() == []


def test_video_begins_at_a_key_frame_that_was_asked_for() -> None:
    call = Call.start()
    call.publish("video", video_parameters([{"ssrc": 9, "rtx": {"ssrc": 10}}]))
    camera = Camera(9)
    call.send(camera.frame(key=True))
    call.wait(1.0)
    call.watch()
    assert rtcp.KeyFrameRequest(9) in call.up.reports()
    call.send(camera.frame())
    assert call.down.packets() == []
    call.send(camera.frame(key=True, packets=3))
    sent = call.down.packets()
    assert [bool(each.marker) for each in sent] == [False, False, True]
    assert Vp8(payload(sent[0])).keyframe
    assert call.told == [ConsumerLayer("c", 0)]


def test_a_layer_switch_leaves_no_seam() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    low = Camera(1, "r0", size=(320, 180), sequence=100, picture=5, tl0=9, timestamp=70_000)
    high = Camera(3, "r2", size=(1280, 720), sequence=40_000, picture=900, tl0=99, timestamp=4_000_000_000)
    call.send(low.frame(key=True) + high.frame(key=True))
    call.watch(size=(300, 170))
    call.wait(0.4)
    call.send(low.frame(key=True) + high.frame())
    call.wait(0.05)
    call.send(low.frame() + high.frame())
    call.router.set_consumer_size("c", 1280, 720, call.now)
    assert rtcp.KeyFrameRequest(3) in call.up.reports()
    call.wait(0.05)
    call.send(low.frame() + high.frame(key=True, packets=2))
    call.wait(0.05)
    call.send(low.frame() + high.frame())
    sent = call.down.packets()
    assert [each.sequence - sent[0].sequence for each in sent] == list(range(6))
    views = [Vp8(payload(each)) for each in sent]
    assert [view.picture - views[0].picture for view in views] == [0, 1, 2, 3, 3, 4]
    assert [view.tl0 - views[0].tl0 for view in views] == [0, 1, 2, 3, 3, 4]
    steps = [b.timestamp - a.timestamp for a, b in pairwise(sent)]
    assert steps[:2] == [4500, 4500]
    assert 0 < steps[2] <= 4500
    assert steps[3:] == [0, 4500]
    assert call.told[-1] == ConsumerLayer("c", 2)


def test_closing_the_producer_closes_and_announces_its_consumers() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    call.watch()
    call.router.close_producer("p", call.now)
    assert call.told == [ConsumerClosed("c")]
    with pytest.raises(SfuError, match="not_found"):
        call.router.resume_consumer("c", call.now)
    call.send([sound(9)])
    assert call.down.packets() == []


def test_closing_a_transport_closes_both_sides_and_announces_what_others_must_know() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    call.watch()
    call.publisher.close(call.now)
    call.publisher.close(call.now)
    assert call.told == [ConsumerClosed("c"), ProducerClosed("p")]
    assert list(call.router.endpoints) == ["down"]


def test_names_are_used_once() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    with pytest.raises(SfuError, match="already_exists"):
        call.publish("audio", audio_parameters(mid="7", ssrc=501))
    with pytest.raises(SfuError, match="mid_in_use"):
        call.publish("audio", audio_parameters(ssrc=501), "other")
    with pytest.raises(SfuError, match="ssrc_in_use"):
        call.publish("audio", audio_parameters(mid="7"), "other")
    with pytest.raises(SfuError, match="not_found"):
        call.viewer.consume("c", "none", call.router.rtp_capabilities, call.now)


def test_ssrcs_are_given_back_when_consumers_and_transports_close() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    before = set(call.router._ssrcs)
    for _ in range(3):
        call.watch()
        assert len(call.router._ssrcs) == len(before) + 2
        call.router.close_consumer("c", call.now)
        with pytest.raises(SfuError, match="cannot_consume"):
            call.viewer.consume("c", "p", {"codecs": [], "headerExtensions": []}, call.now)
        assert call.router._ssrcs == before
    call.router.close(call.now)
    assert call.router._ssrcs == set()
