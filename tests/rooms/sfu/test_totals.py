"""What a worker says of itself as a whole: few figures, and every drop under its reason."""

from dataclasses import fields

from rooms.sfu import rtcp
from rooms.sfu.counters import NO_DROPS, Counters
from rooms.sfu.spread import Spread
from rooms.sfu.totals import LOSSES, totals
from tests.rooms.sfu.calls import running_worker
from tests.rooms.sfu.media import Call, Camera, video_parameters


def test_a_value_is_counted_under_the_first_bound_that_holds_it() -> None:
    spread = Spread((1, 2, 5))
    for value in (-0.5, 0, 1, 1.5, 5, 5.1):
        spread.add(value)
    assert spread.stats() == {"bounds": [1, 2, 5], "counts": [3, 1, 1, 1], "total": 12.6}
    assert (spread.take_worst(), spread.take_worst()) == (5.1, 0.0)


def test_the_totals_count_people_s_media_by_kind_and_layer_and_loss_of_what_is_sent() -> None:
    call = Call.start()
    call.publish("video", video_parameters([{"ssrc": 9, "rtx": {"ssrc": 10}}]))
    before = totals([call.router])
    assert (before["routers"], before["producers"], before["consumers"]["video"]) == (1, {"video": 1}, {})
    ssrc = call.watch()["encodings"][0]["ssrc"]
    assert totals([call.router])["consumers"]["video"] == {"none": 1}
    call.send(Camera(9, named=False).frame(key=True))
    block = rtcp.ReportBlock(ssrc, 0.25, 1, 1, 0, 0, 0)
    call.viewer.receive_rtcp(rtcp.receiver_report(1, [block]), call.now)
    after = totals([call.router])
    assert after["consumers"] == {"audio": {}, "video": {"0": 1}}
    assert sum(after["roundTrip"]["counts"]) == 1
    assert [count for bound, count in zip(LOSSES, after["loss"]["counts"], strict=False) if bound == 0.5] == [
        1
    ]


async def test_a_worker_tells_its_totals_with_how_late_its_loop_is_and_what_it_uses() -> None:
    async with running_worker() as caller:
        await caller.worker.create_router("room")
        await caller.worker.create_transport("room", "a")
        told = await caller.worker.totals()
        assert (told["routers"], told["transports"], told["internalErrors"]) == (1, {"new": 1}, 0)
        assert told["usage"]["cpu"] > 0
        assert set(told["datagrams"]) == {field.name for field in fields(Counters)}
        while not sum(told["delays"]["counts"]):
            told = await caller.worker.totals()


def test_what_is_no_drop_is_a_counter_that_exists() -> None:
    assert {field.name for field in fields(Counters)} > NO_DROPS
