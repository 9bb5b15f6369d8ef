"""Time zones to choose from: Russia's first, by distance from Moscow, then the rest of the world."""

from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale

# In the order of the clock, west to east (tz database, zone1970.tab, RU).
RUSSIAN = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Simferopol",
    "Europe/Kirov",
    "Europe/Volgograd",
    "Europe/Astrakhan",
    "Europe/Samara",
    "Europe/Saratov",
    "Europe/Ulyanovsk",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Barnaul",
    "Asia/Krasnoyarsk",
    "Asia/Novokuznetsk",
    "Asia/Novosibirsk",
    "Asia/Tomsk",
    "Asia/Irkutsk",
    "Asia/Chita",
    "Asia/Khandyga",
    "Asia/Yakutsk",
    "Asia/Ust-Nera",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Sakhalin",
    "Asia/Srednekolymsk",
    "Asia/Anadyr",
    "Asia/Kamchatka",
)
_CONTINENTS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")

Choices = Sequence[tuple[str, str]]


@lru_cache
def choices(language: str) -> tuple[Choices, Choices]:
    """(name, city in the reader's language) of Russia's zones, and of all others."""
    cities = Locale(language).time_zones
    others = sorted(
        name for name in available_timezones() if name.startswith(_CONTINENTS) and name not in RUSSIAN
    )

    def named(zone: str) -> tuple[str, str]:
        city = str(cities.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " "))
        return zone, f"{city} — {zone}"

    return [named(zone) for zone in RUSSIAN], [named(zone) for zone in others]
