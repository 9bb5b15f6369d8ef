"""What a worker tells of each transport: what came, what was sent, how it fared, what was held back."""

import pytest

from rooms.sfu import bandwidth, rtcp
from rooms.sfu.traffic import traffic
from tests.rooms.sfu.calls import running_worker
from tests.rooms.sfu.media import SIMULCAST, Call, Camera, video_parameters


def test_packets_losses_round_trip_and_pictures_of_a_viewer_are_told() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    ssrc = call.watch(size=(1280, 720))["encodings"][0]["ssrc"]
    camera = Camera(3, "r2", size=(1280, 720))
    for number in range(20):
        call.send(camera.frame(key=not number, packets=5))
        call.wait(0.05)
    newest = call.down.packets()[-1].sequence
    call.viewer.receive_rtcp(rtcp.nack(1, ssrc, [newest]), call.now)
    block = rtcp.ReportBlock(ssrc, 0.25, 1, 1, 0, 0, 0)
    call.viewer.receive_rtcp(rtcp.receiver_report(1, [block]), call.now)
    seen = {"lost": 0.25, "roundTrip": 0.1, "limit": None, "pictures": 1, "smaller": 0, "held": 0}
    seen |= {"came": 0, "missing": 0}
    assert traffic([call.router], call.now)["down"] == {"packets": 100, "resent": 1, **seen}


def test_what_came_from_a_publisher_and_what_did_not_is_told_and_who_carries_nothing_is_left_out() -> None:
    call = Call.start()
    assert traffic([call.router], call.now) == {}
    call.publish("video", video_parameters([{"ssrc": 9, "rtx": {"ssrc": 10}}]))
    (told,) = traffic([call.router], call.now).values()
    assert (told["came"], told["missing"]) == (0, 0)
    camera = Camera(9, named=False)
    frames = [packet for number in range(4) for packet in camera.frame(key=not number, packets=5)]
    call.send(frames[:7] + frames[9:])
    (told,) = traffic([call.router], call.now).values()
    assert (told["came"], told["missing"], told["packets"], told["pictures"]) == (18, 2, 0, 0)


@pytest.mark.parametrize(("cap", "smaller", "held"), [(2, 0, 0), (1, 1, 0), (bandwidth.NOTHING, 0, 1)])
def test_a_picture_under_its_tile_s_size_is_told_as_smaller_or_as_held(
    cap: int, smaller: int, held: int
) -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    call.watch(size=(1280, 720))
    call.viewer.consumers["c"].cap = cap
    told = traffic([call.router], call.now)["down"]
    assert (told["pictures"], told["smaller"], told["held"]) == (1, smaller, held)
    call.router.pause_consumer("c", call.now)
    told = traffic([call.router], call.now)["down"]
    assert (told["pictures"], told["smaller"], told["held"]) == (0, 0, 0)


def test_what_was_sent_of_a_producer_that_is_gone_still_counts() -> None:
    call = Call.start()
    call.publish("video", video_parameters([{"ssrc": 9, "rtx": {"ssrc": 10}}]))
    call.watch()
    call.send(Camera(9, named=False).frame(key=True))
    call.router.close_consumer("c", call.now)
    call.watch(consumer="again")
    assert traffic([call.router], call.now)["down"]["packets"] == 1


async def test_a_worker_is_asked_what_it_carries_and_how_late_it_was() -> None:
    async with running_worker() as caller:
        await caller.worker.create_router("room")
        await caller.worker.create_transport("room", "a")
        told = await caller.worker.traffic()
        assert told["transports"] == {}
        assert 0 <= told["late"] < 60
