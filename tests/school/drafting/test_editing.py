"""Changing a draft: two methodists at once, copies, taking it back (R20)."""

from datetime import date, time
from typing import Any

import pytest

from school.audit.queries import latest
from school.db import Database, Db
from school.drafting import actions
from school.drafting.errors import EditedMeanwhile, RemovedMeanwhile
from school.drafting.queries import findings, listed, named_lines, predecessor
from school.errors import Forbidden, Invalid, NotFound
from school.people.actions import end_appointment
from school.schedule import queries
from school.schedule.actions import submit
from school.schedule.errors import AttestationIsGroup, WrongState
from school.schedule.models import Kind, Parity, Purpose, VersionState
from school.schedule.rules import Slot
from tests import builders
from tests.builders import NOW, TODAY, YEAR_ENDS, YEAR_STARTS
from tests.consultations import (
    School,
    add_draft,
    add_line,
    add_submitted,
    approve_version,
    open_school,
    publish_version,
)
from tests.races import race, refusals, winners

Fields = dict[str, Any]


async def drafted(db: Db, school: School) -> tuple[int, int, Slot]:
    version_id = await add_draft(db, school)
    line_id = await add_line(db, school, version_id)
    (line,) = await queries.lines(db, version_id)
    return version_id, line_id, line.slot


def at_ten(slot: Slot, **other: Any) -> Slot:
    return Slot(**vars(slot) | {"starts": time(10), "ends": time(11)} | other)


async def test_a_line_says_something_else_and_keeps_its_public_address(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)
        other = await builders.add_group(db)
        (before,) = await queries.lines(db, version_id)
        wished = at_ten(slot, group_ids=(other,), parity=Parity.EVEN)
        edit: Fields = {"by": school.methodist, "version_id": version_id, "line_id": line_id}
        await actions.change_line(db, NOW, **edit, revision=1, slot=wished)
        (after,) = await queries.lines(db, version_id)
    async with database.read() as db:
        (audited, *_) = await latest(db, 1)
    assert (after.slot, after.revision, after.key) == (wished, 2, before.key)
    assert (audited.action, audited.actor_id) == ("schedule_line_changed", school.methodist)


async def test_the_second_of_two_who_opened_a_line_is_told(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)

    async def change(db: Db, number: int) -> bool:
        edit: Fields = {"by": school.methodist, "version_id": version_id, "line_id": line_id, "revision": 1}
        await actions.change_line(db, NOW, **edit, slot=at_ten(slot, weekday=1 + number % 7))
        return True

    results = await race(database, change, runners=10)
    assert (len(winners(results)), refusals(results, EditedMeanwhile)) == (1, 9)


async def test_changes_and_a_removal_of_one_line_never_both_count(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)

    async def change_or_remove(db: Db, number: int) -> bool:
        edit: Fields = {"by": school.methodist, "version_id": version_id, "line_id": line_id, "revision": 1}
        if number % 2:
            await actions.remove_line(db, NOW, **edit)
        else:
            await actions.change_line(db, NOW, **edit, slot=at_ten(slot))
        return True

    results = await race(database, change_or_remove, runners=10)
    told = refusals(results, EditedMeanwhile) + refusals(results, RemovedMeanwhile)
    assert (len(winners(results)), told) == (1, 9)


async def test_who_removes_an_older_revision_is_told(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)
        edit: Fields = {"by": school.methodist, "version_id": version_id, "line_id": line_id}
        await actions.change_line(db, NOW, **edit, revision=1, slot=at_ten(slot))
        with pytest.raises(EditedMeanwhile) as told:
            await actions.remove_line(db, NOW, **edit, revision=1)
        assert told.value.data["revision"] == 2
        await actions.remove_line(db, NOW, **edit, revision=2)
        with pytest.raises(RemovedMeanwhile):
            await actions.change_line(db, NOW, **edit, revision=2, slot=slot)
        assert await queries.lines(db, version_id) == []


async def test_what_adding_refuses_changing_refuses_too(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)
        edit: Fields = {"by": school.methodist, "version_id": version_id, "line_id": line_id, "revision": 1}
        alone = at_ten(slot, kind=Kind.INDIVIDUAL, group_ids=(), purpose=Purpose.ATTESTATION)
        with pytest.raises(AttestationIsGroup):
            await actions.change_line(db, NOW, **edit, slot=alone)
        with pytest.raises(Invalid):
            await actions.change_line(db, NOW, **edit, slot=at_ten(slot, ends=time(9)))
        with pytest.raises(Forbidden):
            await actions.change_line(db, NOW, **edit | {"by": school.head}, slot=slot)
        with pytest.raises(Forbidden):
            await actions.remove_line(db, NOW, **edit | {"by": school.administrator})
        assert (await queries.lines(db, version_id))[0].slot == slot


async def test_a_line_of_another_version_is_not_reached(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        _, line_id, _ = await drafted(db, school)
        other = await add_draft(db, school)
        edit: Fields = {"by": school.methodist, "version_id": other, "line_id": line_id, "revision": 1}
        with pytest.raises(RemovedMeanwhile):
            await actions.remove_line(db, NOW, **edit)


async def test_a_version_in_force_refuses_every_change(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)
        await submit(db, NOW, version_id=version_id, by=school.methodist)
        await approve_version(db, school, version_id)
    edit: Fields = {"by": school.methodist, "version_id": version_id}
    for refused in (
        lambda db: actions.change_line(db, NOW, **edit, line_id=line_id, revision=1, slot=at_ten(slot)),
        lambda db: actions.remove_line(db, NOW, **edit, line_id=line_id, revision=1),
        lambda db: actions.change_version(
            db, NOW, **edit, revision=1, title="Другой", valid_from=YEAR_STARTS, valid_until=YEAR_ENDS
        ),
        lambda db: actions.take_back(db, NOW, **edit),
        lambda db: add_line(db, school, version_id),
    ):
        with pytest.raises(WrongState):
            async with database.begin() as db:
                await refused(db)


async def test_a_draft_gets_another_name_and_validity_once(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        edit: Fields = {"by": school.methodist, "version_id": version_id, "revision": 1}
        shorter: Fields = {"title": "Осень", "valid_from": YEAR_STARTS, "valid_until": date(2026, 12, 31)}
        await actions.change_version(db, NOW, **edit, **shorter)
        with pytest.raises(EditedMeanwhile):
            await actions.change_version(db, NOW, **edit, **shorter | {"title": "Моё"})
        found = await queries.version(db, version_id)
    assert (found.title, found.valid_until, found.revision) == ("Осень", date(2026, 12, 31), 2)


async def test_a_validity_that_leaves_a_line_outside_is_refused(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)
        late = Slot(**vars(slot) | {"valid_from": date(2027, 3, 1)})
        edit: Fields = {"by": school.methodist, "version_id": version_id}
        await actions.change_line(db, NOW, **edit, line_id=line_id, revision=1, slot=late)
        autumn: Fields = {"title": "Осень", "valid_from": YEAR_STARTS, "valid_until": date(2026, 12, 31)}
        with pytest.raises(Invalid) as refused:
            await actions.change_version(db, NOW, **edit, revision=1, **autumn)
    assert refused.value.reason == "lines_outside"


async def test_a_copy_has_the_same_lines_under_the_same_public_addresses(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        source = await add_submitted(db, school)
        wished: Fields = {"title": "Весна", "valid_from": date(2027, 1, 11), "valid_until": YEAR_ENDS}
        copied = await actions.copy(db, NOW, by=school.methodist, source_id=source, **wished)
        (one,), (other,) = await queries.lines(db, source), await queries.lines(db, copied)
        assert (await queries.version(db, copied)).state is VersionState.DRAFT
        with pytest.raises(NotFound):
            await actions.copy(db, NOW, by=school.methodist, source_id=copied + 1, **wished)
    assert (other.slot, other.person_id, other.key) == (one.slot, one.person_id, one.key)


async def test_a_copy_drops_bounds_that_lie_outside(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id, line_id, slot = await drafted(db, school)
        bounded: Fields = {"valid_from": date(2026, 10, 1), "valid_until": date(2027, 2, 1)}
        edit: Fields = {"by": school.methodist, "version_id": version_id, "line_id": line_id}
        await actions.change_line(db, NOW, **edit, revision=1, slot=Slot(**vars(slot) | bounded))
        wished: Fields = {"title": "Весна", "valid_from": date(2027, 1, 11), "valid_until": YEAR_ENDS}
        copied = await actions.copy(db, NOW, by=school.methodist, source_id=version_id, **wished)
        (line,) = await queries.lines(db, copied)
    assert (line.valid_from, line.valid_until) == (None, date(2027, 2, 1))


async def test_a_submitted_version_is_taken_back_by_a_methodist_only(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        with pytest.raises(Forbidden):
            await actions.take_back(db, NOW, version_id=version_id, by=school.head)
        await actions.take_back(db, NOW, version_id=version_id, by=school.methodist)
        found = await queries.version(db, version_id)
        with pytest.raises(WrongState):
            await actions.take_back(db, NOW, version_id=version_id, by=school.methodist)
    assert (found.state, found.submitted_by, found.submitted_at) == (VersionState.DRAFT, None, None)


async def test_of_approvals_and_takings_back_exactly_one_counts(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)

    async def decide(db: Db, number: int) -> bool:
        if number % 2:
            await actions.take_back(db, NOW, version_id=version_id, by=school.methodist)
        else:
            await approve_version(db, school, version_id)
        return True

    results = await race(database, decide, runners=10)
    assert (len(winners(results)), refusals(results, WrongState)) == (1, 9)


async def test_an_approved_version_nobody_published_is_pointed_out(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        (before,) = await listed(db)
        await publish_version(db, school, version_id)
        (after,) = await listed(db)
    assert (before.lines, before.is_unpublished(TODAY), before.is_unpublished(date(2026, 8, 1))) == (
        1,
        True,
        False,
    )
    assert (after.publications, after.is_unpublished(TODAY)) == (1, False)


async def test_lines_are_named_and_stand_by_worker_and_time(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        _, other = await builders.add_worker(db, family_name="Абрамова", position="учитель химии")
        version_id = await add_draft(db, school)
        await add_line(db, school, version_id, weekday=3)
        await add_line(db, school, version_id, weekday=1)
        await add_line(db, school, version_id, weekday=5, appointment=other)
        found = await named_lines(db, version_id)
    assert [(line.host_name, line.row.weekday, line.group_names) for line in found] == [
        ("Абрамова Анна Павловна", 5, ("7А",)),
        ("Соколова Анна Павловна", 1, ("7А",)),
        ("Соколова Анна Павловна", 3, ("7А",)),
    ]


async def test_the_version_to_be_superseded_is_the_one_that_overlaps(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        over = await queries.version(db, await add_draft(db, school))
        after = await add_draft(db, school, valid_from=date(2027, 6, 1), valid_until=date(2027, 8, 31))
        assert await predecessor(db, over) == await queries.version(db, version_id)
        assert await predecessor(db, await queries.version(db, after)) is None


async def test_findings_name_what_stands_in_the_way_and_what_is_doubtful(sqlite_database: Database) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        bare = await builders.add_subject(db, name="Астрономия")
        _, second = await builders.add_worker(db, family_name="Абрамова", position="учитель химии")
        version_id = await add_draft(db, school)
        one = await add_line(db, school, version_id)
        twice = await add_line(db, school, version_id, starts=time(15, 30), ends=time(16))
        both = await add_line(db, school, version_id, starts=time(15), ends=time(15, 20), appointment=second)
        await end_appointment(db, NOW, by=None, appointment_id=second, until=date(2026, 12, 31))
        found = await findings(db, version_id, NOW)
    assert [(clash.first.line_id, clash.second.line_id) for clash in found.clashes] == [(one, twice)]
    assert found.unemployed == (both,)
    assert [two.line_ids for two in found.groups_twice] == [(one, twice), (one, both)]
    assert [row.subject_id for row in found.uncovered] == [bare]
    assert not found.parity_unknown
