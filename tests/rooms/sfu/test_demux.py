"""Which layer a packet belongs to: learned by MID and RID when no SSRC was declared (simulcast)."""

import struct

from rooms.sfu import rtcp
from tests.rooms.sfu.media import RTX_PT, SIMULCAST, Call, Camera, packet, payload, video_parameters


def simulcast() -> Call:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    return call


def layers(call: Call) -> list[tuple[int, int]]:
    """Media and retransmission SSRC of each layer."""
    return [(layer.ssrc, layer.rtx_ssrc) for layer in call.publisher.producers["p"].layers]


def test_simulcast_layers_are_learned_by_mid_and_rid() -> None:
    call = simulcast()
    for ssrc, rid in ((7, "r1"), (8, "r0"), (9, "r2")):
        call.send(Camera(ssrc, rid).frame(key=True))
    assert layers(call) == [(8, 0), (7, 0), (9, 0)]


def test_a_learned_layer_needs_no_names_any_more() -> None:
    call = simulcast()
    camera = Camera(7, "r0")
    call.send(camera.frame(key=True))
    camera.named = False
    call.send(camera.frame())
    assert call.publisher.unknown == 0


def test_the_first_retransmission_teaches_its_ssrc_and_is_used() -> None:
    call = simulcast()
    call.watch()
    camera = Camera(7, "r0", sequence=10)
    call.send(camera.frame(key=True))
    lost = camera.frame()
    call.send(camera.frame())
    call.down.packets()
    call.send([camera.retransmission(camera.sequence - 1, rtx_ssrc=70, rtx_sequence=5)])
    assert layers(call)[0] == (7, 70)
    (mended,) = call.down.packets()
    assert payload(mended)[6:] == lost[0][-50:]


def test_media_of_nobody_is_dropped_without_acknowledgement() -> None:
    call = simulcast()
    for camera in (Camera(7, "r9"), Camera(8, "r0", mid="8"), Camera(9, named=False)):
        call.send(camera.frame(key=True, wide=1))
    call.wait(1.0)
    assert layers(call) == [(0, 0), (0, 0), (0, 0)]
    assert call.publisher.unknown == 3
    assert call.up.reports() == []


def test_media_before_produce_is_dropped_and_a_key_frame_asked_for_on_resume() -> None:
    call = Call.start()
    camera = Camera(7, "r0")
    call.send(camera.frame(key=True))
    call.publish("video", video_parameters(SIMULCAST))
    call.send(camera.frame())
    call.watch()
    assert call.up.reports() == [rtcp.KeyFrameRequest(7)]


def test_a_layer_that_changes_its_ssrc_begins_anew_at_a_key_frame() -> None:
    call = simulcast()
    call.watch()
    call.send(Camera(7, "r0", sequence=10).frame(key=True))
    before = call.down.packets()[-1]
    again = Camera(77, "r0", sequence=3000, timestamp=5)
    call.send(again.frame())
    assert call.down.packets() == []
    call.now += 0.05
    call.send(again.frame(key=True))
    (after,) = call.down.packets()
    assert layers(call)[0] == (77, 0)
    assert after.sequence == (before.sequence + 1) & 0xFFFF
    assert 0 < (after.timestamp - before.timestamp) & 0xFFFFFFFF <= 9000


def test_an_unknown_payload_type_teaches_nothing() -> None:
    call = simulcast()
    names = Camera(7, "r0").extensions()
    call.send([packet(payload_type=35, sequence=1, timestamp=1, ssrc=7, body=b"x", extensions=names)])
    assert layers(call)[0] == (0, 0)


def test_a_closed_producers_packets_are_unknown() -> None:
    call = simulcast()
    camera = Camera(7, "r0")
    call.send(camera.frame(key=True))
    call.router.close_producer("p", call.now)
    call.send(camera.frame())
    assert call.publisher.unknown == 1


def test_a_declared_retransmission_stream_is_known_from_the_start() -> None:
    call = Call.start()
    call.publish("video", video_parameters([{"ssrc": 9, "rtx": {"ssrc": 10}}]))
    call.watch()
    camera = Camera(9, sequence=10, named=False)
    call.send(camera.frame(key=True))
    camera.frame()
    call.send(camera.frame())
    call.down.packets()
    probe = packet(payload_type=RTX_PT, sequence=1, timestamp=1, ssrc=10, body=struct.pack("!H", 11))
    call.send([probe, camera.retransmission(12, rtx_ssrc=10, rtx_sequence=2)])
    assert len(call.down.packets()) == 1
