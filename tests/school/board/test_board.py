"""The whiteboard: strokes once each, in order, one's own taken back, everything cleared (R47)."""

import pytest

from school.board import actions, queries, rules
from school.board.errors import BoardFull
from school.board.queries import StrokeRow
from school.db import Database, Db
from school.errors import Invalid, NotFound
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


async def draw(db: Db, session_id: int, author: int, client_id: str = "s1") -> StrokeRow:
    return await actions.draw(
        db,
        NOW,
        session_id=session_id,
        author_id=author,
        client_id=client_id,
        colour="red",
        width=30,
        points=[0, 0, 10_000, 5_625],
    )


async def ids(db: Db, session_id: int, after: int = 0) -> list[int]:
    return [row.id for row in await queries.strokes(db, session_id, after, 100)]


async def test_a_stroke_is_stored_once_and_in_order(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        first = await draw(db, session_id, school.teacher)
        assert first == StrokeRow(first.id, school.teacher, "s1", "red", 30, (0, 0, 10_000, 5_625))
        assert await draw(db, session_id, school.teacher) == first
        second = await draw(db, session_id, school.student)
        assert await ids(db, session_id) == [first.id, second.id]
        assert await ids(db, session_id, first.id) == [second.id]


async def test_one_takes_back_ones_own_last_stroke(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        first = await draw(db, session_id, school.student, "s1")
        second = await draw(db, session_id, school.student, "s2")
        others = await draw(db, session_id, school.teacher)
        undo = [
            await actions.undo(db, NOW, session_id=session_id, author_id=school.student) for _ in range(3)
        ]
        assert undo == [second.id, first.id, None]
        assert await ids(db, session_id) == [others.id]


async def test_a_stroke_is_erased_by_its_author_or_by_who_leads(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        stroke = (await draw(db, session_id, school.teacher)).id
        named = {"session_id": session_id, "stroke_id": stroke}
        assert not await actions.erase(db, NOW, **named, author_id=school.student)
        assert not await actions.erase(db, NOW, session_id=session_id + 1, stroke_id=stroke, author_id=None)
        assert await actions.erase(db, NOW, **named, author_id=None)
        assert not await actions.erase(db, NOW, **named, author_id=None)


async def test_clearing_takes_only_this_board(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        await draw(db, session_id, school.teacher)
        kept = await draw(db, other, school.teacher)
        await actions.clear(db, NOW, session_id=session_id)
        assert (await ids(db, session_id), await ids(db, other)) == ([], [kept.id])


@pytest.mark.parametrize("points", [[], [1], [1, 2, 3], [-1, 0], [10_001, 0], [0, 5_626], [0, 0] * 401])
def test_points_outside_the_board_are_refused(points: list[int]) -> None:
    with pytest.raises(Invalid):
        rules.check_points(points)


@pytest.mark.parametrize(("colour", "width"), [("white", 10), ("red", 0), ("red", 101)])
def test_a_pen_that_the_board_has_not_is_refused(colour: str, width: int) -> None:
    with pytest.raises(Invalid):
        rules.check_pen(colour, width)


async def test_a_full_board_is_cleared_first(
    database: Database, school: School, session_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "STROKES_LIMIT", 1)
    async with database.begin() as db:
        await draw(db, session_id, school.teacher, "s1")
        with pytest.raises(BoardFull):
            await draw(db, session_id, school.teacher, "s2")
        await actions.clear(db, NOW, session_id=session_id)
        await draw(db, session_id, school.teacher, "s2")


async def test_an_unknown_session_is_not_found(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        with pytest.raises(NotFound):
            await draw(db, session_id + 1, school.teacher)


async def test_50_times_one_stroke_is_one(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, _: int) -> int:
        return (await draw(db, session_id, school.teacher)).id

    assert len(set(winners(await race(database, run)))) == 1


async def test_of_50_who_take_back_each_takes_another(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        drawn = [(await draw(db, session_id, school.teacher, f"s{number}")).id for number in range(10)]

    async def run(db: Db, _: int) -> int | None:
        return await actions.undo(db, NOW, session_id=session_id, author_id=school.teacher)

    taken = [one for one in winners(await race(database, run)) if one is not None]
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(drawn)
