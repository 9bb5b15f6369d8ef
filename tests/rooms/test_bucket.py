"""How often one person may ask."""

from datetime import timedelta

import pytest

from rooms.bucket import Bucket
from rooms.errors import Flood
from tests.builders import NOW


def test_a_burst_passes_and_the_next_request_is_told_when_to_come_again() -> None:
    bucket = Bucket(burst=3, per_second=2)
    for _ in range(3):
        bucket.take(NOW)
    with pytest.raises(Flood) as refusal:
        bucket.take(NOW)
    assert refusal.value.data == {"retry_after": 0.5}


def test_time_refills_it_up_to_the_burst() -> None:
    bucket = Bucket(burst=2, per_second=1)
    bucket.take(NOW)
    bucket.take(NOW)
    later = NOW + timedelta(hours=1)
    bucket.take(later)
    bucket.take(later)
    with pytest.raises(Flood):
        bucket.take(later)


def test_a_clock_set_back_gives_nothing_and_takes_nothing() -> None:
    bucket = Bucket(burst=1, per_second=1)
    bucket.take(NOW)
    with pytest.raises(Flood):
        bucket.take(NOW - timedelta(minutes=5))
