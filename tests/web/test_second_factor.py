"""The second factor through the browser: switched on by a code, asked for at sign-in, lost and taken off."""

import re

from school.audit import queries as audit
from school.factors.rules import code_at, step_at
from tests.web.site import Browser, Page, Site

PATH = "/account/second-factor"


async def switch_on(site: Site, browser: Browser) -> tuple[str, list[str]]:
    """The worker sets it up; give the secret and the recovery codes, signed out again."""
    await browser.sign_in("sokolova")
    await browser.get(PATH)
    page = await browser.post(PATH, action="begin")
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found
    assert 'src="data:image/svg+xml' in page.text
    shown = await browser.post(PATH, action="enable", code=code(site, found[1]))
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", shown.text)
    assert len(codes) == 10
    browser.client.session.cookie_jar.clear()
    site.clock.pass_by(minutes=2)
    return found[1], codes


def code(site: Site, secret: str) -> str:
    return code_at(secret, step_at(site.clock()))


async def half_way(browser: Browser) -> str:
    """A right password; give the proof that the page of the code carries."""
    page = await browser.sign_in("sokolova")
    assert page.status == 200
    assert browser.cookie("kabinet_sign_in") is None
    return proof(page)


def proof(page: Page) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def test_a_password_alone_no_longer_opens_and_the_code_does_once(site: Site, browser: Browser) -> None:
    secret, _ = await switch_on(site, browser)
    given = {"code": code(site, secret), "next": "/account"}
    answer = await browser.post("/sign-in/code", follow=False, proof=await half_way(browser), **given)
    assert (answer.status, answer.headers["Location"]) == (303, "/account")
    assert (await browser.get("/today", follow=False)).status == 200
    browser.client.session.cookie_jar.clear()
    again = await browser.post("/sign-in/code", proof=await half_way(browser), code=given["code"])
    assert again.status == 422
    assert 'id="e-code">Код не подходит или уже использован.' in again.text
    assert given["code"] not in again.text


async def test_a_recovery_code_opens_once(site: Site, browser: Browser) -> None:
    _, codes = await switch_on(site, browser)
    for expected in (303, 422):
        noted = await half_way(browser)
        answer = await browser.post("/sign-in/code", follow=False, proof=noted, code=codes[0])
        assert answer.status == expected
        browser.client.session.cookie_jar.clear()


async def test_guessing_codes_is_slowed_down_and_audited(site: Site, browser: Browser) -> None:
    await switch_on(site, browser)
    noted = await half_way(browser)
    answers = [
        (await browser.post("/sign-in/code", proof=noted, code=f"{number:06}")).status for number in range(7)
    ]
    assert answers == [422] * 6 + [429]
    async with site.database.read() as db:
        refused = [row for row in await audit.latest(db, 50) if row.action == "second_factor_refused"]
    assert [row.subject_id for row in refused] == [site.cast.worker] * 6


async def test_a_note_that_is_forged_or_old_leads_back_to_the_sign_in(site: Site, browser: Browser) -> None:
    secret, _ = await switch_on(site, browser)
    noted = await half_way(browser)
    person, rest = noted.split(".", 1)
    forged = f"{site.cast.administrator}.{rest}"
    assert person == str(site.cast.worker)
    for wrong in ("", "1.2.3", forged, noted + "0"):
        answer = await browser.post("/sign-in/code", follow=False, proof=wrong, code=code(site, secret))
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    site.clock.pass_by(minutes=5)
    late = await browser.post("/sign-in/code", follow=False, proof=noted, code=code(site, secret))
    assert (late.status, late.headers["Location"]) == (303, "/sign-in")
    assert browser.cookie("kabinet_sign_in") is None


async def test_a_wrong_code_switches_nothing_on_or_off(site: Site, browser: Browser) -> None:
    await browser.sign_in("sokolova")
    await browser.get(PATH)
    await browser.post(PATH, action="begin")
    wrong = await browser.post(PATH, action="enable", code="000000")
    assert wrong.status == 422
    assert 'id="e-code">Код не подходит.' in wrong.text
    browser.client.session.cookie_jar.clear()
    secret, codes = await switch_on(site, browser)
    await browser.post("/sign-in/code", proof=await half_way(browser), code=code(site, secret))
    await browser.get(PATH)
    assert (await browser.post(PATH, action="disable", code="000000")).status == 422
    page = await browser.post(PATH, action="disable", code=codes[3])
    assert "Включён" not in page.words
    browser.client.session.cookie_jar.clear()
    assert (await browser.sign_in("sokolova")).status == 303


async def test_the_administrator_takes_a_lost_telephone_off(site: Site, browser: Browser) -> None:
    await switch_on(site, browser)
    await browser.sign_in("orlova")
    page = await browser.get(f"/people/{site.cast.worker}")
    assert "Телефон потерян: выключить" in page.words
    await browser.post(f"/people/{site.cast.worker}/second-factor")
    browser.client.session.cookie_jar.clear()
    assert (await browser.sign_in("sokolova")).status == 303


async def test_students_and_parents_are_not_offered_it(browser: Browser) -> None:
    await browser.sign_in("ivanov")
    assert "Код с телефона" not in (await browser.get("/account")).words
    assert (await browser.get(PATH)).status == 403
