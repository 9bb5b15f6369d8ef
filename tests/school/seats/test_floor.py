"""The floor and the door as a seat keeps them (R43, R45, R48)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from school.audit.models import AuditRecord
from school.db import Database
from school.errors import NotFound
from school.schedule.models import Audience
from school.seats import actions, floor, queries
from school.seats.queries import SeatRow
from school.sessions.models import RoomRole
from tests import consultations
from tests.builders import NOW
from tests.consultations import School

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def school(database: Database) -> School:
    return await consultations.open_school(database)


@pytest.fixture
async def seat(database: Database, school: School) -> SeatRow:
    async with database.begin() as db:
        session = await consultations.add_session(db, school, audience=Audience.BOTH)
        return await actions.take(
            db, NOW, session_id=session, person_id=school.student, role=RoomRole.STUDENT, child_id=None
        )


async def again(database: Database, seat: SeatRow) -> SeatRow:
    async with database.read() as db:
        found = await queries.seat(db, seat.id)
    assert found is not None
    return found


async def test_a_new_seat_is_at_rest(seat: SeatRow) -> None:
    assert (seat.hand_since, seat.floor, seat.muted, seat.co_host, seat.let_in_at) == (
        None,
        False,
        False,
        False,
        None,
    )


async def test_a_place_is_kept_by_who_asked_first_and_asks_again(database: Database, seat: SeatRow) -> None:
    async with database.begin() as db:
        await floor.queue(db, NOW, seat.id)
        await floor.raise_hand(db, NOW, seat.id)
        assert (await floor.queue(db, LATER, seat.id)).waiting_since == NOW
        assert (await floor.raise_hand(db, LATER, seat.id)).hand_since == NOW
        assert (await floor.let_in(db, LATER, seat.id)).waiting_since is None
        assert (await floor.lower_hand(db, seat.id)).hand_since is None
    assert (await again(database, seat)).let_in_at == LATER


async def test_the_floor_answers_the_hand_and_lifts_what_was_stopped(
    database: Database, school: School, seat: SeatRow
) -> None:
    async with database.begin() as db:
        await floor.raise_hand(db, NOW, seat.id)
        await floor.mute(db, seat.id, muted=True)
        await floor.stop_microphone(db, NOW, seat.id, by=school.teacher, stopped=True)
        stopped = await floor.stop_camera(db, NOW, seat.id, by=school.teacher, stopped=True)
        assert (stopped.muted, stopped.microphone_stopped, stopped.camera_stopped) == (True, True, True)
        given = await floor.give_floor(db, NOW, seat.id, by=school.teacher)
    assert (given.floor, given.hand_since) == (True, None)
    assert (given.muted, given.microphone_stopped, given.camera_stopped) == (False, False, False)
    async with database.begin() as db:
        await floor.take_floor(db, NOW, seat.id, by=school.teacher)
    assert not (await again(database, seat)).floor


async def test_the_end_of_a_conversation_leaves_nothing(
    database: Database, school: School, seat: SeatRow
) -> None:
    async with database.begin() as db:
        await floor.let_in(db, NOW, seat.id)
        await floor.give_floor(db, NOW, seat.id, by=school.teacher)
        await floor.finish(db, seat.id)
    assert await again(database, seat) == seat


async def test_what_changes_rights_is_audited_with_whom_it_concerns(
    database: Database, school: School, seat: SeatRow
) -> None:
    async with database.begin() as db:
        await floor.make_co_host(db, NOW, seat.id, by=school.teacher, co_host=True)
        await floor.make_co_host(db, NOW, seat.id, by=school.teacher, co_host=False)
        await floor.turn_away(db, NOW, seat.id, by=school.teacher, word="Позже")
    async with database.read() as db:
        mine = (AuditRecord.subject == "seat", AuditRecord.subject_id == seat.id)
        found = list(await db.scalars(select(AuditRecord).where(*mine).order_by(AuditRecord.id)))
    assert [row.action for row in found] == ["co_host_made", "co_host_withdrawn", "refused_at_the_door"]
    assert {row.actor_id for row in found} == {school.teacher}
    assert "Позже" in found[-1].detail


async def test_a_seat_that_is_not_there_is_named(database: Database) -> None:
    async with database.begin() as db:
        with pytest.raises(NotFound):
            await floor.raise_hand(db, NOW, 10**6)
