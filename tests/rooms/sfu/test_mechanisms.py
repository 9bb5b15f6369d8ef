"""The small mechanisms, one by one: time is an argument, nothing is sent."""

from itertools import pairwise

import pytest

from rooms.sfu.feedback import FeedbackGenerator
from rooms.sfu.keyframes import KeyFrameRequests
from rooms.sfu.nack import NackGenerator
from rooms.sfu.reception import RateMeter, Reception
from rooms.sfu.resend import PacketCache, ResendLimit
from rooms.sfu.rtcp import SenderReport, TransportFeedback, parse
from rooms.sfu.rtp import MediaPacket, RtpPacket, extension_block
from rooms.sfu.sequence import Unwrapper
from rooms.sfu.timers import Repeating, Timers
from tests.rooms.sfu.media import packet


def kept(number: int) -> MediaPacket:
    data = packet(payload_type=96, sequence=number, timestamp=1, ssrc=1, body=b"x")
    return MediaPacket(RtpPacket(data), b"x", number, extension_block(0.0), None)


def test_numbers_run_on_across_the_wrap_both_ways() -> None:
    numbers = Unwrapper()
    start = numbers.unwrap(65534)
    assert [numbers.unwrap(value) - start for value in (65535, 0, 5, 65533, 1)] == [1, 2, 7, -1, 3]
    assert numbers.highest == start + 7


def test_a_gap_is_asked_for_once_two_packets_have_overtaken_it() -> None:
    nack = NackGenerator()
    nack.received(10, 0.0)
    nack.received(12, 0.001)
    assert not nack.urgent
    assert nack.due(0.002) == []
    nack.received(13, 0.003)
    assert nack.urgent
    assert nack.due(0.003) == [11]
    assert nack.due(0.004) == []


def test_a_gap_is_asked_for_when_it_is_late() -> None:
    nack = NackGenerator()
    nack.received(10, 0.0)
    nack.received(12, 0.0)
    assert nack.due(0.014) == []
    assert nack.due(0.016) == [11]


def test_a_reordered_packet_is_not_asked_for() -> None:
    nack = NackGenerator()
    for number in (10, 12, 11):
        nack.received(number, 0.0)
    assert nack.due(1.0) == []


def test_a_missing_packet_is_asked_for_each_round_trip_and_then_given_up() -> None:
    nack = NackGenerator()
    nack.received(10, 0.0)
    nack.received(14, 0.0)
    asked = [tick / 50 for tick in range(1, 100) if nack.due(tick / 50)]
    assert asked[0] == 0.02
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(asked))
    assert len(asked) <= 10
    assert (len(nack), nack.gave_up) == (0, 3)


def test_the_round_trip_is_learned_from_answers() -> None:
    nack = NackGenerator()
    for lost in range(11, 200, 4):
        nack.received(lost - 1, 1.0)
        nack.received(lost + 2, 1.0)
        nack.due(1.0)
        nack.received(lost, 1.01)
        nack.received(lost + 1, 1.01)
    assert nack.round_trip == pytest.approx(0.01, abs=0.003)


def test_a_key_frame_makes_older_gaps_unimportant() -> None:
    nack = NackGenerator()
    nack.received(10, 0.0)
    nack.received(20, 0.0)
    nack.keyframe(15)
    assert nack.due(1.0) == [15, 16, 17, 18, 19]


def test_an_outage_is_not_asked_for_packet_by_packet() -> None:
    nack = NackGenerator()
    nack.received(10, 0.0)
    nack.received(1000, 0.0)
    assert nack.due(1.0) == []
    assert nack.gave_up == 989


def test_the_cache_keeps_the_latest_packets_and_no_more() -> None:
    cache = PacketCache(4)
    assert all(cache.store(kept(number)) for number in range(10, 16))
    assert not cache.store(kept(15))
    assert not cache.store(kept(11))
    assert cache.find(11) is None
    assert cache.find(15) is not None
    with pytest.raises(ValueError, match="power of two"):
        PacketCache(5)


def test_a_packet_is_sent_again_once_per_round_trip_and_few_at_a_time() -> None:
    limit = ResendLimit()
    assert limit.allow(1, 0.0, 0.1, 1e6)
    assert not limit.allow(1, 0.05, 0.1, 1e6)
    assert limit.allow(1, 0.09, 0.1, 1e6)
    allowed = sum(limit.allow(number, 0.1, 0.1, 1e6) for number in range(1000, 2000))
    assert allowed <= 102
    assert limit.allow(3000, 1.0, 0.1, 1e6)


def test_what_is_sent_again_never_comes_to_more_than_the_stream_itself() -> None:
    limit = ResendLimit()
    allowed = sum(limit.allow(number, number / 1000, 0.1, 960e3) for number in range(10_000))
    assert allowed <= 100 + 10 * 100


def test_key_frame_requests_are_coalesced_and_repeated_until_one_comes() -> None:
    requests = KeyFrameRequests()
    assert requests.wish(0.0)
    assert not requests.wish(0.1)
    assert not requests.due(0.29)
    assert requests.due(0.31)
    assert requests.due(0.62)
    requests.arrived(0.7)
    assert not requests.due(2.0)
    assert not requests.wish(0.8)
    assert requests.due(1.01)


def test_key_frame_requests_grow_rare_when_nobody_answers_and_end_when_nobody_looks() -> None:
    requests = KeyFrameRequests()
    assert requests.wish(0.0)
    asked = [tick / 100 for tick in range(3000) if requests.due(tick / 100)]
    assert 20 <= len(asked) <= 30
    assert asked[-1] - asked[-2] >= 3.0
    requests.cancel()
    assert not requests.due(40.0)


def arrivals(message: bytes) -> dict[int, float]:
    """Packet number to arrival in seconds."""
    (read,) = parse(message)
    assert isinstance(read, TransportFeedback)
    start = read.reference * 0.064
    return {
        (read.base + index) & 0xFFFF: start + micro / 1e6
        for index, micro in enumerate(read.arrivals)
        if micro is not None
    }


def test_feedback_tells_when_each_packet_arrived() -> None:
    feedback = FeedbackGenerator(1)
    times = {65534: 10.0, 65535: 10.001, 1: 10.01, 0: 10.02}
    for number, arrival in times.items():
        feedback.received(number, arrival)
    (message,) = feedback.build(2)
    assert arrivals(message) == pytest.approx(times, abs=0.0003)
    assert feedback.build(2) == []


def test_feedback_uses_arrival_times_and_not_the_time_of_building() -> None:
    # A busy event loop reads a burst at once; the kernel's times still tell that the packets came 5 ms apart.
    feedback = FeedbackGenerator(1)
    for number in range(20):
        feedback.received(number, 50.0 + number * 0.005)
    (message,) = feedback.build(2)
    assert arrivals(message) == pytest.approx({n: 50.0 + n * 0.005 for n in range(20)}, abs=0.0003)


def test_feedback_names_lost_packets_between_two_messages() -> None:
    feedback = FeedbackGenerator(1)
    feedback.received(10, 1.0)
    feedback.build(2)
    feedback.received(13, 1.1)
    (message,) = feedback.build(2)
    (read,) = parse(message)
    assert isinstance(read, TransportFeedback)
    assert (read.base, [each is None for each in read.arrivals]) == (11, [True, True, False])


def test_a_late_packet_is_told_of_too() -> None:
    feedback = FeedbackGenerator(1)
    feedback.received(10, 1.0)
    feedback.received(12, 1.0)
    feedback.build(2)
    feedback.received(11, 1.2)
    (message,) = feedback.build(2)
    assert arrivals(message) == pytest.approx({11: 1.2}, abs=0.0003)


def test_a_long_silence_needs_two_messages() -> None:
    feedback = FeedbackGenerator(1)
    feedback.received(10, 1.0)
    feedback.received(11, 30.0)
    told = [arrivals(message) for message in feedback.build(2)]
    assert told[0] == pytest.approx({10: 1.0}, abs=0.0003)
    assert told[1] == pytest.approx({11: 30.0}, abs=0.0003)


def test_many_packets_are_told_of_in_messages_that_fit_a_datagram() -> None:
    feedback = FeedbackGenerator(1)
    for number in range(1200):
        feedback.received(number, 1.0 + number * 0.0001)
    messages = feedback.build(2)
    assert max(map(len, messages)) < 1200
    assert set().union(*map(arrivals, messages)) == set(range(1200))


def test_a_report_block_counts_loss_jitter_and_the_time_since_the_senders_report() -> None:
    reception = Reception(90_000)
    for number in (100, 101, 103, 104):
        reception.received(number, 3000 * number, number / 30)
    reception.reported(SenderReport(1, 0x1234_5678_9ABC_DEF0, 0, 0, 0), 5.0)
    block = reception.block(1, 5.5)
    assert (block.lost_share, block.lost, block.highest) == (pytest.approx(0.2), 1, 104)
    assert (block.lsr, block.dlsr, block.jitter) == (0x5678_9ABC, 32768, 0)
    reception.received(105, 3000 * 105, 105 / 30)
    assert reception.block(1, 6.0).lost_share == 0.0


def test_the_rate_is_that_of_the_last_second_and_falls_to_nothing() -> None:
    meter = RateMeter()
    for tick in range(100):
        meter.add(1250, tick / 100)
    assert meter.rate(1.0) == pytest.approx(1_000_000, rel=0.05)
    assert meter.rate(3.0) == 0.0


def test_timers_call_in_order_and_idle_ones_cost_nothing() -> None:
    timers, called = Timers(), []
    timers.at(2.0, lambda now: called.append(("b", now)))
    timers.at(1.0, lambda now: called.append(("a", now)))
    timers.tick(0.5)
    assert called == []
    timers.tick(2.5)
    assert called == [("a", 2.5), ("b", 2.5)]
    assert len(timers) == 0


def test_a_repeating_call_ends_when_it_says_so_and_starts_again() -> None:
    timers, left = Timers(), [2]

    def work(_now: float) -> bool:
        left[0] -= 1
        return left[0] > 0

    repeating = Repeating(timers, 1.0, work)
    repeating.start(0.0)
    repeating.start(0.0)
    for now in (1.0, 2.0, 3.0):
        timers.tick(now)
    assert (left, len(timers), repeating.running) == ([0], 0, False)
