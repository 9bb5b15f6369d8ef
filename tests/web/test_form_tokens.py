"""Forms of other sites are refused."""

import pytest

from tests.web.site import PASSWORD, Browser, Site
from web.csrf import Csrf


@pytest.mark.parametrize("token", ["", "x", "0" * 40, "ж" * 10])
async def test_a_form_without_our_token_changes_nothing(browser: Browser, token: str) -> None:
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", csrf=token, login="ivanov", password=PASSWORD)
    assert answer.status == 403
    assert "Страница была открыта слишком долго" in answer.words
    assert browser.cookie("kabinet_sign_in") is None


async def test_the_token_of_another_visitor_is_refused(site: Site, browser: Browser) -> None:
    async with site.browser() as other:
        await other.get("/sign-in")
        await browser.get("/sign-in")
        answer = await browser.post("/sign-in", csrf=other.token, login="ivanov", password=PASSWORD)
    assert answer.status == 403


async def test_the_token_from_before_the_sign_in_is_refused_after_it(browser: Browser) -> None:
    await browser.get("/sign-in")
    before = browser.token
    await browser.become("ivanov")
    assert (await browser.post("/language", csrf=before, language="en", back="/")).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_sent_by_another_site_is_refused_even_with_a_token(
    site: Site, browser: Browser, headers: dict[str, str]
) -> None:
    await browser.get("/sign-in")
    async with browser.client.post(
        "/language", data={"csrf": browser.token, "language": "en"}, headers=headers
    ) as response:
        assert response.status == 403
    assert browser.cookie("kabinet_language") is None


async def test_our_own_origin_is_accepted(browser: Browser) -> None:
    await browser.get("/sign-in")
    async with browser.client.post(
        "/language",
        data={"csrf": browser.token, "language": "en", "back": "/sign-in"},
        headers={"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    ) as response:
        assert (response.status, response.headers["Location"]) == (303, "/sign-in")


async def test_a_script_without_the_header_is_refused_as_json(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    answer = await browser.script_post(f"/room/{site.cast.session}/ticket", X_CSRF_Token="wrong")
    assert (answer.status, answer.text) == (403, '{"code": "form_expired", "data": {}}')


def test_a_token_is_masked_anew_each_time_and_still_matches() -> None:
    csrf = Csrf(b"secret")
    first, second = csrf.token("one"), csrf.token("one")
    assert first != second
    assert csrf.matches("one", first)
    assert csrf.matches("one", second)
    assert not csrf.matches("two", first)
    assert not Csrf(b"other").matches("one", first)
