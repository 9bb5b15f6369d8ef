"""People, roles, groups and appointments in the database."""

from datetime import date, timedelta

import pytest

from school.audit.queries import first_broken, latest
from school.db import Database, Db
from school.errors import Invalid, NotFound
from school.people import actions, queries
from school.people.errors import (
    AlreadyMember,
    GroupNameTaken,
    IdentifierTaken,
    LastAdministrator,
    LoginTaken,
)
from school.people.models import Category, Role
from tests.builders import (
    NOW,
    TODAY,
    YEAR_STARTS,
    add_group,
    add_person,
    add_student,
    add_worker,
)
from tests.races import RUNNERS, race, refusals, winners

DAY = timedelta(days=1)


async def test_a_person_is_kept_with_a_unique_identifier(database: Database) -> None:
    async with database.begin() as db:
        ids = [await add_person(db, login=f"Ivan.{number}") for number in range(2)]
    async with database.read() as db:
        first, second = [await queries.person(db, person_id) for person_id in ids]
        assert (first.name, first.short_name) == ("Петров Иван Сергеевич", "Петров И. С.")
        assert first.login == "ivan.0"
        assert first.identifier != second.identifier
        assert await queries.people(db, ids) == {first.id: first, second.id: second}


@pytest.mark.parametrize("person_id", [99, 2**31, 10**18])
async def test_a_missing_person_is_not_found(database: Database, person_id: int) -> None:
    async with database.read() as db:
        with pytest.raises(NotFound):
            await queries.person(db, person_id)
        assert await queries.viewer(db, person_id, NOW) is None


async def test_a_birth_date_in_the_future_is_refused(sqlite_database: Database) -> None:
    async with sqlite_database.begin() as db:
        with pytest.raises(Invalid, match="birth_date"):
            await add_person(db, birth_date=TODAY + DAY)


async def test_a_login_is_one_persons_whatever_its_case(database: Database) -> None:
    async with database.begin() as db:
        await add_person(db, login="Елена")
        with pytest.raises(LoginTaken):
            await add_person(db, login="еЛЕНА")
    async with database.read() as db:
        found = await queries.by_login(db, " ЕЛЕНА ")
        assert found is not None
        assert found.password_hash is None
        assert await queries.by_login(db, "nobody") is None


async def test_letters_that_no_database_takes_do_no_harm(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db, family_name="Пет\x00ров\ud800", login="iv\x00an")
        token = await actions.start_sign_in(
            db, NOW, person_id=person_id, user_agent="\x00\udfff", lifetime=DAY
        )
    async with database.read() as db:
        assert (await queries.person(db, person_id)).family_name == "Петров"
        assert await queries.by_login(db, "\x00ivan\ud800") is not None
        assert [row.id for row in await queries.search(db, "пет\x00")] == [person_id]
        assert await queries.viewer_by_token(db, token, NOW) is not None
        assert await queries.viewer_by_token(db, "\x00\ud800", NOW) is None


async def test_an_identifier_of_ones_own_is_one_persons(database: Database) -> None:
    name = {"family_name": "Петров", "given_name": "Иван"}
    async with database.begin() as db:
        await actions.add_person(db, NOW, by=None, identifier="Л-17", **name)
        with pytest.raises(IdentifierTaken):
            await actions.add_person(db, NOW, by=None, identifier="Л-17", **name)


async def test_of_50_who_want_a_login_one_gets_it(database: Database) -> None:
    results = await race(database, lambda db, _: add_person(db, login="ivan"))
    assert len(winners(results)) == 1
    assert refusals(results, LoginTaken) == RUNNERS - 1


async def test_of_50_who_bring_an_identifier_one_keeps_it(database: Database) -> None:
    async def add(db: Db, _: int) -> int:
        return await actions.add_person(
            db, NOW, by=None, family_name="Петров", given_name="Иван", identifier="Л-17"
        )

    results = await race(database, add)
    assert len(winners(results)) == 1
    assert refusals(results, IdentifierTaken) == RUNNERS - 1


async def test_of_50_grants_of_a_role_one_happens(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)

    async def grant(db: Db, _: int) -> bool:
        return await actions.grant_role(db, NOW, by=None, person_id=person_id, role=Role.HEAD)

    assert (await race(database, grant)).count(True) == 1
    async with database.read() as db:
        viewer = await queries.viewer(db, person_id, NOW)
        assert viewer is not None
        assert viewer.roles == {Role.HEAD}
        granted = [row for row in await latest(db, 100) if row.action == "role_granted"]
        assert [row.detail for row in granted] == ['{"role":"head"}']
        assert await first_broken(db) is None


async def test_of_50_revocations_of_a_role_one_happens(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db, Role.HEAD)

    async def revoke(db: Db, _: int) -> bool:
        return await actions.revoke_role(db, NOW, by=None, person_id=person_id, role=Role.HEAD)

    assert (await race(database, revoke)).count(True) == 1
    async with database.read() as db:
        assert await queries.roles(db, [person_id]) == {}


async def test_administrators_who_dismiss_each_other_at_once_leave_one(database: Database) -> None:
    async with database.begin() as db:
        administrators = [await add_person(db, Role.ADMINISTRATOR) for _ in range(2)]

    async def dismiss(db: Db, number: int) -> bool:
        return await actions.end_person(db, NOW, by=None, person_id=administrators[number % 2])

    results = await race(database, dismiss)
    assert results.count(True) == 1
    assert refusals(results, LastAdministrator) == RUNNERS // 2
    async with database.read() as db:
        viewers = [await queries.viewer(db, person_id, NOW) for person_id in administrators]
        assert viewers.count(None) == 1


async def test_the_last_administrator_stays_one(sqlite_database: Database) -> None:
    async with sqlite_database.begin() as db:
        person_id = await add_person(db, Role.ADMINISTRATOR)
        with pytest.raises(LastAdministrator):
            await actions.revoke_role(db, NOW, by=None, person_id=person_id, role=Role.ADMINISTRATOR)


async def test_an_administrator_whose_last_day_is_to_come_is_the_last_one_until_then(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.begin() as db:
        person_id = await add_person(db, Role.ADMINISTRATOR)
        other = await add_person(db, Role.ADMINISTRATOR)
        await actions.end_person(db, NOW, by=None, person_id=person_id, at=NOW + DAY)
        await actions.end_person(db, NOW, by=None, person_id=other)
        with pytest.raises(LastAdministrator):
            await actions.revoke_role(db, NOW, by=None, person_id=person_id, role=Role.ADMINISTRATOR)


async def test_of_50_dismissals_one_happens(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)

    async def dismiss(db: Db, _: int) -> bool:
        return await actions.end_person(db, NOW, by=None, person_id=person_id)

    assert (await race(database, dismiss)).count(True) == 1
    async with database.read() as db:
        assert (await queries.person(db, person_id)).ended_at == NOW


async def test_nobody_gets_a_role_who_does_not_exist(database: Database) -> None:
    async with database.begin() as db:
        with pytest.raises(NotFound):
            await actions.grant_role(db, NOW, by=None, person_id=99, role=Role.HEAD)


async def test_people_of_a_role_are_listed_by_name(database: Database) -> None:
    async with database.begin() as db:
        late = await add_person(db, Role.METHODIST, family_name="Яшин")
        early = await add_person(db, Role.METHODIST, family_name="Ёлкин")
        await add_person(db, Role.HEAD)
    async with database.read() as db:
        assert [row.id for row in await queries.with_role(db, Role.METHODIST)] == [early, late]


async def test_groups_are_ordered_by_number_and_letter(database: Database) -> None:
    async with database.begin() as db:
        for name, grade in [("10А", 10), ("7Б", 7), ("7А", 7), ("11Ё", 11)]:
            await add_group(db, name=name, grade=grade)
        with pytest.raises(GroupNameTaken):
            await add_group(db, name=" 7А ")
        with pytest.raises(Invalid):
            await add_group(db, name=" ")
    async with database.read() as db:
        assert [row.name for row in await queries.groups(db)] == ["7А", "7Б", "10А", "11Ё"]


async def test_of_50_groups_of_one_name_one_is_made(database: Database) -> None:
    results = await race(database, lambda db, _: add_group(db, name="7А"))
    assert len(winners(results)) == 1
    assert refusals(results, GroupNameTaken) == RUNNERS - 1


async def test_a_membership_covers_its_days(database: Database) -> None:
    async with database.begin() as db:
        group_id = await add_group(db, name="7А")
        student_id = await add_student(db, group_id=group_id)
        until = TODAY + 10 * DAY
        change = {"person_id": student_id, "group_id": group_id, "until": until}
        assert await actions.end_membership(db, NOW, by=None, **change)
        assert not await actions.end_membership(db, NOW, by=None, **change)
    async with database.read() as db:
        for day, inside in [
            (YEAR_STARTS - DAY, False),
            (YEAR_STARTS, True),
            (until, True),
            (until + DAY, False),
        ]:
            assert bool(await queries.members(db, group_id, day)) is inside
            assert bool(await queries.groups_of(db, student_id, day)) is inside


async def test_members_are_listed_by_name_each_once(database: Database) -> None:
    async with database.begin() as db:
        group_id = await add_group(db)
        late = await add_student(db, group_id=group_id, family_name="Яшин")
        early = await add_student(db, group_id=group_id, family_name="Ёлкин")
        await actions.end_membership(db, NOW, by=None, person_id=late, group_id=group_id, until=TODAY)
        await actions.add_member(db, NOW, by=None, person_id=late, group_id=group_id, since=TODAY)
    async with database.read() as db:
        assert [row.id for row in await queries.members(db, group_id, TODAY)] == [early, late]
        assert [row.id for row in await queries.groups_of(db, late, TODAY)] == [group_id]


async def test_of_50_additions_to_a_group_one_happens(database: Database) -> None:
    async with database.begin() as db:
        group_id, person_id = await add_group(db), await add_student(db)

    async def add(db: Db, number: int) -> int:
        since = YEAR_STARTS + number * DAY
        return await actions.add_member(db, NOW, by=None, person_id=person_id, group_id=group_id, since=since)

    results = await race(database, add)
    assert len(winners(results)) == 1
    assert refusals(results, AlreadyMember) == RUNNERS - 1


async def test_of_50_ends_of_a_membership_one_happens(database: Database) -> None:
    async with database.begin() as db:
        group_id = await add_group(db)
        person_id = await add_student(db, group_id=group_id)

    async def end(db: Db, number: int) -> bool:
        until = TODAY + number * DAY
        return await actions.end_membership(
            db, NOW, by=None, person_id=person_id, group_id=group_id, until=until
        )

    assert (await race(database, end)).count(True) == 1


async def test_a_group_or_person_that_is_missing_cannot_be_joined(database: Database) -> None:
    async with database.begin() as db:
        group_id, person_id = await add_group(db), await add_student(db)
        for pair in ({"person_id": 99, "group_id": group_id}, {"person_id": person_id, "group_id": 99}):
            with pytest.raises(NotFound):
                await actions.add_member(db, NOW, by=None, since=TODAY, **pair)


async def test_a_deputy_head_who_teaches_holds_two_appointments(database: Database) -> None:
    async with database.begin() as db:
        person_id, taught = await add_worker(db)
        led = await actions.appoint(
            db,
            NOW,
            by=None,
            person_id=person_id,
            position="заместитель директора",
            category=Category.OTHER,
            since=TODAY,
        )
    async with database.read() as db:
        held = await queries.appointments(db, TODAY, person_id=person_id)
        assert [(row.id, row.position, row.category) for row in held] == [
            (taught, "учитель математики", Category.PEDAGOGICAL),
            (led, "заместитель директора", Category.OTHER),
        ]
        assert [row.id for row in await queries.appointments(db, TODAY - DAY)] == [taught]
        assert (await queries.appointment(db, led)).short_name == "Соколова А. П."
        with pytest.raises(NotFound):
            await queries.appointment(db, 99)


async def test_only_an_active_employee_may_host(database: Database) -> None:
    async with database.begin() as db:
        person_id, appointment_id = await add_worker(db)
        student_id = await add_student(db)
        assert await queries.is_active_employee(db, person_id, TODAY, NOW)
        assert not await queries.is_active_employee(db, student_id, TODAY, NOW)
        await actions.end_appointment(db, NOW, by=None, appointment_id=appointment_id, until=TODAY)
        assert await queries.is_active_employee(db, person_id, TODAY, NOW)
        assert not await queries.is_active_employee(db, person_id, TODAY + DAY, NOW)
        await actions.end_person(db, NOW, by=None, person_id=person_id)
        assert not await queries.is_active_employee(db, person_id, TODAY, NOW)


async def test_of_50_ends_of_an_appointment_one_happens(database: Database) -> None:
    async with database.begin() as db:
        _, appointment_id = await add_worker(db)

    async def end(db: Db, number: int) -> bool:
        until = TODAY + number * DAY
        return await actions.end_appointment(db, NOW, by=None, appointment_id=appointment_id, until=until)

    assert (await race(database, end)).count(True) == 1


@pytest.mark.parametrize(
    ("position", "until", "field"), [(" ", None, "position"), ("учитель", date(2020, 8, 31), "until")]
)
async def test_a_bad_appointment_is_refused(
    sqlite_database: Database, position: str, until: date | None, field: str
) -> None:
    async with sqlite_database.begin() as db:
        person_id = await add_person(db)
        with pytest.raises(Invalid, match=field):
            await actions.appoint(
                db,
                NOW,
                by=None,
                person_id=person_id,
                position=position,
                category=Category.OTHER,
                since=date(2020, 9, 1),
                until=until,
            )


async def test_a_person_keeps_a_language_and_zone_of_their_own(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)
        await actions.set_habits(db, NOW, person_id=person_id, locale="en", zone="Asia/Omsk")
        with pytest.raises(Invalid):
            await actions.set_habits(db, NOW, person_id=person_id, locale="xx", zone=None)
        with pytest.raises(NotFound):
            await actions.set_habits(db, NOW, person_id=99, locale="ru", zone=None)
    async with database.read() as db:
        viewer = await queries.viewer(db, person_id, NOW)
        assert viewer is not None
        assert (viewer.locale, viewer.zone) == ("en", "Asia/Omsk")
