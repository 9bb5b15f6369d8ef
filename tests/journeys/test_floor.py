"""The floor and the door in real windows, one of them a phone's: webinar, conference, line of families."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from school.db import Database
from school.links import actions as links
from school.schedule.models import Form, Kind
from school.sessions import actions as sessions
from school.sessions.rules import Addressee
from tests import builders
from tests.journeys import school, steps
from tests.journeys.browser import window
from tests.journeys.server import Kabinet, serving

PHONE = {"width": 360, "height": 640, "has_touch": True}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database.open(sqlite_url)
    yield opened
    await opened.close()


async def come(page: Page, kabinet: Kabinet, planned: school.Consultation, person: int) -> None:
    """From the personal link to the door or the room."""
    await page.goto(kabinet.link(planned.links[person]))
    await page.get_by_role("button", name="Войти").click()
    await page.get_by_role("heading", level=1).wait_for()
    await page.locator("button.enter").click()


async def enter(page: Page, kabinet: Kabinet, planned: school.Consultation, person: int) -> None:
    await come(page, kabinet, planned, person)
    await steps.inside(page)


async def act(page: Page, name: str, action: str) -> None:
    """Open what can be done about somebody, in the list of people, and do it."""
    people = page.get_by_role("complementary").get_by_role("listitem").filter(has_text=name)
    if await people.count() == 0:
        await page.get_by_role("button", name="Участники").click()
    await people.get_by_role("button", name="Действия").click()
    await page.get_by_role("dialog").get_by_role("button", name=action, exact=True).click()


async def keep(page: Page, name: str) -> None:
    """Keep a picture of the page for those who want to look at it."""
    folder = os.environ.get("KABINET_SHOTS")
    if folder:
        await page.screenshot(path=f"{folder}/x4-{name}.png")


@pytest.mark.timeout(180)
async def test_a_listener_is_given_the_floor_is_seen_by_all_and_gives_it_back(
    database: Database, sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    planned = await school.consultation(database, form=Form.WEBINAR)
    await steps.set_topic(database, planned)
    first, second = planned.students
    async with serving(sqlite_url, tmp_path) as kabinet:
        teacher, phone, other = await window(browser), await window(browser, **PHONE), await window(browser)
        await enter(teacher, kabinet, planned, planned.teacher_id)
        await enter(phone, kabinet, planned, first)
        await enter(other, kabinet, planned, second)
        await steps.moving(phone)
        await expect(phone.get_by_role("button", name="Включить камеру")).to_have_count(0)

        await phone.keyboard.press("h")
        await expect(phone.get_by_role("button", name="Опустить руку")).to_be_visible()
        hands = teacher.get_by_role("region", name="Подняли руку")
        await expect(hands.get_by_role("listitem")).to_contain_text("Иванов Пётр")
        await keep(phone, "webinar-listener-360")
        await keep(teacher, "webinar-hands-1280")
        await hands.get_by_role("button", name="Дать слово").click()

        await expect(phone.get_by_text("Вам дали слово").first).to_be_visible()
        await phone.get_by_role("button", name="Включить камеру").click()
        for page in (teacher, other):
            tile = page.get_by_role("figure", name="Иванов Пётр")
            await expect(tile.locator("video")).to_be_visible(timeout=steps.PATIENCE * 1000)
        await steps.moving(teacher)
        await keep(phone, "webinar-floor-360")
        await keep(teacher, "webinar-floor-1280")

        await act(teacher, "Иванов Пётр", "Забрать слово")
        for page in (teacher, other):
            await expect(page.get_by_role("figure", name="Иванов Пётр")).to_have_count(0)
        await expect(phone.get_by_role("button", name="Выключить камеру")).to_have_count(0)
        await expect(phone.get_by_text("Ведущий забрал слово").first).to_be_visible()
        await steps.moving(phone)


@pytest.mark.timeout(180)
async def test_in_a_conference_all_are_muted_and_one_is_removed(
    database: Database, sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    planned = await school.consultation(database)
    await steps.set_topic(database, planned)
    first, second = planned.students
    async with serving(sqlite_url, tmp_path) as kabinet:
        teacher = await window(browser, **PHONE)
        student, other = await window(browser), await window(browser)
        await enter(teacher, kabinet, planned, planned.teacher_id)
        await enter(student, kabinet, planned, first)
        await enter(other, kabinet, planned, second)
        await steps.moving(teacher, "audio", by=1000)
        await keep(teacher, "conference-host-360")

        await teacher.get_by_role("button", name="Ещё…").click()
        await keep(teacher, "conference-more-360")
        await teacher.get_by_role("button", name="Выключить все микрофоны").click()
        for page in (student, other):
            await expect(page.get_by_text("Ведущий выключил ваш микрофон").first).to_be_visible()
            await expect(page.get_by_role("button", name="Включить микрофон")).to_be_visible()
        await keep(student, "conference-muted-1280")
        await student.get_by_role("button", name="Включить микрофон").click()
        heard = other.get_by_role("figure", name="Иванов Пётр").get_by_text("микрофон включён")
        await expect(heard).to_have_count(1)

        await act(teacher, "Ёлкина Яна", "Запретить микрофон")
        await expect(other.get_by_role("button", name="Включить микрофон")).to_have_count(0)
        await act(teacher, "Ёлкина Яна", "Удалить из комнаты…")
        await keep(teacher, "conference-remove-360")
        await teacher.get_by_role("button", name="Удалить без возврата").click()
        await expect(other.get_by_role("heading", name="Ведущий попросил вас выйти")).to_be_visible()
        await keep(other, "conference-removed-1280")
        await expect(student.get_by_role("figure", name="Ёлкина Яна")).to_have_count(0)
        await other.goto(kabinet.link(planned.links[second]))
        await expect(other.get_by_role("button", name="Войти", exact=True)).to_have_count(0)


async def reception(database: Database) -> tuple[school.Consultation, list[int]]:
    """An individual consultation for three families: two students, and a father for his daughter."""
    planned = await school.consultation(database)
    now = datetime.now(UTC)
    async with database.begin() as db:
        await sessions.end(
            db, now, session_id=planned.session_id, by=planned.teacher_id, reason=sessions.EndReason.CLOSED
        )
        father = await builders.add_parent(
            db, planned.students[1], family_name="Ёлкин", given_name="Лев", patronymic=""
        )
        session_id = await sessions.add_one_off(
            db,
            now,
            by=planned.administrator_id,
            reason="Приём родителей",
            form=Form.VIDEOCONFERENCE,
            kind=Kind.INDIVIDUAL,
            host_id=planned.teacher_id,
            starts_at=now,
            ends_at=now + timedelta(hours=1),
            addressees=[Addressee(planned.students[0])],
        )
        third = await builders.add_student(db, family_name="Абрамов", given_name="Иван", patronymic="")
        for family in ([Addressee(father, planned.students[1])], [Addressee(third)]):
            await sessions.book(
                db, now, session_id=session_id, by=planned.administrator_id, addressees=family
            )
        families = [planned.students[0], father, third]
        child_of = {father: planned.students[1]}
        links_of = {
            person: (
                await links.issue(
                    db,
                    now,
                    session_id=session_id,
                    person_id=person,
                    child_id=child_of.get(person),
                    today=now.date(),
                )
            ).id
            for person in (planned.teacher_id, *families)
        }
    return replace(planned, session_id=session_id, links=links_of), families


@pytest.mark.timeout(180)
async def test_three_families_are_received_one_after_another(
    database: Database, sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    planned, families = await reception(database)
    await steps.set_topic(database, planned)
    async with serving(sqlite_url, tmp_path) as kabinet:
        teacher = await window(browser)
        pages = [await window(browser), await window(browser, **PHONE), await window(browser)]
        for page, family in zip(pages, families, strict=True):
            await come(page, kabinet, planned, family)
            await expect(page.get_by_role("heading", name="Ждём ведущего")).to_be_visible()
        await enter(teacher, kabinet, planned, planned.teacher_id)
        first, second, third = pages
        await expect(first.get_by_text("Вы следующий.")).to_be_visible()
        await expect(second.get_by_text("Перед вами 1 человек.")).to_be_visible()
        await expect(third.get_by_text("Перед вами 2 человека.")).to_be_visible()
        await keep(second, "line-waiting-360")
        await keep(teacher, "line-host-1280")
        door = teacher.locator(".strip")
        await door.get_by_role("button", name="Показать").click()
        people = teacher.get_by_role("complementary").get_by_role("listitem")
        await expect(
            people.filter(has_text="Ёлкин Лев").get_by_role("button", name="Пригласить")
        ).to_be_visible()
        await keep(teacher, "line-people-1280")
        for number, page in enumerate(pages):
            await door.get_by_role("button", name="Следующий").click()
            await steps.inside(page)
            await steps.moving(page, by=3)
            if number:
                ended = pages[number - 1].get_by_role("heading", name="Разговор окончен")
                await expect(ended).to_be_visible()
        await expect(teacher.get_by_role("figure", name="Абрамов Иван")).to_be_visible()
        await expect(teacher.get_by_role("figure")).to_have_count(2)
        await keep(teacher, "line-last-1280")
        await door.get_by_role("button", name="Закончить разговор").click()
        await expect(third.get_by_role("heading", name="Разговор окончен")).to_be_visible()
        await keep(second, "line-finished-360")
