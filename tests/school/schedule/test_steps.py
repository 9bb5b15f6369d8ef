"""The way of a version: draft, submitted, approved, published, superseded, or back with a remark (R20)."""

from datetime import date, time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import Conflict, Forbidden, Invalid, NotFound
from school.schedule import actions, queries
from school.schedule.errors import AttestationIsGroup, EmptySchedule, HostTwice, NotAnEmployee, WrongState
from school.schedule.models import Form, Kind, Parity, Purpose, VersionState, Where
from tests import builders
from tests.builders import NOW, YEAR_ENDS, YEAR_STARTS
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


async def state(database: Database, version_id: int) -> VersionState:
    async with database.read() as db:
        return (await queries.version(db, version_id)).state


async def test_every_step_records_who_and_when(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        await publish_version(db, school, version_id)
    async with database.read() as db:
        version = await queries.version(db, version_id)
        assert version.state is VersionState.PUBLISHED
        assert (version.drafted_by, version.drafted_at) == (school.methodist, NOW)
        assert (version.submitted_by, version.submitted_at) == (school.methodist, NOW)
        assert (version.approved_by, version.approved_at) == (school.head, NOW)
        assert (version.order_number, version.order_date) == ("7-о", NOW.date())
        assert (version.published_by, version.published_at) == (school.methodist, NOW)
        (publication,) = await queries.publications(db, version_id)
        assert (publication.where, publication.published_on) == (Where.OFFICIAL_SITE, NOW.date())
        steps = [row.action for row in await latest(db, 4)]
    assert steps == ["schedule_published", "schedule_approved", "schedule_submitted", "schedule_drafted"]


async def test_a_returned_version_is_a_draft_with_a_remark(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await actions.return_with_remark(
            db, NOW, version_id=version_id, by=school.head, remark=" Нет  химии "
        )
        found = await queries.version(db, version_id)
        assert (found.state, found.remark) == (VersionState.DRAFT, "Нет химии")
        await add_line(db, school, version_id, weekday=3)
        await actions.submit(db, NOW, version_id=version_id, by=school.methodist)
        assert (await queries.version(db, version_id)).remark is None


async def test_a_remark_must_say_something(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        with pytest.raises(Invalid):
            await actions.return_with_remark(db, NOW, version_id=version_id, by=school.head, remark=" ")


async def test_a_version_without_lines_is_not_submitted(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
    with pytest.raises(EmptySchedule):
        async with database.begin() as db:
            await actions.submit(db, NOW, version_id=version_id, by=school.methodist)
    assert await state(database, version_id) is VersionState.DRAFT


async def test_a_host_twice_at_a_time_is_not_submitted(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        await add_line(db, school, version_id)
        await add_line(db, school, version_id, starts=time(15, 30), ends=time(16))
    with pytest.raises(HostTwice) as refused:
        async with database.begin() as db:
            await actions.submit(db, NOW, version_id=version_id, by=school.methodist)
    assert refused.value.data["person_id"] == school.teacher
    assert await state(database, version_id) is VersionState.DRAFT


@pytest.mark.parametrize("who", ["administrator", "head", "teacher", "student", "parent"])
async def test_only_a_methodist_drafts_and_submits(sqlite_database: Database, who: str) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await add_draft(db, school)
        await add_line(db, school, version_id)
        with pytest.raises(Forbidden):
            await actions.submit(db, NOW, version_id=version_id, by=getattr(school, who))
        with pytest.raises(Forbidden):
            await actions.draft(
                db,
                NOW,
                by=getattr(school, who),
                title="Мой",
                valid_from=YEAR_STARTS,
                valid_until=YEAR_ENDS,
            )


@pytest.mark.parametrize("who", ["administrator", "methodist", "teacher", "student", "parent"])
async def test_only_the_head_returns(sqlite_database: Database, who: str) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await add_submitted(db, school)
        with pytest.raises(Forbidden):
            await actions.return_with_remark(
                db, NOW, version_id=version_id, by=getattr(school, who), remark="Нет"
            )


async def test_a_draft_is_not_published(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        with pytest.raises(WrongState) as refused:
            await publish_version(db, school, version_id)
        assert refused.value.data["state"] == "draft"
        with pytest.raises(NotFound):
            await publish_version(db, school, version_id + 1)


async def test_a_published_version_is_recorded_once_more_elsewhere(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        await publish_version(db, school, version_id)
        elsewhere = {"version_id": version_id, "by": school.methodist, "on": date(2026, 9, 8)}
        await actions.publish_elsewhere(db, NOW, where=Where.NOTICE_BOARD, **elsewhere)
        with pytest.raises(Conflict):
            await actions.publish_elsewhere(db, NOW, where=Where.NOTICE_BOARD, **elsewhere)
        places = [row.where for row in await queries.publications(db, version_id)]
    assert places == [Where.OFFICIAL_SITE, Where.NOTICE_BOARD]


async def add_odd_line(db: Db, school: School, version_id: int, **changes: object) -> int:
    values: dict[str, object] = {
        "appointment_id": school.appointment,
        "weekday": 1,
        "starts": time(10),
        "ends": time(11),
        "form": Form.CHAT,
        "kind": Kind.GROUP,
        "group_ids": [school.group],
    }
    return await actions.add_line(
        db,
        NOW,
        by=school.methodist,
        version_id=version_id,
        **(values | changes),  # type: ignore[arg-type]  # each test changes another value
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekday": 8}, "weekday"),
        ({"ends": time(10)}, "ends"),
        ({"group_ids": []}, "groups"),
        ({"kind": Kind.INDIVIDUAL}, "groups"),
        ({"group_ids": [999]}, "groups"),
        ({"subject_id": 999}, "subject_id"),
        ({"valid_from": date(2026, 8, 1)}, "valid_from"),
        ({"valid_until": date(2026, 8, 1)}, "valid_until"),
    ],
)
async def test_a_line_that_makes_no_sense_is_refused(
    sqlite_database: Database, changes: dict[str, object], field: str
) -> None:
    school = await open_school(sqlite_database)
    async with sqlite_database.begin() as db:
        version_id = await add_draft(db, school)
        with pytest.raises(Invalid) as refused:
            await add_odd_line(db, school, version_id, **changes)
    assert refused.value.field == field


async def test_an_attestation_line_is_group_only(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        with pytest.raises(AttestationIsGroup) as refused:
            await add_odd_line(
                db, school, version_id, kind=Kind.INDIVIDUAL, group_ids=[], purpose=Purpose.ATTESTATION
            )
        assert refused.value.data["clause"] == "3.7"
        assert await add_odd_line(db, school, version_id, purpose=Purpose.ATTESTATION)


async def test_a_line_needs_an_appointment_for_all_its_time(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school, valid_from=date(2020, 8, 1), valid_until=date(2021, 8, 1))
        with pytest.raises(NotAnEmployee):
            await add_odd_line(db, school, version_id)
        assert await add_odd_line(db, school, version_id, valid_from=date(2020, 9, 1))


async def test_lines_are_read_as_they_were_added(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        line_id = await add_odd_line(db, school, version_id, parity=Parity.EVEN)
        (line,) = await queries.lines(db, version_id)
    assert (line.id, line.person_id, line.group_ids) == (line_id, school.teacher, (school.group,))
    assert (line.starts, line.ends, line.parity) == (time(10), time(11), Parity.EVEN)


async def test_a_subject_without_a_slot_in_its_period_is_flagged(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        bare = await builders.add_subject(db, name="Астрономия")
        version_id = await add_draft(db, school, valid_until=date(2026, 12, 31))
        half = {"subject_id": school.subject, "valid_from": date(2026, 10, 1)}
        await add_odd_line(db, school, version_id, **half)
        await add_odd_line(db, school, version_id, subject_id=bare, purpose=Purpose.ATTESTATION, weekday=2)
        first = [(row.name, row.gaps) for row in await queries.uncovered(db, version_id)]
        await add_odd_line(db, school, version_id, subject_id=school.subject, weekday=3)
        await add_odd_line(db, school, version_id, subject_id=bare, weekday=4)
        assert await queries.uncovered(db, version_id) == []
    assert first == [
        ("Алгебра", ((date(2026, 9, 1), date(2026, 9, 30)),)),
        ("Астрономия", ((date(2026, 9, 1), date(2026, 12, 31)),)),
    ]


CHANGES_OF_WHAT_IS_APPROVED = [
    "UPDATE schedule_version SET title = 'Другой'",
    "UPDATE schedule_version SET valid_until = '2030-01-01'",
    "UPDATE schedule_version SET order_number = '8'",
    "UPDATE schedule_version SET approved_by = 1",
    "UPDATE schedule_version SET state = 'draft'",
    "UPDATE schedule_version SET revision = revision + 1",
    "DELETE FROM schedule_version",
    "UPDATE schedule_line SET weekday = 5",
    "UPDATE schedule_line SET revision = 2",
    "DELETE FROM schedule_line",
    "INSERT INTO schedule_line (version_id, key, appointment_id, person_id, weekday, starts, ends, parity,"
    " form, kind, purpose, audience) SELECT version_id, 'other', appointment_id, person_id, weekday, starts,"
    " ends, parity, form, kind, purpose, audience FROM schedule_line",
    "UPDATE schedule_line_group SET group_id = group_id",
    "DELETE FROM schedule_line_group",
]


@pytest.mark.parametrize("statement", CHANGES_OF_WHAT_IS_APPROVED)
async def test_the_database_itself_keeps_what_is_approved(database: Database, statement: str) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
    with pytest.raises(DBAPIError, match=r"final|draft"):
        async with database.begin() as db:
            await db.execute(text(statement))


async def test_a_submitted_version_takes_no_more_lines(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        with pytest.raises(WrongState):
            await add_line(db, school, version_id)


async def test_of_50_submissions_one_counts(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        await add_line(db, school, version_id)

    async def submit(db: Db, _: int) -> bool:
        await actions.submit(db, NOW, version_id=version_id, by=school.methodist)
        return True

    results = await race(database, submit)
    assert (len(winners(results)), refusals(results, WrongState)) == (1, 49)


async def test_lines_added_while_a_version_is_submitted_are_in_it_or_refused(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_draft(db, school)
        await add_line(db, school, version_id)

    async def either(db: Db, number: int) -> int | None:
        if number == 25:
            await actions.submit(db, NOW, version_id=version_id, by=school.methodist)
            return None
        minute = time(8 + number // 60, number % 60)
        return await add_line(
            db, school, version_id, weekday=4, starts=minute, ends=minute.replace(second=30)
        )

    results = await race(database, either)
    assert await state(database, version_id) is VersionState.SUBMITTED
    async with database.read() as db:
        kept = {line.id for line in await queries.lines(db, version_id)}
    assert kept > set(winners(results))
    assert len(winners(results)) + refusals(results, WrongState) == 49


async def test_of_50_returns_one_counts(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)

    async def give_back(db: Db, number: int) -> bool:
        await actions.return_with_remark(
            db, NOW, version_id=version_id, by=school.head, remark=f"Замечание {number}"
        )
        return True

    results = await race(database, give_back)
    assert (len(winners(results)), refusals(results, WrongState)) == (1, 49)


async def test_of_50_publications_one_counts(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)

    async def publish(db: Db, _: int) -> bool:
        await publish_version(db, school, version_id)
        return True

    results = await race(database, publish)
    assert (len(winners(results)), refusals(results, WrongState)) == (1, 49)
    async with database.read() as db:
        assert len(await queries.publications(db, version_id)) == 1


async def test_of_50_records_of_one_place_one_is_kept(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        version_id = await add_submitted(db, school)
        await approve_version(db, school, version_id)
        await publish_version(db, school, version_id)

    async def record(db: Db, _: int) -> bool:
        await actions.publish_elsewhere(
            db,
            NOW,
            version_id=version_id,
            by=school.methodist,
            where=Where.NOTICE_BOARD,
            on=builders.TODAY,
        )
        return True

    results = await race(database, record)
    assert (len(winners(results)), refusals(results, Conflict)) == (1, 49)
