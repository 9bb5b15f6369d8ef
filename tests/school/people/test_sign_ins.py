"""Sign-ins and passwords: kept by the server, revocable (R7)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from school.audit.queries import latest
from school.db import Database, Db
from school.errors import NotFound
from school.people import actions, queries
from school.people.errors import PersonEnded
from school.people.models import Role, SignIn
from school.people.passwords import hash_password, verify_password
from school.people.tokens import new_identifier, new_token, token_hash
from tests.builders import NOW, add_person
from tests.races import RUNNERS, race

HOUR = timedelta(hours=1)


async def start(db: Db, person_id: int) -> str:
    return await actions.start_sign_in(db, NOW, person_id=person_id, user_agent="Firefox", lifetime=HOUR)


async def known(db: Db, token: str, now: datetime = NOW) -> bool:
    return await queries.viewer_by_token(db, token, now) is not None


async def test_a_token_names_the_person_and_their_roles(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db, Role.HEAD, Role.OTHER_WORKER)
        token = await start(db, person_id)
    async with database.read() as db:
        viewer = await queries.viewer_by_token(db, token, NOW)
        assert viewer is not None
        assert viewer.person_id == person_id
        assert viewer.roles == {Role.HEAD, Role.OTHER_WORKER}
        assert (viewer.name, viewer.short_name) == ("Петров Иван Сергеевич", "Петров И. С.")


async def test_the_token_itself_is_kept_nowhere(database: Database) -> None:
    async with database.begin() as db:
        token = await start(db, await add_person(db))
    async with database.read() as db:
        assert list(await db.scalars(select(SignIn.token_hash))) == [token_hash(token)]
        assert not any(token in row.detail for row in await latest(db, 100))


async def test_an_unknown_token_is_nobody(database: Database) -> None:
    async with database.begin() as db:
        await start(db, await add_person(db))
        assert not await known(db, new_token())
        assert not await known(db, "")


async def test_a_sign_in_ends_when_its_lifetime_is_over(database: Database) -> None:
    async with database.begin() as db:
        token = await start(db, await add_person(db))
        assert await known(db, token, NOW + HOUR - timedelta(microseconds=1))
        assert not await known(db, token, NOW + HOUR)


async def test_signing_out_ends_one_sign_in_only(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)
        here, there = await start(db, person_id), await start(db, person_id)
        assert await actions.end_sign_in(db, NOW, token=here)
        assert not await actions.end_sign_in(db, NOW, token=here)
        assert not await known(db, here)
        assert await known(db, there)


async def test_of_50_sign_outs_one_happens(database: Database) -> None:
    async with database.begin() as db:
        token = await start(db, await add_person(db))
    results = await race(database, lambda db, _: actions.end_sign_in(db, NOW, token=token))
    assert results.count(True) == 1
    async with database.read() as db:
        assert [row.action for row in await latest(db, 100)].count("signed_out") == 1


async def test_a_dismissed_person_is_signed_out_and_cannot_sign_in(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)
        token = await start(db, person_id)
        await actions.end_person(db, NOW, by=None, person_id=person_id)
        assert not await known(db, token)
        with pytest.raises(PersonEnded):
            await start(db, person_id)


async def test_no_sign_in_survives_a_dismissal_at_the_same_time(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)

    async def sign_in_or_dismiss(db: Db, number: int) -> str | bool:
        if number == RUNNERS // 2:
            return await actions.end_person(db, NOW, by=None, person_id=person_id)
        return await start(db, person_id)

    results = await race(database, sign_in_or_dismiss)
    async with database.read() as db:
        for token in results:
            assert not isinstance(token, str) or not await known(db, token)


async def test_of_50_passwords_set_at_once_one_stands_and_every_sign_in_is_over(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db, login="ivan")
        token = await start(db, person_id)

    async def change(db: Db, number: int) -> None:
        await actions.set_password(db, NOW, by=None, person_id=person_id, password_hash=f"hash {number}")

    await race(database, change)
    async with database.read() as db:
        found = await queries.by_login(db, "ivan")
        assert found is not None
        assert found.password_hash in {f"hash {number}" for number in range(RUNNERS)}
        assert not await known(db, token)
        assert [row.action for row in await latest(db, 200)].count("password_set") == RUNNERS


async def test_a_new_password_keeps_the_sign_in_that_set_it(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)
        here, there = await start(db, person_id), await start(db, person_id)
        await actions.set_password(
            db, NOW, by=person_id, person_id=person_id, password_hash="hash", keep_token=here
        )
        assert await known(db, here)
        assert not await known(db, there)


async def test_a_password_is_not_set_for_nobody(database: Database) -> None:
    async with database.begin() as db:
        with pytest.raises(NotFound):
            await actions.set_password(db, NOW, by=None, person_id=99, password_hash="hash")


async def test_a_long_user_agent_is_cut(database: Database) -> None:
    async with database.begin() as db:
        person_id = await add_person(db)
        await actions.start_sign_in(db, NOW, person_id=person_id, user_agent="x" * 5000, lifetime=HOUR)
        assert await db.scalar(select(func.length(SignIn.user_agent))) == actions.LONGEST_USER_AGENT


def test_a_password_matches_its_hash_and_no_other() -> None:
    password_hash = hash_password("правильный пароль")
    assert password_hash.startswith("$argon2id$")
    assert verify_password(password_hash, "правильный пароль")
    assert not verify_password(password_hash, "Правильный пароль")
    assert not verify_password("not a hash", "правильный пароль")


def test_nobodys_password_never_matches() -> None:
    assert not verify_password(None, "nobody")
    assert not verify_password(None, "")


def test_identifiers_and_tokens_are_not_repeated() -> None:
    assert len({new_token() for _ in range(100)}) == 100
    identifiers = {new_identifier() for _ in range(100)}
    assert len(identifiers) == 100
    assert {len(identifier) for identifier in identifiers} == {12}
