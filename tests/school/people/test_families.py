"""Parents and children: whose rights are in force (R11)."""

from datetime import date, timedelta

import pytest

from school.db import Database, Db
from school.errors import Invalid, NotFound
from school.people import actions, queries
from school.people.errors import AlreadyLinked, ChildIsMinor
from school.people.models import Relation
from tests.builders import NOW, TODAY, add_parent, add_person, add_student
from tests.races import RUNNERS, race, refusals, winners

BIRTH = date(2008, 9, 10)
BIRTHDAY = date(2026, 9, 10)


async def family(db: Db, birth_date: date = BIRTH) -> tuple[int, int, int]:
    """Give the ids of a parent, a child and their link."""
    child_id = await add_student(db, birth_date=birth_date)
    parent_id = await add_parent(db, child_id)
    (link,) = await queries.children(db, parent_id, TODAY)
    return parent_id, child_id, link.link_id


async def both_see_each_other(db: Db, parent_id: int, child_id: int, today: date) -> bool:
    children = [row.person_id for row in await queries.children(db, parent_id, today)]
    parents = [row.person_id for row in await queries.parents(db, child_id, today)]
    assert (children == [child_id]) is (parents == [parent_id])
    return bool(children)


async def test_a_parent_has_several_children_and_a_child_several_parents(database: Database) -> None:
    async with database.begin() as db:
        elder = await add_student(db, family_name="Ёлкина")
        younger = await add_student(db, family_name="Алиев")
        mother = await add_parent(db, elder, younger)
        father = await add_parent(db, elder, relation=Relation.FATHER, family_name="Ёлкин")
    async with database.read() as db:
        assert [row.person_id for row in await queries.children(db, mother, TODAY)] == [younger, elder]
        parents = await queries.parents(db, elder, TODAY)
        assert [(row.person_id, row.relation) for row in parents] == [
            (father, Relation.FATHER),
            (mother, Relation.MOTHER),
        ]


async def test_a_parents_rights_end_on_the_18th_birthday(database: Database) -> None:
    async with database.begin() as db:
        parent_id, child_id, _ = await family(db)
    async with database.read() as db:
        assert await both_see_each_other(db, parent_id, child_id, BIRTHDAY - timedelta(days=1))
        assert not await both_see_each_other(db, parent_id, child_id, BIRTHDAY)


async def test_an_adult_child_lets_the_rights_go_on_and_takes_them_back(database: Database) -> None:
    async with database.begin() as db:
        parent_id, child_id, link_id = await family(db)
        ids = {"child_id": child_id, "link_id": link_id}
        assert await actions.consent_as_adult(db, NOW, today=BIRTHDAY, **ids)
        assert not await actions.consent_as_adult(db, NOW, today=BIRTHDAY, **ids)
        assert await both_see_each_other(db, parent_id, child_id, BIRTHDAY)
        assert await actions.withdraw_adult_consent(db, NOW, **ids)
        assert not await actions.withdraw_adult_consent(db, NOW, **ids)
        assert not await both_see_each_other(db, parent_id, child_id, BIRTHDAY)


async def test_a_minor_cannot_consent(database: Database) -> None:
    async with database.begin() as db:
        _, child_id, link_id = await family(db)
        with pytest.raises(ChildIsMinor):
            await actions.consent_as_adult(db, NOW, child_id=child_id, link_id=link_id, today=TODAY)


async def test_nobody_consents_in_anothers_place(database: Database) -> None:
    async with database.begin() as db:
        parent_id, child_id, link_id = await family(db)
        stranger = await add_student(db, birth_date=date(2000, 1, 1))
        assert not await actions.consent_as_adult(db, NOW, child_id=stranger, link_id=link_id, today=BIRTHDAY)
        assert not await both_see_each_other(db, parent_id, child_id, BIRTHDAY)


async def test_a_suspended_link_gives_no_rights_until_it_is_restored(database: Database) -> None:
    async with database.begin() as db:
        parent_id, child_id, link_id = await family(db)
        change = {"by": None, "link_id": link_id, "reason": "решение суда"}
        assert not await actions.restore_parent_link(db, NOW, **change)
        assert await actions.suspend_parent_link(db, NOW, **change)
        assert not await both_see_each_other(db, parent_id, child_id, TODAY)
        assert await actions.restore_parent_link(db, NOW, **change)
        assert await both_see_each_other(db, parent_id, child_id, TODAY)


async def test_of_50_suspensions_one_happens(database: Database) -> None:
    async with database.begin() as db:
        _, _, link_id = await family(db)

    async def suspend(db: Db, _: int) -> bool:
        return await actions.suspend_parent_link(db, NOW, by=None, link_id=link_id, reason="решение суда")

    assert (await race(database, suspend)).count(True) == 1


async def test_of_50_restorations_one_happens(database: Database) -> None:
    async with database.begin() as db:
        _, _, link_id = await family(db)
        await actions.suspend_parent_link(db, NOW, by=None, link_id=link_id, reason="решение суда")

    async def restore(db: Db, _: int) -> bool:
        return await actions.restore_parent_link(db, NOW, by=None, link_id=link_id, reason="отмена")

    assert (await race(database, restore)).count(True) == 1


async def test_of_50_consents_one_happens(database: Database) -> None:
    async with database.begin() as db:
        _, child_id, link_id = await family(db)

    async def consent(db: Db, _: int) -> bool:
        return await actions.consent_as_adult(db, NOW, child_id=child_id, link_id=link_id, today=BIRTHDAY)

    assert (await race(database, consent)).count(True) == 1


async def test_of_50_withdrawals_of_a_consent_one_happens(database: Database) -> None:
    async with database.begin() as db:
        _, child_id, link_id = await family(db)
        await actions.consent_as_adult(db, NOW, child_id=child_id, link_id=link_id, today=BIRTHDAY)

    async def withdraw(db: Db, _: int) -> bool:
        return await actions.withdraw_adult_consent(db, NOW, child_id=child_id, link_id=link_id)

    assert (await race(database, withdraw)).count(True) == 1


async def test_of_50_links_of_one_pair_one_is_made(database: Database) -> None:
    async with database.begin() as db:
        child_id, parent_id = await add_student(db), await add_parent(db)

    async def link(db: Db, _: int) -> int:
        pair = {"parent_id": parent_id, "child_id": child_id}
        return await actions.link_parent(db, NOW, by=None, relation=Relation.GUARDIAN, **pair)

    results = await race(database, link)
    assert len(winners(results)) == 1
    assert refusals(results, AlreadyLinked) == RUNNERS - 1


async def test_a_link_needs_two_people_and_a_birth_date(database: Database) -> None:
    async with database.begin() as db:
        parent_id, child_id = await add_parent(db), await add_student(db)
        ageless = await add_person(db)
        for pair, error in [
            ((parent_id, ageless), Invalid),
            ((child_id, child_id), Invalid),
            ((parent_id, 99), NotFound),
            ((99, child_id), NotFound),
        ]:
            with pytest.raises(error):
                await actions.link_parent(
                    db, NOW, by=None, parent_id=pair[0], child_id=pair[1], relation=Relation.MOTHER
                )
