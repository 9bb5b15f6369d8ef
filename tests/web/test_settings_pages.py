"""The path of a first set-up, the organisation's settings, the calendar, programmes and subjects."""

import re
from datetime import date
from typing import Any

import pytest

from school.calendar import actions as changing
from school.calendar import queries as calendar
from school.calendar.rules import Calendar, official_holidays
from school.organisation import queries as organisation
from school.study import queries as study
from school.study.models import SubjectType
from tests.builders import NOW
from tests.web.site import Browser, Page, Site

SETTINGS: dict[str, Any] = {
    "name": "Школа № 7",
    "short_name": "Школа",
    "zone": "Asia/Yekaterinburg",
    "locale": "ru",
    "student_term": "слушатель",
    "lobby_minutes": "15",
    "grace_minutes": "5",
    "warning_minutes": "3",
    "webinar_places": "60",
    "videoconference_places": "12",
    "chat_places": "90",
}


@pytest.fixture
async def office(browser: Browser) -> Browser:
    """The administrator's browser."""
    await browser.become("orlova")
    return browser


def hidden(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


async def stored(site: Site) -> Calendar:
    async with site.database.read() as db:
        return await calendar.calendar(db)


async def test_the_path_names_the_next_step_until_it_is_done(office: Browser) -> None:
    page = await office.get("/today")
    assert "Следующий шаг: Организация и часовой пояс." in page.words
    form = await office.get("/settings/organisation")
    answer = await office.post("/settings/organisation", **SETTINGS, seen=hidden(form, "seen"))
    assert "Следующий шаг: Локальный акт." in answer.words
    assert "Организация и часовой пояс сделано" in answer.words


async def test_others_see_no_path(browser: Browser) -> None:
    await browser.become("ivanov")
    assert "Путь к первой консультации" not in (await browser.get("/today")).words


async def test_settings_are_saved_as_typed(site: Site, office: Browser) -> None:
    form = await office.get("/settings/organisation")
    answer = await office.post(
        "/settings/organisation", follow=False, **SETTINGS, require_sign_in="1", seen=hidden(form, "seen")
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/settings")
    async with site.database.read() as db:
        row = await organisation.settings(db)
    assert (row.name, row.zone, row.student_term, row.lobby_minutes, row.require_sign_in) == (
        "Школа № 7",
        "Asia/Yekaterinburg",
        "слушатель",
        15,
        True,
    )


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Заполните это поле."),
        ("lobby_minutes", "сто", "Введите целое число."),
        ("lobby_minutes", "121", "Число должно быть не больше 120."),
        ("webinar_places", "0", "Число должно быть не меньше 1."),
        ("chat_places", "1001", "Число должно быть не больше 1000."),
        ("zone", "Europe/Nowhere", "Выберите одно из предложенных значений."),
        ("locale", "de", "Выберите одно из предложенных значений."),
    ],
)
async def test_a_wrong_setting_is_named_and_what_was_typed_stays(
    site: Site, office: Browser, field: str, typed: str, words: str
) -> None:
    form = await office.get("/settings/organisation")
    fields = SETTINGS | {"short_name": "Лицей", field: typed}
    answer = await office.post("/settings/organisation", **fields, seen=hidden(form, "seen"))
    assert answer.status == 422
    assert f'id="e-{field}">{words}' in answer.text
    assert 'value="Лицей"' in answer.text
    async with site.database.read() as db:
        assert (await organisation.settings(db)).short_name == "Школа № 7"


async def test_who_saves_settings_over_somebody_elses_is_told_and_keeps_the_typed(
    site: Site, office: Browser
) -> None:
    seen = hidden(await office.get("/settings/organisation"), "seen")
    await office.post("/settings/organisation", **SETTINGS, seen=seen)
    answer = await office.post(
        "/settings/organisation", **(SETTINGS | {"name": "Моя школа"}), seen=seen, follow=False
    )
    assert answer.status == 409
    assert "Пока вы вводили, это изменил кто-то другой." in answer.words
    assert 'value="Моя школа"' in answer.text
    async with site.database.read() as db:
        assert (await organisation.settings(db)).name == "Школа № 7"


async def test_russias_zones_come_first_in_the_readers_language(office: Browser) -> None:
    page = await office.get("/settings/organisation")
    zones = re.findall(r'<option value="(\w+/[^"]+)"', page.text)
    assert zones[:3] == ["Europe/Kaliningrad", "Europe/Moscow", "Europe/Simferopol"]
    assert "Екатеринбург — Asia/Yekaterinburg" in page.words
    assert zones.index("Asia/Kamchatka") == 26 < zones.index("Africa/Abidjan")


async def test_a_term_and_a_break_are_added_and_removed(site: Site, office: Browser) -> None:
    await office.get("/settings/calendar")
    year: dict[str, Any] = {"name": "Год", "since": "01.09.2026", "until": "2027-05-31"}
    await office.post("/settings/calendar", change="add_term", **year)
    await office.post("/settings/calendar", change="add_break", **(year | {"name": "Отдых"}))
    kept = await stored(site)
    assert [(term.name, term.since) for term in kept.terms] == [("Год", date(2026, 9, 1))]
    assert [rest.name for rest in kept.breaks] == ["Отдых"]
    await office.post("/settings/calendar", change="remove_term", id="1")
    await office.post("/settings/calendar", change="remove_break", id="1")
    assert await stored(site) == Calendar()


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"since": "2026-09-01", "until": "2026-08-01"}, "until", "Последний день раньше первого."),
        ({"since": "вчера", "until": "2026-09-01"}, "since", "Введите дату, например 01.09.2026."),
        ({"since": "31.02.2026", "until": "2026-09-01"}, "since", "Введите дату, например 01.09.2026."),
        ({"until": "2026-09-01"}, "since", "Заполните это поле."),
    ],
)
async def test_a_wrong_term_is_refused_in_its_own_form(
    site: Site, office: Browser, fields: dict[str, Any], name: str, words: str
) -> None:
    await office.get("/settings/calendar")
    answer = await office.post("/settings/calendar", change="add_term", name="Первая", **fields)
    assert answer.status == 422
    assert f'id="e-t-{name}">{words}' in answer.text
    assert answer.text.count('class="error"') == 1
    assert 'value="Первая"' in answer.text
    assert (await stored(site)).terms == ()


async def test_overlapping_terms_are_refused_by_name(office: Browser) -> None:
    await office.get("/settings/calendar")
    year: dict[str, Any] = {"since": "2026-09-01", "until": "2027-05-31"}
    await office.post("/settings/calendar", change="add_term", name="Год", **year)
    answer = await office.post("/settings/calendar", change="add_term", name="Другой", **year)
    assert answer.status == 422
    assert "Эти дни пересекаются с «Год»." in answer.words


async def test_russias_holidays_are_offered_kept_and_given_up_by_their_boxes(
    site: Site, office: Browser
) -> None:
    page = await office.get("/settings/calendar?year=2027")
    offered = official_holidays(2027)
    assert len(re.findall(r'name="chosen" value="[^"]+" checked', page.text)) == len(offered) >= 14
    path, new_year, victory = "/settings/calendar", "2027-01-01", "2027-05-09"
    async with office.client.post(
        path,
        data=[("csrf", office.token), ("change", "take_offer"), ("year", "2027")]
        + [("chosen", day) for day in (new_year, victory)],
    ):
        pass
    assert sorted((await stored(site)).holidays) == [date(2027, 1, 1), date(2027, 5, 9)]
    page = await office.get("/settings/calendar?year=2027")
    assert re.findall(r'name="chosen" value="([^"]+)" checked', page.text) == [new_year, victory]
    await office.post(path, change="take_offer", year="2027", chosen=victory)
    assert sorted((await stored(site)).holidays) == [date(2027, 5, 9)]


async def test_the_organisations_own_days_and_transfers_and_parity(site: Site, office: Browser) -> None:
    path = "/settings/calendar"
    await office.get(path)
    await office.post(path, change="add_holiday", date="2026-10-05", name="День учителя")
    await office.post(path, change="add_transfer", date="2026-09-12", weekday="1")
    await office.post(path, change="add_transfer", date="2026-09-12", weekday="2")
    page = await office.post(path, change="set_anchor", anchor="2026-09-01")
    assert "День учителя" in page.words
    assert "проходит как вторник" in page.words
    assert "Сейчас чётная неделя." in page.words
    kept = await stored(site)
    assert kept.holidays == {date(2026, 10, 5): "День учителя"}
    assert (kept.transfers, kept.parity_anchor) == ({date(2026, 9, 12): 2}, date(2026, 9, 1))
    await office.post(path, change="remove_holiday", date="2026-10-05")
    await office.post(path, change="remove_transfer", date="2026-09-12")
    await office.post(path, change="set_anchor")
    assert await stored(site) == Calendar()


async def test_a_button_that_does_not_exist_does_nothing(office: Browser) -> None:
    await office.get("/settings/calendar")
    assert (await office.post("/settings/calendar", change="drop_all")).status == 400


async def test_a_programme_and_its_subject_are_added_and_changed(site: Site, office: Browser) -> None:
    await office.get("/settings/study")
    await office.post("/settings/study/programmes", name="Среднее общее")
    period: dict[str, Any] = {"since": "2026-09-01", "until": "2027-05-31"}
    page = await office.post(
        "/settings/study/subjects", programme_id="2", name="Физика", subject_type="course", **period
    )
    assert "Физика курс 01.09.2026 – 31.05.2027" in page.words
    form = await office.get("/settings/study/subjects/2")
    new: dict[str, Any] = {
        "name": "Астрономия",
        "subject_type": "module",
        "seen": hidden(form, "seen"),
        **period,
    }
    assert (await office.post("/settings/study/subjects/2", follow=False, **new)).status == 303
    again = await office.post("/settings/study/subjects/2", follow=False, **new)
    assert (again.status, 'value="Астрономия"' in again.text) == (409, True)
    await office.post("/settings/study/programmes/2", name="Старшая школа")
    async with site.database.read() as db:
        row = await study.subject(db, 2)
    assert (row.name, row.subject_type, row.programme_name) == (
        "Астрономия",
        SubjectType.MODULE,
        "Старшая школа",
    )


async def test_bad_programmes_and_subjects_are_refused_beside_their_fields(office: Browser) -> None:
    await office.get("/settings/study")
    taken = await office.post("/settings/study/programmes", name=" Среднее ")
    taken = await office.post("/settings/study/programmes", name="Среднее")
    assert taken.status == 422
    assert 'id="e-p-name">Программа с таким названием уже есть.' in taken.text
    wrong = await office.post(
        "/settings/study/subjects",
        programme_id="1",
        name="Химия",
        subject_type="science",
        since="2026-09-01",
        until="2026-08-01",
    )
    assert wrong.status == 422
    assert 'id="e-s-subject_type">Выберите одно из предложенных значений.' in wrong.text
    assert 'value="Химия"' in wrong.text
    assert (await office.get("/settings/study/subjects/999")).status == 404


async def test_a_term_a_holiday_and_a_transferred_day_are_changed_where_they_stand(
    site: Site, browser: Browser
) -> None:
    async with site.database.begin() as db:
        by = {"by": site.cast.administrator}
        await changing.add_term(
            db, NOW, **by, name="I четветрь", since=date(2026, 9, 1), until=date(2026, 10, 24)
        )
        await changing.add_term(
            db, NOW, **by, name="II четверть", since=date(2026, 11, 5), until=date(2026, 12, 27)
        )
        await changing.keep_holidays(
            db, NOW, **by, holidays={date(2026, 9, 21): "День", date(2026, 9, 22): "Ещё"}
        )
        await changing.transfer(db, NOW, **by, on=date(2026, 9, 26), weekday=1)
    await browser.become("orlova")
    path = "/settings/calendar"
    await browser.get(path)

    async def change(**fields: str) -> Page:
        return await browser.post(path, **fields)

    term = {"change": "change_term", "id": "1", "name": "I четверть", "since": "2026-09-01"}
    refused = await change(**term, until="2026-11-10")
    assert (refused.status, "Эти дни пересекаются с «II четверть»" in refused.words) == (422, True)
    assert "I четветрь" in (await browser.get(path)).words
    assert "01.09.2026 – 25.10.2026" in (await change(**term, until="2026-10-25")).words
    gone = await change(**term, until="2026-10-25")
    assert (gone.status, "Тем временем это убрал кто-то другой." in gone.words) == (409, True)

    holiday = {"change": "change_holiday", "was": "2026-09-21", "name": "День школы"}
    taken = await change(**holiday, date="2026-09-22")
    assert (taken.status, "На этот день уже что-то назначено." in taken.words) == (422, True)
    words = (await change(**holiday, date="2026-09-23")).words
    assert ("23.09.2026 · День школы" in words, "21.09.2026" in words) == (True, False)

    transfer = {"change": "change_transfer", "was": "2026-09-26", "date": "2026-10-03", "weekday": "2"}
    words = (await change(**transfer)).words
    assert ("03.10.2026 · проходит как вторник" in words.lower(), "26.09.2026" in words) == (True, False)
