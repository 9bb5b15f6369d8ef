"""A changed calendar at the browser: the difference first, then done (R36)."""

from datetime import date

from school.calendar.actions import keep_holidays, transfer
from tests.builders import NOW
from tests.web.office import Statements, approved, line, open_office
from tests.web.site import Browser, Site

PAGE = "/settings/calendar/recalculation"


async def test_the_difference_is_shown_and_done_when_it_is_confirmed(site: Site, browser: Browser) -> None:
    async with open_office(site) as office:
        await approved(office, site)
        await browser.become("orlova")
        assert "делать ничего не нужно" in (await browser.get(PAGE)).words
        async with site.database.begin() as db:
            await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 15): "День школы"})
            await transfer(db, NOW, by=None, on=date(2026, 9, 19), weekday=2)
        assert "остались по прежнему календарю" in (await browser.get("/settings/calendar")).words
        page = await browser.get(PAGE)
        assert "Пока ничего не сделано." in page.words
        assert (
            "Не состоятся (1) Когда Консультация Ведёт 15 сентября, вторник, 15:00 День школы" in page.words
        )
        assert "Добавятся (1) Когда Консультация Ведёт 19 сентября, суббота, 15:00" in page.words
        mark = page.text.split('name="mark" value="')[1].split('"')[0]
        empty = await browser.post(PAGE, mark=mark, reason=" ")
        assert (empty.status, "Заполните это поле." in empty.words) == (422, True)
        done = await browser.post(PAGE, mark=mark, reason="Праздник школы")
        assert "Готово: все видят консультации по новому календарю." in done.words
        assert "делать ничего не нужно" in done.words
        assert "остались по прежнему" not in (await browser.get("/settings/calendar")).words
        await office.second.become("ivanov")
        week = (await office.second.get("/week?date=2026-09-15")).words
        assert "отменена: Праздник школы" in week
        assert "15 сентября, вторник День школы" in week
        assert "19 сентября, суббота 15:00–15:45" in week


async def test_what_is_no_longer_what_was_shown_is_shown_anew(site: Site, browser: Browser) -> None:
    async with open_office(site) as office:
        await approved(office, site)
        await browser.become("orlova")
        async with site.database.begin() as db:
            await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 15): "День школы"})
        page = await browser.get(PAGE)
        mark = page.text.split('name="mark" value="')[1].split('"')[0]
        async with site.database.begin() as db:
            await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 22): "Ещё день"})
        told = await browser.post(PAGE, mark=mark, reason="Праздник")
        assert (told.status, "Ничего не сделано" in told.words) == (409, True)
        assert "Не состоятся (2)" in told.words


async def test_the_page_asks_no_more_for_three_lines_than_for_one(site: Site, browser: Browser) -> None:
    counts = []
    async with open_office(site) as office:
        await browser.become("orlova")
        for lines in ((line(site),), (line(site), line(site, weekday="3"), line(site, weekday="4"))):
            await approved(office, site, *lines)
            async with site.database.begin() as db:
                await keep_holidays(db, NOW, by=None, holidays={date(2026, 9, 15): "День школы"})
            await browser.get(PAGE)  # what is kept for every page is read once
            with Statements(site.database) as asked:
                await browser.get(PAGE)
            counts.append(asked.count)
    # The second version supersedes the first, which has no day of its own left.
    assert counts[0] == counts[1] < 40
