"""Facts about one session at one moment. Nothing opens a room: `is_open` is compared at entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from school.errors import Invalid
from school.schedule.models import Audience
from school.sessions.errors import AddresseesRefused
from school.sessions.models import State

LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class Addressee:
    """One person of an individual session: a student, or a parent and the child for whom they come."""

    person_id: int
    child_id: int | None = None


class Timed(Protocol):
    """What these rules need of a session; instants are aware UTC."""

    @property
    def starts_at(self) -> datetime:
        """Give the planned start."""

    @property
    def ends_at(self) -> datetime:
        """Give the planned end."""

    @property
    def cancelled_at(self) -> datetime | None:
        """Give the instant of cancellation, if any."""

    @property
    def started_at(self) -> datetime | None:
        """Give the actual start, if any."""

    @property
    def ended_at(self) -> datetime | None:
        """Give the actual end, if any."""


class Hosted(Protocol):
    """A session as far as its host matters."""

    @property
    def host_id(self) -> int:
        """Give the person who holds the session."""


class Openings(Protocol):
    """The organisation's settings that say how early a room opens and how late it closes, in minutes."""

    @property
    def lobby_minutes(self) -> int:
        """Give how long before the start the room opens."""

    @property
    def grace_minutes(self) -> int:
        """Give how long after the end the room closes."""


def opens_at(session: Timed, settings: Openings) -> datetime:
    """Give the instant from which the room may be entered."""
    return session.starts_at - timedelta(minutes=settings.lobby_minutes)


def closes_at(session: Timed, settings: Openings) -> datetime:
    """Give the instant at which the room closes by itself."""
    return session.ends_at + timedelta(minutes=settings.grace_minutes)


def is_over(session: Timed, settings: Openings, now: datetime) -> bool:
    """Tell whether the session has been ended, by a person or by its time."""
    return session.ended_at is not None or now >= closes_at(session, settings)


def is_open(session: Timed, settings: Openings, now: datetime) -> bool:
    """Tell whether the room may be entered now."""
    if session.cancelled_at is not None or is_over(session, settings, now):
        return False
    return opens_at(session, settings) <= now


def state_of(session: Timed, settings: Openings, now: datetime) -> State:
    """Name what the session is now. A cancelled one stays cancelled, whatever the time."""
    if session.cancelled_at is not None:
        return State.CANCELLED
    if is_over(session, settings, now):
        return State.OVER
    if not is_open(session, settings, now):
        return State.PLANNED
    return State.OPEN if session.started_at is None else State.RUNNING


def may_set_topic(session: Hosted, person_id: int) -> bool:
    """Tell whether this person determines the topic: the worker who holds the session alone (cl. 3.5)."""
    return session.host_id == person_id


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise Invalid for a session that ends before it begins, has passed, or lasts over twelve hours."""
    if ends_at <= starts_at:
        raise Invalid(field="ends_at", reason="not_after_start")
    if ends_at <= now:
        raise Invalid(field="ends_at", reason="passed")
    if ends_at - starts_at > LONGEST:
        raise Invalid(field="ends_at", reason="too_long", most_hours=LONGEST // timedelta(hours=1))


def audience_of_individual(addressees: Sequence[Addressee]) -> Audience:
    """Give whom an individual session addresses (R15).

    One student, or one parent, or the two as one family. Raises AddresseesRefused for anybody else.
    """
    students = [one for one in addressees if one.child_id is None]
    parents = [one for one in addressees if one.child_id is not None]
    if len(students) > 1 or len(parents) > 1 or not addressees:
        raise AddresseesRefused(field="addressees", reason="one_family_only")
    if not parents:
        return Audience.STUDENTS
    if not students:
        return Audience.PARENTS
    if parents[0].child_id != students[0].person_id:
        raise AddresseesRefused(field="addressees", reason="not_one_family")
    return Audience.BOTH
