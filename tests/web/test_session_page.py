"""One consultation: who reads what of it, whose topic it is, who hands out links (R7, R24, R25, R27)."""

import re

import pytest

from school.links import queries as links
from school.sessions import queries as sessions
from school.sessions.models import Scope, TopicBasis
from tests.web.site import Browser, Site

TOPIC = {"topic": "Дроби и проценты", "basis": "student_request", "scope": "single_topic"}


def addresses(text: str) -> list[str]:
    """The personal links on a page."""
    return re.findall(r'value="http://localhost:8080(/r/[\w-]+)"', text)


async def test_the_host_sets_the_topic_its_basis_and_scope(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    await browser.get(f"/sessions/{site.cast.session}")
    page = await browser.post(f"/sessions/{site.cast.session}/topic", **TOPIC)
    assert "Тема Дроби и проценты Основание темы Обращение обучающегося Охват По отдельной теме" in page.words
    async with site.database.read() as db:
        kept = await sessions.session(db, site.cast.session)
    assert (kept.topic, kept.topic_basis, kept.scope) == (
        "Дроби и проценты",
        TopicBasis.STUDENT_REQUEST,
        Scope.SINGLE_TOPIC,
    )


async def test_a_topic_without_words_is_refused_and_the_choices_stay(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    await browser.get(f"/sessions/{site.cast.session}")
    page = await browser.post(f"/sessions/{site.cast.session}/topic", **(TOPIC | {"topic": " "}))
    assert page.status == 422
    assert "Заполните это поле." in page.words
    assert '<option value="student_request" selected>' in page.text
    async with site.database.read() as db:
        assert (await sessions.session(db, site.cast.session)).topic is None


async def test_an_administrator_cannot_set_the_topic(site: Site, browser: Browser) -> None:
    await browser.become("orlova")
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert "Сохранить тему" not in page.words
    assert (await browser.post(f"/sessions/{site.cast.session}/topic", **TOPIC)).status == 403
    async with site.database.read() as db:
        assert (await sessions.session(db, site.cast.session)).topic is None


async def test_reading_makes_no_links_and_the_button_makes_one_for_each(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    before = await browser.get(f"/sessions/{site.cast.session}")
    assert addresses(before.text) == []
    assert "у 3 человек ещё нет ссылки" in before.words
    async with site.database.read() as db:
        assert await links.of_session(db, site.cast.session) == []
    after = await browser.post(f"/sessions/{site.cast.session}/links", action="prepare")
    made = addresses(after.text)
    assert len(made) == len(set(made)) == 3
    assert addresses((await browser.get(f"/sessions/{site.cast.session}")).text) == made


async def test_a_link_from_the_page_names_its_person(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    await browser.get(f"/sessions/{site.cast.session}")
    page = await browser.post(f"/sessions/{site.cast.session}/links", action="prepare")
    async with site.browser() as student:
        named = [(await student.get(path)).words for path in addresses(page.text)]
    assert [name in words for name, words in zip(("Соколова Анна", "Иванов Пётр", "Иванова Мария"), named,
                                                 strict=True)] == [True] * 3  # fmt: skip


async def test_a_replaced_link_stops_working_and_the_new_one_works(site: Site, browser: Browser) -> None:
    old = await site.link(site.cast.student)
    async with site.database.read() as db:
        (link,) = await links.of_session(db, site.cast.session)
    await browser.become("sokolova")
    await browser.get(f"/sessions/{site.cast.session}")
    order = {"action": "renew", "link": str(link.id), "generation": str(link.generation)}
    page = await browser.post(f"/sessions/{site.cast.session}/links", **order)
    (new,) = addresses(page.text)
    assert new != old
    assert (await browser.get(old)).status != 200
    assert (await browser.get(new)).status == 200


@pytest.mark.parametrize("generation", ["-1", "9" * 30])
async def test_a_generation_that_cannot_be_replaces_no_link(
    site: Site, browser: Browser, generation: str
) -> None:
    old = await site.link(site.cast.student)
    async with site.database.read() as db:
        (link,) = await links.of_session(db, site.cast.session)
    await browser.become("sokolova")
    await browser.get(f"/sessions/{site.cast.session}")
    order = {"action": "renew", "link": str(link.id), "generation": generation}
    assert (await browser.post(f"/sessions/{site.cast.session}/links", **order)).status == 400
    assert (await browser.get(old)).status == 200


async def test_a_revoked_link_is_shown_as_such_and_stops_working(site: Site, browser: Browser) -> None:
    old = await site.link(site.cast.student)
    async with site.database.read() as db:
        (link,) = await links.of_session(db, site.cast.session)
    await browser.become("orlova")
    await browser.get(f"/sessions/{site.cast.session}")
    page = await browser.post(f"/sessions/{site.cast.session}/links", action="revoke", link=str(link.id))
    assert "отозвана" in page.words
    assert addresses(page.text) == []
    assert (await browser.get(old)).status != 200


async def test_a_link_of_another_session_cannot_be_touched_from_here(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    await browser.get(f"/sessions/{site.cast.session}")
    page = await browser.post(f"/sessions/{site.cast.session}/links", action="revoke", link="999")
    assert page.status == 404


async def test_a_student_sees_the_facts_and_no_links(site: Site, browser: Browser) -> None:
    await site.link(site.cast.student)
    await browser.become("ivanov")
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert "Соколова Анна Павловна" in page.words
    assert "Личные ссылки" not in page.words
    assert "Иванова Мария" not in page.words
    assert addresses(page.text) == []


async def test_who_is_not_invited_learns_nothing(site: Site, browser: Browser) -> None:
    await browser.become("chuzhov")
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert page.status == 404
    assert "Алгебра" not in page.words


async def test_after_the_end_nothing_can_be_changed(site: Site, browser: Browser) -> None:
    site.clock.pass_by(hours=2)
    await browser.become("sokolova")
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert "закончилась" in page.words
    assert "Сохранить тему" not in page.words
    assert "Личные ссылки" not in page.words
    assert (await browser.post(f"/sessions/{site.cast.session}/topic", **TOPIC)).status == 409
