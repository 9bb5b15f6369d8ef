"""What a viewer gets: pauses, sizes, key frames, reports, and nobody else's failures."""

import logging

import pytest

from rooms.sfu import rtcp
from rooms.sfu.burst import Burst
from rooms.sfu.messages import ActiveSpeaker, ConsumerLayer
from rooms.sfu.rtp import Vp8
from tests.rooms.sfu.media import (
    LEVEL_ID,
    MID_ID,
    OPUS_PT,
    SIMULCAST,
    Call,
    Camera,
    Wire,
    audio_parameters,
    packet,
    payload,
    video_parameters,
)

ONE = [{"ssrc": 9, "rtx": {"ssrc": 10}}]
NTP_SECOND = 1 << 32


class BrokenWire(Wire):
    def send_burst(self, burst: Burst) -> None:
        raise ValueError(f"cannot send {len(burst)} packets")


def requests(call: Call) -> list[int]:
    """The SSRCs whose key frames were asked for."""
    return [report.ssrc for report in call.up.reports() if isinstance(report, rtcp.KeyFrameRequest)]


def report(ssrc: int, *, second: float, timestamp: int) -> bytes:
    return rtcp.sender_report(rtcp.SenderReport(ssrc, int(second * NTP_SECOND), timestamp, 1, 1))


def test_one_viewer_that_fails_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    broken = call.router.add_transport("broken", BrokenWire(), call.now)
    broken.connected(call.now)
    broken.consume("first", "p", call.router.rtp_capabilities, call.now)
    call.router.resume_consumer("first", call.now)
    call.watch()
    camera = Camera(9, named=False)
    with caplog.at_level(logging.ERROR):
        call.send(camera.frame(key=True) + camera.frame())
    assert len(call.down.packets()) == 2
    assert call.router.stats(call.now)["broken"]["consumers"]["first"]["failed"] == 2
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert "cannot send" in caplog.text


def test_a_pause_and_a_resume_leave_no_gap_in_the_numbers() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    call.router.pause_consumer("c", call.now)
    for _ in range(30):
        call.send(camera.frame())
        call.wait(0.05)
    call.up.reports()
    call.router.resume_consumer("c", call.now)
    assert requests(call) == [9]
    call.send(camera.frame())
    call.send(camera.frame(key=True))
    before, after = call.down.packets()
    assert after.sequence - before.sequence == 1
    assert after.timestamp - before.timestamp == 4500 * 32
    assert Vp8(payload(after)).picture - Vp8(payload(before)).picture == 1
    assert call.told == [ConsumerLayer("c", 0), ConsumerLayer("c", None), ConsumerLayer("c", 0)]


def test_a_tile_that_is_not_visible_gets_nothing() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch(size=(320, 180))
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    call.router.set_consumer_size("c", 0, 0, call.now)
    call.send(camera.frame(key=True))
    assert len(call.down.packets()) == 1
    call.router.set_consumer_size("c", 320, 180, call.now)
    call.send(camera.frame(key=True))
    assert len(call.down.packets()) == 1


def test_a_paused_producer_forwards_nothing_and_goes_on_at_a_key_frame() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    call.router.pause_producer("p", call.now)
    call.send(camera.frame(key=True))
    call.wait(1.0)
    call.up.reports()
    call.router.resume_producer("p", call.now)
    assert requests(call) == [9]
    call.send(camera.frame())
    call.send(camera.frame(key=True))
    before, after = call.down.packets()
    assert after.sequence - before.sequence == 1


def test_until_the_wanted_layer_begins_the_old_one_goes_on() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    low, high = Camera(1, "r0", size=(320, 180)), Camera(3, "r2", size=(1280, 720))
    call.send(low.frame(key=True) + high.frame(key=True))
    call.watch(size=(320, 180))
    call.send(low.frame(key=True))
    call.router.set_consumer_size("c", 1280, 720, call.now)
    for _ in range(5):
        call.send(low.frame() + high.frame())
    assert len(call.down.packets()) == 6
    call.send(high.frame(key=True) + low.frame() + high.frame())
    assert len(call.down.packets()) == 2


def test_many_viewers_wishes_make_one_request_which_is_repeated_until_a_key_frame_comes() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    call.wait(1.0)
    call.up.reports()
    for number in range(20):
        call.watch(consumer=f"c{number}")
    assert requests(call) == [9]
    call.wait(1.0)
    assert requests(call) == [9, 9]
    call.send(camera.frame(key=True))
    call.wait(2.0)
    assert requests(call) == []
    assert len(call.down.packets()) == 20


def test_a_viewers_key_frame_request_is_passed_on_to_its_layer() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    ssrc = call.watch()["encodings"][0]["ssrc"]
    call.send(Camera(9, named=False).frame(key=True))
    call.wait(1.0)
    call.up.reports()
    call.viewer.receive_rtcp(rtcp.picture_loss(1, ssrc), call.now)
    assert requests(call) == [9]


def test_before_the_transport_is_connected_nothing_is_sent() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    wire = Wire()
    late = call.router.add_transport("late", wire, call.now)
    late.consume("c", "p", call.router.rtp_capabilities, call.now)
    call.router.resume_consumer("c", call.now)
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    assert wire.packets() == []
    call.wait(1.0)
    call.up.reports()
    late.connected(call.now)
    assert requests(call) == [9]
    call.send(camera.frame(key=True))
    assert len(wire.packets()) == 1


def test_layers_with_other_clocks_are_joined_through_their_sender_reports() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    low = Camera(1, "r0", size=(320, 180), timestamp=1_000_000)
    high = Camera(3, "r2", size=(1280, 720), timestamp=4_294_960_000)
    call.send(low.frame(key=True) + high.frame(key=True))
    call.watch(size=(320, 180))
    call.publisher.receive_rtcp(report(1, second=1000.0, timestamp=1_004_500), call.now)
    call.publisher.receive_rtcp(report(3, second=1001.0, timestamp=4_294_964_500 + 90_000), call.now)
    call.send(low.frame(key=True) + high.frame())
    call.router.set_consumer_size("c", 1280, 720, call.now)
    # Arrival is late by 0.7 s of congestion: only the reports tell that one frame has passed.
    call.wait(0.7)
    call.send(high.frame(key=True))
    before, after = call.down.packets()
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 4500


def test_sound_and_picture_of_a_peer_are_reported_on_one_clock() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.publish("audio", audio_parameters(), "voice")
    picture = call.watch("p", "picture")
    sound = call.watch("voice", "sound")
    assert picture["rtcp"]["cname"] == sound["rtcp"]["cname"]
    camera = Camera(9, named=False, timestamp=1000)
    call.publisher.receive_rtcp(report(9, second=50.0, timestamp=5500), call.now)
    call.publisher.receive_rtcp(report(500, second=50.0, timestamp=960), call.now)
    call.send(camera.frame(key=True))
    call.send([packet(payload_type=OPUS_PT, sequence=1, timestamp=960, ssrc=500, body=b"opus")])
    call.wait(1.1)
    reports = {r.ssrc: r for r in call.down.reports() if isinstance(r, rtcp.SenderReport)}
    video, audio = (reports[each["encodings"][0]["ssrc"]] for each in (picture, sound))
    elapsed = (video.ntp - 50 * NTP_SECOND) / NTP_SECOND
    assert video.timestamp == pytest.approx(5500 + elapsed * 90_000, abs=2)
    elapsed = (audio.ntp - 50 * NTP_SECOND) / NTP_SECOND
    assert audio.timestamp == pytest.approx(960 + elapsed * 48_000, abs=2)
    assert (video.packets, audio.packets) == (1, 1)


def test_the_round_trip_is_learned_from_the_viewers_reports() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    ssrc = call.watch()["encodings"][0]["ssrc"]
    call.publisher.receive_rtcp(report(9, second=50.0, timestamp=1), call.now)
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    for _ in range(20):
        call.send(camera.frame())
        sent = None
        while sent is None:
            call.wait(0.02)
            sent = next((r for r in call.down.reports() if isinstance(r, rtcp.SenderReport)), None)
        call.now += 0.03
        block = rtcp.ReportBlock(ssrc, 0.0, 0, 1, 0, sent.ntp >> 16 & 0xFFFFFFFF, 0)
        call.viewer.receive_rtcp(rtcp.receiver_report(1, [block]), call.now)
    assert call.router.stats(call.now)["down"]["consumers"]["c"]["round_trip"] == pytest.approx(
        0.03, abs=0.01
    )


def test_who_speaks_is_told_and_silence_too() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    for number in range(50):
        level = {MID_ID: b"0", LEVEL_ID: bytes([0x80 | 20])}
        call.send(
            [
                packet(
                    payload_type=OPUS_PT, sequence=number, timestamp=0, ssrc=500, body=b"x", extensions=level
                )
            ]
        )
        call.wait(0.02)
    call.wait(5.0)
    assert call.told == [ActiveSpeaker("room", "p"), ActiveSpeaker("room", None)]


def test_any_bytes_from_a_publisher_or_viewer_are_survived() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    for data in (b"", b"\x80", bytes(40), b"\x90\x60" + bytes(8), b"\x81\xcd\x00\x01" + bytes(4)):
        call.publisher.receive_rtp(data, call.now, call.now)
        call.publisher.receive_rtcp(data, call.now)
        call.viewer.receive_rtcp(data, call.now)
    call.send([packet(payload_type=96, sequence=1, timestamp=1, ssrc=9, body=b"\x80")])
    call.send([packet(payload_type=96, sequence=2, timestamp=1, ssrc=9, body=b"")])
    assert call.down.packets() == []
