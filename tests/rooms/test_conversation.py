"""What was put up for one family of a line is not there for the next (R15)."""

import asyncio

import pytest

from rooms import board, floor, lobby, views
from rooms.chat import Attachment
from rooms.errors import Mismatch, NoRight
from school.db import Database
from school.polls.errors import PollClosed
from school.polls.models import PollKind
from school.tools.models import BoardFor
from tests.rooms.families import Line, opened, queue
from tests.rooms.house import House, Visit

NOTHING = views.Tools(poll=None, timer=None, slides=None, board=None, checklist=None)


@pytest.fixture
async def house(sqlite_database: Database) -> House:
    return await House.build(sqlite_database)


@pytest.fixture
async def line(house: House) -> Line:
    return await Line.build(house)


async def put_up_everything(teacher: Visit) -> None:
    """A poll, a timer, slides and a board with a stroke on it."""
    house, toolbox = teacher.house, teacher.room.tools
    database, now = house.database, house.clock.now
    await toolbox.ask(
        database, now, teacher.peer, kind=PollKind.YES_NO, question="Спит?", options=[], shown=True
    )
    await toolbox.start_timer(database, now, teacher.peer, minutes=5, break_minutes=0)
    said = await teacher.room.chat.say(
        database,
        now,
        teacher.peer,
        client_id="slides",
        body="",
        attachment=Attachment("оценки.pdf", b"%PDF-1.7 ...", 1000),
    )
    assert said.file is not None
    await toolbox.show_slides(database, teacher.peer, said.file.id)
    await toolbox.board.show(database, teacher.peer, BoardFor.EVERYBODY)
    await draw(teacher)


async def draw(visit: Visit) -> None:
    house, drawn_on = visit.house, visit.room.tools.board
    await drawn_on.draw(
        house.database,
        house.clock.now,
        visit.peer,
        client_id=str(visit.peer.id),
        colour="red",
        width=3,
        points=[1, 2, 3, 4],
    )


async def strokes(house: House) -> int:
    async with house.database.read() as db:
        return len(await board.after(db, house.session, 0))


@pytest.mark.parametrize("restarted", [False, True])
async def test_the_next_family_sees_nothing_that_was_put_up_for_another(
    line: Line, *, restarted: bool
) -> None:
    """Also when the server was started again between the two."""
    house = line.house
    teacher, first = await opened(line)
    await put_up_everything(teacher)
    poll = teacher.room.tools.view(first.peer).poll
    assert poll is not None
    assert await strokes(house) == 1
    second = await house.connect(line.third)
    await second.knock()
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    assert first.ear.last("board.cleared") == views.Nothing()
    assert teacher.ear.last("tools") == NOTHING
    assert teacher.ear.last("board") == views.BoardNow(None)
    if restarted:
        await house.registry.forget(teacher.room)
        teacher = await house.enter(house.school.teacher)
        second = await house.connect(line.third)
    assert (await second.enter()).tools == NOTHING
    assert await strokes(house) == 0
    with pytest.raises(PollClosed):
        await second.room.tools.answer(house.database, house.clock.now, second.peer, poll.id, [0])


async def test_a_line_of_the_pen_that_is_on_its_way_does_not_reach_the_next_family(line: Line) -> None:
    house = line.house
    teacher, first = await opened(line)
    await put_up_everything(teacher)
    going = lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    outcomes = await asyncio.gather(going, draw(first), return_exceptions=True)
    assert outcomes[0] is None
    assert isinstance(outcomes[1], NoRight)
    assert await strokes(house) == 0


async def test_the_last_of_a_family_who_is_removed_leaves_nothing_behind(line: Line) -> None:
    house = line.house
    mother, student = await queue(house, line.second[1], line.second[0])
    teacher = await house.enter(house.school.teacher)
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    await mother.enter()
    await student.enter()
    await put_up_everything(teacher)
    shown = teacher.room.tools.view(student.peer)
    await floor.remove(house.registry, teacher.room, teacher.peer, mother.peer.id, may_return=True)
    assert teacher.room.tools.view(student.peer) == shown
    await floor.remove(house.registry, teacher.room, teacher.peer, student.peer.id, may_return=True)
    assert teacher.room.tools.view(teacher.peer) == NOTHING
    assert await strokes(house) == 0


async def test_what_is_put_up_between_two_conversations_is_kept_for_the_next(line: Line) -> None:
    house = line.house
    (first,) = await queue(house, line.first)
    teacher = await house.enter(house.school.teacher)
    await put_up_everything(teacher)
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    assert (await first.enter()).tools == teacher.room.tools.view(first.peer) != NOTHING
    assert await strokes(house) == 1


async def test_where_there_is_no_line_nobodys_going_puts_anything_away(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await put_up_everything(teacher)
    before = teacher.room.tools.view(student.peer)
    with pytest.raises(Mismatch):
        await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    await floor.remove(house.registry, teacher.room, teacher.peer, student.peer.id, may_return=True)
    assert (await (await house.connect(house.school.student)).enter()).tools == before
    assert await strokes(house) == 1
