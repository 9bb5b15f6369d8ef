"""The language and the version for the visually impaired."""

import pytest

from school.people import actions as people
from tests.web.site import Browser, Site
from web.identity import look
from web.reader import Look, Scheme, TextSize


async def test_pages_are_russian_at_first(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    assert '<html lang="ru"' in page.text
    assert "Войти" in page.words


async def test_the_switch_leads_back_to_the_same_page_in_english(browser: Browser) -> None:
    await browser.get("/sign-in")
    page = await browser.post("/language", language="en", back="/sign-in")
    assert (page.path, '<html lang="en"' in page.text) == ("/sign-in", True)
    assert "The login and the password come from the school." in page.words


async def test_the_switch_keeps_the_query_and_a_refused_form_leads_to_its_page(browser: Browser) -> None:
    page = await browser.get("/sign-in?next=/today")
    assert 'name="back" value="/sign-in?next=/today"' in page.text
    form = {"csrf": browser.token, "login": "", "password": ""}
    own = f"http://{browser.client.host}:{browser.client.port}/sign-in"
    for referer, back in ((own, "/sign-in"), ("https://evil.example/sign-in", "/"), ("", "/")):
        async with browser.client.post("/sign-in", data=form, headers={"Referer": referer}) as response:
            assert f'name="back" value="{back}"' in await response.text()


async def test_both_clocks_are_shown_when_the_device_is_in_another_zone(site: Site, browser: Browser) -> None:
    path = await site.link(site.cast.student)
    page = await browser.get(path, Cookie="kabinet_zone=Asia/Yekaterinburg")
    assert "сегодня, 11:05–11:50 у вас · 09:05–09:50 МСК" in page.words
    page = await browser.get(path, Cookie="kabinet_zone=Mars/Olympus")
    assert "сегодня, 09:05–09:50" in page.words
    assert "у вас" not in page.words


async def test_a_persons_own_language_is_known_and_the_switch_is_stronger(
    site: Site, browser: Browser
) -> None:
    async with site.database.begin() as db:
        await people.set_habits(db, site.clock(), person_id=site.cast.student, locale="en", zone=None)
    await browser.become("ivanov")
    assert '<html lang="en"' in (await browser.get("/today")).text
    page = await browser.post("/language", language="ru", back="/today")
    assert '<html lang="ru"' in page.text


async def test_a_language_that_we_do_not_speak_is_refused(browser: Browser) -> None:
    await browser.get("/sign-in")
    answer = await browser.post("/language", language="xx", back="/sign-in")
    assert answer.status == 422
    assert browser.cookie("kabinet_language") is None


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
async def test_the_switch_never_leads_to_another_site(browser: Browser, back: str) -> None:
    await browser.get("/sign-in")
    answer = await browser.post("/language", language="en", back=back, follow=False)
    assert answer.headers["Location"] == "/"


async def test_one_click_turns_the_version_for_the_visually_impaired_on(browser: Browser) -> None:
    await browser.get("/sign-in")
    page = await browser.post("/look", scheme="black-on-white", back="/sign-in")
    assert 'data-size="large" data-scheme="black-on-white"' in page.text
    assert "Обычная версия" in page.words


async def test_size_and_scheme_change_apart_and_off_brings_the_ordinary_version(browser: Browser) -> None:
    await browser.get("/sign-in")
    await browser.post("/look", scheme="white-on-black", back="/sign-in")
    page = await browser.post("/look", size="huge", back="/sign-in")
    assert 'data-size="huge" data-scheme="white-on-black"' in page.text
    page = await browser.post("/look", scheme="blue-on-sky", back="/sign-in")
    assert 'data-size="huge" data-scheme="blue-on-sky"' in page.text
    page = await browser.post("/look", off="1", back="/sign-in")
    assert 'data-size="normal">' in page.text


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("", Look()),
        ("huge", Look(TextSize.HUGE)),
        ("large blue-on-sky", Look(TextSize.LARGE, Scheme.BLUE_ON_SKY)),
        ('"><script>', Look()),
        ("large " * 100, Look()),
    ],
)
def test_a_cookie_is_only_read_for_what_is_known(cookie: str, expected: Look) -> None:
    assert look(cookie) == expected
