"""Facts about a session at a moment; nothing opens a room (R41)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import Invalid
from school.schedule.models import Audience
from school.sessions import rules
from school.sessions.errors import AddresseesRefused
from school.sessions.models import State
from school.sessions.rules import Addressee

START = datetime(2026, 9, 7, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Settings:
    lobby_minutes: int = 10
    grace_minutes: int = 5


@dataclass(frozen=True)
class Times:
    starts_at: datetime = START
    ends_at: datetime = START + 45 * MINUTE
    cancelled_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


PLANNED = Times()
STARTED = replace(PLANNED, started_at=START)


@pytest.mark.parametrize(
    ("session", "minutes", "state"),
    [
        (PLANNED, -11, State.PLANNED),
        (PLANNED, -10, State.OPEN),
        (PLANNED, 44, State.OPEN),
        (PLANNED, 49, State.OPEN),
        (PLANNED, 50, State.OVER),
        (STARTED, 0, State.RUNNING),
        (STARTED, 49, State.RUNNING),
        (STARTED, 50, State.OVER),
        (replace(STARTED, ended_at=START + 20 * MINUTE), 20, State.OVER),
        (replace(PLANNED, cancelled_at=START - MINUTE), -10, State.CANCELLED),
        (replace(PLANNED, cancelled_at=START - MINUTE), 60, State.CANCELLED),
    ],
)
def test_the_state_is_a_fact_of_the_moment(session: Times, minutes: int, state: State) -> None:
    now = START + minutes * MINUTE
    assert rules.state_of(session, Settings(), now) is state
    assert rules.is_open(session, Settings(), now) == (state in {State.OPEN, State.RUNNING})


def test_the_room_opens_and_closes_by_the_settings() -> None:
    settings = Settings(lobby_minutes=3, grace_minutes=0)
    assert rules.opens_at(PLANNED, settings) == START - 3 * MINUTE
    assert rules.closes_at(PLANNED, settings) == START + 45 * MINUTE


@given(st.integers(-100, 200), st.integers(0, 60), st.integers(0, 60))
def test_a_session_is_never_open_and_over(minutes: int, lobby: int, grace: int) -> None:
    now, settings = START + minutes * MINUTE, Settings(lobby, grace)
    assert not (rules.is_open(PLANNED, settings, now) and rules.is_over(PLANNED, settings, now))


@pytest.mark.parametrize(
    ("addressees", "audience"),
    [
        ([Addressee(1)], Audience.STUDENTS),
        ([Addressee(2, 1)], Audience.PARENTS),
        ([Addressee(1), Addressee(2, 1)], Audience.BOTH),
        ([Addressee(2, 1), Addressee(1)], Audience.BOTH),
    ],
)
def test_one_student_one_parent_or_a_family(addressees: list[Addressee], audience: Audience) -> None:
    assert rules.audience_of_individual(addressees) is audience


@pytest.mark.parametrize(
    "addressees",
    [
        [],
        [Addressee(1), Addressee(3)],
        [Addressee(2, 1), Addressee(4, 1)],
        [Addressee(3), Addressee(2, 1)],
        [Addressee(1), Addressee(2, 1), Addressee(4, 1)],
    ],
)
def test_anybody_else_is_refused(addressees: list[Addressee]) -> None:
    with pytest.raises(AddresseesRefused):
        rules.audience_of_individual(addressees)


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (10, 5), (-50, -5), (0, 721)], ids=["empty", "reversed", "passed", "too long"]
)
def test_times_that_make_no_sense_are_refused(start: int, end: int) -> None:
    with pytest.raises(Invalid):
        rules.check_times(START + start * MINUTE, START + end * MINUTE, START)
