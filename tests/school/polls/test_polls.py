"""Quick polls: one at a time, one answer each, changeable while open (R47)."""

from typing import Any

import pytest
from sqlalchemy import func, select

from school.db import Database, Db
from school.errors import Invalid, NotFound
from school.polls import actions, queries, rules
from school.polls.errors import PollClosed, PollGoesOn
from school.polls.models import PollAnswer, PollKind
from school.polls.queries import AnswerRow
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.races import race, refusals, winners


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school)


async def ask(db: Db, session_id: int, by: int, **changes: Any) -> int:
    asked: dict[str, Any] = {
        "kind": PollKind.SINGLE,
        "question": "Сколько корней?",
        "options": ["один", "два"],
        "shown": False,
    }
    return await actions.open_poll(db, NOW, session_id=session_id, by=by, **(asked | changes))


async def choose(db: Db, session_id: int, poll: int, person: int, *choices: int) -> None:
    await actions.choose(db, NOW, session_id=session_id, poll_id=poll, person_id=person, choices=choices)


async def test_a_session_without_a_poll_has_none(database: Database, session_id: int) -> None:
    async with database.read() as db:
        assert await queries.latest(db, session_id) is None


async def test_an_answer_counts_once_and_can_be_changed(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher)
        await choose(db, session_id, poll, school.student, 0)
        await choose(db, session_id, poll, school.student, 1)
        await choose(db, session_id, poll, school.parent, 0)
    async with database.read() as db:
        found = await queries.latest(db, session_id)
    assert found is not None
    assert (found.question, found.options, found.closed_at) == ("Сколько корней?", ("один", "два"), None)
    assert found.answers == {school.student: AnswerRow((1,)), school.parent: AnswerRow((0,))}


async def test_words_answer_an_open_question(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher, kind=PollKind.OPEN, options=[])
        await actions.write(
            db, NOW, session_id=session_id, poll_id=poll, person_id=school.student, text=" два\nкорня "
        )
        found = await queries.latest(db, session_id)
    assert found is not None
    assert found.answers == {school.student: AnswerRow((), "два корня")}


@pytest.mark.parametrize(
    ("kind", "chosen", "kept"),
    [
        (PollKind.YES_NO, [1], [1]),
        (PollKind.MULTIPLE, [1, 0, 1], [0, 1]),
        (PollKind.SINGLE, [0], [0]),
    ],
)
def test_a_choice_that_fits_is_kept_in_order(kind: PollKind, chosen: list[int], kept: list[int]) -> None:
    assert rules.check_choices(kind, ["один", "два"], chosen) == kept


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        (PollKind.SINGLE, [0, 1]),
        (PollKind.SINGLE, [2]),
        (PollKind.SINGLE, [-1]),
        (PollKind.SINGLE, []),
        (PollKind.YES_NO, [2]),
        (PollKind.YES_NO, [0, 1]),
        (PollKind.MULTIPLE, [0, 9]),
        (PollKind.OPEN, [0]),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(kind: PollKind, chosen: list[int]) -> None:
    with pytest.raises(Invalid):
        rules.check_choices(kind, ["один", "два"], chosen)


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        (PollKind.SINGLE, ["один"], "count"),
        (PollKind.SINGLE, [], "count"),
        (PollKind.MULTIPLE, [str(number) for number in range(11)], "count"),
        (PollKind.SINGLE, ["Да", "да"], "twice"),
        (PollKind.SINGLE, ["да", " "], "empty"),
        (PollKind.SINGLE, ["да", "x" * 121], "too_long"),
        (PollKind.YES_NO, ["да", "нет"], "not_of_this_kind"),
        (PollKind.OPEN, ["да"], "not_of_this_kind"),
    ],
)
def test_options_that_do_not_fit_are_refused(kind: PollKind, options: list[str], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check_options(kind, options)
    assert refused.value.reason == reason


async def test_there_is_one_open_poll_at_a_time(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher)
        with pytest.raises(PollGoesOn):
            await ask(db, session_id, school.teacher)
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        await ask(db, other, school.teacher)
        assert await actions.close(db, NOW, session_id=session_id, poll_id=poll)
        assert not await actions.close(db, NOW, session_id=session_id, poll_id=poll)
        assert await ask(db, session_id, school.teacher, question="А теперь?") > poll


async def test_nothing_is_answered_after_the_end_or_from_elsewhere(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher)
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        with pytest.raises(PollClosed):
            await choose(db, other, poll, school.student, 0)
        assert not await actions.close(db, NOW, session_id=other, poll_id=poll)
        with pytest.raises(NotFound):
            await actions.show(db, session_id=other, poll_id=poll, shown=True)
        await actions.close(db, NOW, session_id=session_id, poll_id=poll)
        with pytest.raises(PollClosed):
            await choose(db, session_id, poll, school.student, 0)


async def test_results_are_shown_and_hidden(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher)
        await actions.show(db, session_id=session_id, poll_id=poll, shown=True)
        found = await queries.latest(db, session_id)
    assert found is not None
    assert found.shown


async def test_of_50_who_ask_at_once_one_asks(database: Database, school: School, session_id: int) -> None:
    async def run(db: Db, number: int) -> int:
        return await ask(db, session_id, school.teacher, question=f"Вопрос {number}")

    results = await race(database, run)
    assert (len(winners(results)), refusals(results, PollGoesOn)) == (1, 49)


async def test_50_answers_of_one_person_at_once_are_one(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher)

    async def run(db: Db, number: int) -> bool:
        await choose(db, session_id, poll, school.student, number % 2)
        return True

    assert len(winners(await race(database, run))) == 50
    async with database.read() as db:
        assert await db.scalar(select(func.count()).select_from(PollAnswer)) == 1


async def test_what_was_answered_before_the_end_counts_and_nothing_after_it(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        poll = await ask(db, session_id, school.teacher, kind=PollKind.MULTIPLE)

    async def run(db: Db, number: int) -> str:
        if number == 25:
            await actions.close(db, NOW, session_id=session_id, poll_id=poll)
            return "closed"
        await choose(db, session_id, poll, school.student, number % 2)
        return "answered"

    results = await race(database, run)
    answered = winners(results).count("answered")
    assert answered + refusals(results, PollClosed) == 49
    async with database.read() as db:
        found = await queries.latest(db, session_id)
    assert found is not None
    assert (found.closed_at, len(found.answers)) == (NOW, min(answered, 1))


async def test_a_poll_that_is_put_away_is_closed_and_none_before_it_is_seen(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        first = await ask(db, session_id, school.teacher)
        await actions.close(db, NOW, session_id=session_id, poll_id=first)
        second = await ask(db, session_id, school.teacher)
        await actions.put_away(db, NOW, session_id=session_id)
        assert await queries.latest(db, session_id) is None
        with pytest.raises(PollClosed):
            await choose(db, session_id, second, school.student, 0)
        third = await ask(db, session_id, school.teacher)
        found = await queries.latest(db, session_id)
    assert found is not None
    assert (found.id, found.closed_at) == (third, None)
