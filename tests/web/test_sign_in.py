"""Signing in and out."""

import pytest
from sqlalchemy import select

from school.audit.models import AuditRecord
from school.people import actions as people
from tests.web.site import PASSWORD, Browser, Site


async def test_the_right_password_signs_in_and_leads_to_today(browser: Browser) -> None:
    answer = await browser.sign_in("ivanov")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    home = await browser.get("/", follow=False)
    assert (home.status, home.headers["Location"]) == (303, "/today")


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    answer = await browser.sign_in("ivanov")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("kabinet_sign_in=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # this site speaks plain http on localhost


async def test_a_login_is_found_whatever_its_case(browser: Browser) -> None:
    assert (await browser.sign_in(" IVANOV ")).status == 303


@pytest.mark.parametrize(("login", "password"), [("ivanov", "не тот"), ("nobody", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_login_get_one_answer(
    browser: Browser, login: str, password: str
) -> None:
    answer = await browser.sign_in(login, password)
    assert answer.status == 422
    assert "Неверный логин или пароль" in answer.words
    assert f'value="{login}"' in answer.text
    assert password not in answer.text
    assert browser.cookie("kabinet_sign_in") is None


async def test_a_refused_sign_in_is_kept_in_the_audit(site: Site, browser: Browser) -> None:
    await browser.sign_in("ivanov", "не тот")
    async with site.database.read() as db:
        actions = (await db.scalars(select(AuditRecord.action))).all()
    assert actions[-1] == "sign_in_refused"


async def test_an_empty_form_says_which_fields_to_fill_in(browser: Browser) -> None:
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", login="ivanov", password="")
    assert answer.status == 422
    assert answer.words.count("Заполните это поле.") == 1
    assert 'value="ivanov"' in answer.text


async def test_too_many_failures_of_one_login_have_to_wait(browser: Browser) -> None:
    for _ in range(6):
        assert (await browser.sign_in("ivanov", "не тот")).status == 422
    answer = await browser.sign_in("ivanov")
    assert answer.status == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert "Слишком много попыток" in answer.words
    assert (await browser.sign_in("sokolova")).status == 303


async def test_successes_do_not_count_as_attempts(browser: Browser) -> None:
    for _ in range(8):
        assert (await browser.sign_in("ivanov")).status == 303
        await browser.get("/schedule")
        await browser.post("/sign-out")


async def test_signing_out_ends_the_sign_in_on_the_server(browser: Browser) -> None:
    await browser.sign_in("ivanov")
    token = browser.cookie("kabinet_sign_in")
    await browser.get("/schedule")
    await browser.post("/sign-out")
    answer = await browser.get("/today", follow=False, Cookie=f"kabinet_sign_in={token}")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2Ftoday")


async def test_a_revoked_sign_in_stops_working_at_once(site: Site, browser: Browser) -> None:
    await browser.sign_in("ivanov")
    assert (await browser.get("/today")).path == "/today"
    async with site.database.begin() as db:
        await people.end_person(db, site.clock(), by=None, person_id=site.cast.student)
    assert (await browser.get("/today")).path.startswith("/sign-in")
    assert (await browser.sign_in("ivanov")).status == 422


async def test_a_sign_in_ends_with_its_time(site: Site, browser: Browser) -> None:
    await browser.sign_in("ivanov")
    site.clock.pass_by(days=31)
    assert (await browser.get("/today")).path.startswith("/sign-in")


async def test_signing_in_leads_back_to_the_page_that_asked_for_it(browser: Browser) -> None:
    await browser.get("/today")
    answer = await browser.post("/sign-in", login="ivanov", password=PASSWORD, next="/today", follow=False)
    assert answer.headers["Location"] == "/today"


@pytest.mark.parametrize("foreign", ["https://evil.example/", "//evil.example", "/\\evil.example", "x"])
async def test_signing_in_never_leads_to_another_site(browser: Browser, foreign: str) -> None:
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", login="ivanov", password=PASSWORD, next=foreign, follow=False)
    assert answer.headers["Location"] == "/"


async def test_who_is_signed_in_is_not_asked_again(browser: Browser) -> None:
    await browser.sign_in("ivanov")
    answer = await browser.get("/sign-in", follow=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
