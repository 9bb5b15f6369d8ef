"""Accounts: one's own password, sign-ins and habits; a one-time password from the administrator (R7)."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest

from school.audit import queries as audit
from school.people import actions as people
from school.people import queries
from tests import builders
from tests.web.site import _HASH, PASSWORD, Browser, Site

NEW = "моя собака любит"


def typed(old: str = PASSWORD, new: str = NEW, again: str = NEW) -> dict[str, Any]:
    return {"old_password": old, "password": new, "password_again": again}


async def test_a_password_is_changed_and_every_other_browser_is_signed_out(
    site: Site, browser: Browser
) -> None:
    await browser.become("ivanov")
    async with site.database.begin() as db:
        elsewhere = await people.start_sign_in(
            db, site.clock(), person_id=site.cast.student, user_agent="", lifetime=timedelta(days=1)
        )
    await browser.get("/account/password")
    answer = await browser.post("/account/password", follow=False, **typed())
    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    assert (await browser.get("/account", follow=False)).status == 200
    async with site.database.read() as db:
        assert await queries.viewer_by_token(db, elsewhere, site.clock()) is None
    browser.client.session.cookie_jar.clear()
    assert (await browser.sign_in("ivanov")).status == 422
    assert (await browser.sign_in("ivanov", NEW)).status == 303


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        (typed(old="не тот пароль"), "old_password", "Это не ваш нынешний пароль."),
        (typed(again="моя кошка любит"), "password_again", "Пароли не совпадают."),
        (typed(new=PASSWORD, again=PASSWORD), "password", "Это нынешний пароль. Задайте другой."),
        (typed(new="семь-зн", again="семь-зн"), "password", "Слишком коротко: не меньше 8 знаков."),
        (typed(new="я" * 129, again="я" * 129), "password", "Слишком длинно: не больше 128 знаков."),
        (typed(old=""), "old_password", "Заполните это поле."),
    ],
)
async def test_a_password_that_cannot_be_is_refused_by_field_and_never_shown_again(
    browser: Browser, fields: dict[str, Any], name: str, words: str
) -> None:
    await browser.become("ivanov")
    await browser.get("/account/password")
    answer = await browser.post("/account/password", **fields)
    assert answer.status == 422
    assert f'id="e-{name}">{words}' in answer.text
    assert not any(value in answer.text for value in fields.values() if value)


async def test_guessing_the_present_password_is_slowed_down(browser: Browser) -> None:
    await browser.become("ivanov")
    await browser.get("/account/password")
    answers = [
        (await browser.post("/account/password", **typed(old=f"догадка {number}"))).status
        for number in range(7)
    ]
    assert answers == [422] * 6 + [429]


async def test_a_one_time_password_is_shown_once_and_opens_only_its_own_change(
    site: Site, browser: Browser
) -> None:
    await browser.become("orlova")
    await browser.get("/people")
    shown = await browser.post(f"/people/{site.cast.student}/password")
    found = re.search(r'<code class="lead">([^<]+)</code>', shown.text)
    assert found
    assert found[1] not in (await browser.get(f"/people/{site.cast.student}")).text
    browser.client.session.cookie_jar.clear()
    assert (await browser.sign_in("ivanov")).status == 422
    assert (await browser.sign_in("ivanov", found[1])).status == 303
    for path in ("/today", "/account", "/act", f"/sessions/{site.cast.session}"):
        answer = await browser.get(path, follow=False)
        told = (answer.status, answer.headers.get("Location"))
        assert told == (303, f"/account/password?next={quote(path, safe='')}"), path
    page = await browser.get("/account/password")
    assert "Ваш пароль задал кто-то другой." in page.words
    assert (await browser.post("/account/habits", locale="en")).status == 403
    await browser.get("/account/password")
    await browser.post("/account/password", **typed(old=found[1]))
    assert (await browser.get("/today", follow=False)).status == 200
    async with site.database.read() as db:
        actions = [row.action for row in await audit.latest(db, 50)]
    assert actions.count("password_set") >= 2
    assert found[1] not in str(actions)


@pytest.mark.parametrize(
    ("heading", "lands"),
    [
        ("/room/1", "/room/1"),
        ("/week?view=day&date=2026-09-08", "/week?view=day&date=2026-09-08"),
        ("https://elsewhere.test/", "/account"),
        ("//elsewhere.test/", "/account"),
        ("/\\elsewhere.test", "/account"),
        ("", "/account"),
    ],
)
async def test_who_had_to_change_the_password_goes_on_to_where_they_were_heading_on_this_site(
    site: Site, browser: Browser, heading: str, lands: str
) -> None:
    await site.let_choose_password(site.cast.student)
    await browser.become("ivanov")
    page = await browser.get(heading if heading == lands else f"/account/password?next={quote(heading)}")
    assert page.path.startswith("/account/password")
    kept = re.search(r'name="next" value="([^"]*)"', page.text)
    assert kept
    wrong = await browser.post(page.path, **typed(again="другой"), next=unescape(kept[1]))
    assert (wrong.status, kept[0] in wrong.text) == (422, True)
    answer = await browser.post(page.path, follow=False, **typed(), next=unescape(kept[1]))
    assert (answer.status, answer.headers["Location"]) == (303, lands)
    await browser.get("/account/password")
    hostile = await browser.post(
        "/account/password", follow=False, **typed(NEW, "x" * 9, "x" * 9), next=heading
    )
    assert (hostile.status, hostile.headers["Location"]) == (303, lands)


async def test_who_has_no_login_gets_no_password(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        nameless = await builders.add_student(db)
    await browser.become("orlova")
    await browser.get("/people")
    assert (await browser.post(f"/people/{nameless}/password")).status == 422


async def test_own_sign_ins_are_listed_with_device_and_time_and_ended_one_by_one(
    site: Site, browser: Browser
) -> None:
    await browser.become("ivanov")
    async with site.database.begin() as db:
        for name in ("Firefox/140 Windows", "Firefox/140 Android"):
            await people.start_sign_in(
                db, site.clock(), person_id=site.cast.student, user_agent=name, lifetime=timedelta(days=1)
            )
        stranger = await people.start_sign_in(
            db, site.clock(), person_id=site.cast.stranger, user_agent="", lifetime=timedelta(days=1)
        )
    page = await browser.get("/account")
    assert "Firefox, Windows с: сегодня, 09:00" in page.words
    assert page.words.count("этот браузер") == 1
    numbers = re.findall(r'name="sign_in" value="(\d+)"', page.text)
    page = await browser.post("/account/sign-ins", sign_in=numbers[0])
    assert re.findall(r'name="sign_in" value="(\d+)"', page.text) == numbers[1:]
    # Somebody else's number ends nothing.
    await browser.post("/account/sign-ins", sign_in=str(int(numbers[0]) + 1))
    async with site.database.read() as db:
        assert await queries.viewer_by_token(db, stranger, site.clock()) is not None
    page = await browser.post("/account/sign-ins")
    assert "этот браузер" in page.words
    assert 'name="sign_in"' not in page.text
    assert (await browser.get("/today", follow=False)).status == 200


async def test_the_administrator_sees_and_ends_a_persons_sign_ins(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        token = await people.start_sign_in(
            db, site.clock(), person_id=site.cast.worker, user_agent="Firefox/1", lifetime=timedelta(days=1)
        )
    await browser.become("orlova")
    page = await browser.get(f"/people/{site.cast.worker}")
    assert "Firefox" in page.words
    await browser.post(f"/people/{site.cast.worker}/sign-ins")
    async with site.database.read() as db:
        assert await queries.viewer_by_token(db, token, site.clock()) is None
    assert (await browser.get("/today", follow=False)).status == 200


async def test_own_language_and_zone_are_kept(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    await browser.get("/account")
    page = await browser.post("/account/habits", locale="en", zone="Asia/Omsk")
    assert "My account" in page.words
    async with site.database.read() as db:
        row = await queries.person(db, site.cast.student)
    assert (row.locale, row.zone) == ("en", "Asia/Omsk")
    wrong = await browser.post("/account/habits", locale="en", zone="Mars/Base")
    assert wrong.status == 422
    await browser.post("/account/habits")
    async with site.database.read() as db:
        row = await queries.person(db, site.cast.student)
    assert (row.locale, row.zone) == (None, None)


async def test_who_has_come_of_age_lets_a_parent_go_on_and_takes_it_back(
    site: Site, browser: Browser
) -> None:
    async with site.database.begin() as db:
        adult = await builders.add_student(
            db, family_name="Взрослов", birth_date=date(2008, 9, 1), login="adult"
        )
        parent = await builders.add_parent(db, adult)
        await people.set_password(db, site.clock(), by=None, person_id=adult, password_hash=_HASH)
    await browser.become("adult")
    page = await browser.get("/account")
    assert "Согласие не дано." in page.words
    found = re.search(r'name="link" value="(\d+)"', page.text)
    assert found
    page = await browser.post("/account/consent", link=found[1], action="consent")
    assert "Согласие дано 07.09.2026." in page.words
    today = builders.TODAY
    async with site.database.read() as db:
        assert [row.person_id for row in await queries.children(db, parent, today)] == [adult]
    page = await browser.post("/account/consent", link=found[1], action="withdraw")
    assert "Согласие не дано." in page.words


async def test_a_minor_is_asked_for_no_consent(browser: Browser) -> None:
    await browser.become("ivanov")
    assert "Мои родители" not in (await browser.get("/account")).words
    assert (await browser.post("/account/consent", link="1", action="consent")).status == 409
