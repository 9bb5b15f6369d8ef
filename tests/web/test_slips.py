"""Links handed out: all at once as one text, as paper with codes; renewed, revoked; all of it kept (R7)."""

import json
import re
from html import unescape

import pytest

from school.audit import queries as audit
from school.people import actions as people
from school.people.models import Role
from tests import builders
from tests.web.site import _HASH, Browser, Page, Site


@pytest.fixture
async def methodist(site: Site, browser: Browser) -> Browser:
    async with site.database.begin() as db:
        person = await builders.add_person(db, Role.METHODIST, family_name="Лисина", login="lisina")
        await people.set_password(db, site.clock(), by=None, person_id=person, password_hash=_HASH)
    await browser.become("lisina")
    return browser


async def prepare(browser: Browser, site: Site) -> Page:
    await browser.get(f"/sessions/{site.cast.session}")
    return await browser.post(f"/sessions/{site.cast.session}/links", action="prepare")


async def recorded(site: Site) -> list[tuple[str, int | None]]:
    async with site.database.read() as db:
        return [(row.action, row.actor_id) for row in await audit.latest(db, 10)]


async def test_every_expected_person_has_a_slip_with_the_way_in(site: Site, methodist: Browser) -> None:
    await prepare(methodist, site)
    page = await methodist.get(f"/sessions/{site.cast.session}/links")
    assert page.status == 200
    assert page.text.count('class="slip"') == 3
    for words in (
        "Иванов Пётр Андреевич",
        "мама, Иванов Пётр, 7А",
        "Алгебра",
        "09:05–09:50 (МСК)",
        "Соколова",
    ):
        assert words in page.words
    assert "нажмите «Войти»: ни приложение, ни пароль не нужны" in page.words
    assert page.text.count('<img src="data:image/svg+xml') == 3
    assert "style=" not in page.text


async def test_the_address_on_a_slip_lets_its_person_in(site: Site, methodist: Browser) -> None:
    await prepare(methodist, site)
    page = await methodist.get(f"/sessions/{site.cast.session}/links")
    slip = next(part for part in page.text.split('class="slip"') if "Иванов Пётр Андреевич</strong>" in part)
    address = re.search(r"http://localhost:8080(/r/[\w-]+)", slip)
    assert address is not None
    async with site.browser() as phone:
        assert "Вы входите как Иванов Пётр Андреевич" in (await phone.get(address[1])).words


async def test_all_links_can_be_copied_as_one_text(site: Site, methodist: Browser) -> None:
    page = await prepare(methodist, site)
    text = unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)[0])
    lines = [line for line in text.splitlines() if line]
    assert [line.split(" (")[0] for line in lines] == [
        "Соколова Анна Павловна",
        "Иванов Пётр Андреевич",
        "Иванова Мария Олеговна",
    ]
    assert all(re.search(r"\): http://localhost:8080/r/[\w-]{32}$", line) for line in lines)


async def test_a_revoked_link_has_no_slip_and_a_renewed_one_has_another_address(
    site: Site, methodist: Browser
) -> None:
    await prepare(methodist, site)
    before = (await methodist.get(f"/sessions/{site.cast.session}/links")).text
    await methodist.get(f"/sessions/{site.cast.session}")
    await methodist.post(f"/sessions/{site.cast.session}/links", action="revoke", link="1", generation="1")
    await methodist.post(f"/sessions/{site.cast.session}/links", action="renew", link="2", generation="1")
    after = (await methodist.get(f"/sessions/{site.cast.session}/links")).text
    assert after.count('class="slip"') == 2
    addresses = [set(re.findall(r"/r/([\w-]{32})", text)) for text in (before, after)]
    assert len(addresses[0] & addresses[1]) == 1


async def test_everything_about_links_is_kept_and_no_token_is(site: Site, methodist: Browser) -> None:
    await prepare(methodist, site)
    await methodist.get(f"/sessions/{site.cast.session}/links")
    async with site.database.read() as db:
        rows = await audit.latest(db, 4)
    assert [row.action for row in rows] == ["links_printed", "link_issued", "link_issued", "link_issued"]
    assert len({row.actor_id for row in rows}) == 1
    assert len(json.loads(rows[0].detail)["links"]) == 3
    assert "/r/" not in "".join(row.detail for row in rows)


async def test_there_is_nothing_to_print_once_it_is_over(site: Site, methodist: Browser) -> None:
    await prepare(methodist, site)
    site.clock.pass_by(hours=2)
    page = await methodist.get(f"/sessions/{site.cast.session}/links")
    assert "/r/" not in page.text
    assert "Печатать пока нечего" in page.words


@pytest.mark.parametrize(("login", "status"), [("ivanov", 403), ("ivanova", 403), ("chuzhov", 404)])
async def test_nobody_else_sees_anybodys_link(site: Site, browser: Browser, login: str, status: int) -> None:
    link = await site.link(site.cast.student)
    await browser.become(login)
    page = await browser.get(f"/sessions/{site.cast.session}/links")
    assert page.status == status
    assert link not in page.text
    assert link not in (await browser.get(f"/sessions/{site.cast.session}")).text


async def test_a_link_of_another_consultation_is_not_touched(site: Site, methodist: Browser) -> None:
    await prepare(methodist, site)
    for action in ("renew", "revoke"):
        answer = await methodist.post(
            f"/sessions/{site.cast.session}/links", action=action, link="999", generation="1"
        )
        assert answer.status == 404
    assert {action for action, _ in await recorded(site)} & {"link_reissued", "link_revoked"} == set()
