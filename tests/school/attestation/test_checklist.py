"""The checklist before an attestation: three items with times, a reason for what is left out (R30, R31)."""

import json

import pytest
from sqlalchemy import update

from school.attestation import actions, queries
from school.attestation.errors import ChecklistIncomplete, NotForAttestation, NothingToExplain
from school.attestation.models import ChecklistItem
from school.attestation.queries import ItemRow
from school.audit.queries import latest as latest_audit
from school.db import Database, Db
from school.errors import Invalid
from school.schedule.models import Purpose
from school.sessions import actions as sessions
from school.sessions.errors import NotTheHost
from school.sessions.models import EndReason, Session
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.races import race, winners


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        session_id = await add_session(db, school)
        await db.execute(update(Session).values(purpose=Purpose.ATTESTATION))
        return session_id


async def tick(db: Db, session_id: int, by: int, item: ChecklistItem, *, done: bool = True) -> bool:
    return await actions.tick(db, NOW, session_id=session_id, by=by, item=item, done=done)


async def account(db: Db, session_id: int, by: int, reason: str = "") -> None:
    await actions.account_for_omissions(db, NOW, session_id=session_id, by=by, reason=reason)


async def test_items_stand_in_the_orders_order_and_are_ticked_with_times(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        assert await tick(db, session_id, school.teacher, ChecklistItem.HARDEST_TASKS)
        assert not await tick(db, session_id, school.teacher, ChecklistItem.HARDEST_TASKS)
        assert await queries.checklist(db, session_id) == (
            ItemRow(ChecklistItem.BRIEFING, None),
            ItemRow(ChecklistItem.HARDEST_TASKS, NOW),
            ItemRow(ChecklistItem.GRADING_CRITERIA, None),
        )


async def test_a_tick_can_be_taken_back_and_both_are_in_the_audit(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await tick(db, session_id, school.teacher, ChecklistItem.BRIEFING)
    async with database.begin() as db:
        assert await tick(db, session_id, school.teacher, ChecklistItem.BRIEFING, done=False)
        assert not await tick(db, session_id, school.teacher, ChecklistItem.BRIEFING, done=False)
    async with database.read() as db:
        assert [row.action for row in await latest_audit(db, 2)] == [
            "checklist_unticked",
            "checklist_ticked",
        ]


async def test_only_the_host_ticks_and_only_before_an_attestation(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        with pytest.raises(NotTheHost):
            await tick(db, session_id, school.student, ChecklistItem.BRIEFING)
        current = await add_session(db, school, starts_at=NOW.replace(hour=15))
        with pytest.raises(NotForAttestation):
            await tick(db, current, school.teacher, ChecklistItem.BRIEFING)


async def test_what_is_left_out_needs_a_reason(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        await tick(db, session_id, school.teacher, ChecklistItem.BRIEFING)
        with pytest.raises(ChecklistIncomplete) as refused:
            await account(db, session_id, school.teacher, "  ")
        assert refused.value.data == {"missing": ["hardest_tasks", "grading_criteria"]}
        with pytest.raises(Invalid):
            await account(db, session_id, school.teacher, "x" * 501)
        assert await queries.omission(db, session_id) is None
        await account(db, session_id, school.teacher, "Отключили\nсвет")
        assert await queries.omission(db, session_id) == "Отключили свет"
    async with database.read() as db:
        (row, *_) = await latest_audit(db, 1)
    assert (row.action, row.actor_id) == ("checklist_left_out", school.teacher)


async def test_a_complete_checklist_and_another_purpose_need_none(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        for item in ChecklistItem:
            await tick(db, session_id, school.teacher, item)
        await account(db, session_id, school.teacher)
        await account(db, await add_session(db, school, starts_at=NOW.replace(hour=15)), school.teacher)
        assert await queries.omission(db, session_id) is None


async def test_of_50_who_tick_one_counts(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, _: int) -> bool:
        return await tick(db, session_id, school.teacher, ChecklistItem.BRIEFING)

    assert len(winners(await race(database, run))) == 1


async def test_of_50_who_close_one_gives_the_reason(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await sessions.mark_started(db, NOW, session_id=session_id)

    async def run(db: Db, number: int) -> bool:
        await account(db, session_id, school.teacher, f"Причина {number}")
        return await sessions.end(db, NOW, session_id=session_id, by=school.teacher, reason=EndReason.CLOSED)

    results = await race(database, run)
    assert len(winners(results)) == 1
    async with database.read() as db:
        assert await queries.omission(db, session_id) == f"Причина {results.index(True)}"


# -- when the time has ended it ---------------------------------------------------------------------


async def explain(db: Db, session_id: int, by: int, reason: str = "Отключили свет") -> bool:
    return await actions.explain_omissions(db, NOW, session_id=session_id, by=by, reason=reason)


async def run_out(db: Db, session_id: int) -> None:
    await sessions.mark_started(db, NOW, session_id=session_id)
    await sessions.end(db, NOW, session_id=session_id, by=None, reason=EndReason.TIME)


async def test_a_session_ended_by_time_waits_for_its_reason(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await tick(db, session_id, school.teacher, ChecklistItem.BRIEFING)
        assert await queries.unexplained(db, school.teacher) == []
        with pytest.raises(NothingToExplain):
            await explain(db, session_id, school.teacher)
        await run_out(db, session_id)
        assert await queries.unexplained(db, school.teacher) == [session_id]
        assert await queries.unexplained(db, school.student) == []
        with pytest.raises(NotTheHost):
            await explain(db, session_id, school.student)
        for nothing in (" ", "x" * 501):
            with pytest.raises(Invalid):
                await explain(db, session_id, school.teacher, nothing)
    async with database.begin() as db:
        assert await explain(db, session_id, school.teacher)
        assert not await explain(db, session_id, school.teacher, "Передумал")
        assert await queries.omission(db, session_id) == "Отключили свет"
        assert await queries.unexplained(db, school.teacher) == []
    async with database.read() as db:
        (row, *_) = await latest_audit(db, 1)
    assert row.action == "checklist_left_out"
    assert json.loads(row.detail)["items"] == ["hardest_tasks", "grading_criteria"]


async def test_a_complete_checklist_and_another_purpose_have_nothing_to_explain(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        for item in ChecklistItem:
            await tick(db, session_id, school.teacher, item)
        await run_out(db, session_id)
        assert await queries.unexplained(db, school.teacher) == []
        with pytest.raises(NothingToExplain):
            await explain(db, session_id, school.teacher)
        current = await add_session(db, school, starts_at=NOW.replace(hour=15))
        await run_out(db, current)
        assert await queries.unexplained(db, school.teacher) == []
        with pytest.raises(NotForAttestation):
            await explain(db, current, school.teacher)


async def test_of_50_who_explain_one_reason_stays(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await run_out(db, session_id)

    async def run(db: Db, number: int) -> bool:
        return await explain(db, session_id, school.teacher, f"Причина {number}")

    results = await race(database, run)
    assert len(winners(results)) == 1
    async with database.read() as db:
        assert await queries.omission(db, session_id) == f"Причина {results.index(True)}"
