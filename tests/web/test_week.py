"""Weeks and days of consultations, for each role (R9, R37)."""

from datetime import timedelta

import pytest

from school.people import actions as people
from school.people.models import Role
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions as sessions
from tests import builders
from tests.builders import NOW
from tests.web.office import Statements
from tests.web.site import _HASH, Browser, Site


async def add_session(site: Site, hours: int, *, host: int | None = None, group: int | None = None) -> int:
    async with site.database.begin() as db:
        return await sessions.add_one_off(
            db,
            NOW,
            by=site.cast.administrator,
            reason="Проверка",
            form=Form.WEBINAR,
            kind=Kind.GROUP,
            host_id=host or site.cast.worker,
            starts_at=NOW + timedelta(hours=hours),
            ends_at=NOW + timedelta(hours=hours, minutes=30),
            audience=Audience.BOTH,
            group_ids=[group or site.cast.group],
        )


async def test_a_student_sees_the_week_and_goes_on_to_the_next(site: Site, browser: Browser) -> None:
    await add_session(site, 7 * 24)
    await browser.become("ivanov")
    page = await browser.get("/week")
    assert "Консультации на неделю" in page.words
    assert "7 сентября, понедельник сегодня 09:05–09:50" in page.words
    assert "13 сентября, воскресенье нет консультаций" in page.words
    later = await browser.get("/week?date=2026-09-14")
    assert "14 сентября, понедельник 09:00–09:30" in later.words
    assert 'href="/week?date=2026-09-07&amp;whose=own"' in later.text


async def test_one_day_is_shown_alone(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    page = await browser.get("/week?view=day")
    assert "Консультации на день" in page.words
    assert "09:05–09:50" in page.words
    assert "8 сентября" not in page.words
    assert "В это время консультаций нет." in (await browser.get("/week?view=day&date=2026-09-08")).words


async def test_both_times_stand_beside_each_other_and_days_are_the_readers(
    site: Site, browser: Browser
) -> None:
    await add_session(site, 10)  # 19:00 in Moscow is the next day in Kamchatka
    async with site.database.begin() as db:
        await people.set_habits(db, NOW, person_id=site.cast.student, locale=None, zone="Asia/Kamchatka")
    await browser.become("ivanov")
    words = (await browser.get("/week")).words
    assert "8 сентября, вторник 04:00–04:30 у вас · 19:00–19:30 МСК" in words
    assert "и ваше время, и время организации (МСК)" in words


async def test_a_parent_switches_between_children_and_sees_no_others(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        group = await builders.add_group(db, name="3В")
        child = await builders.add_student(db, group_id=group, given_name="Анна", patronymic="Андреевна")
        await builders.add_parent(db, child)  # a namesake
        await people.link_parent(
            db, NOW, by=None, parent_id=site.cast.parent, child_id=child, relation=builders.Relation.MOTHER
        )
    await add_session(site, 30, group=group)
    await browser.become("ivanova")
    both = (await browser.get("/week")).words
    assert ("Ребёнок: Иванов Пётр" in both, "Ребёнок: Иванов Анна" in both) == (True, True)
    one = await browser.get(f"/week?child={child}")
    assert ("Ребёнок: Иванов Пётр" in one.words, "Ребёнок: Иванов Анна" in one.words) == (False, True)
    assert (await browser.get(f"/week?child={site.cast.stranger}")).status == 404


async def test_a_worker_has_a_timetable_of_their_own(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        other, _ = await builders.add_worker(db, family_name="Громов")
    await add_session(site, 30, host=other)
    await browser.become("sokolova")
    page = await browser.get("/week")
    assert "Мой график" in page.words
    assert "09:05–09:50" in page.words
    assert "15:00–15:30" not in page.words
    assert "15:00–15:30" not in (await browser.get("/week?whose=all")).words


async def test_a_methodist_sees_all_and_filters_by_worker_and_group(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        other, _ = await builders.add_worker(db, family_name="Громов")
        group = await builders.add_group(db, name="3В")
        methodist = await builders.add_person(db, Role.METHODIST, login="lisina")
        await people.set_password(db, NOW, by=None, person_id=methodist, password_hash=_HASH)
    await add_session(site, 30, host=other, group=group)
    await browser.become("lisina")
    everybody = (await browser.get("/week")).words
    assert ("09:05–09:50" in everybody, "15:00–15:30" in everybody) == (True, True)
    for asked in (f"host={other}", f"group={group}"):
        page = await browser.get(f"/week?{asked}")
        assert ("09:05–09:50" in page.words, "15:00–15:30" in page.words) == (False, True)
        assert f"{asked}" in page.text.replace("&amp;", "&")


@pytest.mark.parametrize(
    "asked", ["date=сегодня", "date=0001-01-01", "date=9999-12-31", "host=x", "group=99999999999999999999"]
)
async def test_an_address_that_makes_no_sense_shows_a_week_all_the_same(
    site: Site, browser: Browser, asked: str
) -> None:
    await browser.become("orlova")
    assert (await browser.get(f"/week?{asked}")).status == 200


async def test_the_page_asks_no_more_for_three_consultations_than_for_one(
    site: Site, browser: Browser
) -> None:
    for login in ("ivanov", "orlova"):
        await browser.become(login)
        counts = []
        for hours in (30, 60):
            await browser.get("/week")  # what is kept for every page is read once
            with Statements(site.database) as asked:
                await browser.get("/week")
            counts.append(asked.count)
            await add_session(site, hours + (7 if login == "orlova" else 0))
        assert counts[0] == counts[1] < 30


@pytest.mark.parametrize("login", ["ivanov", "ivanova", "sokolova", "orlova"])
async def test_what_was_moved_away_says_on_its_old_day_where_to(
    site: Site, browser: Browser, login: str
) -> None:
    async with site.database.begin() as db:
        await sessions.move(
            db,
            NOW,
            session_id=site.cast.session,
            by=site.cast.administrator,
            starts_at=NOW + timedelta(days=9),
            ends_at=NOW + timedelta(days=9, hours=1),
            reason="Болезнь",
        )
    await browser.become(login)
    words = (await browser.get("/week")).words
    told = "сегодня 09:05 · Алгебра · Соколова Анна Павловна: перенесена на 16 сентября, среда, 09:00"
    assert told in words
    later = (await browser.get("/week?date=2026-09-16")).words
    assert ("перенесена на" in later, "16 сентября, среда 09:00–10:00" in later) == (False, True)


async def test_what_was_moved_is_told_to_nobody_else(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        await sessions.move(
            db,
            NOW,
            session_id=site.cast.session,
            by=site.cast.administrator,
            starts_at=NOW + timedelta(days=9),
            ends_at=NOW + timedelta(days=9, hours=1),
            reason="Болезнь",
        )
    await browser.become("chuzhov")
    assert "перенесена" not in (await browser.get("/week")).words
