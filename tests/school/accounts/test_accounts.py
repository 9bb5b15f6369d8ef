"""Sign-ins listed and ended; passwords that are due to be changed."""

import re
from datetime import timedelta

import pytest

from school.accounts import actions, queries
from school.accounts.rules import device, one_time_password
from school.db import Database, Db
from school.people import actions as people
from school.people import queries as people_queries
from tests.builders import NOW, add_person

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


async def enter(db: Db, person: int, user_agent: str = CHROME) -> str:
    return await people.start_sign_in(
        db, NOW, person_id=person, user_agent=user_agent, lifetime=timedelta(days=1)
    )


async def test_sign_ins_in_force_are_listed_and_this_one_is_marked(database: Database) -> None:
    async with database.begin() as db:
        person, other = await add_person(db), await add_person(db)
        await enter(db, person)
        token = await enter(db, person, "Firefox/140")
        ended = await enter(db, person)
        await people.end_sign_in(db, NOW, token=ended)
        await enter(db, other)
        rows = await queries.sign_ins(db, person, NOW, token=token)
        later = await queries.sign_ins(db, person, NOW + timedelta(days=1))
    assert [(row.user_agent, row.is_this) for row in rows] == [("Firefox/140", True), (CHROME, False)]
    assert later == []


async def test_one_sign_in_is_ended_and_only_ones_own(database: Database) -> None:
    async with database.begin() as db:
        person, other = await add_person(db), await add_person(db)
        token = await enter(db, person)
        (row,) = await queries.sign_ins(db, person, NOW)
        assert not await actions.end_one(db, NOW, by=other, person_id=other, sign_in_id=row.id)
        assert await people_queries.viewer_by_token(db, token, NOW) is not None
        assert await actions.end_one(db, NOW, by=person, person_id=person, sign_in_id=row.id)
        assert await people_queries.viewer_by_token(db, token, NOW) is None
        assert not await actions.end_one(db, NOW, by=person, person_id=person, sign_in_id=row.id)


async def test_all_others_are_ended_at_once(database: Database) -> None:
    async with database.begin() as db:
        person, other = await add_person(db), await add_person(db)
        token = await enter(db, person)
        for _ in range(3):
            await enter(db, person)
        strangers = await enter(db, other)
        assert await actions.end_all(db, NOW, by=person, person_id=person, keep_token=token) == 3
        assert [row.is_this for row in await queries.sign_ins(db, person, NOW, token=token)] == [True]
        assert await people_queries.viewer_by_token(db, strangers, NOW) is not None
        assert await actions.end_all(db, NOW, by=other, person_id=person) == 1
        assert await queries.sign_ins(db, person, NOW) == []


async def test_a_password_that_somebody_else_chose_is_due_to_be_changed(database: Database) -> None:
    async with database.begin() as db:
        boss, person = await add_person(db), await add_person(db)
        await people.set_password(db, NOW, by=boss, person_id=person, password_hash="one", change_due=True)
        due = await people_queries.viewer(db, person, NOW)
        await people.set_password(db, NOW, by=person, person_id=person, password_hash="two")
        done = await people_queries.viewer(db, person, NOW)
        assert await queries.password_hash(db, person) == "two"
    assert due is not None
    assert done is not None
    assert (due.password_change_due, done.password_change_due) == (True, False)


def test_a_one_time_password_can_be_read_aloud() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[2-9a-hjkmnp-z]{4}(-[2-9a-hjkmnp-z]{4}){2}", password) for password in made)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome, Windows"),
        (CHROME + " YaBrowser/25.2", "Yandex Browser, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_by_browser_and_system(user_agent: str, name: str) -> None:
    assert device(user_agent) == name
