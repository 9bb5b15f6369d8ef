"""What each person finds when they come: their own consultations, on both clocks, and nobody else's."""

from datetime import timedelta

from school.people import actions as people
from school.people import queries as people_queries
from school.people.models import Relation
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions as sessions
from school.sessions.models import Scope, TopicBasis
from school.sessions.rules import Addressee
from tests import builders
from tests.builders import NOW
from tests.web.site import Browser, Site


async def add_session(site: Site, *, hours: float, **given: object) -> int:
    """One more consultation of the group's teacher, that many hours from the start of the test."""
    defaults: dict[str, object] = {
        "form": Form.CHAT,
        "kind": Kind.GROUP,
        "audience": Audience.STUDENTS,
        "group_ids": [site.cast.group],
    }
    async with site.database.begin() as db:
        return await sessions.add_one_off(
            db,
            NOW,
            by=site.cast.administrator,
            reason="Проверка",
            host_id=site.cast.worker,
            starts_at=NOW + timedelta(hours=hours),
            ends_at=NOW + timedelta(hours=hours, minutes=40),
            **(defaults | given),  # type: ignore[arg-type]  # passed on by name
        )


async def test_a_student_sees_who_what_when_and_enters(site: Site, browser: Browser) -> None:
    await browser.become("ivanov")
    page = await browser.get("/today")
    assert "09:05–09:50" in page.words
    assert "Алгебра" in page.words
    assert "Соколова Анна Павловна" in page.words
    assert "открыта, начнётся в 09:05" in page.words
    assert f'href="/room/{site.cast.session}"' in page.text


async def test_the_state_follows_the_time(site: Site, browser: Browser) -> None:
    site.clock.pass_by(hours=-2)
    await browser.become("ivanov")
    assert "откроется в 08:55" in (await browser.get("/today")).words
    site.clock.pass_by(hours=2, minutes=20)
    assert "идёт" in (await browser.get("/today")).words
    site.clock.pass_by(hours=1)
    page = await browser.get("/today")
    assert "закончилась" in page.words
    assert "/room/" not in page.text


async def test_a_cancelled_consultation_says_why_and_has_no_way_in(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        await sessions.cancel(
            db, NOW, session_id=site.cast.session, by=site.cast.administrator, reason="учитель болен"
        )
    await browser.become("ivanov")
    page = await browser.get("/today")
    assert "отменена: учитель болен" in page.words
    assert "/room/" not in page.text


async def test_a_reader_in_another_zone_sees_both_times(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        await people.set_habits(db, NOW, person_id=site.cast.student, locale=None, zone="Asia/Yekaterinburg")
    await browser.become("ivanov")
    words = (await browser.get("/today")).words
    assert "11:05–11:50 у вас · 09:05–09:50 МСК" in words


async def test_today_is_the_readers_own_day(site: Site, browser: Browser) -> None:
    # 23:30 in Moscow is half past eight of the next morning in Kamchatka.
    await add_session(site, hours=14.5)
    await browser.become("ivanov")
    moscow = (await browser.get("/today")).words
    async with site.database.begin() as db:
        await people.set_habits(db, NOW, person_id=site.cast.student, locale=None, zone="Asia/Kamchatka")
    kamchatka = (await browser.get("/today")).words
    assert "Ближайшие" not in moscow
    assert "Ближайшие завтра, 08:30–09:10 у вас · 23:30–00:10 МСК" in kamchatka


async def test_a_classmate_of_another_group_finds_an_empty_day_that_says_what_to_do(
    browser: Browser,
) -> None:
    await browser.become("chuzhov")
    page = await browser.get("/today")
    assert "Сегодня для вас нет консультаций." in page.words
    assert "Открыть график" in page.words
    assert "Алгебра" not in page.words


async def test_a_parent_switches_between_children_and_sees_no_other(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        other = await builders.add_group(db, name="5А")
        sister = await builders.add_student(
            db, group_id=other, family_name="Иванова", given_name="Дарья", patronymic="Андреевна"
        )
        await people.link_parent(
            db,
            NOW,
            by=None,
            parent_id=site.cast.parent,
            child_id=sister,
            relation=Relation.MOTHER,
        )
    await add_session(site, hours=3, group_ids=[other])
    await browser.become("ivanova")
    both = (await browser.get("/today")).words
    one = (await browser.get(f"/today?child={sister}")).words
    assert "Ребёнок: Иванов Пётр" in both
    assert "Приглашён ваш ребёнок: Иванова Дарья Андреевна" in both
    assert "Иванов Пётр Андреевич" in one  # the switch
    assert "Ребёнок: Иванов Пётр" not in one
    assert "Приглашён ваш ребёнок: Иванова Дарья Андреевна" in one
    assert (await browser.get(f"/today?child={site.cast.stranger}")).status == 404


async def test_a_parent_cannot_enter_what_only_the_child_is_invited_to(site: Site, browser: Browser) -> None:
    session = await add_session(site, hours=2)
    await browser.become("ivanova")
    assert f"/room/{session}" not in (await browser.get("/today")).text


async def test_a_suspended_parent_sees_nothing_of_the_child(site: Site, browser: Browser) -> None:
    async with site.database.begin() as db:
        for child in await people_queries.children(db, site.cast.parent, NOW.date()):
            await people.suspend_parent_link(db, NOW, by=None, link_id=child.link_id, reason="решение суда")
    await browser.become("ivanova")
    page = await browser.get("/today")
    assert "Сегодня для вас нет консультаций." in page.words
    assert "Иванов Пётр" not in page.words


async def test_a_worker_is_reminded_of_the_topic_and_led_to_attendance_afterwards(
    site: Site, browser: Browser
) -> None:
    await browser.become("sokolova")
    before = await browser.get("/today")
    assert "Тема ещё не указана" in before.words
    async with site.database.begin() as db:
        await sessions.set_topic(
            db,
            NOW,
            session_id=site.cast.session,
            by=site.cast.worker,
            topic="Дроби",
            basis=TopicBasis.PERFORMANCE,
            scope=Scope.OVERVIEW,
        )
    assert "Тема: Дроби" in (await browser.get("/today")).words
    site.clock.pass_by(days=1)
    after = await browser.get("/today")
    assert "Проведённые за неделю" in after.words
    assert f'href="/sessions/{site.cast.session}/attendance"' in after.text


async def test_an_individual_consultation_is_seen_by_its_student_alone(site: Site, browser: Browser) -> None:
    await add_session(
        site,
        hours=2,
        form=Form.VIDEOCONFERENCE,
        kind=Kind.INDIVIDUAL,
        group_ids=[],
        addressees=[Addressee(site.cast.stranger)],
    )
    await browser.become("ivanov")
    assert "Индивидуальная консультация" not in (await browser.get("/today")).words
    await browser.post("/sign-out")
    await browser.become("chuzhov")
    assert "Индивидуальная консультация" in (await browser.get("/today")).words


async def test_the_administrator_sees_the_whole_day(site: Site, browser: Browser) -> None:
    await browser.become("orlova")
    words = (await browser.get("/today")).words
    assert "Вся организация сегодня" in words
    assert "Соколова Анна Павловна" in words
    site.clock.pass_by(days=2)
    assert "На сегодня консультаций нет." in (await browser.get("/today")).words
