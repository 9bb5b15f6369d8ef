"""Why a call was bad: one person's line and computer, somebody else's, or the server."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from school.quality import causes
from school.quality.causes import Cause, Explanation, Stay
from school.quality.minute import together
from school.quality.rules import Seen, Way
from school.quality.served import Served
from tests.quality import GOOD, SENT, seen, sent

TEN = datetime(2026, 11, 9, 10, tzinfo=UTC)
HOST, ANNA, BORIS, VERA = 1, 2, 3, 4
LOST_UP = seen(up_lost=720)
LOST_DOWN = seen(down_lost=1_440, frozen_ms=9_000)
SLOW = seen(round_trip_ms=900)


def at(minute: float) -> datetime:
    return TEN + timedelta(minutes=minute)


def explain(
    reported: Mapping[int, Mapping[datetime, Seen]],
    stays: Mapping[int, Sequence[Stay]],
    served: Mapping[int, Mapping[datetime, Served]] | None = None,
) -> list[Explanation]:
    return causes.explain(together(reported, served or {}), stays)


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


def server(*people: int, **others: dict[int, Served]) -> dict[int, dict[datetime, Served]]:
    """What the server saw of the same twenty minutes, of these people or of all."""
    named = {"host": HOST, "anna": ANNA, "boris": BORIS, "vera": VERA}
    return {
        person: {at(minute): others.get(name, {}).get(minute, SENT) for minute in range(20)}
        for name, person in named.items()
        if not people or person in people
    }


def served_during(since: int, until: int, what: Served) -> dict[int, Served]:
    return dict.fromkeys(range(since, until), what)


def test_a_call_that_both_saw_well_needs_no_explanation() -> None:
    spike = sent(lost_per_mille=60, round_trip_ms=900, late_ms=199, resent=300)
    assert explain(call(), {}, server()) == []
    assert explain(call(), {}, server(anna=served_during(3, 5, spike))) == []


@pytest.mark.parametrize(
    ("what", "cause", "worst"),
    [
        (sent(came=5_000, missing=1_000), Cause.UPLINK, 1 / 6),
        (sent(lost_per_mille=150), Cause.DOWNLINK, 0.15),
        (sent(resent=600), Cause.DOWNLINK, 0.05),
        (sent(round_trip_ms=1_600), Cause.DELAY, 1.6),
        (sent(held=1, limit_kbit=280), Cause.LIMITED, 0.28),
    ],
)
def test_the_server_knows_of_a_line_of_which_the_browser_told_nothing(
    what: Served, cause: Cause, worst: float
) -> None:
    reported = call()
    reported[ANNA] = {minute: one for minute, one in reported[ANNA].items() if minute != at(4)}
    found = explain(reported, {}, server(anna=served_during(4, 5, what)))
    assert found == [Explanation(cause, ANNA, at(4), at(5), worst)]


def test_too_few_packets_and_pictures_held_back_by_no_known_limit_say_nothing() -> None:
    few = sent(came=50, missing=20, packets=90, resent=20)
    assert explain(call(), {}, server(anna=served_during(4, 5, few))) == []
    assert explain(call(), {}, server(anna=served_during(4, 5, sent(held=1)))) == []


def test_pictures_that_the_server_held_back_are_the_viewer_s_line_and_nobody_has_to_guess() -> None:
    reported = call(anna=during(1, 4, seen(starved=1, height=0)))
    limits = {1: sent(held=1, limit_kbit=500), 2: sent(held=2, limit_kbit=280)}
    found = explain(reported, {}, server(anna=limits | {3: sent(held=1, limit_kbit=300)}))
    assert found == [Explanation(Cause.LIMITED, ANNA, at(1), at(4), 0.28)]
    # Without the server's word it is told as before.
    assert explain(reported, {}) == [Explanation(Cause.NARROW, ANNA, at(1), at(4))]


def test_pictures_held_back_from_everybody_at_once_are_the_line_of_the_server() -> None:
    held = served_during(1, 3, sent(held=1, limit_kbit=280))
    found = explain(call(), {}, server(host=held, anna=held, boris=held, vera=held))
    assert found == [Explanation(Cause.SERVER, None, at(1), at(3))]


def test_a_late_server_is_named_when_somebody_felt_it_and_no_line_is_blamed_for_its_delays() -> None:
    late = {5: sent(late_ms=240), 6: sent(late_ms=800), 9: sent(late_ms=900)}
    felt = call(anna=during(5, 7, seen(round_trip_ms=900, frozen_ms=9_000)))
    found = explain(felt, {}, server(anna=late, boris=late))
    assert found == [Explanation(Cause.SERVER_LATE, None, at(5), at(7), 0.8)]
    assert explain(call(), {}, server(anna=late, boris=late)) == []


def test_a_late_server_excuses_nobody_s_own_losses_and_everybody_s_losses_are_its_own() -> None:
    late = {5: sent(late_ms=400)}
    one = explain(call(anna={5: LOST_UP}), {}, server(boris=late))
    assert [(found.cause, found.person_id) for found in one] == [
        (Cause.SERVER_LATE, None),
        (Cause.UPLINK, ANNA),
    ]
    everybody = explain(
        call(host={5: LOST_DOWN}, anna={5: LOST_DOWN}, vera={5: LOST_DOWN}), {}, server(boris=late)
    )
    assert everybody == [Explanation(Cause.SERVER_LATE, None, at(5), at(6), 0.4)]


def test_a_media_process_that_was_started_again_explains_what_all_had_in_that_minute() -> None:
    bad = {5: seen(down_lost=1_440, frozen_ms=15_000, concealed_ms=9_000)}
    again = {5: sent(restarts=1, late_ms=400)}
    found = explain(call(host=bad, anna=bad, vera=bad), {}, server(host=again, anna=again, boris=again))
    assert found == [Explanation(Cause.SERVER_RESTARTED, None, at(5), at(6))]


def test_a_picture_that_came_well_and_stood_still_for_one_alone_is_that_one_s_computer_s() -> None:
    still = during(1, 2, seen(frozen_ms=15_000))
    found = explain(call(anna=still), {}, server())
    assert found == [Explanation(Cause.DEVICE, ANNA, at(1), at(2), 0.25)]


@pytest.mark.parametrize(
    ("others", "of_server"),
    [
        ({"boris": during(1, 2, seen(frozen_ms=15_000))}, {}),
        ({"host": during(1, 2, seen(cpu_ms=50_000))}, {}),
        ({"host": during(1, 2, LOST_UP)}, {}),
        ({}, {"anna": served_during(1, 2, sent(packets=40))}),
    ],
    ids=[
        "another saw it too",
        "the sender's computer is slow",
        "the sender's line loses",
        "nothing was sent",
    ],
)
def test_a_picture_that_stood_still_came_so_when_it_did_not_come_well(
    others: dict[str, dict[int, Seen]], of_server: dict[str, dict[int, Served]]
) -> None:
    found = explain(call(anna=during(1, 2, seen(frozen_ms=15_000)), **others), {}, server(**of_server))
    assert Explanation(Cause.SENDER, ANNA, at(1), at(2), 0.25) in found
    assert Cause.DEVICE not in {one.cause for one in found}


def test_a_browser_that_told_nothing_for_long_while_it_was_sent_much_is_named_and_a_minute_is_not() -> None:
    reported = call()
    reported[VERA] = {minute: one for minute, one in reported[VERA].items() if minute < at(10)}
    reported[ANNA] = {minute: one for minute, one in reported[ANNA].items() if minute != at(3)}
    found = explain(reported, {}, server())
    assert found == [Explanation(Cause.SILENT, VERA, at(10), at(20))]
    quiet = {minute: sent(packets=3) for minute in range(20)}
    assert explain(reported, {}, server(vera=quiet, anna=quiet)) == []
