"""What the administrator sees now (R58), and the act that everybody may read (R1)."""

from rooms import admission, entry
from tests import builders
from tests.quality import GOOD, seen
from tests.rooms.house import Ear
from tests.web.site import SECRET, Browser, Site
from web import keys


async def connect(site: Site, person: int) -> None:
    async with site.database.begin() as db:
        found = await admission.of_person(db, site.clock(), session_id=site.cast.session, person_id=person)
        ticket = await admission.give_ticket(db, site.clock(), SECRET, found)
    await entry.connect(site.server.app[keys.REGISTRY], ticket, Ear())


async def test_an_open_room_shows_who_is_expected_before_anybody_comes(site: Site, browser: Browser) -> None:
    await browser.become("orlova")
    page = await browser.get("/live")
    assert "Алгебра" in page.words
    assert "В комнате: 0 из 3" in page.words
    assert "Приглашены, но не здесь: 3" in page.words
    assert "Иванова Мария Олеговна мама, Иванов Пётр, 7А" in page.words
    assert 'id="live" data-refresh="5"' in page.text


async def test_who_is_there_is_shown_with_the_connection_of_the_last_minute(
    site: Site, browser: Browser
) -> None:
    registry, session, student = site.server.app[keys.REGISTRY], site.cast.session, site.cast.student
    await connect(site, student)
    await browser.become("orlova")
    assert "связь" not in (await browser.get("/live")).words
    for what, words in ((GOOD, "связь хорошая"), (seen(up_lost=6_000), "связь плохая")):
        registry.minutes.add(session, student, what, site.clock())
        assert words in (await browser.get("/live")).words
    site.clock.pass_by(minutes=3)
    assert "связь" not in (await browser.get("/live")).words


async def test_a_parent_is_told_by_whose_they_are_here_as_among_those_expected(
    site: Site, browser: Browser
) -> None:
    await connect(site, site.cast.parent)
    await browser.become("orlova")
    words = (await browser.get("/live")).words
    assert "Иванова Мария Олеговна мама, Иванов Пётр, 7А" in words
    assert "родитель" not in words


async def test_with_no_room_open_the_page_says_when_one_appears(site: Site, browser: Browser) -> None:
    site.clock.pass_by(hours=3)
    await browser.become("orlova")
    words = (await browser.get("/live")).words
    assert "Сейчас нет открытых комнат." in words
    assert "за 10 мин до начала" in words


async def test_only_the_administrator_watches(site: Site, browser: Browser) -> None:
    for login in ("ivanov", "ivanova", "sokolova"):
        await browser.become(login)
        page = await browser.get("/live")
        assert page.status == 403
        assert "Алгебра" not in page.words
        await browser.get("/today")
        await browser.post("/sign-out")


async def test_every_role_reads_the_act(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        await builders.add_act(db)
    for login in ("ivanov", "ivanova", "sokolova", "orlova"):
        await browser.become(login)
        page = await browser.get("/act")
        assert "Приказ от 01.09.2026 № 115-о" in page.words
        assert "Об учебно-методической помощи" in page.words
        assert "Утвердить порядок." in page.words
        await browser.post("/sign-out")


async def test_without_an_act_the_page_says_what_it_means(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    assert "Сегодня нет действующего локального акта." in (await browser.get("/act")).words
