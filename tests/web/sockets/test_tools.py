"""The teacher's tools over a real socket: what they look like on the wire, and who may use them."""

from collections.abc import AsyncIterator

import pytest

from school.db import Database
from tests.web.sockets.line import Line, open_line
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
