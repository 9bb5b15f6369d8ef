"""What is put up in a room: a timer, the page of a document (R47)."""

from datetime import timedelta

import pytest

from school.db import Database, Db
from school.errors import Invalid, NotFound
from school.files import actions as files
from school.tools import actions, queries
from school.tools.errors import NoSlides
from school.tools.queries import SlidesRow, TimerRow, ToolsRow
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.races import race, winners


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school)


async def test_nothing_is_put_up_at_first(database: Database, session_id: int) -> None:
    async with database.read() as db:
        assert await queries.tools(db, session_id) == ToolsRow()


async def test_a_timer_counts_work_and_then_a_break(database: Database, session_id: int) -> None:
    async with database.begin() as db:
        await actions.start_timer(db, NOW, session_id=session_id, minutes=20, break_minutes=5)
        found = await queries.tools(db, session_id)
        ends_at = NOW + timedelta(minutes=20)
        assert found.timer == TimerRow(NOW, ends_at, ends_at + timedelta(minutes=5))
        later = NOW + timedelta(minutes=3)
        await actions.start_timer(db, later, session_id=session_id, minutes=1, break_minutes=0)
        found = await queries.tools(db, session_id)
        assert found.timer == TimerRow(later, later + timedelta(minutes=1), None)
        await actions.stop_timer(db, session_id=session_id)
        assert await queries.tools(db, session_id) == ToolsRow()


@pytest.mark.parametrize(("minutes", "break_minutes"), [(0, 0), (181, 0), (10, 61), (10, -1)])
async def test_a_timer_is_no_longer_than_a_lesson(
    database: Database, session_id: int, minutes: int, break_minutes: int
) -> None:
    async with database.begin() as db:
        with pytest.raises(Invalid):
            await actions.start_timer(
                db, NOW, session_id=session_id, minutes=minutes, break_minutes=break_minutes
            )


async def test_slides_begin_with_the_first_page_and_are_turned(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        with pytest.raises(NoSlides):
            await actions.turn(db, session_id=session_id, page=2)
        file = await files.store(db, NOW, by=school.teacher, name="урок.pdf", content=b"%PDF-1.7")
        await actions.show_slides(db, session_id=session_id, file_id=file.id)
        assert (await queries.tools(db, session_id)).slides == SlidesRow(file, 1)
        await actions.turn(db, session_id=session_id, page=7)
        assert (await queries.tools(db, session_id)).slides == SlidesRow(file, 7)
        for page in (0, 2001):
            with pytest.raises(Invalid):
                await actions.turn(db, session_id=session_id, page=page)
        await actions.show_slides(db, session_id=session_id, file_id=file.id)
        assert (await queries.tools(db, session_id)).slides == SlidesRow(file, 1)
        await actions.hide_slides(db, session_id=session_id)
        assert (await queries.tools(db, session_id)).slides is None
        with pytest.raises(NoSlides):
            await actions.turn(db, session_id=session_id, page=2)


async def test_an_unknown_session_is_not_found(database: Database, session_id: int) -> None:
    async with database.begin() as db:
        with pytest.raises(NotFound):
            await actions.stop_timer(db, session_id=session_id + 1)


async def test_50_first_timers_at_once_are_one_row(database: Database, session_id: int) -> None:
    async def run(db: Db, number: int) -> bool:
        await actions.start_timer(db, NOW, session_id=session_id, minutes=1 + number, break_minutes=0)
        return True

    assert len(winners(await race(database, run))) == 50
