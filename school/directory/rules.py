"""What a parent link is today, when somebody comes of age, when a last day ends; pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from school.people.rules import ADULT_AGE, is_minor


class LinkState(StrEnum):
    """Whether a parent's rights are in force, and why (R11)."""

    MINOR = "minor"  # in force: the child is under age
    CONSENTED = "consented"  # in force: the adult child agrees
    ADULT = "adult"  # not in force: the child is of age and has not consented
    SUSPENDED = "suspended"


def link_state(
    *, birth_date: date | None, suspended_at: datetime | None, adult_consent_at: datetime | None, today: date
) -> LinkState:
    """Give the state of a parent link (R11); what has rights in it is `people.queries.rights_in_force`.

    Suspension stands above all; then minority; then the consent of the child who has come of age.
    Without a birth date nobody is known to be a minor.
    """
    if suspended_at is not None:
        return LinkState.SUSPENDED
    if birth_date is not None and is_minor(birth_date, today):
        return LinkState.MINOR
    return LinkState.ADULT if adult_consent_at is None else LinkState.CONSENTED


def comes_of_age(birth_date: date) -> date:
    """Give the 18th birthday; who was born on 29 February comes of age on 1 March."""
    year = birth_date.year + ADULT_AGE
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def leaves_at(last_day: date, zone: str, now: datetime) -> datetime:
    """Give when somebody with this last day has left: at once, or when a day to come is over."""
    if last_day <= now.astimezone(ZoneInfo(zone)).date():
        return now
    over = datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=ZoneInfo(zone))
    return over.astimezone(UTC)
