"""What the administrator sees now (R58), and the act that everybody may read (R1)."""

from tests import builders
from tests.web.site import Browser, Site


async def test_an_open_room_shows_who_is_expected_before_anybody_comes(site: Site, browser: Browser) -> None:
    await browser.sign_in("orlova")
    page = await browser.get("/live")
    assert "Алгебра" in page.words
    assert "В комнате: 0 из 3" in page.words
    assert "Приглашены, но не здесь: 3" in page.words
    assert "Иванова Мария Олеговна мама, Иванов Пётр, 7А" in page.words
    assert 'id="live" data-refresh="5"' in page.text


async def test_with_no_room_open_the_page_says_when_one_appears(site: Site, browser: Browser) -> None:
    site.clock.pass_by(hours=3)
    await browser.sign_in("orlova")
    words = (await browser.get("/live")).words
    assert "Сейчас нет открытых комнат." in words
    assert "за 10 мин до начала" in words


async def test_only_the_administrator_watches(site: Site, browser: Browser) -> None:
    for login in ("ivanov", "ivanova", "sokolova"):
        await browser.sign_in(login)
        page = await browser.get("/live")
        assert page.status == 403
        assert "Алгебра" not in page.words
        await browser.get("/today")
        await browser.post("/sign-out")


async def test_every_role_reads_the_act(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        await builders.add_act(db)
    for login in ("ivanov", "ivanova", "sokolova", "orlova"):
        await browser.sign_in(login)
        page = await browser.get("/act")
        assert "Приказ от 01.09.2026 № 115-о" in page.words
        assert "Об учебно-методической помощи" in page.words
        assert "Утвердить порядок." in page.words
        await browser.post("/sign-out")


async def test_without_an_act_the_page_says_what_it_means(site: Site, browser: Browser) -> None:
    await browser.sign_in("ivanov")
    assert "Сегодня нет действующего локального акта." in (await browser.get("/act")).words
