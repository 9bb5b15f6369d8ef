"""Forms filled in wrongly: 422, the field is named with what to do, and what was typed is still there.

Forms not met here have such a test beside their page's own: sign-in, passwords, people, settings, new acts,
sessions, lines, new versions, attendance.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import ClientSession
from yarl import URL

from school.people import actions as people
from school.people import queries
from tests.web.office import VERSION, Office, approved, begin, open_office, step
from tests.web.site import Browser, Page, Site
from tests.web.test_local_acts import ACT
from web.cookies import SIGN_IN

EMPTY = "Заполните это поле."
NO_DATE = "Введите дату, например 01.09.2026."
NO_CHOICE = "Выберите одно из предложенных значений."
EARLY = "Последний день раньше первого. Поменяйте их местами или исправьте."


@dataclass(frozen=True)
class Wrong:
    """What is typed, the words by which field (its id on the page), and which fields still hold the typed."""

    typed: dict[str, Any]
    words: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)


def fields_of(page: Page) -> dict[str, str]:
    """What stands in the page's fields, by their ids; a select's is the chosen value."""
    held = {}
    for tag in re.findall(r"<input\b[^>]*>", page.text):
        named, value = re.search(r'\bid="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if named:
            held[named[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea id="([^"]+)"[^>]*>(.*?)</textarea>', page.text, re.DOTALL):
        held[name] = unescape(text)
    for name, options in re.findall(r'<select id="([^"]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        held[name] = chosen[1] if chosen else ""
    return held


def check(page: Page, wrong: Wrong) -> None:
    """Raises AssertionError unless the page names exactly these fields and keeps what was typed."""
    assert page.status == 422, page.words
    told = dict(re.findall(r'<p class="error" id="e-([^"]+)">([^<]*)</p>', page.text))
    assert told == wrong.words
    for name in told:
        control = re.search(
            rf'<(?:input|textarea|select)\b[^>]*aria-describedby="e-{name}\b[^>]*>', page.text
        )
        assert control, f"nothing says that e-{name} is about it"
        assert 'aria-invalid="true"' in control[0]
    held = fields_of(page)
    assert {name: held.get(name) for name in wrong.kept} == wrong.kept


async def submitted(office: Office, site: Site) -> str:
    path = await begin(office.methodist, site)
    await step(office.methodist, path, "submit")
    return path


STEPS_OF_THE_HEAD = [
    ("approve", Wrong({}, {"order_number": EMPTY, "order_date": EMPTY})),
    (
        "approve",
        Wrong(
            {"order_number": " ", "order_date": "2026-09-05"},
            {"order_number": EMPTY},
            {"f-order_date": "2026-09-05"},
        ),
    ),
    (
        "approve",
        Wrong(
            {"order_number": "12-о", "order_date": "позавчера"},
            {"order_date": NO_DATE},
            {"f-order_number": "12-о", "f-order_date": "позавчера"},
        ),
    ),
    (
        "approve",
        Wrong(
            {"order_number": '12"<о>', "order_date": "31.02.2026"},
            {"order_date": NO_DATE},
            {"f-order_number": '12"<о>'},
        ),
    ),
    (
        "approve",
        Wrong(
            {"order_number": "9" * 65, "order_date": "2026-09-05"},
            {"order_number": "Слишком длинно: не больше 64 знаков."},
            {"f-order_number": "9" * 65, "f-order_date": "2026-09-05"},
        ),
    ),
    ("return", Wrong({}, {"remark": EMPTY})),
    ("return", Wrong({"remark": " \n "}, {"remark": EMPTY})),
    (
        "return",
        Wrong(
            {"remark": "ы" * 2001},
            {"remark": "Слишком длинно: не больше 2000 знаков."},
            {"f-remark": "ы" * 2001},
        ),
    ),
]


@pytest.mark.parametrize(("name", "wrong"), STEPS_OF_THE_HEAD)
async def test_a_decision_that_says_too_little_is_not_taken(site: Site, name: str, wrong: Wrong) -> None:
    async with open_office(site) as office:
        path = await submitted(office, site)
        check(await step(office.head, path, name, **wrong.typed), wrong)
        assert "ждёт утверждения" in (await office.head.get(path)).words


PUBLICATIONS = [
    Wrong({}, {"where": EMPTY, "on": EMPTY}),
    Wrong({"where": "забор", "on": "2026-09-07"}, {"where": NO_CHOICE}, {"f-on": "2026-09-07"}),
    Wrong(
        {"where": "notice_board", "on": "в понедельник"},
        {"on": NO_DATE},
        {"f-where": "notice_board", "f-on": "в понедельник"},
    ),
    Wrong({"where": "notice_board", "on": ""}, {"on": EMPTY}, {"f-where": "notice_board"}),
]


@pytest.mark.parametrize("wrong", PUBLICATIONS)
async def test_a_publication_nowhere_or_on_no_day_is_not_recorded(site: Site, wrong: Wrong) -> None:
    async with open_office(site) as office:
        path = await approved(office, site)
        check(await step(office.methodist, path, "publish", **wrong.typed), wrong)
        assert "не указано, где он размещён" in (await office.methodist.get("/versions")).words


VERSIONS = [
    Wrong({"title": " "}, {"title": EMPTY}, {"f-valid_from": "2026-09-01", "f-valid_until": "2027-05-31"}),
    Wrong({"title": "ю" * 201}, {"title": "Слишком длинно: не больше 200 знаков."}, {"f-title": "ю" * 201}),
    Wrong({"valid_from": "осенью"}, {"valid_from": NO_DATE}, {"f-valid_from": "осенью", "f-title": "Другой"}),
    Wrong({"valid_until": ""}, {"valid_until": EMPTY}, {"f-title": "Другой"}),
    Wrong(
        {"valid_until": "2026-08-01"},
        {"valid_until": EARLY},
        {"f-title": "Другой", "f-valid_until": "2026-08-01"},
    ),
    Wrong(
        {"valid_until": "2040-01-01"},
        {"valid_until": "Срок действия — не больше 800 дней."},
        {"f-title": "Другой", "f-valid_until": "2040-01-01"},
    ),
]


@pytest.mark.parametrize("wrong", VERSIONS)
async def test_a_name_or_validity_that_makes_no_sense_changes_nothing(site: Site, wrong: Wrong) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await office.methodist.get(f"{path}/edit")
        typed = VERSION | {"title": "Другой", "revision": "1"} | wrong.typed
        check(await office.methodist.post(f"{path}/edit", **typed), wrong)
        assert "График на год" in (await office.methodist.get(path)).words


# Of the administrator: the page with the form, where it goes, and what is wrong. {…} are ids of the cast.
OF_THE_ADMINISTRATOR = [
    ("/people/{worker}", "/people/{worker}/appointments/1/end",
     Wrong({"until": "летом"}, {"e1until": NO_DATE}, {"f-e1until": "летом"})),
    ("/people/{worker}", "/people/{worker}/appointments/1/end", Wrong({}, {"e1until": EMPTY})),
    ("/people/{student}/edit", "/people/{student}/edit",
     Wrong({"family_name": "", "given_name": "Пётр", "birth_date": "давно"},
           {"family_name": EMPTY, "birth_date": NO_DATE}, {"f-given_name": "Пётр", "f-birth_date": "давно"})),
    ("/people/{student}", "/people/{student}/family/1",
     Wrong({"action": "suspend", "reason": " "}, {"l1": EMPTY})),
    ("/people/{student}", "/people/{student}/family/1",
     Wrong({"action": "suspend", "reason": "р" * 501}, {"l1": "Слишком длинно: не больше 500 знаков."},
           {"f-l1": "р" * 501})),
    ("/groups/{group}", "/groups/{group}",
     Wrong({"name": "", "grade": "сто"}, {"n-name": EMPTY, "n-grade": "Введите целое число."},
           {"f-n-grade": "сто"})),
    ("/groups/{group}", "/groups/{group}/members/end",
     Wrong({"person": "{student}", "until": "никогда"}, {"m{student}until": NO_DATE},
           {"f-m{student}until": "никогда"})),
    ("/groups/{group}?find=чужов", "/groups/{group}/members?find=чужов",
     Wrong({"person": "{stranger}", "since": "завтра"}, {"s{stranger}": NO_DATE}, {"s{stranger}": "завтра"})),
    ("/settings/acts", "/settings/acts/1/end",
     Wrong({"until": "потом"}, {"end1until": NO_DATE}, {"f-end1until": "потом"})),
    ("/settings/study/programmes/1", "/settings/study/programmes/1", Wrong({"name": " "}, {"name": EMPTY})),
    ("/settings/study/programmes/1", "/settings/study/programmes/1",
     Wrong({"name": "г" * 201}, {"name": "Слишком длинно: не больше 200 знаков."}, {"f-name": "г" * 201})),
    ("/settings/study/subjects/1", "/settings/study/subjects/1",
     Wrong({"name": "Физика", "subject_type": "наука", "since": "осень", "until": ""},
           {"subject_type": NO_CHOICE, "since": NO_DATE, "until": EMPTY},
           {"f-name": "Физика", "f-since": "осень"})),
    ("/settings/study/subjects/1", "/settings/study/subjects/1",
     Wrong({"name": "Физика", "subject_type": "module", "since": "2026-09-01", "until": "2026-08-01"},
           {"until": EARLY}, {"f-name": "Физика", "f-subject_type": "module", "f-until": "2026-08-01"})),
    ("/settings/calendar", "/settings/calendar",
     Wrong({"change": "add_break", "name": "Каникулы", "since": "2026-11-01", "until": "?"},
           {"b-until": NO_DATE}, {"f-b-name": "Каникулы", "f-b-since": "2026-11-01"})),
    ("/settings/calendar", "/settings/calendar",
     Wrong({"change": "add_holiday", "name": "День школы", "date": "весной"},
           {"h-date": NO_DATE}, {"f-h-name": "День школы", "f-h-date": "весной"})),
    ("/settings/calendar", "/settings/calendar",
     Wrong({"change": "add_transfer", "date": "суббота", "weekday": "9"},
           {"x-date": NO_DATE, "x-weekday": "Число должно быть не больше 7."}, {"f-x-date": "суббота"})),
    ("/settings/calendar", "/settings/calendar",
     Wrong({"change": "add_term", "name": "Год", "since": "0001-01-01", "until": "9999-12-31"},
           {"t-since": NO_DATE, "t-until": NO_DATE}, {"f-t-name": "Год", "f-t-until": "9999-12-31"})),
    ("/settings/calendar", "/settings/calendar",
     Wrong({"change": "set_anchor", "anchor": "нечётная"}, {"a-anchor": NO_DATE},
           {"f-a-anchor": "нечётная"})),
]  # fmt: skip


@pytest.mark.parametrize(("page", "path", "wrong"), OF_THE_ADMINISTRATOR)
async def test_a_form_of_the_administrator_filled_in_wrongly_changes_nothing(
    site: Site, browser: Browser, page: str, path: str, wrong: Wrong
) -> None:
    ids = {name: str(value) for name, value in vars(site.cast).items()}

    def named(texts: dict[str, str]) -> dict[str, Any]:
        return {name.format(**ids): value.format(**ids) for name, value in texts.items()}

    await browser.become("orlova")
    await browser.get("/settings/acts")
    await browser.post("/settings/acts", **ACT, text="Утвердить порядок.")
    opened = await browser.get(page.format(**ids))
    assert f'action="{path}"'.format(**ids) in unquote(unescape(opened.text)) or page == path
    answer = await browser.post(path.format(**ids), **named(wrong.typed))
    check(answer, Wrong(wrong.typed, named(wrong.words), named(wrong.kept)))


async def test_a_zone_or_language_that_is_not_offered_is_named(browser: Browser) -> None:
    await browser.become("ivanov")
    await browser.get("/account")
    wrong = Wrong({"locale": "ru", "zone": "Mars/Base"}, {"zone": NO_CHOICE}, {"f-locale": "ru"})
    check(await browser.post("/account/habits", **wrong.typed), wrong)
    wrong = Wrong({"locale": "xx", "zone": "Asia/Omsk"}, {"locale": NO_CHOICE}, {"f-zone": "Asia/Omsk"})
    check(await browser.post("/account/habits", **wrong.typed), wrong)


# Filters are addresses, and anybody may type one: what makes no sense filters nothing or finds nothing.
NONSENSE = {
    "nobody": ["/schedule?worker=x&weekday=9&form=film&subject=%00", "/schedule/embed?worker=-1"],
    "ivanov": [
        "/week?date=2026-02-31&view=year",
        "/week?date=9999-12-31",
        "/week?whose=all&host=1e9",
    ],
    "orlova": [
        "/week?whose=all&host=-1&group=99999999999999999999&date=",
        "/people?find=%27%22%25_&role=king&group=x&state=asleep&page=-5",
        "/people?page=99999999999999999999",
        "/groups/1?find=%25",
        "/people/3?relative=%5C%25_",
        "/audit?since=x&until=31.02.2026&person=king&action=%3Cb%3E&before=-1",
        "/settings/calendar?year=-1",
        f"/settings/calendar?year={'9' * 5000}",
        "/sessions/new?search=%25",
    ],
}


async def test_filters_with_nonsense_in_them_are_pages_all_the_same(site: Site) -> None:
    answers = {}
    for login, paths in NONSENSE.items():
        async with site.database.begin() as db:
            token = None
            if login != "nobody":
                known = await queries.by_login(db, login)
                assert known is not None
                token = await people.start_sign_in(
                    db,
                    site.clock(),
                    person_id=known.person_id,
                    user_agent="",
                    lifetime=timedelta(days=1),
                )
        headers = {"Cookie": f"{SIGN_IN}={token}"} if token else {}
        for path in paths:
            async with ClientSession() as client:
                address = f"{str(site.server.make_url('/')).rstrip('/')}{path}"
                async with client.get(URL(address, encoded=True), headers=headers) as answer:
                    answers[path] = (answer.status, "<main" in await answer.text() or "embed" in path)
    assert {path: told for path, told in answers.items() if told != (200, True)} == {}
