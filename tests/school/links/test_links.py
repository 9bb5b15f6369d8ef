"""Personal links (R7)."""

import base64
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import NotFound
from school.links import actions, queries, rules
from school.links.errors import BadToken, NotEntitled
from school.links.queries import LinkRow
from school.sessions.queries import expected
from tests import builders
from tests.builders import NOW, TODAY
from tests.consultations import School, add_session, open_school
from tests.races import race, winners

SECRET = b"s" * 32
ids = st.integers(0, 2**48 - 1)
generations = st.integers(0, 2**16 - 1)


@given(ids, generations)
def test_a_token_names_its_link_and_generation(link_id: int, generation: int) -> None:
    text = rules.token(SECRET, link_id, generation)
    assert rules.parse(SECRET, text) == (link_id, generation)
    assert len(text) == 32


@given(ids, generations, st.integers(0, 31), st.characters())
def test_a_token_with_another_letter_is_refused(
    link_id: int, generation: int, place: int, letter: str
) -> None:
    text = rules.token(SECRET, link_id, generation)
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        with pytest.raises(BadToken):
            rules.parse(SECRET, changed)


def test_a_token_has_one_spelling() -> None:
    spelled = [rules.token(SECRET, link_id, 1) for link_id in range(200)]
    for text in spelled:
        for ours, theirs in (("-", "+"), ("_", "/")):
            if ours in text:
                with pytest.raises(BadToken):
                    rules.parse(SECRET, text.replace(ours, theirs))


@given(st.text(max_size=64))
def test_any_text_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(BadToken) as refused:
        rules.parse(SECRET, text)
    assert refused.value.data == {}


@given(st.binary(min_size=24, max_size=24))
def test_any_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(BadToken):
        rules.parse(SECRET, base64.urlsafe_b64encode(raw).decode())


def test_another_secret_refuses_it() -> None:
    with pytest.raises(BadToken):
        rules.parse(b"t" * 32, rules.token(SECRET, 1, 1))


async def issue(
    db: Db, school: School, session_id: int, *, person: int | None = None, child: int | None = None
) -> LinkRow:
    return await actions.issue(
        db,
        NOW,
        session_id=session_id,
        person_id=person or school.student,
        child_id=child,
        today=TODAY,
        by=school.administrator,
    )


async def test_issuing_again_gives_the_same_link(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        first = await issue(db, school, session_id)
        assert await issue(db, school, session_id) == first
        assert await queries.link(db, first.id) == first
        assert await queries.of_session(db, session_id) == [first]
    assert (first.generation, first.issued_at, first.revoked_at) == (1, NOW, None)


async def test_only_who_is_entitled_gets_a_link(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        classmate = await builders.add_student(db, group_id=school.group)
        assert await issue(db, school, session_id, person=school.teacher)
        assert await issue(db, school, session_id, person=school.parent, child=school.student)
        for person, child in (
            (school.administrator, None),
            (school.parent, None),
            (school.parent, classmate),
            (school.student, school.student),
        ):
            with pytest.raises(NotEntitled):
                await issue(db, school, session_id, person=person, child=child)
        with pytest.raises(NotEntitled):
            await issue(db, school, session_id + 1)


async def test_a_past_member_gets_no_link(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        with pytest.raises(NotEntitled):
            await actions.issue(
                db,
                NOW,
                session_id=session_id,
                person_id=school.student,
                child_id=None,
                today=date(2026, 8, 31),
                by=school.administrator,
            )


async def test_a_revoked_link_stays_revoked_until_it_is_reissued(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        link = await issue(db, school, session_id)
        assert await actions.revoke(db, NOW, link_id=link.id, by=school.administrator)
        assert not await actions.revoke(db, NOW, link_id=link.id, by=school.administrator)
        assert (await issue(db, school, session_id)).revoked_at == NOW
        later = NOW + timedelta(minutes=1)
        renewed = await actions.reissue(db, later, link_id=link.id, generation=1, by=school.administrator)
        assert (renewed.generation, renewed.revoked_at, renewed.issued_at) == (2, None, later)
    async with database.read() as db:
        steps = [row.action for row in await latest(db, 3)]
    assert steps == ["link_reissued", "link_revoked", "link_issued"]


async def test_a_link_that_does_not_exist_is_not_found(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        assert await queries.link(db, 1) is None
        with pytest.raises(NotFound):
            await actions.revoke(db, NOW, link_id=1, by=school.administrator)
        with pytest.raises(NotFound):
            await actions.reissue(db, NOW, link_id=1, generation=1, by=school.administrator)


async def test_everybody_expected_gets_a_link_in_a_few_statements(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)
        for _ in range(3):
            await builders.add_parent(db, await builders.add_student(db, group_id=school.group))
        own = await issue(db, school, session_id)
        await actions.revoke(db, NOW, link_id=own.id, by=school.administrator)
    async with database.begin() as db:
        connection = (await db.connection()).sync_connection
        assert connection is not None
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        links = await actions.issue_all(db, NOW, session_id=session_id, today=TODAY, by=school.administrator)
        assert len(statements) == 3
        assert await actions.issue_all(db, NOW, session_id=session_id, today=TODAY) == links
    async with database.read() as db:
        people = {(row.person_id, row.child_id) for row in await expected(db, session_id, TODAY, NOW)}
        records = [row.action for row in await latest(db, 9)]
    assert {(link.person_id, link.child_id) for link in links} == people
    assert [link.revoked_at for link in links if link.id == own.id] == [NOW]
    assert records == ["link_issued"] * 8 + ["link_revoked"]


async def test_50_who_issue_all_links_issue_each_once(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)

    async def run(db: Db, _: int) -> tuple[LinkRow, ...]:
        return tuple(await actions.issue_all(db, NOW, session_id=session_id, today=TODAY))

    results = winners(await race(database, run))
    assert (len(results), len(set(results)), len(results[0])) == (50, 1, 3)


async def test_50_issue_one_link(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        session_id = await add_session(db, school)

    async def run(db: Db, _: int) -> LinkRow:
        return await issue(db, school, session_id)

    assert len(set(winners(await race(database, run)))) == 1
    async with database.read() as db:
        assert [row.action for row in await latest(db, 2)] == ["link_issued", "one_off_added"]


async def test_of_50_revocations_one_counts(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        link = await issue(db, school, await add_session(db, school))

    async def run(db: Db, _: int) -> bool:
        return await actions.revoke(db, NOW, link_id=link.id, by=school.administrator)

    assert len(winners(await race(database, run))) == 1


async def test_50_reissue_one_generation(database: Database) -> None:
    school = await open_school(database)
    async with database.begin() as db:
        link = await issue(db, school, await add_session(db, school))

    async def run(db: Db, _: int) -> int:
        renewed = await actions.reissue(db, NOW, link_id=link.id, generation=1, by=school.administrator)
        return renewed.generation

    assert set(winners(await race(database, run))) == {2}
