"""The door: who waits, in which order, how the host lets them in (R15, R41, R43)."""

import asyncio

import pytest
from sqlalchemy import select

from rooms import lobby, views
from rooms.errors import Mismatch, NoRight, Occupied, Unknown
from school.audit.models import AuditRecord
from school.db import Database
from school.errors import Invalid
from school.sessions import actions as sessions
from school.sessions.errors import AddresseesRefused
from school.sessions.rules import Addressee
from tests.rooms.families import HOUR, Line, opened, queue, receive
from tests.rooms.house import START, House, Visit


@pytest.fixture
async def house(sqlite_database: Database) -> House:
    return await House.build(sqlite_database)


@pytest.fixture
async def line(house: House) -> Line:
    return await Line.build(house)


def names(visit: Visit) -> list[tuple[int, str]]:
    """What a host was told last of who waits."""
    told = visit.ear.last("lobby")
    assert isinstance(told, views.Lobby)
    return [(one.peer.id, one.why) for one in told.waiting]


def door(visit: Visit) -> views.Door:
    assert visit.peer.door is not None
    return visit.peer.door


async def say(visit: Visit, body: str, *, reply_to: int | None = None) -> views.Message:
    house = visit.house
    return await visit.room.chat.say(
        house.database,
        house.clock.now,
        visit.peer,
        client_id=str(abs(hash(body))),
        body=body,
        reply_to=reply_to,
    )


# -- a line of families ----------------------------------------------------------------------------


async def test_families_stand_in_the_order_in_which_they_came(line: Line) -> None:
    third, mother, student, first = await queue(
        line.house, line.third, line.second[1], line.second[0], line.first
    )
    assert door(third).why == "waiting_for_host"
    await line.house.enter(line.house.school.teacher)
    assert [door(one).why for one in (third, mother, student, first)] == ["waiting_for_turn"] * 4
    # The mother and her son are one family: neither stands before the other.
    assert [door(one).ahead for one in (third, mother, student, first)] == [0, 1, 1, 3]


async def test_next_ends_one_conversation_and_lets_the_next_family_in(line: Line) -> None:
    house = line.house
    first, mother, student, third = await queue(house, line.first, line.second[1], line.second[0], line.third)
    teacher = await house.enter(house.school.teacher)
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    assert "admitted" in first.ear.names()
    await first.enter()
    assert [door(one).ahead for one in (mother, student, third)] == [0, 0, 2]
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    assert first.ear.heard[-1] == ("over", views.Over("finished"))
    assert first.ear.hung_up
    assert set(teacher.room.peers) == {house.school.teacher}
    for one in (mother, student):
        assert "admitted" in one.ear.names()
        await one.enter()
    assert names(teacher) == [(line.third, "waiting_for_turn")]
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    assert student.ear.heard[-1] == mother.ear.heard[-1] == ("over", views.Over("finished"))
    await third.enter()
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    assert set(teacher.room.peers) == {house.school.teacher}


async def test_of_two_who_call_the_next_family_at_once_one_does(line: Line) -> None:
    """Its host and a co-host: the second would end the conversation that the first has just begun."""
    house = line.house
    first, third = await queue(house, line.first, line.third)
    teacher = await house.enter(house.school.teacher)
    calls = [lobby.next_family(house.registry, teacher.room, teacher.peer, None) for _ in range(2)]
    done, refused = await asyncio.gather(*calls, return_exceptions=True)
    assert done is None
    assert isinstance(refused, Unknown)
    assert not first.ear.hung_up
    await first.enter()
    assert names(teacher) == [(line.third, "waiting_for_turn")]
    assert third.peer.door is not None


async def test_a_family_reads_nothing_of_another_familys_conversation(line: Line) -> None:
    """Neither what was said before nor its files, nor by answering it."""
    house = line.house
    teacher, first = await opened(line)
    said = await say(first, "Мой сын плохо спит")
    await say(teacher, "Понимаю")
    house.clock.pass_(minutes=1)
    second = await house.connect(line.third)
    await second.knock()
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    snapshot = await second.enter()
    assert snapshot.messages == ()
    async with house.database.read() as db:
        assert await teacher.room.chat.after(db, second.peer, 0) == ()
        assert len(await teacher.room.chat.after(db, teacher.peer, 0)) == 2
    with pytest.raises(Invalid):
        await say(second, "Что?", reply_to=said.id)
    await teacher.room.chat.hide(house.database, house.clock.now, teacher.peer, said.id)
    assert "chat.message" not in second.ear.names()
    own = await say(second, "Здравствуйте")
    assert (await (await house.connect(line.third)).enter()).messages == (own,)


async def test_the_host_may_call_somebody_out_of_turn_but_never_two_families(line: Line) -> None:
    house = line.house
    first, third = await queue(house, line.first, line.third)
    teacher = await house.enter(house.school.teacher)
    await lobby.admit(house.registry, teacher.room, teacher.peer, line.third)
    await third.enter()
    with pytest.raises(Occupied):
        await lobby.admit(house.registry, teacher.room, teacher.peer, line.first)
    with pytest.raises(Mismatch):
        await lobby.admit_all(house.registry, teacher.room, teacher.peer)
    await lobby.next_family(house.registry, teacher.room, teacher.peer, line.first)
    assert third.ear.hung_up
    await first.enter()


async def test_a_family_member_who_comes_later_joins_the_conversation(line: Line) -> None:
    house = line.house
    (mother,) = await queue(house, line.second[1])
    teacher = await house.enter(house.school.teacher)
    await lobby.admit(house.registry, teacher.room, teacher.peer, mother.peer.id)
    await mother.enter()
    await mother.drop()
    await house.enter(line.second[0])
    await house.enter(line.second[1])
    assert (await (await house.connect(line.first)).knock()).why == "waiting_for_turn"


async def test_a_place_in_the_line_is_kept_while_somebody_is_away(line: Line) -> None:
    house = line.house
    first, third = await queue(house, line.first, line.third)
    await house.enter(house.school.teacher)
    await first.drop()
    await house.doorman.round(house.clock.now)
    assert door(third).ahead == 0
    house.clock.pass_(seconds=40)
    back = await house.connect(line.first)
    assert (await back.knock()).ahead == 0
    assert (await third.knock()).ahead == 1


async def test_who_has_been_received_stands_at_the_end_of_the_line(line: Line) -> None:
    house = line.house
    first, _ = await queue(house, line.first, line.third)
    teacher = await house.enter(house.school.teacher)
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    await first.enter()
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    again = await house.connect(line.first)
    found = await again.join()
    assert isinstance(found, views.Door)
    assert found.why == "waiting_for_turn"


async def test_a_single_family_comes_in_by_itself(house: House) -> None:
    school = house.school
    family = [Addressee(school.student), Addressee(school.parent, school.student)]
    async with house.database.begin() as db:
        house.session = await receive(db, house, family)
    house.clock.now = START + HOUR
    await house.set_topic()
    teacher = await house.enter(house.school.teacher)
    await house.enter(house.school.parent)
    await house.enter(house.school.student)
    with pytest.raises(Mismatch):
        await lobby.next_family(house.registry, teacher.room, teacher.peer, None)


async def test_a_family_is_booked_once_and_only_by_who_may(line: Line) -> None:
    school, session = line.house.school, line.house.session
    async with line.house.database.begin() as db:
        with pytest.raises(AddresseesRefused):
            await sessions.book(
                db, START, session_id=session, by=school.administrator, addressees=[Addressee(line.first)]
            )


# -- a group let in one by one ---------------------------------------------------------------------


async def test_a_group_comes_in_by_itself_until_the_host_wants_otherwise(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    await lobby.one_by_one(house.registry, teacher.room, teacher.peer, on=True)
    parent = await house.connect(house.school.parent)
    assert (await parent.knock()).why == "waiting_for_admission"
    assert names(teacher) == [(house.school.parent, "waiting_for_admission")]
    await lobby.one_by_one(house.registry, teacher.room, teacher.peer, on=False)
    assert "admitted" in parent.ear.names()
    await parent.enter()
    assert names(teacher) == []


async def test_who_was_let_in_comes_back_unasked(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await lobby.one_by_one(house.registry, teacher.room, teacher.peer, on=True)
    await student.drop()
    await house.enter(house.school.student)


async def test_admit_all_lets_everybody_in(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await lobby.one_by_one(house.registry, teacher.room, teacher.peer, on=True)
    waiting = await queue(house, house.school.student, house.school.parent)
    await lobby.admit_all(house.registry, teacher.room, teacher.peer)
    for one in waiting:
        await one.enter()


async def test_a_refusal_carries_the_word_and_does_not_bar(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await lobby.one_by_one(house.registry, teacher.room, teacher.peer, on=True)
    (student,) = await queue(house, house.school.student)
    await lobby.refuse(house.registry, teacher.room, teacher.peer, student.peer.id, word="Сегодня только 7Б")
    assert student.ear.heard[-1] == ("over", views.Over("refused", cause="Сегодня только 7Б"))
    assert names(teacher) == []
    assert (await (await house.connect(house.school.student)).knock()).why == "waiting_for_admission"
    async with house.database.read() as db:
        actions = list(await db.scalars(select(AuditRecord.action)))
    assert {"door_changed", "refused_at_the_door"} <= set(actions)


async def test_only_those_who_moderate_have_the_door(house: House) -> None:
    await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    registry, room, peer = house.registry, student.room, student.peer
    for asked in (
        lobby.admit(registry, room, peer, 1),
        lobby.admit_all(registry, room, peer),
        lobby.refuse(registry, room, peer, 1, word=""),
        lobby.next_family(registry, room, peer, None),
        lobby.one_by_one(registry, room, peer, on=True),
    ):
        with pytest.raises(NoRight):
            await asked
    assert "lobby" not in student.ear.names()


async def test_nobody_who_does_not_wait_is_let_in_or_refused(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    for person in (house.school.student, house.school.parent, 10**6):
        with pytest.raises(Unknown):
            await lobby.admit(house.registry, teacher.room, teacher.peer, person)
        with pytest.raises(Unknown):
            await lobby.refuse(house.registry, teacher.room, teacher.peer, person, word="")


async def test_the_host_sees_who_waits_for_the_hour_and_the_topic(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database, topic=False)
    student = await house.connect(house.school.student)
    await student.knock()
    snapshot = await (await house.connect(house.school.teacher)).enter()
    assert snapshot.lobby is not None
    assert [(one.peer.id, one.why) for one in snapshot.lobby.waiting] == [
        (house.school.student, "waiting_for_topic")
    ]
    await student.drop()
    assert house.registry.rooms[house.session].lobby().waiting == ()
