"""A hostile client: whatever it sends is refused by name, the room goes on, and the log has no traceback."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
from structlog.testing import capture_logs

from rooms.room import REQUEST_BURST
from school.db import Database
from tests.quality import seen
from tests.web.sockets.line import Browser, Line, open_line
from web.sockets import EVENTS
from web.sockets.server import MAX_MESSAGE

EVERY_EVENT = sorted(EVENTS)
INSIDE = sorted(name for name, event in EVENTS.items() if event.inside)
VALID: dict[str, dict[str, object]] = {
    "join": {},
    "leave": {},
    "topic.set": {"topic": "Тема", "basis": "performance", "scope": "overview"},
    "room.close": {},
    "room.extend": {"minutes": 5},
    "hand.raise": {},
    "hand.lower": {"person": 1},
    "floor.give": {"person": 1},
    "floor.take": {"person": 1},
    "floor.mute": {"person": 1},
    "floor.mute_all": {},
    "floor.stop": {"person": 1, "source": "camera", "stopped": True},
    "floor.remove": {"person": 1, "may_return": True},
    "floor.readmit": {"person": 1},
    "floor.co_host": {"person": 1, "co_host": True},
    "lobby.admit": {"person": 1},
    "lobby.admit_all": {},
    "lobby.refuse": {"person": 1, "word": "Позже"},
    "lobby.next": {"person": None},
    "lobby.one_by_one": {"on": True},
    "chat.send": {"client_id": "c1", "body": "Привет"},
    "chat.after": {"id": 0},
    "chat.hide": {"id": 1},
    "poll.open": {"kind": "single", "question": "Сколько корней?", "options": ["1", "2"], "shown": True},
    "poll.choose": {"id": 1, "choices": [0]},
    "poll.write": {"id": 1, "text": "Два"},
    "poll.show": {"id": 1, "shown": True},
    "poll.close": {"id": 1},
    "timer.start": {"minutes": 20, "break_minutes": 5},
    "timer.stop": {},
    "slides.show": {"file": 1},
    "slides.turn": {"page": 2},
    "slides.hide": {},
    "board.show": {"drawn_by": "everybody"},
    "board.hide": {},
    "board.draw": {"client_id": "s1", "colour": "red", "width": 30, "points": [0, 0, 10_000, 5_625]},
    "board.erase": {"id": 1},
    "board.undo": {},
    "board.clear": {},
    "board.after": {"id": 0},
    "checklist.tick": {"item": "briefing", "done": True},
    "transport.create": {"direction": "send"},
    "transport.connect": {"id": "1.a", "dtlsParameters": {}},
    "transport.restart_ice": {"id": "1.a"},
    "produce": {
        "transport": "1.a",
        "kind": "audio",
        "rtpParameters": {},
        "source": "microphone",
        "paused": False,
    },
    "producer.pause": {"id": "1.a"},
    "producer.resume": {"id": "1.a"},
    "producer.close": {"id": "1.a"},
    "consume": {"transport": "1.a", "producer": "1.b", "rtpCapabilities": {}},
    "consumer.pause": {"id": "1.a"},
    "consumer.resume": {"id": "1.a"},
    "consumer.close": {"id": "1.a"},
    "consumer.size": {"id": "1.a", "width": 640, "height": 360},
    "quality.report": msgspec.to_builtins(seen(seconds=10)),
}
# What looks wrong and means something: nobody in particular, no word at all, not known.
ALLOWED: list[tuple[str, str, object]] = [
    ("lobby.next", "person", None),
    ("lobby.refuse", "word", ""),
    *(("quality.report", field, None) for field in ("round_trip_ms", "layer", "outgoing_kbit", "way")),
]


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        with capture_logs() as logs:
            yield opened
        assert [entry for entry in logs if entry["log_level"] == "error"] == []


async def still_works(line: Line, browser: Browser) -> None:
    assert (await browser.done("chat.after", id=0))["messages"] is not None


def test_the_table_of_valid_payloads_names_every_event() -> None:
    assert set(VALID) == set(EVENTS)


async def test_every_event_refuses_wrong_types_missing_and_unknown_fields(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    for event in EVERY_EVENT:
        for wrong in wrong_payloads(event):
            assert await teacher.refused(event, wrong) == "invalid", (event, wrong)
        line.house.clock.pass_(seconds=2)
    assert await teacher.refused("join", {}, {}) == "invalid"
    await still_works(line, teacher)


def wrong_payloads(event: str) -> list[object]:
    """No object, unknown fields, then each field missing, of another type, out of bounds."""
    valid = VALID[event]
    wrong: list[object] = [[1], "text", 7, True, [], {"unknown": 1}, {**valid, "role": "host"}]
    for field, good in valid.items():
        if (event, field) != ("produce", "paused"):
            wrong.append({name: value for name, value in valid.items() if name != field})
        bad = [None, [], 1.5, -1, "", "x" * 5_000]
        if not isinstance(good, dict):
            bad.append({"a": 1})
        if field == "client_id":
            bad += ["s\x00", "s\n", "ы"]
        wrong += [{**valid, field: value} for value in bad if (event, field, value) not in ALLOWED]
    return wrong


async def test_half_a_letter_is_a_question_mark_to_everybody(line: Line) -> None:
    """A browser that cuts a text in the middle of an emoji sends half of a surrogate pair."""
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    await student.done("chat.send", client_id="s1", body="Готово \ud83d\x00")
    assert (await teacher.hear("chat.message"))["body"] == "Готово ?"
    assert await teacher.refused("consumer.close", {"id": "\ud83d"}) == "not_found"


async def test_the_refusal_of_a_payload_names_the_field(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    answer = await teacher.ask("consumer.size", {"id": "a", "width": "640", "height": 1})
    assert answer["data"] == {"field": "width", "reason": "Expected `int`, got `str`"}


async def test_before_joining_everything_but_join_is_refused(line: Line) -> None:
    teacher = await line.call(line.house.school.teacher)
    for event in INSIDE:
        assert await teacher.refused(event, VALID[event]) == "not_joined", event


async def test_who_waits_at_the_door_can_do_nothing_else(line: Line) -> None:
    student = await line.call(line.house.school.student)
    await student.done("join")
    for event in INSIDE:
        assert await student.refused(event, VALID[event]) == "not_joined"


async def test_after_the_end_the_ticket_opens_nothing(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    ticket = await line.house.ticket(line.house.school.student)
    student = await line.call(line.house.school.student, ticket=ticket)
    await student.done("join")
    await teacher.done("room.close")
    await student.down.wait()
    again = line.browser()
    assert not await again.connect({"ticket": ticket, "version": 1})
    assert again.refusal == {"message": "refused", "data": {"code": "over"}}


async def test_foreign_ids_are_not_found(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    for event in INSIDE:
        if event.startswith(("producer.", "consumer.", "transport.")) and "id" in VALID[event]:
            assert await teacher.refused(event, VALID[event]) == "not_found", event
    assert await teacher.refused("consume", VALID["consume"]) == "not_found"
    assert await teacher.refused("produce", VALID["produce"]) == "not_found"


async def test_an_event_that_does_not_exist_is_refused(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    for event in ("floor.grab", "__class__", "message", "x" * 39):
        assert await teacher.refused(event, {}) == "unknown_event"


async def test_the_librarys_own_events_cannot_be_called(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    for event in ("connect", "disconnect", "*", "x" * 41):
        await teacher.send_raw(f'42["{event}",{{}},{{"ticket":"a"}}]')
    await still_works(line, teacher)


MALFORMED = (
    "4",
    "42",
    "42[]",
    "42{}",
    '42{"a":1}',
    "42[7]",
    "42[{}]",
    '42[null,"x"]',
    "42[",
    "4" + "[" * 20_000,
    "42" + "[" * 20_000,
    '451-["chat.send",{"_placeholder":true,"num":0}]',
    '42/admin,["join",{}]',
    "40/admin,",
    "40",
    '43["x"]',
    '44{"message":"no"}',
    "461-[]",
    "47",
    "4é",
    "3",
    "6",
    "42" + "9" * 120 + '["join",{}]',
)


async def test_a_malformed_packet_is_dropped_and_the_connection_goes_on(line: Line) -> None:
    for raw in MALFORMED:
        teacher = await line.enter(line.house.school.teacher)
        await teacher.send_raw(raw)
        await still_works(line, teacher)
        line.house.clock.pass_(seconds=2)


async def test_a_binary_message_is_dropped_and_the_connection_goes_on(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    await teacher._client.eio.ws.send_bytes(b"\x00\xff" * 50)
    await still_works(line, teacher)


async def test_an_oversize_message_ends_the_connection_and_nobody_elses(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    await student.send_raw('42["chat.send",{"client_id":"a","body":"' + "я" * MAX_MESSAGE + '"}]')
    await student.down.wait()
    assert await teacher.hear("peer.left") == {"id": line.house.school.student}
    await still_works(line, teacher)


async def test_a_flood_of_requests_is_refused_by_name_and_heals_with_time(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    answers = await asyncio.gather(*(student.ask("chat.after", {"id": 0}) for _ in range(REQUEST_BURST + 50)))
    refused = [answer for answer in answers if not answer["ok"]]
    assert 50 <= len(refused) <= 60
    assert {answer["code"] for answer in refused} == {"flood"}
    await still_works(line, teacher)
    line.house.clock.pass_(seconds=5)
    await still_works(line, student)


async def test_unknown_events_count_towards_the_flood(line: Line) -> None:
    student = await line.call(line.house.school.student)
    codes = await asyncio.gather(*(student.refused("nothing") for _ in range(REQUEST_BURST + 5)))
    assert codes[-5:] == ["flood"] * 5


async def test_a_flood_does_not_stop_the_heartbeats(line: Line) -> None:
    """Pings are answered by the connection itself, not by the person's turn."""
    teacher = await line.enter(line.house.school.teacher)
    peer = line.house.registry.rooms[line.house.session].peers[line.house.school.teacher]
    release = asyncio.Event()
    held = asyncio.create_task(peer.in_turn(release.wait))
    asked = asyncio.create_task(teacher.ask("chat.after", {"id": 0}))
    await teacher.send_raw("3")
    await teacher.send_raw('42["malformed"]')
    assert await teacher.refused("nothing") == "unknown_event"
    assert not asked.done()
    release.set()
    await held
    assert (await asked)["ok"]


async def test_a_socket_that_never_shows_a_ticket_is_told_nothing(line: Line) -> None:
    url = line.server.make_url("/socket.io/?EIO=4&transport=websocket")
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive_str()).startswith("0")
        await socket.send_str('420["join",{}]')
        await socket.send_str("40")
        assert (await socket.receive_str()).startswith("44")


async def test_who_was_hung_up_on_and_stays_on_the_line_is_cut(line: Line) -> None:
    """A WebSocket client that ignores every farewell."""
    ticket = await line.house.ticket(line.house.school.student)
    url = line.server.make_url("/socket.io/?EIO=4&transport=websocket")
    async with aiohttp.ClientSession() as session, session.ws_connect(url, autoclose=False) as socket:
        await socket.receive_str()
        await socket.send_str('40{"ticket":"' + ticket + '","version":1}')
        assert (await socket.receive_str()).startswith("40")
        await line.call(line.house.school.student)
        async with asyncio.timeout(10):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                await socket.send_str('40{"ticket":"' + ticket + '","version":1}')
    assert len(line.house.registry.rooms[line.house.session].attached) == 1
