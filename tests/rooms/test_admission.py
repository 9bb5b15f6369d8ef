"""May this person enter this session now: every outcome, from real rows."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from rooms import admission
from rooms.admission import ENTERING, Admission, Facts, Outcome, decide
from rooms.errors import Refused
from rooms.rights import rights_of
from school.db import Database
from school.links import actions as links
from school.organisation.models import Organisation
from school.people import actions as people
from school.people import queries as people_queries
from school.people.models import Person
from school.schedule.models import Form, Kind
from school.seats import actions as seats
from school.sessions import actions as sessions
from school.sessions.models import EndReason, RoomRole
from tests import builders
from tests.builders import NOW, TODAY
from tests.rooms.house import END, START, House

OPENS = START - timedelta(minutes=10)
CLOSES = END + timedelta(minutes=5)
JUST_BEFORE = timedelta(seconds=1)


@pytest.fixture
async def house(sqlite_database: Database) -> House:
    return await House.build(sqlite_database)


async def start(house: House) -> None:
    async with house.database.begin() as db:
        await sessions.mark_started(db, START, session_id=house.session)


async def by_link(house: House, link: tuple[int, int]) -> Admission:
    async with house.database.read() as db:
        return await admission.of_link(db, house.clock.now, *link)


# -- times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, Outcome.NOT_OPEN_YET),
        (OPENS - JUST_BEFORE, Outcome.NOT_OPEN_YET),
        (OPENS, Outcome.ADMITTED),
        (END, Outcome.ADMITTED),
        (CLOSES - JUST_BEFORE, Outcome.ADMITTED),
        (CLOSES, Outcome.OVER),
    ],
)
async def test_the_door_opens_before_the_start_and_closes_after_the_grace(
    house: House, now: datetime, expected: Outcome
) -> None:
    await start(house)
    house.clock.now = now
    assert (await house.knock(house.school.student)).outcome is expected
    assert (await house.knock(house.school.teacher)).outcome is expected


async def test_guests_wait_for_the_topic_and_the_host_does_not(sqlite_database: Database) -> None:
    house = await House.build(sqlite_database, topic=False)
    assert (await house.knock(house.school.student)).outcome is Outcome.WAITING_FOR_TOPIC
    assert (await house.knock(house.school.parent)).outcome is Outcome.WAITING_FOR_TOPIC
    assert (await house.knock(house.school.teacher)).outcome is Outcome.ADMITTED


async def test_with_a_topic_guests_wait_for_the_host_until_the_session_has_started(house: House) -> None:
    assert (await house.knock(house.school.student)).outcome is Outcome.WAITING_FOR_HOST
    await start(house)
    assert (await house.knock(house.school.student)).outcome is Outcome.ADMITTED


# -- who -------------------------------------------------------------------------------------------


async def test_who_is_let_in_comes_as_what_they_are_in_this_session(house: House) -> None:
    await start(house)
    parent = await house.knock(house.school.parent)
    assert (parent.claim.role, parent.claim.child_id) == (RoomRole.PARENT, house.school.student)
    assert parent.claim.relation == "mother"
    speaks = rights_of(Form.VIDEOCONFERENCE, Kind.GROUP, RoomRole.STUDENT)
    assert (await house.knock(house.school.student)).rights == speaks
    assert (await house.knock(house.school.teacher)).rights.set_topic


async def test_an_administrator_and_another_class_are_not_expected(house: House) -> None:
    async with house.database.begin() as db:
        stranger = await builders.add_student(db, group_id=await builders.add_group(db))
    for person in (stranger, house.school.administrator, house.school.head):
        assert (await house.knock(person)).outcome is Outcome.NOT_EXPECTED


async def test_nobody_enters_a_session_that_does_not_exist(house: House) -> None:
    assert (await house.knock(house.school.student, session=10**9)).outcome is Outcome.UNKNOWN_SESSION
    assert (await by_link(house, (10**9, 1))).outcome is Outcome.UNKNOWN_SESSION


async def test_a_dismissed_host_is_not_let_in(house: House) -> None:
    async with house.database.begin() as db:
        await people.end_person(db, START, by=None, person_id=house.school.teacher)
    assert (await house.knock(house.school.teacher)).outcome is Outcome.ENTITLEMENT_ENDED


# -- what ends an entitlement (R11, R12) -----------------------------------------------------------


async def test_a_suspended_parent_loses_the_link_and_the_sign_in(house: House) -> None:
    link = await house.link(house.school.parent, child=house.school.student)
    await start(house)
    assert (await by_link(house, link)).outcome is Outcome.ADMITTED
    async with house.database.begin() as db:
        (mother,) = await people_queries.parents(db, house.school.student, TODAY)
        await people.suspend_parent_link(
            db, START, by=None, link_id=mother.link_id, reason="Определение суда"
        )
    assert (await by_link(house, link)).outcome is Outcome.ENTITLEMENT_ENDED
    assert (await house.knock(house.school.parent)).outcome is Outcome.NOT_EXPECTED


async def test_a_parents_rights_end_on_the_childs_eighteenth_birthday(house: House) -> None:
    link = await house.link(house.school.parent, child=house.school.student)
    await start(house)

    async def born(on: date) -> Outcome:
        async with house.database.begin() as db:
            await db.execute(update(Person).where(Person.id == house.school.student).values(birth_date=on))
        return (await by_link(house, link)).outcome

    today = START.date()
    assert await born(today.replace(year=today.year - 18) + timedelta(days=1)) is Outcome.ADMITTED
    assert await born(today.replace(year=today.year - 18)) is Outcome.ENTITLEMENT_ENDED


async def test_an_expelled_student_and_a_dismissed_host_lose_their_links(house: House) -> None:
    for person in (house.school.student, house.school.teacher):
        link = await house.link(person)
        async with house.database.begin() as db:
            await people.end_person(db, START, by=None, person_id=person)
        assert (await by_link(house, link)).outcome is Outcome.ENTITLEMENT_ENDED


# -- links, removal, sign-in -----------------------------------------------------------------------


async def test_a_revoked_link_admits_nobody(house: House) -> None:
    link_id, generation = await house.link(house.school.student)
    async with house.database.begin() as db:
        await links.revoke(db, START, link_id=link_id, by=house.school.administrator)
    assert (await by_link(house, (link_id, generation))).outcome is Outcome.LINK_REVOKED


async def test_an_older_generation_of_a_link_admits_nobody(house: House) -> None:
    link_id, generation = await house.link(house.school.student)
    async with house.database.begin() as db:
        await links.reissue(db, START, link_id=link_id, generation=generation, by=house.school.administrator)
    assert (await by_link(house, (link_id, generation))).outcome is Outcome.LINK_REVOKED
    assert (await by_link(house, (link_id, generation + 1))).outcome is Outcome.WAITING_FOR_HOST


async def test_a_link_says_nothing_about_another_session(house: House) -> None:
    link = await house.link(house.school.student)
    async with house.database.read() as db:
        found = await admission.of_person(
            db,
            START,
            session_id=house.session,
            person_id=house.school.parent,
            stamp=admission.Stamp(*link),
        )
    assert found.outcome is Outcome.LINK_REVOKED


async def test_an_organisation_may_require_sign_in_on_top_of_a_link(house: House) -> None:
    link = await house.link(house.school.student)
    async with house.database.begin() as db:
        await db.execute(update(Organisation).values(require_sign_in=True))
    assert (await by_link(house, link)).outcome is Outcome.SIGN_IN_REQUIRED
    assert (await house.knock(house.school.student)).outcome is Outcome.WAITING_FOR_HOST


@pytest.mark.parametrize(("may_return", "expected"), [(False, Outcome.REMOVED), (True, Outcome.ADMITTED)])
async def test_who_was_removed_comes_back_only_with_return(
    house: House, may_return: bool, expected: Outcome
) -> None:
    await start(house)
    await house.ticket(house.school.student)
    async with house.database.begin() as db:
        seat = await seats.take(
            db,
            START,
            session_id=house.session,
            person_id=house.school.student,
            role=RoomRole.STUDENT,
            child_id=None,
        )
        await seats.remove(db, START, seat_id=seat.id, by=house.school.teacher, may_return=may_return)
    assert (await house.knock(house.school.student)).outcome is expected


# -- what becomes of the session -------------------------------------------------------------------


async def cancel(house: House) -> None:
    async with house.database.begin() as db:
        await sessions.cancel(
            db, START, session_id=house.session, by=house.school.administrator, reason="Болезнь учителя"
        )


async def close(house: House) -> None:
    async with house.database.begin() as db:
        await sessions.end(
            db, START, session_id=house.session, by=house.school.teacher, reason=EndReason.CLOSED
        )


@pytest.mark.parametrize(("change", "expected"), [(cancel, Outcome.CANCELLED), (close, Outcome.OVER)])
async def test_a_session_that_is_no_more_admits_nobody_and_gives_no_ticket(
    house: House, change: Callable[[House], Awaitable[None]], expected: Outcome
) -> None:
    await change(house)
    for person in (house.school.student, house.school.teacher):
        assert (await house.knock(person)).outcome is expected
        with pytest.raises(Refused) as refusal:
            await house.ticket(person)
        assert refusal.value.outcome == expected


async def test_a_stranger_learns_nothing_about_the_state_of_a_session(house: House) -> None:
    await cancel(house)
    assert (await house.knock(house.school.head)).outcome is Outcome.NOT_EXPECTED


# -- the rule alone --------------------------------------------------------------------------------


async def test_a_host_without_a_position_is_refused_by_the_rule_itself(house: House) -> None:
    found = await house.knock(house.school.teacher)
    assert decide(replace(found.facts, employed=False), START) is Outcome.ENTITLEMENT_ENDED


async def test_refusals_come_in_this_order(house: House) -> None:
    """Of several reasons, the one that is said is the one that stands first."""
    await cancel(house)
    facts = (await house.knock(house.school.student)).facts
    worst = replace(
        facts,
        claim=None,
        link_holds=False,
        barred=True,
        settings=replace(facts.settings, require_sign_in=True),
    )
    said = [decide(worst, CLOSES)]
    worst = replace(worst, link_holds=True)
    said.append(decide(worst, CLOSES))
    worst = replace(worst, claim=facts.claim)
    said.append(decide(worst, CLOSES))
    worst = replace(worst, session=_not_cancelled(worst))
    said.append(decide(worst, CLOSES))
    said.append(decide(worst, NOW))
    worst = replace(worst, link_holds=None)
    said.append(decide(worst, NOW))
    worst = replace(worst, barred=False)
    said.append(decide(worst, NOW))
    assert said == [
        Outcome.LINK_REVOKED,
        Outcome.NOT_EXPECTED,
        Outcome.CANCELLED,
        Outcome.OVER,
        Outcome.SIGN_IN_REQUIRED,
        Outcome.REMOVED,
        Outcome.NOT_OPEN_YET,
    ]


def _not_cancelled(facts: Facts) -> object:
    assert facts.session is not None
    return replace(facts.session, cancelled_at=None)


def test_tickets_are_given_to_those_who_enter_or_wait() -> None:
    assert {outcome.value for outcome in ENTERING} == {
        "admitted",
        "not_open_yet",
        "waiting_for_topic",
        "waiting_for_host",
        "waiting_for_turn",
        "waiting_for_admission",
        "full",
    }
