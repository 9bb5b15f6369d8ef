"""Types of form fields that several pages share."""

import re
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
# Beyond these the day before, the day after or midnight in some zone may be no date at all.
_FIRST_DAY, _LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)


def _day(typed: object) -> object:
    """A date field sends 2026-09-01; a browser without one sends what a person typed: 01.09.2026."""
    found = _RUSSIAN.fullmatch(typed) if isinstance(typed, str) else None
    text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else str(typed)
    found_day = day(text)
    if found_day is None:
        raise PydanticCustomError("day", "not a date")
    return found_day


def day(text: str) -> date | None:
    """The day that an address or a form names (ISO 8601); None when there is none to reckon with."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST_DAY <= found <= _LAST_DAY else None


def number(text: str) -> int | None:
    """The number that an address has; None when it has none that a table could hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _clock(typed: object) -> object:
    """A time field sends 15:00; a browser without one sends what a person typed: 15.00, 9:30."""
    found = _CLOCK.fullmatch(typed) if isinstance(typed, str) else None
    try:
        return time(int(found[1]), int(found[2])) if found else time.fromisoformat(str(typed))
    except ValueError:
        raise PydanticCustomError("clock", "not a time of day") from None


Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[time, BeforeValidator(_clock)]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]  # an id or a revision, 0 for none
Weekday = Annotated[int, Field(ge=1, le=7)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]
