"""One-off, moved and cancelled consultations through the browser, and what everybody reads of them (R39)."""

from datetime import UTC, datetime

import pytest

from school.people.models import Category, Role
from school.schedule.models import Audience, Kind
from school.sessions import queries as sessions
from tests import builders
from tests.web.office import approved, open_office, step
from tests.web.site import Browser, Site

ONE_OFF = {
    "reason": "Вместо несостоявшегося занятия",
    "host_id": "2",
    "date": "2026-09-09",
    "starts": "16:00",
    "ends": "16:45",
    "form": "webinar",
    "kind": "group",
    "purpose": "current",
    "audience": "both",
    "action": "add",
}


def wished(site: Site, **changes: str) -> dict[str, str]:
    return ONE_OFF | {"host_id": str(site.cast.worker), "groups": str(site.cast.group)} | changes


async def administrator(browser: Browser, path: str = "/sessions/new") -> Browser:
    await browser.become("orlova")
    await browser.get(path)
    return browser


async def test_a_one_off_consultation_says_why_and_is_read_by_those_it_is_for(
    site: Site, browser: Browser
) -> None:
    page = await (await administrator(browser)).post("/sessions/new", **wished(site))
    assert page.path.startswith("/sessions/"), page.words
    assert "Вне графика Вместо несостоявшегося занятия" in page.words
    async with site.database.read() as db:
        kept = await sessions.session(db, int(page.path.split("/")[-1]))
    assert kept.starts_at == datetime(2026, 9, 9, 13, 0, tzinfo=UTC)
    assert (kept.group_names, kept.audience, kept.one_off_by) == (
        ("7А",),
        Audience.BOTH,
        site.cast.administrator,
    )
    async with site.browser() as student:
        await student.become("ivanov")
        week = await student.get("/week")
        assert "9 сентября, среда" in week.words
        assert "16:00–16:45" in week.words


async def test_an_individual_one_finds_its_family_by_name_and_keeps_what_was_typed(
    site: Site, browser: Browser
) -> None:
    async with site.database.begin() as db:
        await builders.add_worker(db, family_name="Иванцова", category=Category.OTHER)
    await administrator(browser)
    alone = wished(site, kind="individual", search="ивАН петр")
    del alone["groups"]
    found = await browser.post("/sessions/new", **alone | {"action": "find", "reason": ""})
    assert found.status == 200
    assert "Иванов Пётр Андреевич Иванова Мария Олеговна (мама, Иванов Пётр Андреевич)" in found.words
    assert "Иванцова" not in found.words.split("Имя обучающегося")[1]
    assert 'value="16:00"' in found.text
    family = f"f:{site.cast.parent}:{site.cast.student}"
    page = await browser.post("/sessions/new", **alone | {"addressees": family})
    async with site.database.read() as db:
        kept = await sessions.session(db, int(page.path.split("/")[-1]))
        expected = await sessions.expected(db, kept.id, builders.TODAY, builders.NOW)
    assert (kept.kind, kept.audience) == (Kind.INDIVIDUAL, Audience.BOTH)
    assert {one.person_id for one in expected} == {site.cast.worker, site.cast.student, site.cast.parent}


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"reason": " "}, 422, "Заполните это поле."),
        ({"date": "завтра"}, 422, "Введите дату, например 01.09.2026."),
        ({"starts": "25:00"}, 422, "Введите время, например 15:00."),
        ({"ends": "15:00"}, 422, "Окончание должно быть позже начала."),
        ({"date": "2026-09-01"}, 422, "Это время уже прошло."),
        ({"groups": ""}, 422, "Выберите хотя бы одну группу."),
        ({"kind": "individual", "groups": ""}, 422, "Выберите одного обучающегося"),
        ({"kind": "individual"}, 422, "снимите отметки с групп"),
        ({"kind": "individual", "groups": "", "purpose": "attestation"}, 422, "(п. 3.7 Порядка)"),
        ({"addressees": "s:3"}, 422, "Групповая консультация проводится для групп."),
        (
            {"kind": "individual", "groups": "", "addressees": "p:1:2"},
            422,
            "больше нет прав на этого ребёнка",
        ),
        ({"kind": "individual", "groups": "", "addressees": "s:1"}, 422, "больше не обучающийся"),
        ({"date": "2026-09-07", "starts": "09:10", "ends": "10:00"}, 409, "ведёт другую консультацию"),
    ],
)
async def test_a_one_off_that_makes_no_sense_is_refused_beside_its_field(
    site: Site, browser: Browser, changes: dict[str, str], status: int, told: str
) -> None:
    await administrator(browser)
    sent = {name: value for name, value in wished(site, **changes).items() if value}
    page = await browser.post("/sessions/new", **sent)
    assert (page.status, told in page.words) == (status, True), page.words
    assert '<option value="both" selected>' in page.text


async def test_a_moved_consultation_is_told_to_both_sides_with_its_reason(
    site: Site, browser: Browser
) -> None:
    path = f"/sessions/{site.cast.session}"
    await administrator(browser, f"{path}/change")
    page = await browser.post(
        f"{path}/move", date="2026-09-08", starts="12:00", ends="12:45", reason="Экскурсия"
    )
    told = "перенесена, была назначена на сегодня, 09:05: Экскурсия"
    assert told in page.words
    async with site.browser() as student, site.browser() as worker:
        for one, login in ((student, "ivanov"), (worker, "sokolova")):
            await one.become(login)
            for shown in ("/today", "/week", path):
                words = (await one.get(shown)).words
                assert told in words, (login, shown)
                assert "12:00–12:45" in words


async def test_a_cancelled_consultation_is_told_with_its_reason_and_stays_cancelled(
    site: Site, browser: Browser
) -> None:
    path = f"/sessions/{site.cast.session}"
    await administrator(browser, f"{path}/change")
    page = await browser.post(f"{path}/cancel", reason="Болезнь учителя")
    assert "отменена: Болезнь учителя" in page.words
    again = await browser.post(f"{path}/cancel", reason="Ещё раз")
    assert (again.status, "Тем временем консультацию отменили." in again.words) == (409, True)
    assert "Изменить уже ничего нельзя." in (await browser.get(f"{path}/change")).words
    async with site.browser() as parent:
        await parent.become("ivanova")
        assert "отменена: Болезнь учителя" in (await parent.get("/today")).words


@pytest.mark.parametrize(
    ("form", "fields", "told"),
    [
        ("cancel", {"reason": ""}, "Заполните это поле."),
        ("move", {"date": "", "starts": "12:00", "ends": "13:00", "reason": "Так"}, "Заполните это поле."),
        (
            "move",
            {"date": "2026-09-08", "starts": "12:00", "ends": "11:00", "reason": "Так"},
            "Окончание должно быть позже начала.",
        ),
        (
            "move",
            {"date": "2026-09-08", "starts": "1", "ends": "11:00", "reason": "Так"},
            "Введите время, например 15:00.",
        ),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_and_the_typed_stays(
    site: Site, browser: Browser, form: str, fields: dict[str, str], told: str
) -> None:
    path = f"/sessions/{site.cast.session}"
    await administrator(browser, f"{path}/change")
    page = await browser.post(f"{path}/{form}", **fields)
    assert (page.status, told in page.words) == (422, True), page.words
    for value in filter(None, fields.values()):
        assert f'value="{value}"' in page.text


async def test_nobody_but_the_administrator_is_offered_or_allowed_it(site: Site, browser: Browser) -> None:
    await browser.become("sokolova")
    page = await browser.get(f"/sessions/{site.cast.session}")
    assert "Перенести или отменить" not in page.words
    refused = await browser.post(f"/sessions/{site.cast.session}/cancel", reason="Не хочу")
    assert refused.status == 403
    async with site.database.read() as db:
        assert (await sessions.session(db, site.cast.session)).cancelled_at is None


async def test_the_search_finds_students_only_and_says_when_nobody_is_found(
    site: Site, browser: Browser
) -> None:
    async with site.database.begin() as db:
        await builders.add_person(db, Role.METHODIST, family_name="Ежов")
    await administrator(browser)
    page = await browser.post("/sessions/new", **wished(site, action="find", search="ежов"))
    assert "Никого не нашлось." in page.words


async def test_the_public_page_shows_what_has_changed_without_the_reason(site: Site) -> None:
    path = f"/sessions/{site.cast.session}"
    async with open_office(site) as office:
        version = await approved(office, site)
        await step(office.methodist, version, "publish", where="official_site", on="2026-09-07")
        await office.deputy.become("orlova")
        await office.deputy.get(f"{path}/change")
        moved = {"date": "2026-09-08", "starts": "12:00", "ends": "12:45", "reason": "Экскурсия"}
        await office.deputy.post(f"{path}/move", **moved)
        async with site.browser() as visitor:
            words = (await visitor.get("/schedule")).words
            assert "Изменения в ближайшие две недели завтра, 12:00–12:45 Алгебра" in words
            assert "перенесена, была назначена на сегодня, 09:05" in words
            assert "Экскурсия" not in words
            cancelled = await office.deputy.post(f"{path}/cancel", reason="Болезнь")
            assert cancelled.status == 200, cancelled.words
            words = (await visitor.get("/schedule")).words
            assert ("не состоится" in words, "Болезнь" in words) == (True, False)
