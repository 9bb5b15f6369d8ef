"""Topic, cancelling, moving, extending, starting, ending: each happens once (R24, R39, R41)."""

from datetime import datetime, timedelta

import pytest

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import Conflict, Forbidden, Invalid, NotFound
from school.schedule.errors import HostTwice
from school.sessions import actions, queries
from school.sessions.errors import NotTheHost, SessionCancelled, SessionOver, SessionStarted
from school.sessions.models import EndReason, Scope, TopicBasis
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.races import race, refusals, winners

START = NOW + timedelta(hours=1)
END = START + timedelta(minutes=45)


async def set_topic(db: Db, session_id: int, by: int, *, now: datetime = NOW, topic: str = "Дроби") -> None:
    await actions.set_topic(
        db,
        now,
        session_id=session_id,
        by=by,
        topic=topic,
        basis=TopicBasis.PERFORMANCE,
        scope=Scope.SINGLE_TOPIC,
    )


async def cancel(db: Db, session_id: int, school: School, *, now: datetime = NOW) -> None:
    await actions.cancel(db, now, session_id=session_id, by=school.administrator, reason="Болезнь")


async def move(db: Db, session_id: int, school: School, starts_at: datetime) -> None:
    await actions.move(
        db,
        NOW,
        session_id=session_id,
        by=school.administrator,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        reason="Педсовет",
    )


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school)


async def test_the_host_sets_the_topic(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        await set_topic(db, session_id, school.teacher)
        found = await queries.session(db, session_id)
    assert (found.topic, found.topic_basis, found.scope) == (
        "Дроби",
        TopicBasis.PERFORMANCE,
        Scope.SINGLE_TOPIC,
    )
    assert found.topic_set_at == NOW


@pytest.mark.parametrize("who", ["administrator", "methodist", "head", "student", "parent"])
async def test_nobody_else_sets_the_topic(
    database: Database, school: School, session_id: int, who: str
) -> None:
    async with database.begin() as db:
        with pytest.raises(NotTheHost):
            await set_topic(db, session_id, getattr(school, who))
        assert (await queries.session(db, session_id)).topic is None


async def test_a_topic_must_say_something_and_be_in_time(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        with pytest.raises(Invalid):
            await set_topic(db, session_id, school.teacher, topic=" ")
        with pytest.raises(SessionOver):
            await set_topic(db, session_id, school.teacher, now=END + timedelta(minutes=5))
        with pytest.raises(NotFound):
            await set_topic(db, session_id + 1, school.teacher)
        await cancel(db, session_id, school)
        with pytest.raises(SessionCancelled):
            await set_topic(db, session_id, school.teacher)


async def test_cancelling_keeps_the_reason(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        await cancel(db, session_id, school)
        found = await queries.session(db, session_id)
    assert (found.cancelled_at, found.cancel_reason) == (NOW, "Болезнь")


@pytest.mark.parametrize("who", ["teacher", "methodist", "head", "student", "parent"])
async def test_only_an_administrator_cancels_and_moves(
    database: Database, school: School, session_id: int, who: str
) -> None:
    other = School(**vars(school) | {"administrator": getattr(school, who)})
    async with database.begin() as db:
        with pytest.raises(Forbidden):
            await cancel(db, session_id, other)
        with pytest.raises(Forbidden):
            await move(db, session_id, other, START + timedelta(days=1))


async def test_what_is_over_is_not_cancelled(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        with pytest.raises(SessionOver):
            await cancel(db, session_id, school, now=END + timedelta(minutes=5))


async def test_of_50_cancellations_one_counts(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, _: int) -> bool:
        await cancel(db, session_id, school)
        return True

    results = await race(database, run)
    assert (len(winners(results)), refusals(results, SessionCancelled)) == (1, 49)


async def test_a_moved_session_remembers_when_it_was_planned(
    database: Database, school: School, session_id: int
) -> None:
    tomorrow = START + timedelta(days=1)
    async with database.begin() as db:
        await move(db, session_id, school, tomorrow)
        found = await queries.session(db, session_id)
    assert (found.starts_at, found.ends_at) == (tomorrow, tomorrow + timedelta(minutes=45))
    assert found.planned_at == START


async def test_a_session_may_move_over_its_own_time_but_not_over_another(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await move(db, session_id, school, START + timedelta(minutes=15))
        await add_session(db, school, starts_at=START + timedelta(hours=2))
        with pytest.raises(HostTwice):
            await move(db, session_id, school, START + timedelta(hours=2, minutes=30))


async def test_a_session_that_is_held_is_not_moved(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await actions.mark_started(db, START, session_id=session_id)
        with pytest.raises(SessionStarted):
            await move(db, session_id, school, START + timedelta(days=1))


async def test_of_50_moves_one_counts(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, number: int) -> bool:
        await move(db, session_id, school, START + timedelta(hours=1 + number))
        return True

    results = await race(database, run)
    async with database.read() as db:
        found = await queries.session(db, session_id)
    assert winners(results)
    # Those who began after an earlier move saw it and moved on; nobody overwrote what they had not seen.
    assert len(winners(results)) + refusals(results, Conflict) == 50
    assert found.starts_at > START


async def test_the_host_extends_into_free_time_only(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        await add_session(db, school, starts_at=END + timedelta(minutes=15))
        await actions.extend(
            db, START, session_id=session_id, by=school.teacher, until=END + timedelta(minutes=15)
        )
        assert (await queries.session(db, session_id)).ends_at == END + timedelta(minutes=15)
        with pytest.raises(HostTwice):
            await actions.extend(
                db, START, session_id=session_id, by=school.teacher, until=END + timedelta(minutes=16)
            )
        with pytest.raises(Invalid):
            await actions.extend(db, START, session_id=session_id, by=school.teacher, until=END)
        with pytest.raises(Forbidden):
            await actions.extend(
                db, START, session_id=session_id, by=school.student, until=END + timedelta(minutes=15)
            )


async def test_of_50_extensions_to_one_time_one_counts(
    database: Database, school: School, session_id: int
) -> None:
    async def run(db: Db, _: int) -> bool:
        until = END + timedelta(minutes=10)
        await actions.extend(db, START, session_id=session_id, by=school.teacher, until=until)
        return True

    assert len(winners(await race(database, run))) == 1


async def test_of_50_starts_the_first_counts(database: Database, session_id: int) -> None:
    async def run(db: Db, number: int) -> bool:
        return await actions.mark_started(db, START + timedelta(seconds=number), session_id=session_id)

    results = await race(database, run)
    async with database.read() as db:
        found = await queries.session(db, session_id)
        assert await queries.running(db) == [session_id]
        kept = [row for row in await latest(db, 100) if row.action == "session_started"]
    assert [(row.actor_id, row.subject_id, row.at) for row in kept] == [(None, session_id, found.started_at)]
    assert found.started_at == START + timedelta(seconds=results.index(True))
    assert len(winners(results)) == 1


async def test_of_50_ends_the_first_counts(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, number: int) -> bool:
        by, reason = (None, EndReason.TIME) if number % 2 else (school.teacher, EndReason.CLOSED)
        return await actions.end(
            db, START + timedelta(seconds=number), session_id=session_id, by=by, reason=reason
        )

    results = await race(database, run)
    async with database.read() as db:
        found = await queries.session(db, session_id)
        assert await queries.running(db) == []
    first = results.index(True)
    assert len(winners(results)) == 1
    assert found.ended_at == START + timedelta(seconds=first)
    assert found.end_reason is (EndReason.TIME if first % 2 else EndReason.CLOSED)


async def test_of_ends_and_cancellations_exactly_one_counts(
    database: Database, school: School, session_id: int
) -> None:
    async def run(db: Db, number: int) -> bool:
        if number % 2:
            return await actions.end(db, START, session_id=session_id, by=None, reason=EndReason.TIME)
        await cancel(db, session_id, school)
        return True

    assert len(winners(await race(database, run))) == 1
    async with database.read() as db:
        found = await queries.session(db, session_id)
    assert (found.ended_at is None) != (found.cancelled_at is None)


async def test_nobody_but_the_host_and_the_administrator_ends_a_session(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        for who in (school.student, school.parent, school.methodist):
            with pytest.raises(Forbidden):
                await actions.end(db, START, session_id=session_id, by=who, reason=EndReason.CLOSED)
        assert await actions.end(
            db, START, session_id=session_id, by=school.administrator, reason=EndReason.CLOSED
        )
        assert not await actions.mark_started(db, START, session_id=session_id)
