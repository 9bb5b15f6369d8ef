"""Losses on both sides, in seeded patterns: what is lost is asked for, sent again, and fits its place."""

import random
from itertools import pairwise

from rooms.sfu import rtcp
from rooms.sfu.messages import ConsumerLayer
from rooms.sfu.rtp import RtpPacket, Vp8
from tests.rooms.sfu.media import (
    OPUS_PT,
    RTX_PT,
    SIMULCAST,
    Call,
    Camera,
    audio_parameters,
    packet,
    payload,
    video_parameters,
)

ONE = [{"ssrc": 9, "rtx": {"ssrc": 10}}]


def unwrapped(packets: list[RtpPacket], rtx: int) -> dict[int, bytes]:
    """Sequence number to payload, retransmissions included."""
    found: dict[int, bytes] = {}
    for each in packets:
        body = payload(each)
        if each.payload_type == rtx:
            found[int.from_bytes(body[:2], "big")] = body[2:]
        else:
            found[each.sequence] = body
    return found


def test_a_publishers_lost_packets_are_asked_for_and_mended() -> None:
    chance = random.Random(4)
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    camera = Camera(9, named=False, sequence=65500)
    count, rtx_sequence, seen = 0, 0, {}
    for frame in range(200):
        made = camera.frame(key=not frame, packets=3)
        count += len(made)
        call.send([data for data in made if not frame or chance.random() > 0.1])
        call.wait(0.04)
        for report in call.up.reports():
            if isinstance(report, rtcp.Nack):
                for sequence in report.missing:
                    rtx_sequence += 1
                    if chance.random() > 0.1:
                        call.send([camera.retransmission(sequence, rtx_ssrc=10, rtx_sequence=rtx_sequence)])
        seen.update(unwrapped(call.down.packets(), 102))
    # The last packets of all are followed by nothing that would show a gap.
    assert count - 3 <= len(seen) <= count
    pictures = [
        Vp8(body).picture for _, body in sorted(seen.items(), key=lambda item: (item[0] - 65500) & 0xFFFF)
    ]
    assert all(0 <= (after - before) & 0x7FFF <= 1 for before, after in pairwise(pictures))


def test_a_packet_that_its_publisher_never_sends_again_is_made_up_for_by_a_key_frame() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    camera, asked = Camera(9, named=False), []
    call.send(camera.frame(key=True))
    call.up.reports()
    for frame in range(40):
        made = camera.frame(packets=3)
        call.send(made[:1] + made[2:] if frame == 5 else made)
        call.wait(0.05)
        asked += [frame for report in call.up.reports() if isinstance(report, rtcp.KeyFrameRequest)]
    # Asked for as often as a jitter buffer would wait: a second after frame 5.
    assert 15 <= asked[0] <= 27


def test_a_retransmission_whose_original_came_is_not_forwarded_nor_counted() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True, packets=5))
    call.down.packets()
    for number in range(50):
        call.send([camera.retransmission(camera.sequence, rtx_ssrc=10, rtx_sequence=number)])
    call.send([packet(payload_type=RTX_PT, sequence=60, timestamp=1, ssrc=10, body=b"")])
    assert call.down.packets() == []
    call.wait(0.6)
    rate = call.router.stats(call.now)["up"]["producers"]["p"]["layers"][0]["bitrate"]
    assert rate < 8 * 5 * 100 / 0.5


def test_a_duplicate_is_forwarded_once() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    call.send(Camera(9, named=False).frame(key=True) * 3)
    assert len(call.down.packets()) == 1


def test_a_viewers_losses_are_mended_across_a_layer_switch() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    parameters = call.watch(size=(320, 180))
    ssrc = parameters["encodings"][0]["ssrc"]
    low = Camera(1, "r0", size=(320, 180), sequence=65530)
    high = Camera(3, "r2", size=(1280, 720), sequence=100)
    sent: dict[int, bytes] = {}
    for frame in range(20):
        if frame == 10:
            call.router.set_consumer_size("c", 1280, 720, call.now)
        for data in low.frame(key=not frame, packets=2) + high.frame(key=frame in (0, 12), packets=2):
            call.send([data])
        call.wait(0.04)
        sent.update(unwrapped(call.down.packets(), 102))
    numbers = sorted(sent)
    assert numbers == list(range(numbers[0], numbers[0] + 42))
    call.viewer.receive_rtcp(rtcp.nack(1, ssrc, numbers), call.now)
    again = call.down.packets()
    assert {each.ssrc for each in again} == {parameters["encodings"][0]["rtx"]["ssrc"]}
    assert [each.sequence for each in again] == list(range(again[0].sequence, again[0].sequence + 42))
    assert unwrapped(again, 102) == sent
    call.viewer.receive_rtcp(rtcp.nack(1, ssrc, numbers), call.now)
    assert call.down.packets() == []


def test_nacks_of_what_was_never_sent_are_ignored() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    parameters = call.watch()
    call.send(Camera(9, named=False).frame(key=True))
    call.down.packets()
    for missing in ([5000], [65000], list(range(3000, 60000, 3000))):
        call.viewer.receive_rtcp(rtcp.nack(1, parameters["encodings"][0]["ssrc"], missing), call.now)
        call.viewer.receive_rtcp(rtcp.nack(1, 12345, missing), call.now)
    assert call.down.packets() == []


def test_a_layer_that_dies_is_replaced_within_half_a_second() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    call.watch(size=(1280, 720))
    low, high = Camera(1, "r0", size=(320, 180)), Camera(3, "r2", size=(1280, 720))
    for frame in range(10):
        call.send(low.frame(key=not frame) + high.frame(key=not frame))
        call.wait(0.05)
    assert call.told[-1] == ConsumerLayer("c", 2)
    call.up.reports()
    died = call.now
    while rtcp.KeyFrameRequest(1) not in call.up.reports():
        call.send(low.frame())
        call.wait(0.05)
    assert call.now - died < 0.5
    call.send(low.frame(key=True))
    assert call.told[-1] == ConsumerLayer("c", 0)
    for frame in range(10):
        call.send(low.frame() + high.frame(key=not frame))
        call.wait(0.05)
    call.send(high.frame(key=True))
    assert call.told[-1] == ConsumerLayer("c", 2)


def test_a_slow_shared_screen_does_not_die_between_two_frames() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    call.watch()
    camera = Camera(9, named=False)
    call.send(camera.frame(key=True))
    call.wait(3.0)
    call.send(camera.frame())
    assert len(call.down.packets()) == 2


def test_a_publisher_is_told_of_its_losses_each_second() -> None:
    call = Call.start()
    call.publish("video", video_parameters(ONE))
    camera = Camera(9, named=False, sequence=100)
    made = camera.frame(key=True, packets=20)
    call.send(made[:10] + made[15:])
    call.wait(1.1)
    blocks = [
        block
        for report in call.up.reports()
        if isinstance(report, rtcp.ReceiverReport)
        for block in report.blocks
    ]
    assert [(block.ssrc, block.lost) for block in blocks] == [(9, 5)]
    call.wait(5.0)
    assert not any(isinstance(report, rtcp.ReceiverReport) for report in call.up.reports())


def test_sound_is_sent_again_byte_for_byte() -> None:
    # It has no stream of its own for this: SRTP must never see two plaintexts under one number.
    call = Call.start()
    call.publish("audio", audio_parameters())
    ssrc = call.watch()["encodings"][0]["ssrc"]
    for number in range(5):
        call.send(
            [packet(payload_type=OPUS_PT, sequence=number, timestamp=960 * number, ssrc=500, body=b"opus")]
        )
    sent, call.down.rtp = call.down.rtp, []
    call.now += 1.0
    call.viewer.receive_rtcp(rtcp.nack(1, ssrc, [1, 2]), call.now)
    assert call.down.rtp == sent[1:3]


def sounds(call: Call, numbers: range, *, without: tuple[int, ...] = ()) -> None:
    for number in numbers:
        if number not in without:
            body = b"opus"
            call.send(
                [packet(payload_type=OPUS_PT, sequence=number, timestamp=960 * number, ssrc=500, body=body)]
            )
        call.wait(0.02)


def told_loss(call: Call) -> list[tuple[float, int]]:
    """What the publisher's latest report said of his sound."""
    reports = [report for report in call.up.reports() if isinstance(report, rtcp.ReceiverReport)]
    return [(round(block.lost_share, 2), block.lost) for block in reports[-1].blocks]


def test_a_viewers_lost_sound_is_told_to_the_speakers_browser_which_then_adds_fec() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    ssrc = call.watch()["encodings"][0]["ssrc"]
    sounds(call, range(60))
    assert told_loss(call) == [(0.0, 0)]
    heard = [each.sequence for each in call.down.packets()]
    # What is mended by NACK counts as received in the viewer's own report.
    call.viewer.receive_rtcp(rtcp.nack(1, ssrc, heard[10:16]), call.now)
    block = rtcp.ReportBlock(ssrc, 0.0, 0, 1, 0, 0, 0)
    call.viewer.receive_rtcp(rtcp.receiver_report(1, [block]), call.now)
    sounds(call, range(60, 120))
    assert told_loss(call) == [(0.1, 0)]
    call.viewer.receive_rtcp(rtcp.receiver_report(1, [block]), call.now)
    sounds(call, range(120, 180))
    assert told_loss(call) == [(0.0, 0)]


def test_sound_that_the_speaker_sent_again_counts_as_lost() -> None:
    call = Call.start()
    call.publish("audio", audio_parameters())
    call.watch()
    lost = (5, 15, 25, 35)
    sounds(call, range(40), without=lost)
    asked = [report for report in call.up.reports() if isinstance(report, rtcp.Nack)]
    assert {sequence for report in asked for sequence in report.missing} == set(lost)
    for number in lost:
        sounds(call, range(number, number + 1))
    sounds(call, range(40, 60))
    assert len(call.down.packets()) == 60
    assert told_loss(call)[0][0] > 0.0
