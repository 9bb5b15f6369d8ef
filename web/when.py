"""Dates and times as people say them, in the reader's language, zone and the organisation's zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from datetime import date as Date  # noqa: N812 -- `date` is a method below
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time

from web.words import Words

Moment: TypeAlias = datetime | Date

# What the zones of Russia are called on paper (Federal Law 107-ФЗ); elsewhere the offset is shown.
_RUSSIAN_ZONES = {
    "Europe/Kaliningrad": ("МСК−1", "MSK−1"),
    "Europe/Moscow": ("МСК", "MSK"),
    "Europe/Samara": ("МСК+1", "MSK+1"),
    "Asia/Yekaterinburg": ("МСК+2", "MSK+2"),
    "Asia/Barnaul": ("МСК+4", "MSK+4"),
    "Asia/Omsk": ("МСК+3", "MSK+3"),
    "Asia/Krasnoyarsk": ("МСК+4", "MSK+4"),
    "Asia/Novosibirsk": ("МСК+4", "MSK+4"),
    "Asia/Irkutsk": ("МСК+5", "MSK+5"),
    "Asia/Yakutsk": ("МСК+6", "MSK+6"),
    "Asia/Vladivostok": ("МСК+7", "MSK+7"),
    "Asia/Magadan": ("МСК+8", "MSK+8"),
    "Asia/Kamchatka": ("МСК+9", "MSK+9"),
}


def zone_or(name: str | None, otherwise: str = "Europe/Moscow") -> ZoneInfo:
    """The named IANA zone, or `otherwise` when the name is empty or unknown."""
    try:
        return ZoneInfo(name or otherwise)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(otherwise)


def midnight(on: Date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime.combine(on, time.min, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """`own` is the reader's zone, `school` the organisation's; `now` is the instant of the request."""

    words: Words
    own: ZoneInfo
    school: ZoneInfo
    now: datetime

    @property
    def today(self) -> Date:
        """The reader's calendar day."""
        return self.now.astimezone(self.own).date()

    @property
    def next_day(self) -> datetime:
        """The instant at which another day begins, for the reader or for the organisation."""
        return min(
            midnight(self.now.astimezone(zone).date() + timedelta(days=1), zone)
            for zone in (self.own, self.school)
        )

    @property
    def differs(self) -> bool:
        """Whether the reader's clock shows another time than the organisation's."""
        return self.own.utcoffset(self.now) != self.school.utcoffset(self.now)

    def day(self, when: Moment) -> str:
        """«сегодня», «завтра», «вчера», else «25 ноября, вторник» (with the year when it is another one)."""
        on = when.astimezone(self.own).date() if isinstance(when, datetime) else when
        near = {
            0: self.words.gettext("today"),
            1: self.words.gettext("tomorrow"),
            -1: self.words.gettext("yesterday"),
        }.get((on - self.today).days)
        return near or self.date(on)

    def date(self, when: Moment) -> str:
        """«25 ноября, вторник»; another year is named."""
        on = when.astimezone(self.own).date() if isinstance(when, datetime) else when
        if self.words.language == "ru":
            pattern = "d MMMM, EEEE" if on.year == self.today.year else "d MMMM y 'г.', EEEE"
        else:
            pattern = "EEEE, d MMMM" if on.year == self.today.year else "EEEE, d MMMM y"
        return format_date(on, pattern, locale=self.words.language)

    def short_date(self, when: Moment) -> str:
        """«25.11.2026»."""
        on = when.astimezone(self.own).date() if isinstance(when, datetime) else when
        return format_date(on, "dd.MM.y", locale=self.words.language)

    def clock(self, when: datetime) -> str:
        """«15:00» on the reader's clock."""
        return _hours(when, self.own)

    def span(self, start: datetime, end: datetime) -> str:
        """«сегодня, 15:00–15:45»; with both clocks: «сегодня, 17:00–17:45 у вас · 15:00–15:45 МСК»."""
        return f"{self.day(start)}, {self.hours(start, end)}"

    def hours(self, start: datetime, end: datetime) -> str:
        """«15:00–15:45», or both clocks when the zones differ."""
        own = f"{_hours(start, self.own)}–{_hours(end, self.own)}"
        if not self.differs:
            return own
        school = f"{_hours(start, self.school)}–{_hours(end, self.school)}"
        return self._both(own, school, start)

    def at(self, when: datetime) -> str:
        """«сегодня, 15:00», or both clocks when the zones differ."""
        return f"{self.day(when)}, {self.both_clocks(when)}"

    def both_clocks(self, when: datetime) -> str:
        """«15:00», or «17:00 у вас · 15:00 МСК»."""
        own = _hours(when, self.own)
        return self._both(own, _hours(when, self.school), when) if self.differs else own

    def length(self, duration: timedelta | int) -> str:
        """«45 минут», «1 час 30 минут»; a number is minutes."""
        minutes = duration if isinstance(duration, int) else round(duration.total_seconds() / 60)
        hours, rest = divmod(minutes, 60)
        parts = [self.words.ngettext("%(num)d hour", "%(num)d hours", hours)] if hours else []
        if rest or not hours:
            parts.append(self.words.ngettext("%(num)d minute", "%(num)d minutes", rest))
        return " ".join(parts)

    def zone_name(self, zone: tzinfo | str, on: datetime | None = None) -> str:
        """«МСК», «МСК+2», else «UTC+03:00»."""
        key = zone if isinstance(zone, str) else getattr(zone, "key", "")
        named = _RUSSIAN_ZONES.get(key)
        if named:
            return named[0 if self.words.language == "ru" else 1]
        offset = (on or self.now).astimezone(zone_or(key, "UTC")).strftime("%z")
        return f"UTC{offset[:3]}:{offset[3:]}"

    def _both(self, own: str, school: str, on: datetime) -> str:
        yours = self.words.gettext("%(time)s your time", time=own)
        return f"{yours} · {school} {self.zone_name(self.school, on)}"


def _hours(when: datetime, zone: ZoneInfo) -> str:
    return format_time(when.astimezone(zone), "HH:mm", locale="ru")
