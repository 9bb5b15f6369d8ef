"""Coming and going: who is told what, which device holds the seat, what is written down."""

import asyncio
from datetime import timedelta

import pytest

from rooms import entry, hosting, views
from rooms.errors import BadTicket, NoRight, NotJoined, Refused, TakenOver
from rooms.peer import MAX_WAITING_REQUESTS
from school.db import Database
from school.links import actions as links
from school.links import queries as link_queries
from school.schedule.models import Form
from school.sessions.errors import NotTheHost
from school.sessions.models import Scope, TopicBasis
from tests.rooms.house import END, START, House


@pytest.fixture
async def house(sqlite_database: Database) -> House:
    return await House.build(sqlite_database)


# -- the door --------------------------------------------------------------------------------------


async def test_a_student_waits_for_the_host_and_is_called_when_the_host_enters(house: House) -> None:
    student = await house.connect(house.school.student)
    door = await student.knock()
    assert door == views.Door("waiting_for_host", START - timedelta(minutes=10), START, END, START)
    await house.enter(house.school.teacher)
    assert student.ear.names() == ["admitted"]
    assert (await house.row()).started_at == START
    snapshot = await student.enter()
    assert [peer.id for peer in snapshot.peers] == [house.school.teacher]


async def test_setting_the_topic_inside_starts_the_session_and_lets_the_waiting_in(
    sqlite_database: Database,
) -> None:
    house = await House.build(sqlite_database, topic=False)
    student = await house.connect(house.school.student)
    assert (await student.knock()).why == "waiting_for_topic"
    teacher = await house.enter(house.school.teacher)
    assert student.ear.names() == []
    assert (await house.row()).started_at is None
    await hosting.set_topic(
        house.registry,
        teacher.room,
        teacher.peer,
        topic="Степени",
        basis=TopicBasis.STUDENT_REQUEST,
        scope=Scope.OVERVIEW,
    )
    assert student.ear.names()[-1] == "admitted"
    told = teacher.ear.last("session")
    assert isinstance(told, views.Session)
    assert (told.topic, told.scope) == ("Степени", "overview")
    await student.enter()


async def test_a_student_who_comes_back_need_not_wait_for_a_host_who_is_gone_too(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await teacher.drop()
    await student.drop()
    await house.enter(house.school.student)


async def test_only_the_host_sets_the_topic_and_closes_the_room(house: House) -> None:
    await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    with pytest.raises(NoRight) as refusal:
        await hosting.set_topic(
            house.registry,
            student.room,
            student.peer,
            topic="Своя тема",
            basis=TopicBasis.PERFORMANCE,
            scope=Scope.OVERVIEW,
        )
    assert refusal.value.data == {"right": "set_topic"}
    with pytest.raises(NoRight):
        await hosting.close(house.registry, student.room, student.peer)
    assert (await house.row()).ended_at is None


async def test_a_host_whose_session_was_given_to_another_is_refused_by_the_database_too(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    student.peer.rights = teacher.peer.rights
    with pytest.raises(NotTheHost):
        await hosting.set_topic(
            house.registry,
            student.room,
            student.peer,
            topic="Чужая тема",
            basis=TopicBasis.PERFORMANCE,
            scope=Scope.OVERVIEW,
        )


async def test_closing_the_room_ends_it_for_everybody(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await hosting.close(house.registry, teacher.room, teacher.peer)
    for visit in (teacher, student):
        assert visit.ear.heard[-1] == ("over", views.Over("closed"))
        assert visit.ear.hung_up
    row = await house.row()
    assert (row.ended_at, row.ended_by, row.end_reason) == (START, house.school.teacher, "closed")
    assert not house.registry.rooms
    with pytest.raises(Refused) as refusal:
        await house.connect(house.school.student)
    assert refusal.value.outcome == "over"


# -- who sees whom ---------------------------------------------------------------------------------


async def test_everybody_sees_the_others_and_hears_who_comes_and_goes(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    parent = await house.connect(house.school.parent)
    snapshot = await parent.enter()
    assert snapshot.me == views.Peer(
        house.school.parent, "Иванова Мария Олеговна", "parent", "mother", "Иванов Пётр", "7А", ()
    )
    assert [(peer.id, peer.role) for peer in snapshot.peers] == [(house.school.teacher, "host")]
    assert snapshot.session.subject == "Алгебра"
    assert teacher.ear.heard == [("peer.joined", snapshot.me)]
    await parent.drop()
    assert teacher.ear.heard[1:] == [("peer.left", views.PeerLeft(house.school.parent))]


async def test_joining_again_gives_a_new_picture_and_nobody_is_told(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    heard = list(teacher.ear.heard)
    await student.enter()
    assert teacher.ear.heard == heard
    assert len(await house.stays(house.school.student)) == 1


async def test_leaving_by_oneself_keeps_the_connection_and_the_right_to_come_back(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await entry.leave(house.registry, student.room, student.peer)
    assert teacher.ear.names() == ["peer.joined", "peer.left"]
    with pytest.raises(NotJoined):
        await entry.leave(house.registry, student.room, student.peer)
    await student.enter()
    assert teacher.ear.names() == ["peer.joined", "peer.left", "peer.joined"]


async def test_a_chat_has_no_media_and_the_snapshot_says_so(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database, form=Form.CHAT)
    teacher = await house.connect(house.school.teacher)
    snapshot = await teacher.enter()
    assert snapshot.capabilities is None
    assert teacher.room.media is None


async def test_without_a_media_worker_people_still_meet_and_write(house: House) -> None:
    teacher = await house.connect(house.school.teacher)
    assert (await teacher.enter()).capabilities is None


# -- devices ---------------------------------------------------------------------------------------


async def test_a_later_device_takes_the_seat_over(house: House) -> None:
    await house.enter(house.school.teacher)
    phone = await house.enter(house.school.student)
    tablet = await house.connect(house.school.student)
    assert phone.ear.names()[-1] == "taken_over"
    assert phone.ear.hung_up
    await tablet.enter()
    assert list(tablet.room.peers) == [house.school.teacher, house.school.student]


async def test_the_earlier_devices_ticket_is_refused_afterwards(house: House) -> None:
    first = await house.ticket(house.school.student)
    second = await house.ticket(house.school.student)
    await house.connect(house.school.student, second)
    with pytest.raises(TakenOver):
        await house.connect(house.school.student, first)


async def test_one_device_may_come_back_with_its_own_ticket(house: House) -> None:
    await house.enter(house.school.teacher)
    ticket = await house.ticket(house.school.student)
    before = await house.connect(house.school.student, ticket)
    await before.enter()
    after = await house.connect(house.school.student, ticket)
    await after.enter()
    assert before.ear.hung_up
    await before.drop()
    assert after.room.peers[house.school.student] is after.peer


async def test_the_device_that_lost_the_seat_can_do_nothing_more(house: House) -> None:
    await house.enter(house.school.teacher)
    phone = await house.enter(house.school.student)
    await house.connect(house.school.student)
    with pytest.raises(TakenOver):
        await phone.join()
    with pytest.raises(NotJoined):
        hosting.need_inside(phone.room, phone.peer)


async def test_two_devices_at_once_leave_one_presence(house: House) -> None:
    await house.enter(house.school.teacher)
    tickets = [await house.ticket(house.school.student) for _ in range(6)]

    async def come(ticket: str) -> bool:
        try:
            visit = await house.connect(house.school.student, ticket)
            await visit.enter()
        except TakenOver:
            return False
        return True

    came = await asyncio.gather(*(come(ticket) for ticket in reversed(tickets)))
    assert came[0]
    room = house.registry.rooms[house.session]
    assert len(room.peers) == 2
    assert room.peers[house.school.student].identity.number == 6
    assert [stay.left_at for stay in await house.stays(house.school.student)].count(None) == 1


async def test_a_ticket_of_another_school_is_no_ticket(house: House) -> None:
    with pytest.raises(BadTicket):
        await house.connect(house.school.student, "bm9ib2R5.AAAAAAAAAAAAAAAAAAAAAA")


async def test_a_ticket_is_worth_nothing_once_its_link_is_revoked(house: House) -> None:
    ticket = await house.link_ticket(house.school.student)
    async with house.database.begin() as db:
        (link,) = await link_queries.of_session(db, house.session)
        await links.revoke(db, START, link_id=link.id, by=house.school.administrator)
    with pytest.raises(Refused) as refusal:
        await house.connect(house.school.student, ticket)
    assert refusal.value.outcome == "link_revoked"


async def test_who_is_gone_while_being_let_in_leaves_no_trace(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.connect(house.school.student)
    joining = asyncio.create_task(student.join())
    await asyncio.sleep(0)
    student.peer.gone = True
    with pytest.raises(TakenOver):
        await joining
    await student.drop()
    assert teacher.ear.heard == []
    assert list(teacher.room.peers) == [house.school.teacher]
    assert all(stay.left_at == START for stay in await house.stays(house.school.student))


# -- in order --------------------------------------------------------------------------------------


async def test_one_persons_requests_are_handled_one_after_another_in_the_order_of_arrival(
    house: House,
) -> None:
    visit = await house.connect(house.school.teacher)
    seen: list[int] = []
    running = 0

    async def work(number: int) -> None:
        nonlocal running
        running += 1
        assert running == 1
        for _ in range(5 - number % 5):
            await asyncio.sleep(0)
        seen.append(number)
        running -= 1

    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(visit.peer.in_turn(lambda number=number: work(number)))
    assert seen == list(range(20))


async def test_too_many_waiting_requests_are_refused_by_name(house: House) -> None:
    visit = await house.connect(house.school.teacher)
    release = asyncio.Event()
    tasks = [asyncio.create_task(visit.peer.in_turn(release.wait)) for _ in range(MAX_WAITING_REQUESTS)]
    await asyncio.sleep(0)
    refused = asyncio.create_task(visit.peer.in_turn(release.wait))
    await asyncio.wait([refused])
    assert getattr(refused.exception(), "code", None) == "busy"
    release.set()
    await asyncio.gather(*tasks)
