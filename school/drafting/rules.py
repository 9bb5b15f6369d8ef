"""What differs between two versions of the schedule, and what a methodist is to be warned about; pure."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from school.schedule.queries import LineRow
from school.schedule.rules import Planned, Slot


@dataclass(frozen=True)
class NamedLine:
    """A line with the names that its ids stand for."""

    row: LineRow
    host_name: str
    position: str
    subject: str | None
    group_names: tuple[str, ...]


@dataclass(frozen=True)
class Changed:
    """A line that both versions have; `fields` are the names of `Slot`'s fields that differ."""

    before: NamedLine
    after: NamedLine
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """What a new version does to an old one; `same` counts the lines that stay as they are."""

    added: tuple[NamedLine, ...]
    removed: tuple[NamedLine, ...]
    changed: tuple[Changed, ...]
    same: int

    @property
    def is_empty(self) -> bool:
        """Say whether both hold the same lines."""
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True)
class GroupTwice:
    """Two lines call the same group at a time, first on this occasion; `times` counts the occasions (R38)."""

    group_id: int
    line_ids: tuple[int, int]
    starts_at: datetime
    times: int


def difference(old: Sequence[NamedLine], new: Sequence[NamedLine]) -> Difference:
    """Compare two versions by what their lines say (their public addresses are always different).

    A line of the old version is paired with one of the new that says the same; else with one of the same
    worker's position at the same weekday and start; else with one of the same position, subject, groups, kind
    and purpose. What finds no pair was removed or added.
    """
    before, after = list(old), list(new)
    pairs = [pair for likeness in _LIKENESSES for pair in _take_pairs(before, after, likeness)]
    changed = [Changed(one, other, _differing(one.row.slot, other.row.slot)) for one, other in pairs]
    return Difference(
        added=tuple(after),
        removed=tuple(before),
        changed=tuple(one for one in changed if one.fields),
        same=sum(not one.fields for one in changed),
    )


def groups_twice(planned: Iterable[Planned], groups: dict[int, tuple[int, ...]]) -> list[GroupTwice]:
    """Give the pairs of lines whose times overlap for a group they share; `groups` by line."""
    found: dict[tuple[int, int, int], list[datetime]] = {}
    for group_id, one, other in _overlaps(planned, groups):
        first, second = sorted((one.line_id or 0, other.line_id or 0))
        found.setdefault((group_id, first, second), []).append(max(one.starts_at, other.starts_at))
    return [
        GroupTwice(group_id, (first, second), min(moments), len(moments))
        for (group_id, first, second), moments in sorted(found.items())
    ]


def _overlaps(
    planned: Iterable[Planned], groups: dict[int, tuple[int, ...]]
) -> Iterable[tuple[int, Planned, Planned]]:
    called = [
        (group_id, stretch)
        for stretch in planned
        if stretch.line_id is not None
        for group_id in groups.get(stretch.line_id, ())
    ]
    called.sort(key=lambda pair: (pair[0], pair[1].starts_at, pair[1].ends_at))
    for group_id, own in groupby(called, key=lambda pair: pair[0]):
        going: list[Planned] = []
        for _, stretch in own:
            going = [one for one in going if one.ends_at > stretch.starts_at]
            yield from ((group_id, one, stretch) for one in going)
            going.append(stretch)


def _take_pairs(
    before: list[NamedLine], after: list[NamedLine], likeness: Callable[[NamedLine], Hashable]
) -> list[tuple[NamedLine, NamedLine]]:
    """Take out of both lists what is alike, in order, and give it in pairs."""
    waiting: dict[Hashable, list[NamedLine]] = {}
    for line in after:
        waiting.setdefault(likeness(line), []).append(line)
    pairs = []
    for line in list(before):
        alike = waiting.get(likeness(line))
        if alike:
            other = alike.pop(0)
            before.remove(line)
            after.remove(other)
            pairs.append((line, other))
    return pairs


def _whole(line: NamedLine) -> Hashable:
    return _comparable(line.row.slot)


def _place(line: NamedLine) -> Hashable:
    return (line.row.appointment_id, line.row.weekday, line.row.starts)


def _matter(line: NamedLine) -> Hashable:
    row = line.row
    return (row.appointment_id, row.subject_id, frozenset(row.group_ids), row.kind, row.purpose)


_LIKENESSES: tuple[Callable[[NamedLine], Hashable], ...] = (_whole, _place, _matter)


def _comparable(slot: Slot) -> tuple[Hashable, ...]:
    return (*slot.values().values(), frozenset(slot.group_ids))


def _differing(one: Slot, other: Slot) -> tuple[str, ...]:
    names = [name for name in one.values() if getattr(one, name) != getattr(other, name)]
    if set(one.group_ids) != set(other.group_ids):
        names.append("group_ids")
    return tuple(names)
