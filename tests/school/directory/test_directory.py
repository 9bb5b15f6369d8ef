"""The directory: finding people, changing them, and letting them go."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, update

from school.db import Database
from school.directory import actions, queries
from school.directory.actions import Particulars
from school.directory.queries import ListedRow, Presence, Wanted
from school.directory.rules import LinkState, comes_of_age, leaves_at, link_state
from school.errors import ChangedMeanwhile, Invalid, NotFound
from school.people import actions as people
from school.people import queries as people_queries
from school.people.errors import GroupNameTaken, LastAdministrator, LoginTaken
from school.people.models import ParentLink, Person, Role
from school.stamp import stamp
from tests.builders import (
    MINOR_BORN,
    NOW,
    TODAY,
    add_group,
    add_organisation,
    add_parent,
    add_person,
    add_student,
    add_worker,
)
from tests.races import race, refusals, winners


async def found(database: Database, **wanted: object) -> list[str]:
    async with database.read() as db:
        rows = await queries.find(db, Wanted(**wanted), NOW, TODAY, limit=50)  # type: ignore[arg-type]  # fields of Wanted
    return [row.person.name for row in rows]


@pytest.mark.parametrize("typed", ["щеглов", "Щёглов", "ЩЕГЛОВ пет", "глов", "пётр щ", "shch.petr"])
async def test_a_part_of_a_name_in_any_case_and_with_either_e_finds(database: Database, typed: str) -> None:
    async with database.begin() as db:
        await add_student(db, family_name="Щёглов", given_name="Пётр", login="shch.petr")
        await add_student(db, family_name="Иванова", given_name="Алёна")
    assert await found(database, text=typed) == ["Щёглов Пётр Андреевич"]


async def test_signs_of_a_pattern_are_letters_like_others(database: Database) -> None:
    async with database.begin() as db:
        await add_student(db)
    assert await found(database, text="%") == []
    assert await found(database, text="_") == []


async def test_the_list_is_narrowed_by_role_group_and_whether_one_is_here(database: Database) -> None:
    async with database.begin() as db:
        group = await add_group(db)
        boss = await add_person(db, Role.ADMINISTRATOR, family_name="Орлова")
        await add_worker(db)
        await add_student(db, group_id=group)
        gone = await add_student(db, group_id=group, family_name="Ушёл", given_name="Олег", patronymic="")
        await actions.dismiss(db, NOW, by=boss, person_id=gone, last_day=TODAY, zone="Europe/Moscow")
    assert await found(database, role=Role.PEDAGOGICAL_WORKER) == ["Соколова Анна Павловна"]
    assert await found(database, group_id=group) == ["Иванов Пётр Андреевич"]
    assert await found(database, presence=Presence.LEFT) == ["Ушёл Олег"]
    assert len(await found(database, presence=Presence.ALL)) == 4
    async with database.read() as db:
        assert await queries.count(db, Wanted(), NOW, TODAY) == 3


async def test_a_row_tells_namesakes_apart_in_four_statements_for_one_and_for_three(
    sqlite_database: Database,
) -> None:
    counts = []
    for number in (1, 3):
        async with sqlite_database.begin() as db:
            group = await add_group(db, name=f"{number}Б")
            for _ in range(number):
                await add_student(db, group_id=group, family_name=f"Новый{number}")
        async with sqlite_database.read() as db:
            statements: list[str] = []
            connection = (await db.connection()).sync_connection
            assert connection is not None
            event.listen(
                connection, "before_cursor_execute", lambda *call, log=statements: log.append(call[2])
            )
            rows = await queries.find(db, Wanted(text=f"новый{number}"), NOW, TODAY, limit=50)
        assert [row.groups for row in rows] == [(f"{number}Б",)] * number
        counts.append(len(statements))
    assert counts == [4, 4]


async def test_pages_follow_one_another_without_gaps(database: Database) -> None:
    async with database.begin() as db:
        for number in range(5):
            await add_student(db, family_name=f"Ким{number}")
    async with database.read() as db:
        pages: list[list[ListedRow]] = [
            await queries.find(db, Wanted(), NOW, TODAY, limit=2, offset=offset) for offset in (0, 2, 4)
        ]
    assert [[row.person.family_name for row in page] for page in pages] == [
        ["Ким0", "Ким1"],
        ["Ким2", "Ким3"],
        ["Ким4"],
    ]


async def test_particulars_are_changed_and_search_follows(database: Database) -> None:
    async with database.begin() as db:
        boss, person = await add_person(db, Role.ADMINISTRATOR), await add_student(db)
        new = Particulars("Щёглов", "Пётр", "", date(2012, 2, 29), "Petr.S", "en", "Asia/Omsk")
        await actions.change_person(db, NOW, by=boss, person_id=person, particulars=new)
        row = await people_queries.person(db, person)
    assert (row.name, row.birth_date, row.login, row.locale, row.zone) == (
        "Щёглов Пётр",
        date(2012, 2, 29),
        "petr.s",
        "en",
        "Asia/Omsk",
    )
    assert await found(database, text="щеглов") == ["Щёглов Пётр"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("family_name", " ", "empty"),
        ("login", "а б", "malformed"),
        ("birth_date", TODAY + timedelta(days=1), "in_future"),
        ("birth_date", date(1899, 12, 31), "too_early"),
        ("zone", "Europe/Nowhere", "unknown"),
    ],
)
async def test_a_wrong_particular_is_named(
    sqlite_database: Database, field: str, value: object, reason: str
) -> None:
    async with sqlite_database.begin() as db:
        boss, person = await add_person(db, Role.ADMINISTRATOR), await add_student(db)
        new = Particulars(**({"family_name": "А", "given_name": "Б"} | {field: value}))  # type: ignore[arg-type]  # as above
        with pytest.raises(Invalid) as refusal:
            await actions.change_person(db, NOW, by=boss, person_id=person, particulars=new)
    assert (refusal.value.field, refusal.value.reason) == (field, reason)


async def test_of_two_administrators_who_change_one_person_the_second_is_told(database: Database) -> None:
    async with database.begin() as db:
        boss, person = await add_person(db, Role.ADMINISTRATOR), await add_student(db)
        seen = stamp(await people_queries.person(db, person))
        first = Particulars("Первый", "Пётр")
        await actions.change_person(db, NOW, by=boss, person_id=person, particulars=first, seen=seen)
    second = Particulars("Второй", "Пётр")
    async with database.begin() as db:
        with pytest.raises(ChangedMeanwhile):
            await actions.change_person(db, NOW, by=boss, person_id=person, particulars=second, seen=seen)
    assert await found(database, text="первый второй") == []
    assert await found(database, text="первый") == ["Первый Пётр"]


async def test_of_fifty_who_save_over_the_same_page_one_wins(database: Database) -> None:
    async with database.begin() as db:
        boss, person = await add_person(db, Role.ADMINISTRATOR), await add_student(db)
        seen = stamp(await people_queries.person(db, person))

    async def save(db: object, number: int) -> bool:
        new = Particulars(f"Имя{number}", "Пётр")
        await actions.change_person(db, NOW, by=boss, person_id=person, particulars=new, seen=seen)  # type: ignore[arg-type]  # Db
        return True

    results = await race(database, save)
    assert len(winners(results)) == 1
    assert refusals(results, ChangedMeanwhile) == 49


async def test_of_fifty_people_who_get_one_login_one_has_it(database: Database) -> None:
    async with database.begin() as db:
        boss = await add_person(db, Role.ADMINISTRATOR)
        persons = [await add_student(db) for _ in range(50)]

    async def claim(db: object, number: int) -> bool:
        new = Particulars("Ким", "Пётр", login="kim")
        await actions.change_person(db, NOW, by=boss, person_id=persons[number], particulars=new)  # type: ignore[arg-type]  # Db
        return True

    results = await race(database, claim)
    assert len(winners(results)) == 1
    assert refusals(results, LoginTaken) == 49


async def test_a_refused_login_leaves_the_transaction_usable(database: Database) -> None:
    async with database.begin() as db:
        boss = await add_person(db, Role.ADMINISTRATOR, login="taken")
        person = await add_student(db)
        new = Particulars("Ким", "Пётр", login="taken")
        with pytest.raises(LoginTaken):
            await actions.change_person(db, NOW, by=boss, person_id=person, particulars=new)
        await actions.change_person(db, NOW, by=boss, person_id=person, particulars=Particulars("Ким", "Ян"))
    assert await found(database, text="ким") == ["Ким Ян"]


async def test_roles_become_exactly_those_given(database: Database) -> None:
    async with database.begin() as db:
        boss = await add_person(db, Role.ADMINISTRATOR)
        person = await add_person(db, Role.STUDENT, Role.METHODIST)
        wanted = frozenset({Role.METHODIST, Role.HEAD})
        seen = stamp(["methodist", "student"])
        await actions.set_roles(db, NOW, by=boss, person_id=person, roles=wanted, seen=seen)
        assert (await people_queries.roles(db, [person]))[person] == wanted
        with pytest.raises(ChangedMeanwhile):
            await actions.set_roles(db, NOW, by=boss, person_id=person, roles=frozenset(), seen=seen)
        with pytest.raises(LastAdministrator):
            await actions.set_roles(db, NOW, by=boss, person_id=boss, roles=frozenset())


async def test_dismissal_today_ends_what_runs_and_keeps_what_was(database: Database) -> None:
    async with database.begin() as db:
        boss = await add_person(db, Role.ADMINISTRATOR)
        worker, appointment = await add_worker(db)
        token = await people.start_sign_in(
            db, NOW, person_id=worker, user_agent="", lifetime=timedelta(days=1)
        )
        assert await actions.dismiss(db, NOW, by=boss, person_id=worker, last_day=TODAY, zone="Europe/Moscow")
        assert await people_queries.viewer_by_token(db, token, NOW) is None
        assert await people_queries.left(db, [worker, boss], NOW) == {worker}
        (held,) = (await queries.card(db, worker)).positions
        assert (held.id, held.until) == (appointment, TODAY)
        again = await actions.dismiss(
            db, NOW, by=boss, person_id=worker, last_day=TODAY, zone="Europe/Moscow"
        )
    assert not again


async def test_a_last_day_to_come_closes_the_way_in_when_it_is_over(database: Database) -> None:
    last_day, over = date(2026, 9, 30), datetime(2026, 9, 30, 19, 0, tzinfo=UTC)  # midnight in Yekaterinburg
    async with database.begin() as db:
        boss, student = await add_person(db, Role.ADMINISTRATOR), await add_student(db)
        await actions.dismiss(
            db, NOW, by=boss, person_id=student, last_day=last_day, zone="Asia/Yekaterinburg"
        )
        assert await people_queries.viewer(db, student, over - timedelta(seconds=1)) is not None
        assert await people_queries.viewer(db, student, over) is None
        # A nearer day is still possible, and so is staying.
        assert await actions.dismiss(
            db, NOW, by=boss, person_id=student, last_day=TODAY, zone="Asia/Yekaterinburg"
        )
        assert await people_queries.viewer(db, student, NOW) is None
        assert await actions.take_back(db, NOW, by=boss, person_id=student)
        assert await people_queries.viewer(db, student, NOW) is not None
        assert not await actions.take_back(db, NOW, by=boss, person_id=student)


async def test_the_last_administrator_stays(database: Database) -> None:
    async with database.begin() as db:
        boss = await add_person(db, Role.ADMINISTRATOR)
        with pytest.raises(LastAdministrator):
            await actions.dismiss(db, NOW, by=boss, person_id=boss, last_day=TODAY, zone="Europe/Moscow")
        with pytest.raises(NotFound):
            await actions.dismiss(db, NOW, by=boss, person_id=999, last_day=TODAY, zone="Europe/Moscow")


async def test_a_group_is_renamed_unless_another_has_the_name(database: Database) -> None:
    async with database.begin() as db:
        boss, first = await add_person(db, Role.ADMINISTRATOR), await add_group(db, name="7А")
        await add_group(db, name="7Б")
        seen = stamp(await queries.group(db, first))
        with pytest.raises(GroupNameTaken):
            await actions.change_group(db, NOW, by=boss, group_id=first, name="7Б", grade=7)
        await actions.change_group(db, NOW, by=boss, group_id=first, name="8А", grade=8, seen=seen)
        assert [row.name for row in await people_queries.groups(db)] == ["7Б", "8А"]
        with pytest.raises(ChangedMeanwhile):
            await actions.change_group(db, NOW, by=boss, group_id=first, name="9А", grade=9, seen=seen)
        with pytest.raises(NotFound):
            await actions.change_group(db, NOW, by=boss, group_id=999, name="9А", grade=9)


async def test_a_card_holds_both_sides_of_a_family_with_the_childs_birth_date(database: Database) -> None:
    async with database.begin() as db:
        await add_organisation(db)
        group = await add_group(db, name="7А")
        child = await add_student(db, group_id=group)
        parent = await add_parent(db, child)
        (of_parent,) = (await queries.card(db, parent)).children
        childs_card = await queries.card(db, child)
        sizes = await queries.group_sizes(db, TODAY)
        ever = await queries.members_ever(db, group)
    (of_child,) = childs_card.parents
    assert (of_parent.person_id, of_parent.birth_date) == (child, MINOR_BORN)
    assert (of_child.person_id, of_child.birth_date) == (parent, MINOR_BORN)
    assert sizes == {group: 1}
    assert [row.person_id for row in ever] == [child]
    assert [row.group_name for row in childs_card.memberships] == ["7А"]


@pytest.mark.parametrize(
    ("born", "suspended", "consented", "state"),
    [
        (date(2008, 9, 8), False, False, LinkState.MINOR),
        (date(2008, 9, 7), False, False, LinkState.ADULT),
        (date(2008, 9, 7), False, True, LinkState.CONSENTED),
        (date(2013, 1, 1), True, False, LinkState.SUSPENDED),
        (date(2013, 1, 1), True, True, LinkState.SUSPENDED),
        (date(2000, 1, 1), True, True, LinkState.SUSPENDED),
        (None, False, False, LinkState.ADULT),
        (None, False, True, LinkState.CONSENTED),
    ],
)
async def test_a_links_state_agrees_with_the_rights(
    sqlite_database: Database, born: date | None, suspended: bool, consented: bool, state: LinkState
) -> None:
    facts = {"suspended_at": NOW if suspended else None, "adult_consent_at": NOW if consented else None}
    assert link_state(birth_date=born, today=TODAY, **facts) is state
    async with sqlite_database.begin() as db:
        parent = await add_parent(db, await add_student(db))
        await db.execute(update(Person).values(birth_date=born))
        await db.execute(update(ParentLink).values(**facts))
        has_rights = bool(await people_queries.children(db, parent, TODAY))
    assert has_rights is (state in (LinkState.MINOR, LinkState.CONSENTED))


def test_who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    assert comes_of_age(date(2008, 2, 29)) == date(2026, 3, 1)
    assert comes_of_age(date(2008, 3, 5)) == date(2026, 3, 5)


def test_a_last_day_is_that_of_the_organisations_zone() -> None:
    night = datetime(2026, 9, 7, 20, 0, tzinfo=UTC)  # the 8th already in Vladivostok
    assert leaves_at(date(2026, 9, 8), "Asia/Vladivostok", night) == night
    assert leaves_at(date(2026, 9, 8), "Europe/Moscow", night) == datetime(2026, 9, 8, 21, 0, tzinfo=UTC)
