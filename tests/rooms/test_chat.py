"""The chat: stored before it is acknowledged, once each, pushed in the order of its ids."""

import asyncio

import pytest

from rooms import views
from rooms.errors import NoRight
from rooms.rights import Rights
from school.db import Database
from school.errors import Invalid
from tests.rooms.house import House, Visit


@pytest.fixture
async def house(database: Database) -> House:
    return await House.build(database)


async def say(visit: Visit, client_id: str, body: str) -> views.Message:
    house = visit.house
    return await visit.room.chat.say(
        house.database, house.clock.now, visit.peer, client_id=client_id, body=body
    )


def heard(visit: Visit) -> list[views.Message]:
    return [
        data for event, data in visit.ear.heard if event == "chat.message" and isinstance(data, views.Message)
    ]


async def test_a_message_reaches_everybody_inside_its_author_too(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    message = await say(student, "a1", "Здравствуйте")
    assert heard(teacher) == heard(student) == [message]
    assert (message.author, message.author_name, message.body) == (
        house.school.student,
        "Иванов Пётр Андреевич",
        "Здравствуйте",
    )


async def test_a_message_sent_again_is_the_same_message_and_is_pushed_once(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    first = await say(student, "a1", "Вопрос")
    again = await say(student, "a1", "Вопрос")
    assert again == first
    assert heard(teacher) == [first]


async def test_a_message_stored_just_before_the_connection_was_lost_is_not_doubled(house: House) -> None:
    await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    stored = await say(student, "a1", "Вопрос")
    await student.drop()
    back = await house.connect(house.school.student)
    snapshot = await back.enter()
    assert snapshot.messages == (stored,)
    assert await say(back, "a1", "Вопрос") == stored
    assert heard(back) == []


async def test_what_was_said_meanwhile_is_read_from_the_last_id(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    said = [await say(teacher, f"t{number}", f"Пункт {number}") for number in range(3)]
    async with house.database.read() as db:
        assert await teacher.room.chat.after(db, teacher.peer, said[0].id) == tuple(said[1:])


async def test_many_at_once_are_heard_by_all_in_the_order_of_ids(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await asyncio.gather(
        *(say(visit, f"m{number}", f"№ {number}") for number in range(20) for visit in (teacher, student))
    )
    ids = [message.id for message in heard(teacher)]
    assert len(ids) == 40
    assert ids == sorted(set(ids))
    assert heard(student) == heard(teacher)


async def test_the_snapshot_holds_the_last_two_hundred(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    for number in range(203):
        await say(teacher, f"m{number}", str(number))
    student = await house.connect(house.school.student)
    snapshot = await student.enter()
    assert [message.body for message in snapshot.messages] == [str(number) for number in range(3, 203)]


async def test_a_room_that_is_opened_again_knows_what_was_said(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    said = await say(teacher, "m1", "До перерыва")
    await teacher.drop()
    await house.registry.forget(teacher.room)
    assert (await (await house.connect(house.school.teacher)).enter()).messages == (said,)


async def test_a_reply_carries_what_it_answers(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    asked = await say(student, "a1", "Почему корня два?")
    answer = await teacher.room.chat.say(
        house.database, house.clock.now, teacher.peer, client_id="b1", body="Смотрите", reply_to=asked.id
    )
    assert answer.quote == views.Quote(asked.id, "Иванов Пётр Андреевич", "Почему корня два?")


async def test_a_hidden_message_is_hidden_for_all_for_late_comers_and_in_quotes(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    rude = await say(student, "a1", "Грубость")
    await teacher.room.chat.say(
        house.database, house.clock.now, teacher.peer, client_id="b1", body="Так не пишут", reply_to=rude.id
    )
    await teacher.room.chat.hide(house.database, house.clock.now, teacher.peer, rude.id)
    told = heard(student)[-1]
    assert (told.id, told.hidden, told.body) == (rude.id, True, "")
    late = await (await house.connect(house.school.parent)).enter()
    assert late.messages[0] == told
    assert late.messages[1].quote == views.Quote(rude.id, "Иванов Пётр Андреевич", "")
    async with house.database.read() as db:
        assert await teacher.room.chat.after(db, teacher.peer, 0) == late.messages


async def test_only_who_leads_hides(house: House) -> None:
    await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    said = await say(student, "a1", "Вопрос")
    with pytest.raises(NoRight):
        await student.room.chat.hide(house.database, house.clock.now, student.peer, said.id)
    assert not heard(student)[-1].hidden


async def test_who_may_not_write_and_what_cannot_be_said_is_refused_and_not_stored(house: House) -> None:
    await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    with pytest.raises(Invalid):
        await say(student, "a1", "   ")
    student.peer.rights = Rights()
    with pytest.raises(NoRight):
        await say(student, "a2", "Можно?")
    async with house.database.read() as db:
        assert await student.room.chat.after(db, student.peer, 0) == ()
