"""Types of form fields that several pages share."""

import re
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _day(typed: object) -> object:
    """A date field sends 2026-09-01; a browser without one sends what a person typed: 01.09.2026."""
    found = _RUSSIAN.fullmatch(typed) if isinstance(typed, str) else None
    text = f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else str(typed)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("day", "not a date") from None


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
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]
