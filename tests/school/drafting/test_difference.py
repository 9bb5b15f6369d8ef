"""What differs between two versions of the schedule."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from school.drafting.rules import GroupTwice, NamedLine, difference, groups_twice
from school.schedule.models import Audience, Form, Kind, Parity, Purpose
from school.schedule.queries import LineRow
from school.schedule.rules import Planned

MONDAY = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)


def line(
    number: int = 1,
    *,
    appointment: int = 1,
    weekday: int = 1,
    hour: int = 15,
    groups: tuple[int, ...] = (1,),
    subject: int | None = 1,
    form: Form = Form.WEBINAR,
) -> NamedLine:
    row = LineRow(
        id=number,
        version_id=1,
        key=f"key{number}",
        appointment_id=appointment,
        person_id=appointment,
        weekday=weekday,
        starts=time(hour),
        ends=time(hour, 45),
        parity=Parity.EVERY,
        form=form,
        kind=Kind.GROUP,
        purpose=Purpose.CURRENT,
        audience=Audience.STUDENTS,
        subject_id=subject,
        valid_from=date(2026, 9, 1),
        valid_until=None,
        revision=1,
        group_ids=groups,
    )
    return NamedLine(row, "Соколова Анна Павловна", "учитель", "Алгебра", ("7А",))


LINES = st.lists(
    st.builds(
        line,
        number=st.integers(1, 9),
        appointment=st.integers(1, 3),
        weekday=st.integers(1, 3),
        hour=st.integers(14, 16),
        groups=st.sampled_from([(1,), (2,), (1, 2), (2, 1)]),
        subject=st.sampled_from([None, 1]),
    ),
    max_size=8,
)


def test_the_order_and_address_of_lines_make_no_difference() -> None:
    found = difference([line(1), line(2, weekday=2)], [line(8, weekday=2), line(9)])
    assert (found.is_empty, found.same) == (True, 2)


def test_the_order_of_groups_makes_no_difference() -> None:
    assert difference([line(groups=(1, 2))], [line(groups=(2, 1))]).is_empty


def test_a_line_at_the_same_hour_was_changed() -> None:
    found = difference([line(1)], [line(2, groups=(1, 2), form=Form.CHAT)])
    assert [one.fields for one in found.changed] == [("form", "group_ids")]
    assert (found.added, found.removed, found.same) == ((), (), 0)


def test_a_line_about_the_same_matter_was_moved_to_another_hour() -> None:
    found = difference([line(1)], [line(2, weekday=4, hour=16)])
    assert [one.fields for one in found.changed] == [("weekday", "starts", "ends")]


def test_another_workers_line_is_another_line() -> None:
    old, new = line(1), line(2, appointment=2)
    found = difference([old], [new])
    assert (found.removed, found.added, found.changed) == ((old,), (new,), ())


@given(old=LINES, new=LINES)
def test_every_line_stands_in_exactly_one_place(old: list[NamedLine], new: list[NamedLine]) -> None:
    found = difference(old, new)
    assert len(found.removed) + len(found.changed) + found.same == len(old)
    assert len(found.added) + len(found.changed) + found.same == len(new)


@given(lines=LINES)
def test_a_version_does_not_differ_from_itself(lines: list[NamedLine]) -> None:
    assert difference(lines, list(reversed(lines))).is_empty


def at(line_id: int, minutes: int, length: int = 45) -> Planned:
    starts_at = MONDAY + timedelta(minutes=minutes)
    return Planned(line_id, starts_at, starts_at + timedelta(minutes=length), line_id)


def test_a_group_called_to_two_places_is_found_once_for_each_pair_of_lines() -> None:
    week = 7 * 24 * 60
    times = [at(1, 0), at(2, 30), at(1, week), at(2, week + 30), at(3, 45)]
    found = groups_twice(times, {1: (7,), 2: (7, 8), 3: (8,)})
    first = MONDAY + timedelta(minutes=30)
    assert found == [
        GroupTwice(7, (1, 2), first, 2),
        GroupTwice(8, (2, 3), MONDAY + timedelta(minutes=45), 1),
    ]


def test_lines_that_only_touch_or_share_no_group_are_not_found() -> None:
    assert groups_twice([at(1, 0), at(2, 45)], {1: (7,), 2: (7,)}) == []
    assert groups_twice([at(1, 0), at(2, 0)], {1: (7,), 2: (8,)}) == []
