"""Personal links: GET names the person and changes nothing, POST gives a pass to one room."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from rooms import tickets
from school.db import Base, Database
from school.links import actions as links
from school.people import actions as people
from school.sessions import actions as sessions
from tests.web.site import SECRET, Browser, Site, running
from web.middleware import logged_path


async def _rows(database: Database) -> dict[str, int]:
    async with database.read() as db:
        return {
            name: await db.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


async def test_the_page_names_the_person_and_the_consultation(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.link(site.cast.student))
    assert page.status == 200
    assert "Вы входите как Иванов Пётр Андреевич обучающийся, 7А" in page.words
    assert "Алгебра" in page.words
    assert "сегодня, 09:05–09:50" in page.words
    assert "Это не вы?" in page.words


async def test_a_link_has_one_way_in(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.link(site.cast.student))
    assert page.words.count("Войти") == 1


async def test_a_parent_enters_for_a_child(site: Site, browser: Browser) -> None:
    page = await browser.get(await site.link(site.cast.parent, child_id=site.cast.student))
    assert "Иванова Мария Олеговна мама, Иванов Пётр, 7А" in page.words


async def test_opening_a_link_changes_nothing(site: Site, browser: Browser) -> None:
    path = await site.link(site.cast.student)
    before = await _rows(site.database)
    for _ in range(3):
        await browser.get(path)
    assert await _rows(site.database) == before
    assert not any(one.key.startswith("kabinet_pass") for one in browser.client.session.cookie_jar)


async def test_entering_gives_a_pass_that_opens_the_room(site: Site, browser: Browser) -> None:
    path = await site.link(site.cast.student)
    await browser.get(path)
    answer = await browser.post(path, follow=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/room/{site.cast.session}?by=link")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"kabinet_pass_{site.cast.session}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    room = await browser.get(answer.headers["Location"])
    assert room.status == 200
    assert 'data-name="Иванов Пётр Андреевич"' in room.text


async def test_the_pass_gives_tickets_for_the_person_of_the_link(site: Site, browser: Browser) -> None:
    path = await site.link(site.cast.student)
    await browser.get(path)
    room = await browser.post(path)
    answer = await browser.script_post(f"/room/{site.cast.session}/ticket?by=link")
    assert answer.status == 200
    ticket = tickets.parse(SECRET, answer.text.split('"')[3])
    assert (ticket.session, ticket.person, ticket.number) == (site.cast.session, site.cast.student, 1)
    assert room.text.count("data-ticket-url") == 1


async def test_the_pass_opens_nothing_else(site: Site, browser: Browser) -> None:
    path = await site.link(site.cast.student)
    await browser.get(path)
    await browser.post(path)
    assert (await browser.get("/today")).path.startswith("/sign-in")
    assert (await browser.get(f"/room/{site.cast.session + 1}")).path.startswith("/sign-in")


async def test_the_link_just_followed_wins_over_the_sign_in(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    path = await site.link(site.cast.student)
    await browser.get(path)
    room = await browser.post(path)
    assert 'data-name="Иванов Пётр Андреевич"' in room.text
    own = await browser.get(f"/room/{site.cast.session}")
    assert 'data-name="Соколова Анна Павловна"' in own.text


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ж" * 32, "a" * 500])
async def test_a_wrong_token_says_what_to_do(browser: Browser, token: str) -> None:
    answer = await browser.get(f"/r/{token}")
    assert answer.status == 404
    assert "Эта ссылка не работает" in answer.words
    assert "попросите в школе новую ссылку" in answer.words


async def test_many_wrong_tokens_from_one_address_have_to_wait(browser: Browser) -> None:
    statuses = {(await browser.get(f"/r/{number}")).status for number in range(60)}
    assert statuses == {404}
    answer = await browser.get("/r/61")
    assert answer.status == 429
    assert "Подождите" in answer.words


async def _revoke(site: Site) -> None:
    async with site.database.begin() as db:
        await links.revoke(db, site.clock(), link_id=1, by=site.cast.administrator)


async def _leave_the_group(site: Site) -> None:
    async with site.database.begin() as db:
        await people.end_membership(
            db,
            site.clock(),
            by=None,
            person_id=site.cast.student,
            group_id=site.cast.group,
            until=site.clock().date().replace(day=6),
        )


async def _cancel(site: Site) -> None:
    async with site.database.begin() as db:
        await sessions.cancel(
            db, site.clock(), session_id=site.cast.session, by=site.cast.administrator, reason="Болезнь"
        )


async def _pass_the_end(site: Site) -> None:
    site.clock.pass_by(hours=2)


@pytest.mark.parametrize(
    ("event", "status", "words"),
    [
        (_revoke, 403, "Эта ссылка отозвана"),
        (_leave_the_group, 403, "По этой ссылке больше не войти"),
        (_cancel, 410, "Консультация отменена"),
        (_pass_the_end, 410, "Консультация закончилась"),
    ],
)
async def test_a_link_stops_working(
    site: Site, browser: Browser, event: Callable[[Site], Awaitable[None]], status: int, words: str
) -> None:
    path = await site.link(site.cast.student)
    await browser.get(path)
    await browser.post(path)
    await event(site)
    for answer in (
        await browser.get(path),
        await browser.post(path),
        await browser.get(f"/room/{site.cast.session}?by=link"),
    ):
        assert answer.status == status
        assert words in answer.words
    assert (await browser.script_post(f"/room/{site.cast.session}/ticket")).status == status


async def test_the_organisation_may_require_a_sign_in_on_top(sqlite_database: Database) -> None:
    async with running(sqlite_database, require_sign_in=True) as site, site.browser() as browser:
        path = await site.link(site.cast.student)
        asked = await browser.get(path)
        assert asked.path == f"/sign-in?next=/room/{site.cast.session}"
        await browser.become("ivanov")
        room = await browser.get(path)
        assert 'data-name="Иванов Пётр Андреевич"' in room.text


async def test_the_token_is_never_logged(
    site: Site, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await site.link(site.cast.student)
    await browser.get(path)
    await browser.post(path)
    await browser.script_post(f"/room/{site.cast.session}/ticket?by=link")
    written = capsys.readouterr()
    assert "path=/r/…" in written.out + written.err
    assert path.removeprefix("/r/") not in written.out + written.err


def test_a_log_shows_no_key() -> None:
    assert logged_path("/r/abc") == "/r/…"
    assert logged_path("/room/7") == "/room/7"
