"""The head's overview, and everybody's own data: a parent's about their child and nobody else's (R2, R9)."""

from datetime import date, timedelta

import pytest

from school.attendance import actions as attendance
from school.calendar import actions as calendar
from school.people import actions as people
from school.people import queries
from school.people.models import Role
from school.sessions import actions as sessions
from school.sessions.models import RoomRole
from tests import builders
from tests.web.site import _HASH, Browser, Site
from tests.web.tables import rows
from tests.web.test_schedule_pages import publish


@pytest.fixture
async def head(site: Site, browser: Browser) -> Browser:
    async with site.database.begin() as db:
        person = await builders.add_person(db, Role.HEAD, family_name="Зимина", login="zimina")
        await people.set_password(db, site.clock(), by=None, person_id=person, password_hash=_HASH)
    await browser.become("zimina")
    return browser


async def come_late(site: Site) -> None:
    starts_at = builders.NOW + timedelta(minutes=5)
    async with site.database.begin() as db:
        await attendance.joined(
            db, starts_at + timedelta(minutes=7), session_id=site.cast.session, person_id=site.cast.worker,
            role=RoomRole.HOST, child_id=None,
        )  # fmt: skip


async def test_the_week_is_counted_and_every_number_leads_to_its_consultations(
    site: Site, head: Browser
) -> None:
    await come_late(site)
    site.clock.pass_by(hours=2)
    page = await head.get("/overview")
    assert page.status == 200
    for words in (
        "Эта неделя 07.09.2026–13.09.2026",
        "1 запланировано",
        "1 проведено",
        "1 начато с опозданием",
    ):
        assert words in page.words
    assert "0 работник не пришёл" in page.words
    listed = await head.get("/overview/week/late")
    assert rows(listed.text)[1][2] == "Соколова Анна Павловна"
    assert "работник опоздал: 7 минут" in listed.words
    assert "Таких нет." in (await head.get("/overview/week/no_show")).words


async def test_a_cancelled_and_a_missed_consultation_are_exceptions(site: Site, head: Browser) -> None:
    site.clock.pass_by(hours=2)
    assert "1 работник не пришёл" in (await head.get("/overview")).words
    for outcome in ("no_show", "planned"):
        missed = await head.get(f"/overview/week/{outcome}")
        assert [row[-1] for row in rows(missed.text)[1:]] == ["работник не пришёл"]
    site.clock.pass_by(hours=-2)
    ahead = await head.get("/overview/week/planned")
    assert "работник не пришёл" not in rows(ahead.text)[1][-1]
    async with site.database.begin() as db:
        await sessions.cancel(
            db, site.clock(), session_id=site.cast.session, by=site.cast.administrator, reason="Карантин"
        )
    assert "1 отменено" in (await head.get("/overview")).words
    assert "отменена: Карантин" in (await head.get("/overview/week/cancelled")).words


async def test_the_term_stands_beside_the_week_when_the_calendar_knows_it(site: Site, head: Browser) -> None:
    assert "Сегодня не входит ни в один учебный период" in (await head.get("/overview")).words
    async with site.database.begin() as db:
        await calendar.add_term(
            db, site.clock(), by=None, name="I четверть", since=date(2026, 9, 1), until=date(2026, 10, 25)
        )
    assert "I четверть 01.09.2026–25.10.2026" in (await head.get("/overview")).words


@pytest.mark.parametrize("path", ["/overview/year/late", "/overview/week/nothing"])
async def test_there_are_no_other_lists(head: Browser, path: str) -> None:
    assert (await head.get(path)).status == 404


async def test_the_overview_changes_nothing(head: Browser) -> None:
    page = await head.get("/overview")
    own = page.text.split('id="main"')[1]
    assert "<form" not in own
    assert "<button" not in own


async def test_a_student_sees_their_groups_and_programme_with_its_periods(
    site: Site, browser: Browser
) -> None:
    await publish(site)
    await browser.become("ivanov")
    page = await browser.get("/my")
    assert "Иванов Пётр Андреевич" in page.words
    assert "Группы 7А" in page.words
    assert "Как организовано обучение" in page.words
    assert "за 10 мин до консультации" in page.words


async def test_a_parent_sees_the_childs_data_and_no_classmates(site: Site, browser: Browser) -> None:
    await browser.become("ivanova")
    own = await browser.get("/my")
    assert f'href="/my/children/{site.cast.student}"' in own.text
    child = await browser.get(f"/my/children/{site.cast.student}")
    assert "Иванов Пётр Андреевич" in child.words
    assert "Дата рождения 12.04.2013" in child.words
    for stranger in (site.cast.stranger, site.cast.parent, site.cast.worker, 999):
        assert (await browser.get(f"/my/children/{stranger}")).status == 404


async def test_a_suspended_parent_sees_nothing_of_the_child_any_more(site: Site, browser: Browser) -> None:
    await browser.become("ivanova")
    async with site.database.begin() as db:
        (child,) = await queries.children(db, site.cast.parent, builders.TODAY)
        await people.suspend_parent_link(
            db, site.clock(), by=site.cast.administrator, link_id=child.link_id, reason="Решение суда"
        )
    assert (await browser.get(f"/my/children/{site.cast.student}")).status == 404
    assert "Иванов Пётр" not in (await browser.get("/my")).words


async def test_a_worker_sees_their_positions(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    page = await browser.get("/my")
    assert "учитель математики, с 01.09.2020" in page.words
    assert "Педагогический работник" in page.words
