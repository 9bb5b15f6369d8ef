"""Before and after, for every state of a seat (R48): a fallen socket, a reload, a restarted server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from types import MappingProxyType
from typing import Any, Final

import pytest
from sqlalchemy import func, select

from school.attendance.models import Presence
from school.conversation.models import Message
from school.db import Database
from school.schedule.models import Form
from school.seats.models import Seat
from tests.web.sockets.line import Browser, Line, open_line

Deeds = tuple[tuple[str, str, dict[str, object]], ...]

# Who asks for what; STUDENT stands for the student's id.
STUDENT: Final = "student's id"
STATES: Final = MappingProxyType[str, Deeds](
    {
        "nothing happened": (),
        "a raised hand": (("student", "hand.raise", {}),),
        "the floor": (("student", "hand.raise", {}), ("teacher", "floor.give", {"person": STUDENT})),
        "muted": (("teacher", "floor.mute", {"person": STUDENT}),),
        "no microphone": (
            ("teacher", "floor.stop", {"person": STUDENT, "source": "microphone", "stopped": True}),
        ),
        "no camera": (("teacher", "floor.stop", {"person": STUDENT, "source": "camera", "stopped": True}),),
        "a co-host": (("teacher", "floor.co_host", {"person": STUDENT, "co_host": True}),),
        "words in the chat": (
            ("student", "chat.send", {"client_id": "s1", "body": "Вопрос"}),
            ("teacher", "chat.send", {"client_id": "t1", "body": "Ответ"}),
        ),
    }
)

Loss = Callable[[Line, Browser, Browser, str], Any]


async def the_socket_falls(line: Line, teacher: Browser, student: Browser, ticket: str) -> str:
    """The same page connects again with the same ticket."""
    await student.close()
    await teacher.hear("peer.left")
    return ticket


async def the_page_is_reloaded(line: Line, teacher: Browser, student: Browser, ticket: str) -> str:
    """A later ticket takes the seat over while the older connection still stands."""
    return await line.house.ticket(line.house.school.student)


async def the_server_restarts(line: Line, teacher: Browser, student: Browser, ticket: str) -> str:
    """Nothing is left of the room but what the database knows."""
    await teacher.close()
    await student.close()
    room = line.house.registry.rooms[line.house.session]
    async with asyncio.timeout(10):
        while room.attached:  # noqa: ASYNC110 -- the last who leaves tells nobody
            await asyncio.sleep(0.01)
    await line.house.registry.forget(room)
    await line.enter(line.house.school.teacher)
    return ticket


@pytest.fixture
async def line(request: pytest.FixtureRequest, sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database, form=request.param) as opened:
        yield opened


@pytest.mark.parametrize("line", [Form.WEBINAR, Form.VIDEOCONFERENCE], indirect=True, ids=str)
@pytest.mark.parametrize("lose", [the_socket_falls, the_page_is_reloaded, the_server_restarts])
@pytest.mark.parametrize("state", STATES)
async def test_what_a_seat_was_it_is_again(line: Line, lose: Loss, state: str) -> None:
    house = line.house
    teacher = await line.enter(house.school.teacher)
    ticket = await house.ticket(house.school.student)
    student = await line.call(house.school.student, ticket=ticket)
    await student.done("join")
    for who, event, payload in STATES[state]:
        given = {name: house.school.student if value == STUDENT else value for name, value in payload.items()}
        await (teacher if who == "teacher" else student).done(event, **given)
    before = await seat(student)

    again = await line.call(house.school.student, ticket=await lose(line, teacher, student, ticket))
    assert await seat(again) == before
    await nothing_is_doubled(line, len(before["messages"]))


async def seat(browser: Browser) -> dict[str, Any]:
    """Everything that a person sees of their own seat; asked from within, `join` gives it anew."""
    joined = await browser.done("join")
    assert joined["status"] == "joined", joined
    snapshot = joined["snapshot"]
    return {name: snapshot[name] for name in ("me", "rights", "messages")}


async def nothing_is_doubled(line: Line, messages: int) -> None:
    """One seat each, every message once, at most one open stay of a person."""
    async with line.house.database.read() as db:
        seats = list(await db.scalars(select(Seat.person_id)))
        assert sorted(seats) == sorted({line.house.school.teacher, line.house.school.student})
        assert await db.scalar(select(func.count()).select_from(Message)) == messages
        open_stays = list(await db.scalars(select(Presence.person_id).where(Presence.left_at.is_(None))))
        assert sorted(open_stays) == sorted(seats)
