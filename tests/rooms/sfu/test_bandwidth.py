"""How much a viewer's link carries, and what that buys."""

import itertools

from rooms.sfu import rtcp
from rooms.sfu.bandwidth import NOTHING, Demand, Downlink, allocate
from rooms.sfu.messages import ConsumerLayer
from tests.rooms.sfu.media import SIMULCAST, Call, Camera, video_parameters

RATES = {0: 100e3, 1: 400e3, 2: 1500e3}


def test_nothing_is_held_back_until_the_viewer_complains() -> None:
    link = Downlink()
    link.estimated(3e6, 1e6, 0.0)
    link.lost(0.05, 1e6, 0.0)
    assert link.budget is None


def test_a_young_estimate_says_nothing() -> None:
    link = Downlink()
    link.estimated(1e6, 1e6, 0.0)
    link.estimated(3e5, 1e6, 1.0)
    assert link.budget is None


def test_an_estimate_that_never_was_high_says_nothing() -> None:
    # It rises by 8 % each second at most: what is sent may be far ahead of it.
    link = Downlink()
    for tick in range(100):
        link.estimated(3e5 * 1.008**tick, 2e6, tick / 10)
    assert link.budget is None


def test_an_estimate_that_falls_far_under_what_is_sent_is_believed() -> None:
    link = Downlink()
    link.estimated(2e6, 1e6, 0.0)
    link.estimated(3e5, 1e6, 3.0)
    assert link.budget == 3e5


def test_a_small_fall_is_believed_when_it_repeats() -> None:
    link = Downlink()
    link.estimated(2e6, 1e6, 0.0)
    link.estimated(8e5, 1e6, 3.0)
    assert link.budget is None
    link.estimated(9e5, 1e6, 4.0)
    link.estimated(7.5e5, 1e6, 5.0)
    assert link.budget == 7.5e5


def test_the_queue_that_was_left_is_not_held_against_the_smaller_layer() -> None:
    link = Downlink()
    link.estimated(2e6, 1e6, 0.0)
    link.estimated(3e5, 1e6, 3.0)
    link.estimated(1e5, 3e5, 4.0)
    link.lost(0.5, 3e5, 4.3)
    assert link.budget == 3e5


def test_heavy_loss_twice_is_believed_and_once_is_not() -> None:
    link = Downlink()
    link.lost(0.2, 1e6, 0.0)
    link.lost(0.0, 1e6, 1.0)
    link.lost(0.2, 1e6, 2.0)
    assert link.budget is None
    link.lost(0.2, 1e6, 3.0)
    assert link.budget == 800e3


def test_an_outage_is_believed_at_once() -> None:
    link = Downlink()
    link.estimated(3e5, 1e6, 0.0)
    link.lost(0.5, 1e6, 0.1)
    assert link.budget == 0.7 * 3e5


def full() -> Downlink:
    link = Downlink()
    link.lost(0.3, 1e6, 0.0)
    link.lost(0.3, 1e6, 0.0)
    return link


def test_one_more_is_tried_and_kept_when_it_goes_well() -> None:
    link = full()
    link.try_more(2e6, 1.0)
    assert link.budget == 700e3
    link.try_more(2e6, 4.0)
    assert link.budget == 2e6
    link.lost(0.0, 2e6, 6.0)
    link.try_more(3e6, 8.1)
    assert (link.budget, link.limit) == (2e6, 2e6)


def test_a_trial_that_goes_wrong_is_taken_back_and_repeated_ever_more_seldom() -> None:
    link, now, tries = full(), 0.0, []
    while now < 200.0:
        now += 0.5
        link.try_more(2e6, now)
        if link.budget == 2e6:
            tries.append(now)
            link.lost(0.2, 2e6, now + 0.4)
            assert link.budget == 700e3
    pauses = [round(after - before) for before, after in itertools.pairwise(tries)]
    assert pauses[:4] == [8, 16, 32, 64]


def test_a_trial_that_only_fills_a_deep_queue_is_taken_back() -> None:
    link = full()
    link.delayed(0.05, 3.0)
    link.try_more(2e6, 4.0)
    link.delayed(0.1, 5.0)
    assert link.budget == 2e6
    link.delayed(0.2, 6.0)
    assert link.budget == 700e3


def test_a_trial_is_kept_though_the_estimate_does_not_rise() -> None:
    link = full()
    for tick in range(30):
        link.estimated(5e5, 2e6, 3.0 + tick / 2)
        link.try_more(2e6, 3.0 + tick / 2)
    assert link.budget == 2e6


def test_sound_comes_first_and_the_largest_tile_next() -> None:
    demands = [Demand("small", 100, 2, RATES), Demand("large", 900, 2, RATES)]
    assert allocate(demands, 50e3, 5e6).caps == {"large": 2, "small": 2}
    assert allocate(demands, 50e3, 1.8e6).caps == {"large": 2, "small": 0}
    assert allocate(demands, 50e3, 600e3).caps == {"large": 1, "small": 0}
    assert allocate(demands, 50e3, 160e3).caps == {"large": 0, "small": NOTHING}
    assert allocate(demands, 50e3, 120e3).caps == {"large": 0, "small": NOTHING}
    assert allocate(demands, 50e3, 60e3).caps == {"large": NOTHING, "small": NOTHING}


def test_what_is_sent_already_is_kept_when_its_rate_rises_a_little() -> None:
    assert allocate([Demand("a", 1, 2, RATES)], 50e3, 420e3).caps == {"a": 0}
    assert allocate([Demand("a", 1, 2, RATES, current=1)], 50e3, 420e3).caps == {"a": 1}
    assert allocate([Demand("a", 1, 2, RATES, current=1)], 50e3, 300e3).caps == {"a": 0}


def test_what_the_next_improvement_needs_is_told() -> None:
    allocation = allocate([Demand("a", 1, 2, RATES)], 50e3, 500e3)
    assert allocation.caps == {"a": 1}
    assert allocation.needed is not None
    assert 1500e3 + 50e3 <= allocation.needed <= 1600e3
    assert allocate([Demand("a", 1, 0, RATES)], 50e3, 500e3).needed is None


def test_a_picture_that_does_not_arrive_costs_nothing() -> None:
    assert allocate([Demand("a", 1, 2, {})], 0.0, 1e3).caps == {"a": 2}


def test_a_viewer_whose_link_is_full_is_sent_a_smaller_layer_and_later_more_again() -> None:
    call = Call.start()
    call.publish("video", video_parameters(SIMULCAST))
    ssrc = call.watch(size=(1280, 720))["encodings"][0]["ssrc"]
    low, high = Camera(1, "r0", size=(320, 180)), Camera(3, "r2", size=(1280, 720))

    def play(seconds: float, share: float) -> None:
        for tick in range(int(seconds * 20)):
            fresh = tick % 10 == 0
            call.send(low.frame(key=fresh) + high.frame(key=fresh, packets=12))
            call.wait(0.05)
            if tick % 20 == 19:
                block = rtcp.ReportBlock(ssrc, share, 0, 1, 0, 0, 0)
                call.viewer.receive_rtcp(rtcp.receiver_report(1, [block]), call.now)

    play(3.0, 0.0)
    assert call.told[-1] == ConsumerLayer("c", 2)
    play(4.0, 0.2)
    assert call.told[-1] == ConsumerLayer("c", 0)
    play(30.0, 0.0)
    assert call.told[-1] == ConsumerLayer("c", 2)
