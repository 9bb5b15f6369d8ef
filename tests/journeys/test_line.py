"""An individual consultation as a line (R15, R43): three families, one after another by «Следующий»."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from school.db import Database
from school.links import actions as links
from school.schedule.models import Form, Kind
from school.sessions import actions as sessions
from school.sessions.rules import Addressee
from tests import builders
from tests.journeys import school, steps
from tests.journeys.people import Person, Screen, on_every_screen
from tests.journeys.server import Kabinet

SMALL = Screen(640, 480, "mouse")


async def reception(
    database: Database, planned: school.Consultation
) -> tuple[school.Consultation, list[int]]:
    """An individual consultation, instead of the planned one, for three families.

    Two students, and a father for his daughter.
    """
    now = datetime.now(UTC)
    async with database.begin() as db:
        await sessions.end(
            db, now, session_id=planned.session_id, by=planned.teacher_id, reason=sessions.EndReason.CLOSED
        )
        first, daughter, third = planned.students
        father = await builders.add_parent(db, daughter, family_name="Ёлкин", given_name="Лев", patronymic="")
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
            addressees=[Addressee(first)],
        )
        for family in ([Addressee(father, daughter)], [Addressee(third)]):
            await sessions.book(
                db, now, session_id=session_id, by=planned.administrator_id, addressees=family
            )
        families = [first, father, third]
        links_of = {
            person: (
                await links.issue(
                    db,
                    now,
                    session_id=session_id,
                    person_id=person,
                    child_id=daughter if person == father else None,
                    today=now.date(),
                )
            ).id
            for person in (planned.teacher_id, *families)
        }
    return replace(planned, session_id=session_id, links=links_of), families


@on_every_screen
@pytest.mark.timeout(180)
async def test_three_families_are_received_one_after_another(
    sqlite_database: Database, kabinet: Kabinet, browser: Browser, mine: Screen, theirs: Screen
) -> None:
    group = await school.consultation(sqlite_database, students_expected=3)
    planned, ids = await reception(sqlite_database, group)
    await steps.set_topic(sqlite_database, planned)
    host, *families = [await Person.sit_down(browser, screen) for screen in (mine, SMALL, theirs, SMALL)]
    for family, id_ in zip(families, ids, strict=True):
        await family.come(kabinet.link(planned.links[id_]))
        await expect(family.page.get_by_role("heading", name="Ждём ведущего")).to_be_visible()
    await host.enter(kabinet.link(planned.links[planned.teacher_id]))
    await asyncio.gather(
        *(
            expect(family.page.get_by_text(words)).to_be_visible()
            for family, words in zip(
                families, ("Вы следующий.", "Перед вами 1 человек.", "Перед вами 2 человека."), strict=True
            )
        )
    )
    door = host.page.locator(".strip")
    await host.press(door.get_by_role("button", name="Показать"))
    waiting = host.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="Ёлкин Лев")
    await expect(waiting.get_by_role("button", name="Пригласить")).to_be_visible()
    await host.press(host.page.get_by_role("complementary").get_by_role("button", name="Закрыть"))

    for number, family in enumerate(families):
        await host.press(door.get_by_role("button", name="Следующий"))
        await steps.inside(family.page)
        await steps.moving(family.page, by=3)
        if number:
            before = families[number - 1].page
            await expect(before.get_by_role("heading", name="Разговор окончен")).to_be_visible()
    await expect(host.page.get_by_role("figure", name="Абрамов Иван")).to_be_visible()
    await expect(host.page.get_by_role("figure")).to_have_count(2)
    await host.press(door.get_by_role("button", name="Закончить разговор"))
    await expect(families[-1].page.get_by_role("heading", name="Разговор окончен")).to_be_visible()

    await host.press("Выйти…")
    await host.press("Завершить для всех")
    await host.page.get_by_role("heading", name="Консультация завершена").wait_for()
