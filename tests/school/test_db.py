"""The database's door: what a transaction is, on both engines alike."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from school.audit.queries import first_broken
from school.db import Database, Db, before_commit, insert_once
from school.errors import Conflict
from school.people.models import Appointment, Category, Group, Person
from tests.builders import NOW, add_group, add_person
from tests.races import RUNNERS, race, winners

MOSCOW = timezone(timedelta(hours=3))


async def test_an_instant_comes_back_in_utc(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)
        late = datetime(2026, 9, 1, 2, 30, 0, 5, tzinfo=MOSCOW)
        await db.execute(update(Person).where(Person.id == person_id).values(ended_at=late))
    async with database.read() as db:
        stored = await db.scalar(select(Person.ended_at))
    assert stored == late
    assert stored is not None
    assert stored.tzinfo is UTC


async def test_a_naive_instant_is_refused(database: Database) -> None:
    async with database.read() as db:
        with pytest.raises(StatementError, match="time zone"):
            await db.execute(select(Person.id).where(Person.ended_at > datetime(2026, 9, 1)))  # noqa: DTZ001 -- the point


@pytest.mark.parametrize(("microseconds", "expected"), [(-1, 0), (0, 0), (1, 1)])
async def test_instants_are_compared_inside_the_database(
    database: Database, microseconds: int, expected: int
) -> None:
    async with database.begin() as db:
        await add_person(db)
    async with database.read() as db:
        moment = (NOW + timedelta(microseconds=microseconds)).astimezone(MOSCOW)
        assert await db.scalar(select(func.count(Person.id)).where(Person.created_at < moment)) == expected


async def test_an_exception_takes_everything_back(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as db:
            await add_group(db)
            raise Conflict

    with pytest.raises(Conflict):
        await fail()
    async with database.read() as db:
        assert await db.scalar(select(func.count(Group.id))) == 0


async def test_a_reading_transaction_cannot_write(database: Database) -> None:
    async with database.read() as db:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await db.execute(update(Person).values(locale="ru"))


async def test_a_reading_transaction_sees_one_picture(database: Database) -> None:
    async with database.read() as db:
        assert await db.scalar(select(func.count(Group.id))) == 0
        async with database.begin() as writing:
            await add_group(writing)
        assert await db.scalar(select(func.count(Group.id))) == 0
    async with database.read() as db:
        assert await db.scalar(select(func.count(Group.id))) == 1


async def test_foreign_keys_are_kept(database: Database) -> None:
    async def appoint_nobody() -> None:
        async with database.begin() as db:
            db.add(
                Appointment(
                    person_id=99,
                    position="учитель",
                    category=Category.PEDAGOGICAL,
                    since=NOW.date(),
                    until=None,
                )
            )

    with pytest.raises(IntegrityError):
        await appoint_nobody()


async def test_a_value_outside_a_choice_is_refused(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)

    async def grant() -> None:
        async with database.begin() as db:
            insert = text("INSERT INTO person_role (person_id, role) VALUES (:person_id, 'king')")
            await db.execute(insert, {"person_id": person_id})

    with pytest.raises(IntegrityError):
        await grant()


async def test_read_then_write_of_50_at_once_loses_nothing(database: Database) -> None:
    async with database.begin() as db:
        group_id = await add_group(db, grade=0)

    async def count_up(db: Db, _: int) -> None:
        query = select(Group.grade).where(Group.id == group_id).with_for_update()
        grade = await db.scalar(query)
        assert grade is not None
        await asyncio.sleep(0)
        await db.execute(update(Group).values(grade=grade + 1))

    await race(database, count_up)
    async with database.read() as db:
        assert await db.scalar(select(Group.grade)) == RUNNERS


async def test_of_50_who_insert_the_same_key_one_wins(database: Database) -> None:
    async def insert(db: Db, number: int) -> int | None:
        return await insert_once(
            db, Group, key=("name",), returning="id", name="7А", grade=number, sort_key="7"
        )

    assert len(winners(await race(database, insert))) == 1


async def test_the_last_work_is_done_once_and_last(database: Database) -> None:
    done: list[str] = []

    async def last() -> None:
        done.append("last")

    async with database.begin() as db:
        before_commit(db, "work", last)
        before_commit(db, "work", last)
        done.append("body")
    assert done == ["body", "last"]


async def test_the_last_work_of_a_failed_transaction_is_not_done(database: Database) -> None:
    done: list[str] = []

    async def last() -> None:
        done.append("last")

    async def fail() -> None:
        async with database.begin() as db:
            before_commit(db, "work", last)
            raise Conflict

    with pytest.raises(Conflict):
        await fail()
    assert done == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="file"):
        Database.open(url)


async def test_writers_who_are_cancelled_leave_the_database_usable(database: Database) -> None:
    """Cancelled wherever they happen to be: waiting for a turn, in a statement, at the commit."""

    async def write(number: int) -> None:
        async with database.begin() as db:
            await add_group(db, name=f"группа {number}")

    for turns in range(40):
        writers = [asyncio.create_task(write(4 * turns + number)) for number in range(4)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for writer in writers[::2]:
            writer.cancel()
        results = await asyncio.gather(*writers, return_exceptions=True)
        assert results[1::2] == [None, None]
    async with asyncio.timeout(10):
        await write(-1)
    async with database.read() as db:
        assert await first_broken(db) is None


async def test_readers_who_are_cancelled_leave_the_database_usable(database: Database) -> None:
    async def read() -> None:
        async with database.read() as db:
            await db.scalar(select(func.count(Person.id)))

    for turns in range(60):
        reader = asyncio.create_task(read())
        for _ in range(turns % 20):
            await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    async with asyncio.timeout(10):
        await asyncio.gather(*(read() for _ in range(RUNNERS)))


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Database.open("mysql://localhost/kabinet")
