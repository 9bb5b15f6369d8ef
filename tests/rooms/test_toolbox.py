"""The teacher's tools in a room: everybody, also who comes late or back, sees the same."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from rooms import hosting, views
from rooms.chat import Attachment
from rooms.errors import NoRight, Unknown
from school.attestation import queries as attestation
from school.attestation.errors import ChecklistIncomplete, NotForAttestation
from school.attestation.models import ChecklistItem
from school.db import Database
from school.errors import Invalid
from school.polls.errors import PollClosed, PollGoesOn
from school.polls.models import PollKind
from school.schedule.models import Purpose
from school.sessions.models import Session
from school.tools.errors import NoSlides
from tests.rooms.house import House, Visit

PDF = b"%PDF-1.7 ..."


@pytest.fixture
async def house(database: Database) -> House:
    return await House.build(database)


async def ask(teacher: Visit, **changes: Any) -> int:
    asked: dict[str, Any] = {
        "kind": PollKind.SINGLE,
        "question": "Сколько корней?",
        "options": ["один", "два"],
        "shown": False,
    }
    house = teacher.house
    await teacher.room.tools.ask(house.database, house.clock.now, teacher.peer, **(asked | changes))
    poll = poll_of(teacher)
    assert poll is not None
    return poll.id


async def answer(visit: Visit, poll: int, given: list[int] | str) -> None:
    house = visit.house
    await visit.room.tools.answer(house.database, house.clock.now, visit.peer, poll, given)


def poll_of(visit: Visit) -> views.Poll | None:
    now = visit.ear.last("poll")
    assert isinstance(now, views.PollNow)
    return now.poll


async def send_pdf(visit: Visit, name: str = "урок.pdf", content: bytes = PDF) -> int:
    house = visit.house
    said = await visit.room.chat.say(
        house.database,
        house.clock.now,
        visit.peer,
        client_id=name.encode().hex(),
        body="",
        attachment=Attachment(name, content, 1000),
    )
    assert said.file is not None
    return said.file.id


async def test_results_are_for_those_who_lead_until_they_are_shown(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    parent = await house.enter(house.school.parent)
    poll = await ask(teacher)
    await answer(student, poll, [1])
    seen = poll_of(teacher)
    assert seen is not None
    assert seen.results == views.PollResults(answered=1, counts=(0, 1), texts=())
    mine = poll_of(student)
    assert mine is not None
    assert (mine.mine, mine.results) == (views.PollAnswer((1,), ""), None)
    assert [name for name in parent.ear.names() if name == "poll"] == ["poll"]

    await teacher.room.tools.show_results(house.database, teacher.peer, poll, shown=True)
    await answer(student, poll, [0])
    seen = poll_of(parent)
    assert seen is not None
    assert seen.results == views.PollResults(answered=1, counts=(1, 0), texts=())


async def test_who_comes_late_or_back_sees_the_same_poll(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    poll = await ask(teacher, kind=PollKind.OPEN, options=[], shown=True)
    await answer(student, poll, "два корня")
    stayed = teacher.room.tools.view(student.peer)
    await student.drop()
    back = await house.connect(house.school.student)
    assert (await back.enter()).tools == stayed
    late = (await (await house.connect(house.school.parent)).enter()).tools.poll
    assert late is not None
    assert (late.mine, late.results) == (None, views.PollResults(1, (), ("два корня",)))


async def test_a_room_that_is_opened_again_has_everything_that_was_put_up(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await ask(teacher)
    await teacher.room.tools.start_timer(
        house.database, house.clock.now, teacher.peer, minutes=20, break_minutes=5
    )
    await teacher.room.tools.show_slides(house.database, teacher.peer, await send_pdf(teacher))
    await teacher.room.tools.turn(house.database, teacher.peer, 3)
    before = teacher.room.tools.view(teacher.peer)
    await teacher.drop()
    await house.registry.forget(teacher.room)
    assert (await (await house.connect(house.school.teacher)).enter()).tools == before
    assert before.timer == views.Timer(
        house.clock.now,
        house.clock.now + timedelta(minutes=20),
        house.clock.now + timedelta(minutes=25),
    )
    assert before.slides is not None
    assert (before.slides.file.name, before.slides.page) == ("урок.pdf", 3)


async def test_answers_at_once_are_one_each_and_none_comes_after_the_end(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    parent = await house.enter(house.school.parent)
    poll = await ask(teacher)
    await asyncio.gather(
        *(answer(visit, poll, [number % 2]) for number in range(10) for visit in (student, parent))
    )
    ending = teacher.room.tools.close_poll(house.database, house.clock.now, teacher.peer, poll)
    _, refused = await asyncio.gather(ending, answer(student, poll, [0]), return_exceptions=True)
    assert isinstance(refused, PollClosed)
    seen = poll_of(teacher)
    assert seen is not None
    assert seen.results is not None
    assert (seen.closed, seen.results.answered, sum(seen.results.counts)) == (True, 2, 2)


async def test_those_who_lead_ask_and_the_others_answer(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    with pytest.raises(NoRight):
        await ask(student)
    poll = await ask(teacher)
    with pytest.raises(PollGoesOn):
        await ask(teacher)
    with pytest.raises(NoRight):
        await answer(teacher, poll, [0])
    with pytest.raises(Invalid):
        await answer(student, poll, [2])
    with pytest.raises(Invalid):
        await answer(student, poll, "словами")


async def test_a_document_of_the_chat_is_shown_and_turned_for_everybody(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    file = await send_pdf(student)
    await teacher.room.tools.show_slides(house.database, teacher.peer, file)
    await teacher.room.tools.turn(house.database, teacher.peer, 2)
    told = student.ear.last("slides")
    assert isinstance(told, views.SlidesNow)
    assert told.slides is not None
    assert (told.slides.file.id, told.slides.page) == (file, 2)
    await teacher.room.tools.hide_slides(house.database, teacher.peer)
    assert student.ear.last("slides") == views.SlidesNow(None)
    with pytest.raises(NoSlides):
        await teacher.room.tools.turn(house.database, teacher.peer, 3)


async def test_only_a_pdf_in_sight_is_shown_and_only_by_who_leads(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    text = await send_pdf(teacher, "урок.txt", b"text")
    for file in (text, text + 100):
        with pytest.raises(Unknown):
            await teacher.room.tools.show_slides(house.database, teacher.peer, file)
    with pytest.raises(NoRight):
        await student.room.tools.show_slides(house.database, student.peer, await send_pdf(student))


async def for_attestation(house: House) -> None:
    async with house.database.begin() as db:
        await db.execute(update(Session).values(purpose=Purpose.ATTESTATION))


async def test_the_host_ticks_with_times_and_listeners_see_no_checklist(house: House) -> None:
    await for_attestation(house)
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    now = house.clock.pass_(minutes=3)
    await teacher.room.tools.tick(house.database, now, teacher.peer, ChecklistItem.BRIEFING, done=True)
    told = teacher.ear.last("checklist")
    assert isinstance(told, views.ChecklistNow)
    assert told.checklist is not None
    assert told.checklist[0] == views.ChecklistItem("briefing", now)
    assert teacher.room.tools.view(student.peer).checklist is None
    assert "checklist" not in student.ear.names()
    with pytest.raises(NoRight):
        await student.room.tools.tick(house.database, now, student.peer, ChecklistItem.BRIEFING, done=True)


async def test_a_current_consultation_has_no_checklist(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    assert teacher.room.tools.view(teacher.peer).checklist is None
    with pytest.raises(NotForAttestation):
        await teacher.room.tools.tick(
            house.database, house.clock.now, teacher.peer, ChecklistItem.BRIEFING, done=True
        )


async def test_closing_with_an_item_left_out_needs_a_reason(house: House) -> None:
    await for_attestation(house)
    teacher = await house.enter(house.school.teacher)
    with pytest.raises(ChecklistIncomplete):
        await hosting.close(house.registry, teacher.room, teacher.peer)
    assert not teacher.room.closed
    await hosting.close(house.registry, teacher.room, teacher.peer, reason="Отключили свет")
    assert teacher.room.closed
    async with house.database.read() as db:
        assert await attestation.omission(db, house.session) == "Отключили свет"
