"""Dates and times as people say them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from web.when import Times, zone_or
from web.words import load

NOW = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)  # a Tuesday, 12:48 in Moscow
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
END = START + timedelta(minutes=45)


def times(language: str = "ru", own: str = "Europe/Moscow", school: str = "Europe/Moscow") -> Times:
    return Times(load()[language], ZoneInfo(own), ZoneInfo(school), NOW)


def test_a_span_in_one_zone_is_said_once() -> None:
    assert times().span(START, END) == "сегодня, 15:00–15:45"
    assert times("en").span(START, END) == "today, 15:00–15:45"


def test_both_clocks_are_named_when_they_differ() -> None:
    elsewhere = times(own="Asia/Yekaterinburg")
    assert elsewhere.both_clocks(START) == "17:00 у вас · 15:00 МСК"
    assert elsewhere.span(START, END) == "сегодня, 17:00–17:45 у вас · 15:00–15:45 МСК"
    assert times("en", own="Asia/Yekaterinburg").both_clocks(START) == "17:00 your time · 15:00 MSK"


def test_zones_with_the_same_clock_are_not_told_apart() -> None:
    assert times(own="Europe/Minsk").both_clocks(START) == "15:00"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "сегодня"),
        (1, "завтра"),
        (-1, "вчера"),
        (5, "29 ноября, воскресенье"),
        (60, "23 января 2027 г., суббота"),
    ],
)
def test_days_near_today_have_names(days: int, words: str) -> None:
    assert times().day(START + timedelta(days=days)) == words


def test_today_is_the_readers_day() -> None:
    late = Times(load()["ru"], ZoneInfo("Asia/Kamchatka"), ZoneInfo("Europe/Moscow"), START)
    assert late.today == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 минут"),
        (1, "1 минута"),
        (2, "2 минуты"),
        (5, "5 минут"),
        (21, "21 минута"),
        (60, "1 час"),
        (90, "1 час 30 минут"),
        (125, "2 часа 5 минут"),
    ],
)
def test_lengths_are_declined(minutes: int, words: str) -> None:
    assert times().length(minutes) == words
    assert times().length(timedelta(minutes=minutes)) == words


def test_zones_of_russia_have_their_names_and_others_their_offset() -> None:
    assert times().zone_name("Asia/Kamchatka") == "МСК+9"
    assert times().zone_name("Europe/Minsk") == "UTC+03:00"
    assert times().zone_name("Asia/Barnaul") == "МСК+4"


def test_an_unknown_zone_is_the_organisations() -> None:
    assert zone_or("Mars/Olympus", "Asia/Omsk").key == "Asia/Omsk"
    assert zone_or("../../etc/passwd").key == "Europe/Moscow"
    assert zone_or(None).key == "Europe/Moscow"
