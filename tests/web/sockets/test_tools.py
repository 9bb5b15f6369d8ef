"""The teacher's tools over a real socket: what they look like on the wire, and who may use them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from rooms.chat import Attachment
from school.db import Database
from school.schedule.models import Purpose
from school.sessions.models import Session
from tests.web.sockets.line import Browser, Line, open_line
from tests.web.sockets.test_hostile import VALID
from web.sockets import EVENTS

OF_THOSE_WHO_LEAD = sorted(
    name
    for name, event in EVENTS.items()
    if event.needs in ("moderate", "lead")
    and name.startswith(("poll.", "timer.", "slides.", "board.", "checklist.", "chat."))
)


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


async def test_a_poll_is_asked_answered_shown_and_closed(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    await teacher.done("poll.open", kind="yes_no", question="Понятно?", options=[], shown=False)
    asked = (await student.hear("poll"))["poll"]
    assert asked == {
        "id": asked["id"],
        "kind": "yes_no",
        "question": "Понятно?",
        "options": [],
        "shown": False,
        "closed": False,
        "mine": None,
        "results": None,
    }
    await student.done("poll.choose", id=asked["id"], choices=[1])
    answered = await teacher.hear("poll", lambda now: now["poll"]["results"]["answered"] == 1)
    assert answered["poll"]["results"] == {"answered": 1, "counts": [0, 1], "texts": []}
    await teacher.done("poll.show", id=asked["id"], shown=True)
    await teacher.done("poll.close", id=asked["id"])
    closed = await student.hear("poll", lambda now: now["poll"]["closed"])
    assert closed["poll"]["results"]["counts"] == [0, 1]
    assert await student.refused("poll.choose", {"id": asked["id"], "choices": [0]}) == "poll_closed"


async def test_who_comes_late_gets_the_tools_with_the_snapshot(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    await teacher.done("timer.start", minutes=20, break_minutes=5)
    timer = (await teacher.hear("timer"))["timer"]
    student = await line.call(line.house.school.student)
    tools = (await student.done("join"))["snapshot"]["tools"]
    assert tools == {"poll": None, "timer": timer, "slides": None, "board": None, "checklist": None}


async def test_the_board_is_the_same_for_those_who_stayed_came_back_or_came_late(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    stroke = VALID["board.draw"]
    assert await student.refused("board.draw", stroke) == "no_right"
    await teacher.done("board.show", drawn_by="hosts")
    await teacher.done("board.draw", **stroke)
    await teacher.done("board.draw", **stroke)
    assert await student.refused("board.draw", stroke) == "no_right"
    await teacher.done("board.show", drawn_by="everybody")
    await student.done("board.draw", **{**stroke, "client_id": "s2", "colour": "blue"})
    await student.done("board.draw", **{**stroke, "client_id": "s3"})
    await student.done("board.undo")
    drawn = (await student.done("board.after", id=0))["strokes"]
    assert [(one["author"], one["client_id"], one["colour"]) for one in drawn] == [
        (line.house.school.teacher, "s1", "red"),
        (line.house.school.student, "s2", "blue"),
    ]
    assert await teacher.hear("board.stroke", lambda one: one["client_id"] == "s2") == drawn[1]
    await teacher.hear("board.erased")
    assert await student.refused("board.erase", {"id": drawn[0]["id"]}) == "not_found"
    late = await line.call(line.house.school.parent)
    tools = (await late.done("join"))["snapshot"]["tools"]
    assert tools["board"] == {"drawn_by": "everybody"}
    assert (await late.done("board.after", id=0))["strokes"] == drawn
    await teacher.done("board.erase", id=drawn[1]["id"])
    await teacher.done("board.clear")
    await late.hear("board.cleared")
    assert (await late.done("board.after", id=0))["strokes"] == []


async def test_slides_of_a_message_that_is_hidden_are_taken_down(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    other = (await teacher.done("chat.send", client_id="t1", body="Откройте файл"))["id"]
    await teacher.done("slides.show", file=await presentation(line))
    await teacher.done("chat.hide", id=other)
    late = await line.call(line.house.school.student)
    assert (await late.done("join"))["snapshot"]["tools"]["slides"]["page"] == 1
    await teacher.done("chat.hide", id=other + 1)
    await late.hear("slides", lambda now: now["slides"] is None)


async def test_every_tool_is_the_same_for_those_who_stayed_came_back_or_came_late(line: Line) -> None:
    school = line.house.school
    async with line.house.database.begin() as db:
        await db.execute(update(Session).values(purpose=Purpose.ATTESTATION))
    teacher = await line.enter(school.teacher)
    stayed, lost = await line.enter(school.parent), await line.enter(school.student)
    await teacher.done("slides.show", file=await presentation(line))
    await teacher.done("slides.turn", page=3)
    await teacher.done("timer.start", minutes=20, break_minutes=5)
    await teacher.done("board.show", drawn_by="everybody")
    await stayed.done("board.draw", **VALID["board.draw"])
    await teacher.done("checklist.tick", item="briefing", done=True)
    await teacher.done("poll.open", kind="yes_no", question="Понятно?", options=[], shown=True)
    asked = (await stayed.hear("poll"))["poll"]["id"]
    await stayed.done("poll.choose", id=asked, choices=[0])
    await lost.hear("poll", lambda now: now["poll"]["results"]["answered"] == 1)

    seen, strokes = pushed(lost), (await lost.done("board.after", id=0))["strokes"]
    assert (seen["slides"]["page"], len(strokes), seen["timer"] is None) == (3, 1, False)
    ticked = pushed(teacher)["checklist"]
    await teacher.done("floor.co_host", person=school.parent, co_host=True)
    for browser in (lost, stayed):
        await browser.close()
    back = await line.call(school.student)
    assert (await back.done("join"))["snapshot"]["tools"] == seen | {"checklist": None}
    assert (await back.done("board.after", id=0))["strokes"] == strokes
    helping = await line.call(school.parent)
    tools = (await helping.done("join"))["snapshot"]["tools"]
    assert tools["checklist"] == ticked
    assert {name: tools[name] for name in ("slides", "timer", "board")} == {
        name: seen[name] for name in ("slides", "timer", "board")
    }
    assert tools["poll"]["results"] == seen["poll"]["results"]


async def presentation(line: Line) -> int:
    """A document of the teacher's in the chat; gives the file's id."""
    room = line.house.registry.rooms[line.house.session]
    (teacher,) = (peer for peer in room.attached.values() if peer.id == line.house.school.teacher)
    attachment = Attachment("урок.pdf", b"%PDF-1.7 ...", 1000)
    said = await room.chat.say(
        line.house.database, line.house.clock.now, teacher, client_id="pdf", body="", attachment=attachment
    )
    assert said.file is not None
    return said.file.id


def pushed(browser: Browser) -> dict[str, Any]:
    """The tools as this browser has been told of them, the last word on each."""
    return {
        name: data[name]
        for name, data in browser.told
        if name in ("poll", "timer", "slides", "board", "checklist")
    }


@pytest.mark.parametrize("event", OF_THOSE_WHO_LEAD)
async def test_the_audience_has_no_right_to_the_tools(line: Line, event: str) -> None:
    await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    assert await student.refused(event, VALID[event]) == "no_right"


async def test_what_does_not_exist_is_refused_by_name(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    assert await student.refused("poll.choose", {"id": 999, "choices": [0]}) == "poll_closed"
    assert await student.refused("poll.write", {"id": 999, "text": "Да"}) == "poll_closed"
    assert await teacher.refused("poll.show", {"id": 999, "shown": True}) == "not_found"
    assert await teacher.refused("slides.show", {"file": 999}) == "not_found"
    assert await teacher.refused("slides.turn", {"page": 2}) == "no_slides"
    assert await teacher.refused("chat.hide", {"id": 999}) == "not_found"
    assert await teacher.refused("checklist.tick", VALID["checklist.tick"]) == "not_for_attestation"
    reply = {"client_id": "a", "body": "Да", "reply_to": 999}
    assert await student.refused("chat.send", reply) == "invalid"
