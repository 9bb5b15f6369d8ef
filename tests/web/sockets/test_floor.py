"""The floor over real sockets and a real worker: what hosts do, and that a hand-made client cannot (R45)."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from rooms.sfu.channel import WorkerSettings
from school.audit.models import AuditRecord
from school.db import Database
from school.schedule.models import Form
from tests import consultations
from tests.web.sockets.line import Browser, Line, open_line
from tests.web.sockets.test_media import Studio, publication

LOOPBACK = WorkerSettings(host="127.0.0.1", announced=["127.0.0.1"])


@pytest.fixture
async def line(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database, worker=LOOPBACK) as opened:
        yield opened


@pytest.fixture
async def webinar(sqlite_database: Database) -> AsyncIterator[Line]:
    async with open_line(sqlite_database, form=Form.WEBINAR, worker=LOOPBACK) as opened:
        yield opened


async def told(browser: Browser, what: str) -> None:
    await browser.hear("told", lambda data: data == {"what": what})


async def changed(browser: Browser, person: int, **fields: object) -> Any:
    """Wait until the room says so of a person."""
    return await browser.hear(
        "peer.changed",
        lambda peer: peer["id"] == person and all(peer[name] == value for name, value in fields.items()),
    )


async def rights(browser: Browser, **fields: bool) -> None:
    await browser.hear("rights", lambda data: all(data[name] == value for name, value in fields.items()))


def _is(producer: str, told: dict[str, Any]) -> bool:
    return bool(told["id"] == producer)


# -- a webinar's floor -----------------------------------------------------------------------------


async def test_a_listener_publishes_only_while_the_floor_is_theirs(webinar: Line) -> None:
    school = webinar.house.school
    teacher = await Studio.enter(webinar, school.teacher)
    student = await Studio.enter(webinar, school.student)
    transport = await student.transport("send")
    assert await student.browser.refused("produce", publication(transport, "camera")) == "no_right"
    await student.browser.done("hand.raise")
    await changed(teacher.browser, school.student, hand_since="2026-09-07T07:00:00Z")
    await teacher.browser.done("floor.give", person=school.student)
    await told(student.browser, "floor_given")
    await rights(student.browser, publish_audio=True, publish_video=True)
    await changed(teacher.browser, school.student, floor=True, hand_since=None)
    camera = await student.publish(transport, "camera")
    await teacher.browser.hear("producer.added", lambda made: made["id"] == camera)
    await teacher.browser.done("floor.take", person=school.student)
    await told(student.browser, "floor_taken")
    for browser in (teacher.browser, student.browser):
        assert await browser.hear("producer.removed") == {"id": camera}
    assert await student.browser.refused("producer.resume", {"id": camera}) == "not_found"
    assert await student.browser.refused("produce", publication(transport, "camera")) == "no_right"
    # The worker itself has it no more: what a client remembers of it forwards nothing.
    assert camera not in json.dumps(await webinar.house.registry.statistics())


async def test_hands_stand_in_the_order_of_their_times_and_are_lowered(webinar: Line) -> None:
    house = webinar.house
    teacher = await webinar.enter(house.school.teacher)
    student = await webinar.enter(house.school.student)
    parent = await webinar.enter(house.school.parent)
    await parent.done("hand.raise")
    house.clock.pass_(seconds=3)
    await student.done("hand.raise")
    house.clock.pass_(seconds=3)
    await parent.done("hand.raise")  # again: the place in the queue stays
    first = (await changed(teacher, house.school.parent))["hand_since"]
    second = (await changed(teacher, house.school.student))["hand_since"]
    assert first < second
    await teacher.done("hand.lower", person=house.school.parent)
    await told(parent, "hand_lowered")
    await student.done("hand.lower", person=house.school.student)
    await changed(teacher, house.school.student, hand_since=None)
    assert await teacher.refused("hand.raise", {}) == "no_right"


async def test_the_seat_comes_back_with_hand_floor_and_what_was_stopped(line: Line) -> None:
    school = line.house.school
    teacher = await line.enter(school.teacher)
    student = await line.enter(school.student)
    await student.done("hand.raise")
    await teacher.done("floor.stop", person=school.student, source="camera", stopped=True)
    await teacher.done("floor.stop", person=school.student, source="microphone", stopped=True)
    await student.close()
    await teacher.hear("peer.left")
    again = await line.call(school.student)
    snapshot = (await again.done("join"))["snapshot"]
    assert snapshot["me"]["hand_since"] is not None
    assert (snapshot["me"]["microphone_stopped"], snapshot["me"]["camera_stopped"]) == (True, True)
    assert (snapshot["rights"]["publish_audio"], snapshot["rights"]["publish_video"]) == (False, False)
    await teacher.done("floor.give", person=school.student)
    await rights(again, publish_audio=True, publish_video=True)


# -- microphones and cameras -----------------------------------------------------------------------


async def test_a_muted_person_may_speak_again_by_themselves_and_a_stopped_one_may_not(line: Line) -> None:
    school = line.house.school
    teacher = await Studio.enter(line, school.teacher)
    student = await Studio.enter(line, school.student)
    transport = await student.transport("send")
    microphone = await student.publish(transport)
    await teacher.browser.done("floor.mute", person=school.student)
    await told(student.browser, "muted")
    for browser in (teacher.browser, student.browser):
        assert await browser.hear("producer.paused") == {"id": microphone, "paused": True}
    await changed(teacher.browser, school.student, muted=True)
    await student.browser.done("producer.resume", id=microphone)
    await changed(teacher.browser, school.student, muted=False)
    await teacher.browser.done("floor.stop", person=school.student, source="microphone", stopped=True)
    await told(student.browser, "microphone_stopped")
    assert await student.browser.hear("producer.removed") == {"id": microphone}
    assert await student.browser.refused("produce", publication(transport)) == "no_right"
    await teacher.browser.done("floor.stop", person=school.student, source="microphone", stopped=False)
    await told(student.browser, "microphone_allowed")
    await student.publish(transport)


async def test_who_was_muted_comes_back_muted(line: Line) -> None:
    school = line.house.school
    teacher = await Studio.enter(line, school.teacher)
    student = await Studio.enter(line, school.student)
    await student.publish(await student.transport("send"))
    await teacher.browser.done("floor.mute", person=school.student)
    await student.browser.close()
    again = await Studio.enter(line, school.student)
    assert again.snapshot["me"]["muted"] is True
    microphone = await again.publish(await again.transport("send"))
    assert await again.browser.hear("producer.paused") == {"id": microphone, "paused": True}
    await again.browser.done("producer.resume", id=microphone)


async def test_mute_all_spares_those_who_lead(line: Line) -> None:
    school = line.house.school
    teacher = await Studio.enter(line, school.teacher)
    student = await Studio.enter(line, school.student)
    parent = await Studio.enter(line, school.parent)
    mine = await teacher.publish(await teacher.transport("send"))
    theirs = [await one.publish(await one.transport("send")) for one in (student, parent)]
    await teacher.browser.done("floor.mute_all")
    for producer in theirs:
        await teacher.browser.hear("producer.paused", partial(_is, producer))
    assert ("producer.paused", {"id": mine, "paused": True}) not in student.browser.told


async def test_a_stopped_camera_is_closed_and_the_screen_with_it(line: Line) -> None:
    school = line.house.school
    teacher = await Studio.enter(line, school.teacher)
    student = await Studio.enter(line, school.student)
    transport = await student.transport("send")
    camera = await student.publish(transport, "camera")
    await teacher.browser.done("floor.stop", person=school.student, source="camera", stopped=True)
    assert await teacher.browser.hear("producer.removed") == {"id": camera}
    for source in ("camera", "screen"):
        assert await student.browser.refused("produce", publication(transport, source)) == "no_right"


# -- people ----------------------------------------------------------------------------------------


async def test_a_removed_person_comes_back_only_if_they_may(line: Line) -> None:
    school = line.house.school
    teacher = await line.enter(school.teacher)
    student = await line.enter(school.student)
    await teacher.done("floor.remove", person=school.student, may_return=True)
    assert await student.hear("over") == {"reason": "removed"}
    await student.down.wait()
    ticket = await line.house.ticket(school.student)
    again = await line.enter(school.student)
    await teacher.done("floor.remove", person=school.student, may_return=False)
    assert await again.hear("over") == {"reason": "removed", "cause": "removed"}
    browser = line.browser()
    assert not await browser.connect({"ticket": ticket, "version": 1})
    assert browser.refusal == {"message": "refused", "data": {"code": "removed"}}


async def test_who_was_removed_for_good_stands_in_a_list_until_it_is_taken_back(line: Line) -> None:
    house, school = line.house, line.house.school
    teacher = await line.enter(school.teacher)
    await line.enter(school.parent)
    await teacher.done("floor.remove", person=school.parent, may_return=False)
    (removed,) = (await teacher.hear("lobby", lambda lobby: lobby["removed"]))["removed"]
    assert (removed["id"], removed["about"]) == (school.parent, "мама, Иванов Пётр, 7А")
    assert await teacher.refused("floor.readmit", {"person": school.student}) == "not_found"
    # It is the same after the room was forgotten and opened again.
    await teacher.close()
    await gone(line)
    await house.registry.forget(house.registry.rooms[house.session])
    again = await line.call(school.teacher)
    assert (await again.done("join"))["snapshot"]["lobby"]["removed"] == [removed]
    await again.done("floor.readmit", person=school.parent)
    await again.hear("lobby", lambda lobby: not lobby["removed"])
    assert await again.refused("floor.readmit", {"person": school.parent}) == "not_found"
    await line.enter(school.parent)
    async with house.database.read() as db:
        found = list(await db.scalars(select(AuditRecord.action).where(AuditRecord.subject == "seat")))
    assert found == ["removed_from_room", "readmitted_to_room"]


async def test_every_removal_is_in_the_audit(line: Line) -> None:
    school = line.house.school
    teacher = await line.enter(school.teacher)
    for _ in range(2):
        await line.enter(school.student)
        await teacher.done("floor.remove", person=school.student, may_return=True)
    async with line.house.database.read() as db:
        found = list(await db.scalars(select(AuditRecord.action).where(AuditRecord.subject == "seat")))
    assert found == ["removed_from_room"] * 2


async def gone(line: Line) -> None:
    """Until nobody is connected to the room."""
    room = line.house.registry.rooms[line.house.session]
    async with asyncio.timeout(10):
        while room.attached:  # noqa: ASYNC110 -- the last who leaves tells nobody
            await asyncio.sleep(0.01)


async def test_a_co_host_helps_until_it_is_taken_back(webinar: Line) -> None:
    school = webinar.house.school
    teacher = await webinar.enter(school.teacher)
    student = await webinar.enter(school.student)
    parent = await webinar.enter(school.parent)
    await teacher.done("floor.co_host", person=school.parent, co_host=True)
    await told(parent, "co_host_made")
    await rights(parent, moderate=True, publish_audio=True, lead=False)
    await changed(student, school.parent, role="cohost")
    await parent.done("floor.give", person=school.student)
    assert (await parent.hear("lobby"))["waiting"] == []
    assert await parent.refused("floor.mute", {"person": school.teacher}) == "no_right"
    assert await parent.refused("floor.remove", {"person": school.teacher, "may_return": True}) == "no_right"
    assert await parent.refused("room.close") == "no_right"
    assert await parent.refused("floor.co_host", {"person": school.student, "co_host": True}) == "no_right"
    await teacher.done("floor.co_host", person=school.parent, co_host=False)
    await rights(parent, moderate=False, publish_audio=False)
    assert await parent.refused("floor.give", {"person": school.student}) == "no_right"


async def test_what_changes_rights_is_in_the_audit(line: Line) -> None:
    school = line.house.school
    teacher = await line.enter(school.teacher)
    await line.enter(school.student)
    await teacher.done("floor.give", person=school.student)
    await teacher.done("floor.take", person=school.student)
    await teacher.done("floor.stop", person=school.student, source="camera", stopped=True)
    await teacher.done("floor.co_host", person=school.student, co_host=True)
    await teacher.done("floor.remove", person=school.student, may_return=False)
    async with line.house.database.read() as db:
        found = await db.execute(select(AuditRecord.action).where(AuditRecord.actor_id == school.teacher))
    expected = {"floor_given", "floor_taken", "camera_stopped", "co_host_made", "removed_from_room"}
    assert expected <= set(found.scalars())


async def test_the_host_makes_it_longer_inside_the_free_time_only(line: Line) -> None:
    house = line.house
    teacher = await line.enter(house.school.teacher)
    student = await line.enter(house.school.student)
    assert await teacher.done("room.extend", minutes=10) == {"ends_at": "2026-09-07T07:55:00Z"}
    await student.hear("session", lambda data: data["ends_at"] == "2026-09-07T07:55:00Z")
    async with house.database.begin() as db:
        row = await house.row()
        await consultations.add_session(db, house.school, starts_at=row.ends_at)
    assert await teacher.refused("room.extend", {"minutes": 5}) == "host_twice"


# -- who may what ----------------------------------------------------------------------------------

MODERATES: dict[str, dict[str, object]] = {
    "floor.give": {},
    "floor.take": {},
    "floor.mute": {},
    "floor.stop": {"source": "camera", "stopped": True},
    "floor.remove": {"may_return": True},
    "floor.readmit": {},
    "lobby.admit": {},
    "lobby.refuse": {"word": ""},
}
FOR_ALL: dict[str, dict[str, object]] = {
    "floor.mute_all": {},
    "lobby.admit_all": {},
    "lobby.next": {"person": None},
    "lobby.one_by_one": {"on": True},
}
LEADS: dict[str, dict[str, object]] = {"room.extend": {"minutes": 5}, "room.close": {}}


@pytest.mark.parametrize("form", Form)
async def test_nobody_of_the_audience_has_the_hosts_events(sqlite_database: Database, form: Form) -> None:
    async with open_line(sqlite_database, form=form) as line:
        school = line.house.school
        await line.enter(school.teacher)
        student, parent = await line.enter(school.student), await line.enter(school.parent)
        for browser, other in ((student, school.parent), (parent, school.student)):
            for event, more in (MODERATES | {"floor.co_host": {"co_host": True}}).items():
                for person in (other, school.teacher, 10**6):
                    assert await browser.refused(event, {"person": person, **more}) == "no_right", event
            for event, payload in (FOR_ALL | LEADS).items():
                assert await browser.refused(event, payload) == "no_right", event
            assert await browser.refused("hand.lower", {"person": other}) == "no_right"


async def test_a_host_reaches_only_those_who_are_there_and_not_themselves(line: Line) -> None:
    school = line.house.school
    teacher = await line.enter(school.teacher)
    for event, more in MODERATES.items():
        assert await teacher.refused(event, {"person": school.parent, **more}) == "not_found", event
    for event in ("floor.give", "floor.mute", "floor.take"):
        assert await teacher.refused(event, {"person": school.teacher}) == "mismatch", event


async def test_a_chat_has_neither_hands_nor_microphones(sqlite_database: Database) -> None:
    async with open_line(sqlite_database, form=Form.CHAT) as line:
        school = line.house.school
        teacher, student = await line.enter(school.teacher), await line.enter(school.student)
        assert await student.refused("hand.raise", {}) == "no_right"
        for event in ("floor.give", "floor.take", "floor.mute"):
            assert await teacher.refused(event, {"person": school.student}) == "no_media"
        assert await teacher.refused("floor.mute_all", {}) == "no_media"


async def test_who_waits_can_be_let_in_but_not_given_the_floor(line: Line) -> None:
    school = line.house.school
    teacher = await line.enter(school.teacher)
    await teacher.done("lobby.one_by_one", on=True)
    student = await line.call(school.student)
    assert (await student.done("join"))["door"]["why"] == "waiting_for_admission"
    waiting = (await teacher.hear("lobby", lambda data: data["waiting"]))["waiting"]
    assert (waiting[0]["id"], waiting[0]["why"], waiting[0]["about"]) == (
        school.student,
        "waiting_for_admission",
        waiting[0]["about"],
    )
    assert await teacher.refused("floor.give", {"person": school.student}) == "not_found"
    await teacher.done("lobby.admit", person=school.student)
    await student.hear("admitted")
    assert (await student.done("join"))["status"] == "joined"
