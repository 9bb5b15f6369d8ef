"""Why a call was bad: one person's line and computer, somebody else's, or the server."""

from datetime import UTC, datetime, timedelta

from school.quality.causes import Cause, Explanation, Stay, explain
from school.quality.rules import Seen, Way
from tests.quality import GOOD, seen

TEN = datetime(2026, 11, 9, 10, tzinfo=UTC)
HOST, ANNA, BORIS, VERA = 1, 2, 3, 4
LOST_UP = seen(up_lost=720)
LOST_DOWN = seen(down_lost=1_440, frozen_ms=9_000)
SLOW = seen(round_trip_ms=900)


def at(minute: float) -> datetime:
    return TEN + timedelta(minutes=minute)


def call(**others: dict[int, Seen]) -> dict[int, dict[datetime, Seen]]:
    """Twenty minutes of four people, good but for what is said of each by minute."""
    named = {"host": HOST, "anna": ANNA, "boris": BORIS, "vera": VERA}
    return {
        person: {at(minute): others.get(name, {}).get(minute, GOOD) for minute in range(20)}
        for name, person in named.items()
    }


def during(since: int, until: int, what: Seen) -> dict[int, Seen]:
    return dict.fromkeys(range(since, until), what)


def test_a_good_call_needs_no_explanation() -> None:
    whole: dict[int, list[Stay]] = {person: [(at(0), at(20))] for person in (HOST, ANNA)}
    assert explain(call(), whole) == []
    assert explain({}, {}) == []


def test_packets_lost_on_the_way_from_one_person_are_that_person_s_line_though_all_others_miss_them() -> None:
    others = during(5, 12, LOST_DOWN)
    found = explain(call(host=during(5, 12, LOST_UP), anna=others, boris=others, vera=others), {})
    assert found == [Explanation(Cause.UPLINK, HOST, at(5), at(12), 0.12)]


def test_what_only_one_person_misses_is_that_person_s_own_line() -> None:
    found = explain(call(vera=during(3, 5, LOST_DOWN)), {})
    assert found == [Explanation(Cause.DOWNLINK, VERA, at(3), at(5), 0.12)]


def test_one_s_own_line_is_told_even_while_somebody_else_s_packets_are_lost_too() -> None:
    found = explain(call(host=during(3, 4, LOST_UP), vera=during(3, 4, LOST_DOWN)), {})
    assert [(one.cause, one.person_id) for one in found] == [(Cause.UPLINK, HOST), (Cause.DOWNLINK, VERA)]


def test_the_same_minutes_of_everybody_are_the_server_or_its_line_and_nobody_else_is_blamed() -> None:
    for trouble in (LOST_DOWN, SLOW, seen(up_lost=720, down_lost=1_440)):
        everybody = during(7, 9, trouble)
        found = explain(call(host=everybody, anna=everybody, boris=everybody, vera=everybody), {})
        assert found == [Explanation(Cause.SERVER, None, at(7), at(9))], trouble


def test_two_thirds_are_everybody_and_half_are_not() -> None:
    bad = during(7, 9, LOST_DOWN)
    most = explain(call(anna=bad, boris=bad, vera=bad), {})
    assert [one.cause for one in most] == [Cause.SERVER]
    half = explain(call(anna=bad, boris=bad), {})
    assert {(one.cause, one.person_id) for one in half} == {(Cause.DOWNLINK, ANNA), (Cause.DOWNLINK, BORIS)}


def test_two_people_blame_the_server_only_when_both_have_it_both_ways() -> None:
    both_ways = {at(0): seen(up_lost=720, down_lost=1_440)}
    assert [one.cause for one in explain({HOST: both_ways, ANNA: both_ways}, {})] == [Cause.SERVER]
    one_way = explain({HOST: {at(0): LOST_UP}, ANNA: {at(0): LOST_DOWN}}, {})
    assert [(one.cause, one.person_id) for one in one_way] == [(Cause.UPLINK, HOST)]
    alone = explain({HOST: both_ways}, {})
    assert {one.cause for one in alone} == {Cause.UPLINK, Cause.DOWNLINK}


def test_a_slow_computer_and_a_narrow_line_stay_their_owner_s_even_when_everybody_has_losses() -> None:
    bad = during(7, 9, seen(down_lost=1_440, cpu_ms=40_000))
    found = explain(call(host=bad, anna=during(7, 9, LOST_DOWN), boris=during(7, 9, LOST_DOWN)), {})
    assert [(one.cause, one.person_id) for one in found] == [(Cause.SERVER, None), (Cause.COMPUTER, HOST)]
    narrow = explain(call(anna=during(1, 3, seen(outgoing_kbit=100))), {})
    assert narrow == [Explanation(Cause.NARROW, ANNA, at(1), at(3))]


def test_pictures_held_back_from_one_of_many_are_that_line_s_and_of_two_or_of_all_nobody_knows_whose() -> (
    None
):
    held = seen(starved=1, height=0)
    one = explain(call(anna=during(1, 3, held)), {})
    assert one == [Explanation(Cause.NARROW, ANNA, at(1), at(3))]
    of_two = explain({HOST: {at(0): GOOD}, ANNA: {at(0): held}}, {})
    assert of_two == [Explanation(Cause.HELD, ANNA, at(0), at(1))]
    of_all = explain({person: {at(0): held} for person in (ANNA, BORIS, VERA)}, {})
    assert {found.cause for found in of_all} == {Cause.HELD}


def test_a_picture_that_stands_still_on_a_good_line_came_so() -> None:
    found = explain(call(anna=during(1, 2, seen(frozen_ms=15_000))), {})
    assert found == [Explanation(Cause.SENDER, ANNA, at(1), at(2), 0.25)]


def test_a_good_minute_between_two_bad_ones_does_not_make_two_stories_but_two_do() -> None:
    one = explain(call(anna={3: SLOW, 5: SLOW}), {})
    assert [(found.since, found.until) for found in one] == [(at(3), at(6))]
    two = explain(call(anna={3: SLOW, 6: SLOW}), {})
    assert [(found.since, found.until) for found in two] == [(at(3), at(4)), (at(6), at(7))]


def test_who_never_came_through_by_udp_has_a_network_that_blocks_it() -> None:
    for way, cause in ((Way.TCP, Cause.TCP), (Way.RELAY, Cause.RELAY)):
        people = {ANNA: {at(0): seen(way=None), at(1): seen(way=way)}}
        assert explain(people, {}) == [Explanation(cause, ANNA, at(0), at(2))]
    changed = {ANNA: {at(0): seen(way=Way.TCP), at(1): seen(way=Way.UDP)}}
    assert explain(changed, {}) == []


def test_who_was_away_is_told_and_a_page_that_is_loaded_anew_is_not() -> None:
    stays = {
        ANNA: [(at(0), at(5)), (at(7), at(20))],
        BORIS: [(at(0), at(5)), (at(5.05), at(20))],
        VERA: [(at(0), at(20))],
    }
    assert explain({}, stays) == [Explanation(Cause.GONE, ANNA, at(5), at(7))]


def test_most_people_away_at_the_same_time_is_the_server() -> None:
    stays = {
        HOST: [(at(0), at(5)), (at(5.4), at(20))],
        ANNA: [(at(0), at(5.1)), (at(6), at(20))],
        BORIS: [(at(0), at(5)), (at(5.5), at(12)), (at(14), at(20))],
        VERA: [(at(0), at(20))],
    }
    assert explain({}, stays) == [
        Explanation(Cause.SERVER_GONE, None, at(5), at(6)),
        Explanation(Cause.GONE, BORIS, at(12), at(14)),
    ]
