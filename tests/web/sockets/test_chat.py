"""The chat over a real socket: acknowledged when stored, once each, in order over a reconnection."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms.room import MESSAGE_BURST
from school.db import Database
from tests.web.sockets.line import Browser, Line, open_line


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


def bodies(browser: Browser) -> list[str]:
    return [data["body"] for event, data in browser.told if event == "chat.message"]


async def test_a_message_is_acknowledged_and_pushed_to_all(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    stored = await student.done("chat.send", client_id="s1", body="Здравствуйте")
    assert await teacher.hear("chat.message") == {
        "id": stored["id"],
        "client_id": "s1",
        "author": line.house.school.student,
        "author_name": "Иванов Пётр Андреевич",
        "body": "Здравствуйте",
        "sent_at": stored["sent_at"],
        "hidden": False,
        "quote": None,
        "file": None,
    }


async def test_a_message_resent_after_a_reconnection_is_one_message(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    first = await student.done("chat.send", client_id="s1", body="Вопрос")
    await student.close()
    await teacher.hear("peer.left")
    back = await line.call(line.house.school.student)
    snapshot = (await back.done("join"))["snapshot"]
    assert [message["id"] for message in snapshot["messages"]] == [first["id"]]
    assert await back.done("chat.send", client_id="s1", body="Вопрос") == first
    await back.done("chat.send", client_id="s2", body="Ещё вопрос")
    await teacher.hear("chat.message", lambda message: message["client_id"] == "s2")
    assert bodies(teacher) == ["Вопрос", "Ещё вопрос"]


async def test_who_was_away_reads_what_was_said_since_the_last_id(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    ids = [
        (await teacher.done("chat.send", client_id=f"t{number}", body=f"Пункт {number}"))["id"]
        for number in range(4)
    ]
    student = await line.enter(line.house.school.student)
    later = (await student.done("chat.after", id=ids[1]))["messages"]
    assert [message["body"] for message in later] == ["Пункт 2", "Пункт 3"]


async def test_requests_sent_at_once_are_answered_and_pushed_in_the_order_of_sending(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    await asyncio.gather(
        *(
            student.done("chat.send", client_id=f"s{number}", body=str(number))
            for number in range(MESSAGE_BURST)
        )
    )
    await teacher.hear("chat.message", lambda message: message["body"] == str(MESSAGE_BURST - 1))
    assert bodies(teacher) == [str(number) for number in range(MESSAGE_BURST)]


async def test_writing_too_fast_is_refused_by_name_and_reconnecting_does_not_help(line: Line) -> None:
    await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    for number in range(MESSAGE_BURST):
        await student.done("chat.send", client_id=f"s{number}", body="спам")
    flood = await student.ask("chat.send", {"client_id": "more", "body": "спам"})
    assert flood == {"ok": False, "code": "flood", "data": {"retry_after": 0.5}}
    again = await line.enter(line.house.school.student)
    assert await again.refused("chat.send", {"client_id": "more", "body": "спам"}) == "flood"
    line.house.clock.pass_(seconds=1)
    await again.done("chat.send", client_id="more", body="Извините")
