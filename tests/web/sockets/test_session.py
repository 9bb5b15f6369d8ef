"""The session over a real socket: connect, wait, join, hear, leave."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from rooms import tickets
from school.db import Database
from school.links import actions as links
from tests import builders
from tests.rooms.house import SECRET, START
from tests.web.sockets.line import Line, open_line


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database) as opened:
        yield opened


async def test_a_student_waits_is_admitted_and_sees_the_teacher(line: Line) -> None:
    school = line.house.school
    student = await line.call(school.student)
    assert await student.done("join") == {
        "status": "waiting",
        "door": {
            "why": "waiting_for_host",
            "opens_at": "2026-09-07T06:50:00Z",
            "starts_at": "2026-09-07T07:00:00Z",
            "ends_at": "2026-09-07T07:45:00Z",
            "server_now": "2026-09-07T07:00:00Z",
            "ahead": None,
        },
    }
    teacher = await line.enter(school.teacher)
    await student.hear("admitted")
    snapshot = (await student.done("join"))["snapshot"]
    assert set(snapshot) == {
        "session",
        "me",
        "rights",
        "peers",
        "producers",
        "capabilities",
        "messages",
        "speaker",
        "lobby",
        "tools",
    }
    assert [peer["id"] for peer in snapshot["peers"]] == [school.teacher]
    assert snapshot["session"]["title"] == "Алгебра"
    assert snapshot["session"]["closes_at"] == "2026-09-07T07:50:00Z"
    joined = await teacher.hear("peer.joined")
    assert (joined["id"], joined["name"], joined["role"]) == (
        school.student,
        "Иванов Пётр Андреевич",
        "student",
    )
    assert joined["about"].endswith("7А")


async def test_a_parent_is_introduced_with_the_child_and_the_class(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    await line.enter(line.house.school.parent)
    assert (await teacher.hear("peer.joined"))["about"].endswith(", Иванов Пётр, 7А")


async def test_leaving_is_told_and_the_way_back_stays_open(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    assert await student.done("leave") is None
    assert await teacher.hear("peer.left") == {"id": line.house.school.student}
    assert (await student.done("join"))["status"] == "joined"


async def test_a_lost_connection_is_told_and_its_stay_is_ended(line: Line) -> None:
    teacher = await line.enter(line.house.school.teacher)
    student = await line.enter(line.house.school.student)
    line.house.clock.pass_(minutes=5)
    await student.close()
    await teacher.hear("peer.left")
    await line.enter(line.house.school.student)
    first, second = await line.house.stays(line.house.school.student)
    assert (first.left_at, second.left_at) == (START + timedelta(minutes=5), None)


async def test_a_second_device_takes_the_seat_over_and_the_first_is_disconnected(line: Line) -> None:
    await line.enter(line.house.school.teacher)
    phone = await line.enter(line.house.school.student)
    tablet = await line.enter(line.house.school.student)
    await phone.hear("taken_over")
    await phone.down.wait()
    assert (await tablet.done("chat.send", client_id="t1", body="Я здесь"))["id"] > 0


async def test_the_first_devices_ticket_is_refused_by_name_afterwards(line: Line) -> None:
    school = line.house.school
    first = await line.house.ticket(school.student)
    await line.call(school.student)
    browser = line.browser()
    assert not await browser.connect({"ticket": first, "version": 1})
    assert browser.refusal == {"message": "refused", "data": {"code": "taken_over"}}


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        (None, "bad_ticket"),
        ({}, "bad_ticket"),
        ([], "bad_ticket"),
        ("ticket", "bad_ticket"),
        ({"ticket": 7, "version": 1}, "bad_ticket"),
        ({"ticket": "a.b", "version": 1}, "bad_ticket"),
        ({"ticket": "a.b", "version": 1, "role": "host"}, "bad_ticket"),
        ({"ticket": "a" * 600, "version": 1}, "bad_ticket"),
        ({"ticket": "a.b", "version": 2}, "wrong_version"),
    ],
)
async def test_a_socket_without_a_good_ticket_is_refused_by_name(line: Line, auth: object, code: str) -> None:
    browser = line.browser()
    assert not await browser.connect(auth)
    assert browser.refusal is not None
    assert browser.refusal["data"] == {"code": code}


async def test_whoever_is_not_expected_is_refused_though_the_ticket_is_genuine(line: Line) -> None:
    house = line.house
    async with house.database.begin() as db:
        stranger = await builders.add_student(db, group_id=await builders.add_group(db))
    ticket = tickets.sign(SECRET, tickets.Ticket(house.session, stranger, None, seat=1, number=1))
    browser = line.browser()
    assert not await browser.connect({"ticket": ticket, "version": 1})
    assert browser.refusal == {"message": "refused", "data": {"code": "not_expected"}}


async def test_a_revoked_link_is_refused_by_name_although_its_ticket_is_genuine(line: Line) -> None:
    house = line.house
    ticket = await house.link_ticket(house.school.student)
    link_id, _ = await house.link(house.school.student)
    async with house.database.begin() as db:
        await links.revoke(db, START, link_id=link_id, by=house.school.administrator)
    browser = line.browser()
    assert not await browser.connect({"ticket": ticket, "version": 1})
    assert browser.refusal == {"message": "refused", "data": {"code": "link_revoked"}}


async def test_the_host_sets_the_topic_and_closes_the_room(sqlite_database: Database) -> None:
    async with open_line(sqlite_database, topic=False) as line:
        teacher = await line.enter(line.house.school.teacher)
        student = await line.call(line.house.school.student)
        assert (await student.done("join"))["door"]["why"] == "waiting_for_topic"
        await teacher.done("topic.set", topic="Дроби", basis="parent_request", scope="single_topic")
        await student.hear("admitted")
        await student.done("join")
        assert (await teacher.hear("session"))["topic"] == "Дроби"
        assert await student.refused("room.close") == "no_right"
        await teacher.done("room.close")
        for browser in (teacher, student):
            assert await browser.hear("over") == {"reason": "closed"}
            await browser.down.wait()


async def test_the_room_ends_by_itself_and_hangs_up(line: Line) -> None:
    student = await line.call(line.house.school.student)
    await student.done("join")
    await line.house.doorman.round(line.house.clock.pass_(minutes=50))
    assert await student.hear("over") == {"reason": "time"}
    await student.down.wait()


async def test_a_page_of_another_site_cannot_connect(line: Line) -> None:
    url = line.server.make_url("/socket.io/?EIO=4&transport=websocket")
    async with aiohttp.ClientSession() as browser:
        for origin, status in (("https://evil.example", 400), ("null", 400)):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await browser.ws_connect(url, origin=origin)
            assert refusal.value.status == status
        for ours in (f"http://{url.host}:{url.port}", "https://school.example"):
            async with browser.ws_connect(url, origin=ours) as socket:
                assert (await socket.receive_str()).startswith("0")


async def test_long_polling_is_not_offered(line: Line) -> None:
    url = line.server.make_url("/socket.io/?EIO=4&transport=polling")
    async with aiohttp.ClientSession() as browser, browser.get(url) as answer:
        assert answer.status == 400
