"""The network check's requests: for those who may come in, each well-formed, not too often."""

import pytest

from tests.web.site import Browser, Site


async def step(browser: Browser, site: Site, **step: object) -> tuple[int, str]:
    answer = await browser.script_post(f"/room/{site.cast.session}/probe", json=step)
    return answer.status, answer.text


@pytest.fixture
async def student(site: Site, browser: Browser) -> Browser:
    await browser.become("ivanov")
    await browser.get(f"/room/{site.cast.session}")
    return browser


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"step": "fly"},
        {"step": "open", "more": 1},
        {"step": "connect", "id": 7, "dtlsParameters": {}},
        {"step": "produce", "id": "7", "kind": "smell", "rtpParameters": {}},
    ],
)
async def test_what_is_no_step_is_refused(site: Site, student: Browser, wrong: dict[str, object]) -> None:
    status, text = await step(student, site, **wrong)
    assert (status, '"code": "invalid"' in text) == (422, True)


async def test_without_media_the_script_is_told_so(site: Site, student: Browser) -> None:
    status, text = await step(student, site, step="open")
    assert (status, '"code": "media_unavailable"' in text) == (503, True)


async def test_a_transport_that_is_not_mine_is_not_connected(site: Site, student: Browser) -> None:
    status, text = await step(student, site, step="connect", id="0.foreign", dtlsParameters={})
    assert (status, '"code": "not_found"' in text) == (400, True)


async def test_trying_again_and_again_is_refused_by_name(site: Site, student: Browser) -> None:
    answers = [await step(student, site, step="open") for _ in range(7)]
    assert [status for status, _ in answers] == [503] * 6 + [429]


async def test_who_is_not_expected_tries_nothing(site: Site, browser: Browser) -> None:
    await browser.become("chuzhov")
    await browser.get(f"/room/{site.cast.session}")
    status, text = await step(browser, site, step="open")
    assert (status, '"code": "not_expected"' in text) == (403, True)
