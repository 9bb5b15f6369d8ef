"""The doorman: rooms end on time, what is decided elsewhere reaches those inside, attendance survives."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from rooms import views
from rooms.doorman import Doorman
from rooms.registry import Registry
from rooms.rights import rights_of
from school.db import Database
from school.links import actions as links
from school.links import queries as link_queries
from school.people import actions as people
from school.people import queries as people_queries
from school.schedule.models import Form, Kind
from school.seats import actions as seats
from school.sessions import actions as sessions
from school.sessions.models import EndReason, RoomRole, Session
from tests import builders
from tests.builders import TODAY
from tests.rooms.house import END, SECRET, START, House

CLOSES = END + timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def house(sqlite_database: Database) -> House:
    return await House.build(sqlite_database)


async def round_at(house: House, now: datetime) -> None:
    house.clock.now = now
    await house.doorman.round(now)


# -- time ------------------------------------------------------------------------------------------


async def test_the_room_closes_by_itself_when_the_grace_is_over(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    student = await house.enter(house.school.student)
    await round_at(house, CLOSES - SECOND)
    assert not student.ear.hung_up
    await round_at(house, CLOSES)
    for visit in (teacher, student):
        assert visit.ear.heard[-1] == ("over", views.Over("time"))
        assert visit.ear.hung_up
    row = await house.row()
    assert (row.ended_at, row.ended_by, row.end_reason) == (CLOSES, None, EndReason.TIME)
    assert [stay.left_at for stay in await house.stays(house.school.student)] == [CLOSES]
    assert house.registry.rooms == {}


async def test_a_session_that_nobody_began_is_over_without_an_end(house: House) -> None:
    student = await house.connect(house.school.student)
    await student.knock()
    await round_at(house, CLOSES)
    assert student.ear.heard[-1] == ("over", views.Over("time"))
    assert (await house.row()).ended_at is None


async def test_who_waits_is_told_when_the_door_opens_and_why_they_still_wait(house: House) -> None:
    house.clock.now = START - timedelta(minutes=20)
    student = await house.connect(house.school.student)
    assert (await student.knock()).why == "not_open_yet"
    await round_at(house, START - timedelta(minutes=15))
    assert student.ear.heard == []
    await round_at(house, START - timedelta(minutes=10))
    told = student.ear.last("door")
    assert isinstance(told, views.Door)
    assert told.why == "waiting_for_host"


async def test_the_host_who_waits_before_the_opening_is_called_at_the_opening(house: House) -> None:
    house.clock.now = START - timedelta(minutes=20)
    teacher = await house.connect(house.school.teacher)
    await teacher.knock()
    await round_at(house, START - timedelta(minutes=10))
    assert teacher.ear.names() == ["admitted"]


async def test_a_topic_set_on_a_page_starts_the_session_of_a_host_who_is_in(
    sqlite_database: Database,
) -> None:
    house = await House.build(sqlite_database, topic=False)
    await house.enter(house.school.teacher)
    student = await house.connect(house.school.student)
    await student.knock()
    await house.set_topic()
    await round_at(house, START + 2 * SECOND)
    assert student.ear.names()[-1] == "admitted"
    assert (await house.row()).started_at == START + 2 * SECOND


# -- what is decided elsewhere ---------------------------------------------------------------------


async def test_cancelling_reaches_those_inside_and_those_who_wait(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    parent = await house.connect(house.school.parent)
    async with house.database.begin() as db:
        await sessions.cancel(
            db, START, session_id=house.session, by=house.school.administrator, reason="Авария"
        )
    await round_at(house, START + 2 * SECOND)
    assert teacher.ear.heard[-1] == parent.ear.heard[-1] == ("over", views.Over("cancelled", cause="Авария"))
    assert (await house.row()).ended_at is None


async def test_a_session_closed_by_an_administrator_is_closed_for_those_inside(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    async with house.database.begin() as db:
        await sessions.end(
            db,
            START,
            session_id=house.session,
            by=house.school.administrator,
            reason=EndReason.CLOSED,
        )
    await round_at(house, START + 2 * SECOND)
    assert teacher.ear.heard[-1] == ("over", views.Over("closed"))


async def test_moving_sends_away_those_inside_and_gives_new_times_to_those_who_wait(
    sqlite_database: Database,
) -> None:
    house = await House.build(sqlite_database, topic=False)
    teacher = await house.enter(house.school.teacher)
    student = await house.connect(house.school.student)
    await student.knock()
    later = START + timedelta(hours=3)
    async with house.database.begin() as db:
        await sessions.move(
            db,
            START,
            session_id=house.session,
            by=house.school.administrator,
            starts_at=later,
            ends_at=later + timedelta(minutes=45),
            reason="Совещание",
        )
    await round_at(house, START + 2 * SECOND)
    assert teacher.ear.heard[-1] == (
        "over",
        views.Over("moved", starts_at=later, ends_at=later + timedelta(minutes=45)),
    )
    told = student.ear.last("door")
    assert isinstance(told, views.Door)
    assert (told.why, told.starts_at) == ("not_open_yet", later)
    assert not student.ear.hung_up


async def test_extending_is_told_to_those_inside_and_keeps_the_room_open(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    async with house.database.begin() as db:
        await sessions.extend(
            db,
            START,
            session_id=house.session,
            by=house.school.teacher,
            until=END + timedelta(minutes=15),
        )
    await round_at(house, CLOSES)
    told = teacher.ear.last("session")
    assert isinstance(told, views.Session)
    assert told.closes_at == CLOSES + timedelta(minutes=15)
    assert not teacher.ear.hung_up


async def test_nothing_is_told_when_nothing_has_changed(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    for seconds in range(2, 60, 2):
        await round_at(house, START + seconds * SECOND)
    assert teacher.ear.heard == []


# -- people ----------------------------------------------------------------------------------------


async def suspend(house: House) -> None:
    async with house.database.begin() as db:
        (mother,) = await people_queries.parents(db, house.school.student, TODAY)
        await people.suspend_parent_link(db, START, by=None, link_id=mother.link_id, reason="Суд")


async def revoke(house: House) -> None:
    async with house.database.begin() as db:
        (link,) = await link_queries.of_session(db, house.session)
        await links.revoke(db, START, link_id=link.id, by=house.school.administrator)


async def bar(house: House) -> None:
    async with house.database.begin() as db:
        seat = next(iter(house.registry.rooms[house.session].attached.values())).identity.seat_id
        await seats.remove(db, START, seat_id=seat, by=house.school.teacher, may_return=False)


@pytest.mark.parametrize(
    ("change", "cause"),
    [(suspend, "entitlement_ended"), (revoke, "link_revoked"), (bar, "removed")],
)
async def test_who_loses_the_right_to_be_there_is_put_out(
    house: House, change: Callable[[House], Awaitable[None]], cause: str
) -> None:
    async with house.database.begin() as db:
        await sessions.mark_started(db, START, session_id=house.session)
    ticket = await house.link_ticket(house.school.parent, child=house.school.student)
    parent = await house.connect(house.school.parent, ticket)
    await parent.enter()
    await change(house)
    await round_at(house, START + 10 * SECOND)
    assert parent.ear.heard[-1] == ("over", views.Over("removed", cause=cause))
    assert parent.ear.hung_up
    assert [stay.left_at for stay in await house.stays(house.school.parent)] == [START + 10 * SECOND]


async def test_rights_follow_the_host_of_the_session(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    async with house.database.begin() as db:
        other, _ = await builders.add_worker(db, family_name="Орлова")
        await db.execute(update(Session).values(host_id=other))
    await round_at(house, START + 10 * SECOND)
    assert teacher.ear.heard[-1] == ("over", views.Over("removed", cause="entitlement_ended"))
    substitute = await house.connect(other)
    assert (await substitute.enter()).rights.set_topic


async def test_a_host_who_stays_as_a_student_has_a_students_rights(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    async with house.database.begin() as db:
        other, _ = await builders.add_worker(db, family_name="Орлова")
        await people.add_member(
            db,
            START,
            by=None,
            person_id=house.school.teacher,
            group_id=house.school.group,
            since=builders.YEAR_STARTS,
        )
        await db.execute(update(Session).values(host_id=other))
    await round_at(house, START + 10 * SECOND)
    assert teacher.ear.names() == ["rights", "tools"]
    assert teacher.ear.last("rights") == rights_of(Form.VIDEOCONFERENCE, Kind.GROUP, RoomRole.STUDENT)


# -- attendance ------------------------------------------------------------------------------------


async def test_a_heartbeat_vouches_for_everybody_inside_every_fifteen_seconds(house: House) -> None:
    await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    for seconds in range(0, 44, 2):
        await round_at(house, START + seconds * SECOND)
    for person in (house.school.teacher, house.school.student):
        (stay,) = await house.stays(person)
        assert (stay.seen_at, stay.left_at) == (START + 30 * SECOND, None)


async def test_after_a_crash_a_stay_ends_at_its_last_heartbeat(database: Database) -> None:
    house = await House.build(database)
    await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    await round_at(house, START + 30 * SECOND)
    back = START + timedelta(minutes=2)
    after = Doorman(Registry(database, house.clock, SECRET, None))
    await after.start(back)
    (stay,) = await house.stays(house.school.student)
    assert stay.left_at == START + 30 * SECOND


async def test_coming_back_after_a_crash_is_merged_into_one_attendance(database: Database) -> None:
    house = await House.build(database)
    await house.enter(house.school.teacher)
    await house.enter(house.school.student)
    await round_at(house, START + timedelta(minutes=10))
    house.registry = Registry(database, house.clock, SECRET, None)
    house.doorman = Doorman(house.registry)
    await house.doorman.start(house.clock.pass_(minutes=1))
    student = await house.enter(house.school.student)
    house.clock.pass_(minutes=9)
    await student.drop()
    summary = (await house.attendance(house.school.student)).summary
    assert summary is not None
    assert (summary.came, summary.left, summary.minutes) == (START, START + timedelta(minutes=20), 19)
    assert summary.present == timedelta(minutes=19)


async def test_a_session_whose_end_fell_into_a_crash_is_ended_at_the_next_start(house: House) -> None:
    await house.enter(house.school.teacher)
    after = Doorman(Registry(house.database, house.clock, SECRET, None))
    await after.start(CLOSES + timedelta(hours=1))
    row = await house.row()
    assert (row.ended_at, row.end_reason) == (CLOSES + timedelta(hours=1), EndReason.TIME)


async def test_an_orderly_stop_writes_down_that_everybody_left(house: House) -> None:
    await house.enter(house.school.teacher)
    house.clock.pass_(minutes=7)
    await house.registry.close()
    (stay,) = await house.stays(house.school.teacher)
    assert stay.left_at == START + timedelta(minutes=7)


async def test_rooms_that_nobody_is_connected_to_are_swept(house: House) -> None:
    teacher = await house.enter(house.school.teacher)
    await round_at(house, START)
    await teacher.drop()
    await round_at(house, START + 30 * SECOND)
    assert house.session in house.registry.rooms
    await round_at(house, START + 62 * SECOND)
    assert house.registry.rooms == {}


# -- for the administrator -------------------------------------------------------------------------


async def test_the_overview_shows_who_is_in_who_waits_and_who_is_missing(house: House) -> None:
    assert house.registry.overview() == ()
    await house.enter(house.school.teacher)
    async with house.database.begin() as db:
        late = await builders.add_student(db, group_id=house.school.group, family_name="Яшин")
    parent = await house.connect(house.school.parent)
    await round_at(house, START + 2 * SECOND)
    (live,) = house.registry.overview()
    assert live.session.id == house.session
    assert [(person.person_id, person.inside) for person in live.there] == [
        (house.school.teacher, True),
        (house.school.parent, False),
    ]
    assert {row.person_id for row in live.absent} == {house.school.student, late}
    assert live.there[0].media == {}
    await parent.drop()
