"""What one viewer is sent over a narrow link, by transport-cc: in virtual time."""

import pytest

from rooms.sfu.bandwidth import NOTHING, Demand, allocate
from rooms.sfu.delivery import WINDOW, Delivery
from rooms.sfu.messages import ConsumerLayer
from rooms.sfu.rtcp import TransportFeedback
from tests.rooms.sfu.ear import PACKET, PATIENT
from tests.rooms.sfu.narrow import Link, Screening

WIDE = 20e6
ONE_LAYER = [{"ssrc": 1, "rtx": {"ssrc": 9}}]
RATES = {0: 100e3, 1: 400e3, 2: 1500e3}


@pytest.mark.parametrize(("loss", "seed"), [(0.0, 1), (0.02, 1), (0.02, 2)])
@pytest.mark.parametrize(("rate", "width"), [(400e3, 320), (800e3, 640)])
def test_a_narrowed_link_freezes_no_second_and_recovers_in_ten(
    rate: float, width: int, loss: float, seed: int
) -> None:
    screening = Screening(Link(WIDE, loss=loss, seed=seed))
    screening.run(6)
    assert screening.width() == 1280
    narrowed = screening.now
    screening.link.rate = rate
    screening.run(2)
    assert screening.width() == width
    assert screening.viewer.ear.longest(narrowed) < 0.5
    screening.run(20)
    assert screening.freeze(narrowed) < 1.0
    assert screening.width() == width
    lifted = screening.now
    screening.link.rate = WIDE
    screening.run(10)
    assert screening.width() == 1280
    assert screening.freeze(lifted) < 0.5


@pytest.mark.parametrize("loss", [0.02, 0.05])
def test_chance_losses_take_no_layer_away(loss: float) -> None:
    screening = Screening(Link(WIDE, loss=loss))
    screening.run(30)
    assert screening.call.viewer._downlink.limit is None
    assert screening.width() == 1280


@pytest.mark.parametrize("encodings", [None, ONE_LAYER])
def test_a_viewers_busy_computer_takes_no_picture_away(encodings: list[dict[str, object]] | None) -> None:
    screening = Screening(Link(WIDE), encodings)
    screening.run(5)
    told = len(screening.call.told)
    for _ in range(20):
        screening.link.stalled_until = screening.now + 0.25
        screening.run(1.5)
    assert ConsumerLayer("c", None) not in screening.call.told[told:]
    assert screening.width() == 1280


def test_a_picture_of_one_layer_on_a_link_a_little_too_narrow_is_not_stopped() -> None:
    screening = Screening(Link(WIDE), ONE_LAYER)
    screening.run(5)
    told = len(screening.call.told)
    screening.link.rate = 1.25e6
    screening.run(20)
    assert ConsumerLayer("c", None) not in screening.call.told[told:]


def test_the_first_picture_is_never_stopped_while_little_is_lost() -> None:
    demands = [Demand("camera", 900, 2, RATES, rank=2), Demand("screen", 100, 0, {0: 2e6}, rank=0)]
    assert allocate(demands, 50e3, 200e3, least=2.0).caps == {"screen": NOTHING, "camera": 0}
    assert allocate(demands, 50e3, 200e3, least=float("inf")).caps == {"screen": 0, "camera": NOTHING}


def test_the_screen_comes_before_the_speaker_and_the_speaker_before_larger_tiles() -> None:
    demands = [
        Demand("large", 900, 2, RATES, rank=2),
        Demand("speaker", 100, 2, RATES, rank=1),
        Demand("screen", 400, 0, {0: 1e6}, rank=0),
    ]
    assert allocate(demands, 50e3, 1.3e6).caps == {"screen": 0, "speaker": 0, "large": 0}
    assert allocate(demands, 50e3, 1.6e6).caps == {"screen": 0, "speaker": 1, "large": 0}
    assert allocate(demands, 50e3, 1.1e6).caps == {"screen": 0, "speaker": 0, "large": NOTHING}


def test_a_feedback_about_what_was_never_sent_says_nothing() -> None:
    delivery = Delivery()
    assert delivery.told(TransportFeedback(0, 1, 0, (0,) * 400), 1.0) is None
    for _ in range(20):
        delivery.stamp(bytearray(100), 1.0)
    assert delivery.told(TransportFeedback(5000, 1, 0, (0,) * 400), 1.1) is None
    told = delivery.told(TransportFeedback(0, 16, 0, (0,) * 10 + (None,) * 10), 1.1)
    assert told is not None
    assert told.lost == 0.5


def test_what_is_told_twice_counts_once() -> None:
    delivery = Delivery()
    for _ in range(20):
        delivery.stamp(bytearray(1000), 1.0)
    told = TransportFeedback(0, 16, 0, (0,) * 10 + (None,) * 10)
    once, twice = delivery.told(told, 1.1), delivery.told(told, 1.15)
    assert once is not None
    assert (once.arriving, once.lost) == (8 * 10_000 / WINDOW, 0.5)
    assert twice is None
    late = delivery.told(TransportFeedback(0, 16, 0, (0,) * 20), 1.2)
    assert late is not None
    assert (late.arriving, late.lost) == (8 * 20_000 / WINDOW, 0.0)


def test_numbers_and_reference_times_wrap() -> None:
    delivery = Delivery()
    for number in range(70_000):
        delivery.stamp(bytearray(100), number / 1000)
    base = 70_000 - 20 & 0xFFFF
    before = delivery.told(TransportFeedback(base, 0xFFFFFF, 0, (0,) * 10), 70.0)
    after = delivery.told(TransportFeedback(base + 10, 0, 0, (74_000,) * 10), 70.1)
    assert before is not None
    assert after is not None
    assert after.queue < 1.0


@pytest.mark.parametrize("depth", [0.02, 0.1, 0.25])
@pytest.mark.parametrize("rate", [300e3, 400e3, 800e3])
def test_who_is_silent_hears_unbroken_sound_when_a_cap_falls_and_when_it_lifts(
    rate: float, depth: float
) -> None:
    screening = Screening(Link(WIDE, depth=depth))
    ear = screening.viewer.ear
    ear.target = PATIENT
    screening.run(10)
    fallen, concealed = screening.now, ear.concealed
    screening.link.rate = rate
    screening.run(15)
    screening.link.rate = WIDE
    screening.run(10)
    assert ear.concealed == concealed
    assert screening.freeze(fallen) < 0.9
    assert screening.width() == 1280


@pytest.mark.parametrize("depth", [0.1, 0.25])
@pytest.mark.parametrize(("rate", "most"), [(300e3, 0.27), (400e3, 0.27), (800e3, 0.09)])
def test_who_speaks_loses_no_more_than_what_was_under_way_when_a_cap_falls(
    rate: float, most: float, depth: float
) -> None:
    screening = Screening(Link(WIDE, depth=depth))
    screening.run(6)
    ear, fallen, concealed = screening.viewer.ear, screening.now, screening.viewer.ear.concealed
    screening.link.rate = rate
    screening.run(2)
    # What is on its way waits behind the picture that was too large; nothing can call it back.
    assert (ear.concealed - concealed) * PACKET < most
    assert ear.longest(fallen) < 0.2
    concealed = ear.concealed
    screening.run(10)
    # Two packets at once tell that more would not fit: nothing else is sent to see.
    assert ear.concealed == concealed
    assert screening.freeze(fallen) < 0.7


def test_a_link_too_narrow_for_any_picture_carries_sound_and_later_the_picture_again() -> None:
    screening = Screening(Link(WIDE, depth=0.25))
    screening.run(6)
    screening.link.rate = 150e3
    screening.run(6)
    assert screening.call.told[-1] == ConsumerLayer("c", None)
    ear, concealed = screening.viewer.ear, screening.viewer.ear.concealed
    screening.run(12)
    assert (ear.concealed - concealed) * PACKET < 0.3
    screening.link.rate = WIDE
    screening.run(10)
    assert screening.width() == 1280


@pytest.mark.parametrize(
    ("loss", "burst", "longest"), [(0.02, 1, 0.5), (0.05, 1, 0.6), (0.1, 1, 0.9), (0.1, 4, 0.9)]
)
def test_losses_on_both_sides_freeze_no_second(loss: float, burst: float, longest: float) -> None:
    screening = Screening(Link(WIDE, seed=3))
    screening.run(5)
    for line in (screening.link, screening.back, screening.up, screening.down):
        line.loss, line.burst = loss, burst
    begun = screening.now
    screening.run(30)
    assert screening.freeze(begun) < longest
    assert screening.width() == 1280


@pytest.mark.parametrize(("jitter", "seed"), [(0.1, 1), (0.2, 1), (0.2, 4)])
def test_jitter_takes_no_layer_away(jitter: float, seed: int) -> None:
    screening = Screening(Link(WIDE, seed=seed))
    screening.run(5)
    for line in (screening.link, screening.back, screening.up, screening.down):
        line.jitter, line.reordered, line.doubled = jitter, 0.02, 0.02
    begun = screening.now
    screening.run(30)
    assert screening.freeze(begun) < 0.7
    assert screening.width() == 1280


def test_a_cut_of_20_seconds_is_followed_by_the_picture_within_a_second() -> None:
    screening = Screening(Link(WIDE))
    screening.run(5)
    lines = (screening.link, screening.back, screening.up, screening.down)
    for line in lines:
        line.cut = True
    screening.run(20)
    for line in lines:
        line.cut = False
    mended, concealed = screening.now, screening.viewer.ear.concealed
    screening.run(10)
    shown = [at for at, _ in screening.viewer.shown if at > mended]
    assert shown[0] - mended < 1.0
    assert screening.freeze(shown[0]) < 1.0
    assert (screening.viewer.ear.concealed - concealed) * PACKET < 0.3
    assert screening.width() == 1280


def test_a_shared_screen_goes_on_though_much_is_lost_by_chance() -> None:
    screening = Screening(Link(WIDE, seed=5), ONE_LAYER)
    screening.run(5)
    told = len(screening.call.told)
    screening.link.loss = 0.2
    screening.run(20)
    assert ConsumerLayer("c", None) not in screening.call.told[told:]
    assert screening.freeze(screening.now - 20) < 1.0
