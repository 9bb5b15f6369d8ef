"""People and groups as the administrator has them: list, card, roles, appointments, family, the end."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from school.directory import queries as directory
from school.people import queries as people
from school.people.models import Role
from tests import builders
from tests.builders import NOW, TODAY
from tests.web.site import Browser, Page, Site
from tests.web.tables import rows

PERSON: dict[str, Any] = {"family_name": "Щёглов", "given_name": "Пётр", "patronymic": "Ильич"}


@pytest.fixture
async def office(browser: Browser) -> Browser:
    """The administrator's browser, with a form token."""
    await browser.become("orlova")
    await browser.get("/people")
    return browser


def hidden(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


async def card(site: Site, person: int) -> directory.Card:
    async with site.database.read() as db:
        return await directory.card(db, person)


async def last_person(site: Site) -> int:
    async with site.database.read() as db:
        return max(row.id for row in await people.search(db, ""))


async def test_the_list_shows_names_roles_groups_and_logins(office: Browser) -> None:
    page = await office.get("/people")
    assert rows(page.text) == [
        ["ФИО", "Роли", "Должность или группа", "Логин"],
        ["Иванов Пётр Андреевич", "Обучающийся", "7А", "ivanov"],
        ["Иванова Мария Олеговна", "Родитель (законный представитель)", "—", "ivanova"],
        ["Орлова Вера", "Администратор", "—", "orlova"],
        ["Соколова Анна Павловна", "Педагогический работник", "учитель математики", "sokolova"],
        ["Чужов Олег Андреевич", "Обучающийся", "8Б", "chuzhov"],
    ]
    assert "1–5 из 5" in page.words


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=петр+ив", ["Иванов Пётр Андреевич"]),
        ("q=SOKOLOVA", ["Соколова Анна Павловна"]),
        ("role=student", ["Иванов Пётр Андреевич", "Чужов Олег Андреевич"]),
        ("group=1", ["Иванов Пётр Андреевич"]),
        ("state=left", []),
        ("q=яяя&state=all", []),
        ("role=king&group=-1&state=nowhere&page=0&q=вера", ["Орлова Вера"]),
        ("page=999999999", ["Иванов Пётр Андреевич", "Иванова Мария Олеговна", "Орлова Вера",
                            "Соколова Анна Павловна", "Чужов Олег Андреевич"]),
    ],
)  # fmt: skip
async def test_the_list_is_narrowed_by_its_address(office: Browser, query: str, names: list[str]) -> None:
    page = await office.get(f"/people?{query}")
    assert page.status == 200
    assert [row[0] for row in rows(page.text)[1:]] == names
    if not names:
        assert "Никого не нашлось." in page.words


async def test_a_long_list_is_paged_and_keeps_its_filters(site: Site, office: Browser) -> None:
    async with site.database.begin() as db:
        for number in range(51):
            await builders.add_student(db, family_name=f"Ким{number:02}")
    page = await office.get("/people?q=ким")
    assert "1–50 из 51" in page.words
    (address,) = re.findall(r'rel="next" href="([^"]+)"', page.text)
    page = await office.get(address.replace("&amp;", "&"))
    assert "51–51 из 51" in page.words
    assert [row[0] for row in rows(page.text)[1:]] == ["Ким50 Пётр Андреевич"]


async def test_the_list_takes_eleven_statements_for_one_row_and_for_three(
    site: Site, office: Browser
) -> None:
    counts = []
    for number in (1, 3):
        async with site.database.begin() as db:
            group = await builders.add_group(db, name=f"{number}В")
            for _ in range(number):
                await builders.add_student(db, group_id=group, family_name=f"Ли{number}")
        statements: list[str] = []

        def note(*call: Any, log: list[str] = statements) -> None:
            if not call[2].startswith(("BEGIN", "PRAGMA")):
                log.append(call[2])

        engine = site.database._reading.sync_engine  # where reading statements pass
        event.listen(engine, "before_cursor_execute", note)
        page = await office.get(f"/people?q=ли{number}")
        event.remove(engine, "before_cursor_execute", note)
        assert len(rows(page.text)) == number + 1
        counts.append(len(statements))
    assert counts == [11, 11]


async def test_a_person_is_added_with_roles_and_found_by_either_e(site: Site, office: Browser) -> None:
    new = PERSON | {"birth_date": "12.04.2013", "login": "Petr.S", "roles": "student"}
    page = await office.post("/people/new", **new)
    assert page.path == f"/people/{await last_person(site)}"
    made = await card(site, await last_person(site))
    assert (made.person.name, made.person.login, made.roles) == (
        "Щёглов Пётр Ильич",
        "petr.s",
        frozenset({Role.STUDENT}),
    )
    assert "Щёглов Пётр Ильич" in (await office.get("/people?q=щеглов")).words


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("family_name", "", "Заполните это поле."),
        ("given_name", "   ", "Заполните это поле."),
        ("family_name", "я" * 101, "Слишком длинно: не больше 100 знаков."),
        ("birth_date", "30.02.2013", "Введите дату, например 01.09.2026."),
        ("birth_date", "2100-01-01", "Этот день ещё не наступил. Проверьте год."),
        ("birth_date", "1800-01-01", "Так давно никто из живущих не родился."),
        ("login", "a b", "От 3 до 100 букв, цифр и знаков"),
        ("login", "ivanov", "Такой логин уже у кого-то есть."),
        ("login", " IVANOV", "Такой логин уже у кого-то есть."),
        ("zone", "Europe/Nowhere", "Выберите одно из предложенных значений."),
    ],
)
async def test_a_wrong_person_is_refused_by_field_and_nothing_is_half_done(
    site: Site, office: Browser, field: str, typed: str, words: str
) -> None:
    before = await last_person(site)
    page = await office.post("/people/new", **(PERSON | {"roles": "student", field: typed}))
    assert page.status == 422
    assert re.search(rf'id="e-{field}">{re.escape(words)}', page.text), page.words
    assert 'value="Ильич"' in page.text
    assert 'name="roles" value="student" checked' in page.text
    assert await last_person(site) == before


async def test_of_two_administrators_who_edit_one_person_the_second_is_told_and_keeps_the_typed(
    site: Site, office: Browser
) -> None:
    path = f"/people/{site.cast.student}/edit"
    seen = hidden(await office.get(path), "seen")
    first = await office.post(path, follow=False, **PERSON, seen=seen)
    second = await office.post(path, **(PERSON | {"family_name": "Другая"}), seen=seen)
    assert (first.status, second.status) == (303, 409)
    assert "Пока вы вводили, это изменил кто-то другой." in second.words
    assert 'value="Другая"' in second.text
    assert (await card(site, site.cast.student)).person.family_name == "Щёглов"


async def test_two_at_once_give_one_login_to_two_people_and_one_is_refused(
    site: Site, office: Browser
) -> None:
    async def give(person: int) -> int:
        seen = hidden(await office.get(f"/people/{person}/edit"), "seen")
        new = PERSON | {"login": "same"}
        return (await office.post(f"/people/{person}/edit", follow=False, **new, seen=seen)).status

    answers = await asyncio.gather(give(site.cast.student), give(site.cast.stranger))
    assert sorted(answers) == [303, 422]


async def test_roles_are_given_and_taken_and_the_last_administrator_stays(
    site: Site, office: Browser
) -> None:
    path = f"/people/{site.cast.worker}"
    page = await office.get(path)
    async with office.client.post(
        f"{path}/roles",
        data=[
            ("csrf", office.token),
            ("roles", "methodist"),
            ("roles", "head"),
            ("seen", hidden(page, "seen")),
        ],
        allow_redirects=False,
    ) as answer:
        assert answer.status == 303
    assert (await card(site, site.cast.worker)).roles == {Role.METHODIST, Role.HEAD}
    own = f"/people/{site.cast.administrator}"
    page = await office.get(own)
    refused = await office.post(f"{own}/roles", roles="head", seen=hidden(page, "seen"))
    assert refused.status == 422
    assert "Это последний администратор" in refused.words
    assert (await card(site, site.cast.administrator)).roles == {Role.ADMINISTRATOR}


async def test_an_unknown_role_is_refused(office: Browser, site: Site) -> None:
    page = await office.get(f"/people/{site.cast.worker}")
    refused = await office.post(f"/people/{site.cast.worker}/roles", roles="king", seen=hidden(page, "seen"))
    assert refused.status == 422


async def test_a_second_appointment_is_added_and_ended(site: Site, office: Browser) -> None:
    path = f"/people/{site.cast.worker}"
    await office.get(path)
    new: dict[str, Any] = {"position": "педагог-библиотекарь", "category": "other", "since": "01.09.2026"}
    page = await office.post(f"{path}/appointments", **new)
    assert "педагог-библиотекарь Иные работники · с 01.09.2026" in page.words
    second = (await card(site, site.cast.worker)).positions[-1]
    early = await office.post(f"{path}/appointments/{second.id}/end", until="2026-08-01")
    assert early.status == 422
    assert "Последний день раньше первого." in early.words
    await office.post(f"{path}/appointments/{second.id}/end", until="2026-09-30")
    assert [row.until is None for row in (await card(site, site.cast.worker)).positions] == [True, False]
    other = f"/people/{site.cast.student}/appointments/{second.id}/end"
    assert (await office.post(other, until="2026-10-01")).status == 404


async def test_a_wrong_appointment_is_refused_by_field(site: Site, office: Browser) -> None:
    path = f"/people/{site.cast.worker}/appointments"
    page = await office.post(path, category="other", since="2026-09-01", until="2026-08-01")
    assert (page.status, 'id="e-p-position">Заполните это поле.' in page.text) == (422, True)
    page = await office.post(path, position="завуч", category="other", since="2026-09-01", until="2026-08-01")
    assert 'id="e-p-until">Последний день раньше первого.' in page.text
    assert 'value="завуч"' in page.text


async def test_a_parent_is_found_by_name_linked_suspended_and_restored(site: Site, office: Browser) -> None:
    async with site.database.begin() as db:
        father = await builders.add_person(db, family_name="Иванов", given_name="Артём", patronymic="")
    child = f"/people/{site.cast.student}"
    assert "Иванов Артём" in (await office.get(f"{child}?relative=артем")).words
    page = await office.post(f"{child}/family", other=str(father), other_is="parent", relation="father")
    assert "права действуют до 12.04.2031 — дня 18-летия" in page.words
    linked = await card(site, father)
    assert Role.LEGAL_REPRESENTATIVE in linked.roles
    (link,) = linked.children
    nameless = await office.post(f"{child}/family/{link.link_id}", action="suspend")
    assert nameless.status == 422
    assert f'id="e-l{link.link_id}">Заполните это поле.' in nameless.text
    page = await office.post(f"{child}/family/{link.link_id}", action="suspend", reason="решение суда")
    assert "приостановлено с 07.09.2026" in page.words
    async with site.database.read() as db:
        assert await people.children(db, father, TODAY) == []
    page = await office.post(f"/people/{father}/family/{link.link_id}", action="restore", reason="отмена")
    assert "приостановлено" not in page.words
    strangers = f"/people/{site.cast.stranger}/family/{link.link_id}"
    assert (await office.post(strangers, action="suspend", reason="чужая")).status == 404


async def test_links_that_cannot_be_are_refused_in_words(site: Site, office: Browser) -> None:
    child = f"/people/{site.cast.student}"
    await office.get(child)
    twice = await office.post(
        f"{child}/family", other=str(site.cast.parent), other_is="parent", relation="mother"
    )
    assert (twice.status, "Эти двое уже связаны" in twice.words) == (422, True)
    ageless = await office.post(
        f"{child}/family", other=str(site.cast.worker), other_is="child", relation="mother"
    )
    assert ageless.status == 422
    assert "У ребёнка не указана дата рождения" in ageless.words


async def test_dismissal_asks_ends_sign_ins_at_once_and_can_be_undone(site: Site, office: Browser) -> None:
    path = f"/people/{site.cast.worker}"
    async with site.browser() as worker:
        await worker.become("sokolova")
        assert "Соколова А. П.: уволить или отчислить?" in (await office.get(f"{path}/end")).words
        wrong = await office.post(f"{path}/end", last_day="завтра")
        assert (wrong.status, 'id="e-last_day">Введите дату' in wrong.text) == (422, True)
        page = await office.post(f"{path}/end", last_day=TODAY.isoformat())
        assert "Выбытие 07.09.2026: доступ закрыт." in page.words
        answer = await worker.get("/today", follow=False)
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2Ftoday")
        assert (await worker.sign_in("sokolova")).status == 422
        await office.post(f"{path}/back")
        assert (await worker.sign_in("sokolova")).status == 303


async def test_a_last_day_to_come_is_announced(site: Site, office: Browser) -> None:
    path = f"/people/{site.cast.student}"
    page = await office.post(f"{path}/end", last_day=(TODAY + timedelta(days=3)).isoformat())
    assert "Выбывает: доступ закроется" in page.words
    async with site.database.read() as db:
        assert await people.viewer(db, site.cast.student, NOW) is not None
        assert await people.viewer(db, site.cast.student, NOW + timedelta(days=4)) is None


async def test_the_last_administrator_cannot_leave(site: Site, office: Browser) -> None:
    page = await office.post(f"/people/{site.cast.administrator}/end", last_day=TODAY.isoformat())
    assert page.status == 422
    assert "Это последний администратор" in page.words


async def test_somebody_who_does_not_exist_is_not_found(office: Browser) -> None:
    for path in ("/people/999", "/people/999/edit", "/people/999/end", "/groups/999"):
        assert (await office.get(path)).status == 404
    assert (await office.post("/people/999/end", last_day=TODAY.isoformat())).status == 404


async def test_a_group_is_made_filled_by_search_and_left(site: Site, office: Browser) -> None:
    page = await office.post("/groups", name="9Э", grade="9")
    assert "В этой группе пока никого нет." in page.words
    path = page.path
    page = await office.get(f"{path}?find=петр")
    assert "Иванов Пётр Андреевич" in page.words
    page = await office.post(f"{path}/members", person=str(site.cast.student), since="07.09.2026")
    assert "В группе: 1" in page.words
    twice = await office.post(f"{path}/members", person=str(site.cast.student), since="2026-09-07")
    assert (twice.status, "Этот человек уже в группе." in twice.words) == (422, True)
    early = await office.post(f"{path}/members/end", person=str(site.cast.student), until="2026-09-01")
    assert (early.status, "Последний день раньше первого." in early.words) == (422, True)
    site.clock.pass_by(days=2)
    page = await office.post(f"{path}/members/end", person=str(site.cast.student), until="2026-09-08")
    assert "Были в группе: 1" in page.words


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"name": ""}, "name", "Заполните это поле."),
        ({"name": "7А"}, "name", "Группа с таким названием уже есть."),
        ({"name": "1А", "grade": "12"}, "grade", "Число должно быть не больше 11."),
        ({"name": "1А", "grade": "первый"}, "grade", "Введите целое число."),
    ],
)
async def test_a_wrong_group_is_refused_by_field(
    office: Browser, fields: dict[str, Any], name: str, words: str
) -> None:
    page = await office.post("/groups", **fields)
    assert page.status == 422
    assert f'id="e-{name}">{words}' in page.text


async def test_a_group_is_renamed_by_who_saw_it_as_it_is(site: Site, office: Browser) -> None:
    path = f"/groups/{site.cast.group}"
    seen = hidden(await office.get(path), "seen")
    assert (await office.post(path, name="8А", grade="8", seen=seen, follow=False)).status == 303
    late = await office.post(path, name="9А", grade="9", seen=seen)
    assert (late.status, 'value="9А"' in late.text) == (409, True)
