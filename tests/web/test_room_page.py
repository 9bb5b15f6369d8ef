"""The room's page and the ticket that its script asks for."""

import pytest
from sqlalchemy import func, select

from rooms import tickets
from school.audit.models import AuditRecord
from tests.web.site import SECRET, Browser, Site


async def test_the_page_tells_the_script_who_comes_and_where(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    page = await browser.get(f"/room/{site.cast.session}")
    assert page.status == 200
    for attribute in (
        f'data-session="{site.cast.session}"',
        f'data-ticket-url="/room/{site.cast.session}/ticket"',
        'data-lang="ru"',
        'data-name="Иванов Пётр Андреевич"',
        'data-about="обучающийся, 7А"',
        'data-zone="Europe/Moscow"',
        'data-home="/"',
    ):
        assert attribute in page.text
    assert "нужен JavaScript" in page.words


async def test_each_ticket_is_newer_than_the_one_before(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    await browser.get(f"/room/{site.cast.session}")
    numbers = []
    for _ in range(3):
        answer = await browser.script_post(f"/room/{site.cast.session}/ticket")
        numbers.append(tickets.parse(SECRET, answer.text.split('"')[3]).number)
    assert numbers == [1, 2, 3]


async def test_nobody_is_asked_to_sign_in(site: Site, browser: Browser) -> None:
    path = f"/room/{site.cast.session}"
    answer = await browser.get(path, follow=False)
    asked = f"/sign-in?next=%2Froom%2F{site.cast.session}"
    assert (answer.status, answer.headers["Location"]) == (303, asked)
    await browser.get("/sign-in")
    ticket = await browser.script_post(f"{path}/ticket")
    assert (ticket.status, ticket.text) == (401, '{"code": "sign_in_needed", "data": {}}')


@pytest.mark.parametrize("login", ["chuzhov", "orlova"])
async def test_who_is_not_expected_gets_neither_page_nor_ticket(
    site: Site, browser: Browser, login: str
) -> None:
    await browser.become(login)
    page = await browser.get(f"/room/{site.cast.session}")
    assert page.status == 403
    assert "Вас нет в списке приглашённых" in page.words
    ticket = await browser.script_post(f"/room/{site.cast.session}/ticket")
    assert (ticket.status, '"code": "not_expected"' in ticket.text) == (403, True)


async def test_a_refused_entry_is_kept_in_the_audit(site: Site, browser: Browser) -> None:
    await browser.become("chuzhov")
    await browser.get(f"/room/{site.cast.session}")
    await browser.script_post(f"/room/{site.cast.session}/ticket")
    async with site.database.read() as db:
        found = await db.execute(
            select(AuditRecord.actor_id, AuditRecord.subject_id).where(AuditRecord.action == "entry_refused")
        )
        assert [tuple(row) for row in found] == [(site.cast.stranger, site.cast.session)]


async def test_of_a_flood_of_refused_entries_some_are_kept(site: Site, browser: Browser) -> None:
    await browser.become("chuzhov")
    await browser.get(f"/room/{site.cast.session}")
    for _ in range(40):
        assert (await browser.script_post(f"/room/{site.cast.session}/ticket")).status == 403
    async with site.database.read() as db:
        kept = await db.scalar(select(func.count()).where(AuditRecord.action == "entry_refused"))
    assert 25 <= (kept or 0) <= 35


async def test_there_is_no_room_without_a_consultation(browser: Browser) -> None:
    await browser.become("ivanov")
    answer = await browser.get("/room/999")
    assert answer.status == 404
    assert "Такой консультации нет" in answer.words


async def test_who_has_to_choose_a_password_comes_in_by_a_personal_link_alone(
    site: Site, browser: Browser
) -> None:
    await site.let_choose_password(site.cast.student)
    await browser.become("ivanov")
    path = f"/room/{site.cast.session}"
    page = await browser.get(path, follow=False)
    assert (page.status, page.headers["Location"]) == (303, "/account/password?next=%2Froom%2F1")
    await browser.get("/account/password")
    for what in ("ticket", "files", "probe"):
        refused = await browser.script_post(f"{path}/{what}")
        assert (refused.status, '"code": "password_due"' in refused.text) == (403, True), what
    assert (await browser.get(f"{path}/files/1")).status == 403

    link = await site.link(site.cast.student)
    await browser.get(link)
    inside = await browser.post(link)
    assert (inside.status, inside.path) == (200, f"{path}?by=link")
    assert '"ticket"' in (await browser.script_post(f"{path}/ticket?by=link")).text
    # The way from the link is enough: the page need not say again that it was taken.
    assert (await browser.get(path, follow=False)).status == 200
