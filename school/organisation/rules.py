"""Checks of settings; pure."""

from dataclasses import asdict, dataclass
from zoneinfo import available_timezones

from school.errors import Invalid
from school.organisation.models import StudentTerm
from school.text import collapse

LOCALES = frozenset({"ru", "en"})
MINUTES = range(121)
# The defaults are what one worker forwards without loss on half a core (bench/README.md).
PLACES = range(1, 1001)


@dataclass(frozen=True)
class Settings:
    """What the organisation can set, and what it is at first."""

    name: str
    short_name: str
    zone: str
    locale: str = "ru"
    student_term: StudentTerm = StudentTerm.STUDENT
    lobby_minutes: int = 10
    grace_minutes: int = 5
    warning_minutes: int = 5
    require_sign_in: bool = False
    webinar_places: int = 100
    videoconference_places: int = 15
    chat_places: int = 200


def check_settings(settings: Settings) -> dict[str, object]:
    """Give the settings as column values; raise Invalid naming the first wrong one."""
    values: dict[str, object] = asdict(settings)
    for field in ("name", "short_name"):
        values[field] = collapse(str(values[field]))
        if not values[field]:
            raise Invalid(field=field, reason="empty")
    if settings.zone not in available_timezones():
        raise Invalid(field="zone", reason="unknown", value=settings.zone)
    if settings.locale not in LOCALES:
        raise Invalid(field="locale", reason="unknown", value=settings.locale)
    for field in ("lobby_minutes", "grace_minutes", "warning_minutes"):
        if values[field] not in MINUTES:
            raise Invalid(field=field, reason="out_of_range", low=0, high=MINUTES[-1])
    for field in ("webinar_places", "videoconference_places", "chat_places"):
        if values[field] not in PLACES:
            raise Invalid(field=field, reason="out_of_range", low=PLACES[0], high=PLACES[-1])
    return values
