"""A schedule through the browser: drafted, submitted, approved or returned, published (R1, R19, R20, R21)."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from school.schedule import queries as schedule
from tests.web.office import VERSION, Statements, approved, begin, line, open_office, step
from tests.web.site import Browser, Site


async def test_the_way_from_nothing_to_a_published_schedule(site: Site) -> None:
    async with open_office(site) as office:
        assert "Графика пока нет." in (await office.methodist.get("/versions")).words
        path = await begin(office.methodist, site)
        page = await office.methodist.get(path)
        assert "Вторник, 15:00–15:45 Видеоконференция, Алгебра Групповая консультация" in page.words
        page = await step(office.methodist, path, "submit")
        assert "ждёт утверждения" in page.words
        assert "На утверждение График на год 1 строка" in (await office.head.get("/versions")).words
        page = await step(office.head, path, "approve", order_number="12-о", order_date="05.09.2026")
        assert "Утверждён приказом № 12-о от 05.09.2026" in page.words
        waits = await office.methodist.get("/versions")
        assert "«График на год» действует, но не указано, где он размещён (п. 3.4)." in waits.words
        page = await step(office.methodist, path, "publish", where="official_site", on="2026-09-07")
        assert "Официальный сайт 07.09.2026" in page.words
        assert "не указано" not in (await office.methodist.get("/versions")).words
        again = await step(office.methodist, path, "publish", where="official_site", on="2026-09-07")
        assert (again.status, "Размещение там уже записано." in again.words) == (409, True)
        assert (
            await step(office.methodist, path, "publish", where="notice_board", on="2026-09-07")
        ).status == 200
        async with site.browser() as visitor:
            assert "Соколова Анна Павловна" in (await visitor.get("/schedule")).words


async def test_a_returned_version_shows_its_remark_and_can_be_mended(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await step(office.methodist, path, "submit")
        empty = await step(office.head, path, "return", remark="  ")
        assert (empty.status, "Заполните это поле." in empty.words) == (422, True)
        await step(office.head, path, "return", remark="Поставьте на среду")
        page = await office.methodist.get(path)
        assert "Руководитель вернул с замечанием: Поставьте на среду" in page.words
        await office.methodist.get(f"{path}/lines/1")
        page = await office.methodist.post(f"{path}/lines/1", **line(site, weekday="3", revision="1"))
        assert "Среда, 15:00–15:45" in page.words


async def test_a_submitted_version_is_taken_back_until_it_is_decided(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await step(office.methodist, path, "submit")
        assert "черновик" in (await step(office.methodist, path, "take-back")).words
        late = await step(office.head, path, "approve", order_number="1", order_date="2026-09-05")
        assert (late.status, "принял другой человек" in late.words) == (409, True)


async def test_without_an_act_in_force_the_head_is_told_and_nothing_is_approved(site: Site) -> None:
    async with open_office(site, act=False) as office:
        path = await begin(office.methodist, site)
        await step(office.methodist, path, "submit")
        assert "Нет действующего приказа" in (await office.head.get(path)).words
        page = await office.head.post(f"{path}/approve", order_number="1", order_date="2026-09-05")
        assert (page.status, "Нет действующего приказа" in page.words) == (409, True)
        assert "ждёт утверждения" in page.words


async def test_the_head_sees_what_differs_from_the_version_in_force(site: Site) -> None:
    lines = (line(site), line(site, weekday="4"), line(site, weekday="5"))
    async with open_office(site) as office:
        old = await approved(office, site, *lines)
        await office.methodist.get("/versions/new")
        page = await office.methodist.post("/versions/new", **VERSION | {"source": old.split("/")[-1]})
        new = page.path
        ids = re.findall(rf'{new}/lines/(\d+)"', page.text)
        assert len(ids) == 3
        await office.methodist.get(f"{new}/lines/{ids[0]}")
        changed = line(site, starts="16:00", ends="16:45", form="webinar", revision="1")
        assert (await office.methodist.post(f"{new}/lines/{ids[0]}", follow=False, **changed)).status == 303
        await office.methodist.get(f"{new}/lines/{ids[1]}")
        gone = await office.methodist.post(f"{new}/lines/{ids[1]}/remove", revision="1", follow=False)
        assert gone.status == 303
        other = line(site, weekday="1", subject_id="", kind="individual", groups="")
        del other["groups"]
        assert (await office.methodist.post(f"{new}/lines/new", follow=False, **other)).status == 303
        await step(office.methodist, new, "submit")
        words = (await office.head.get(new)).words
        assert "По сравнению с версией «График на год», которую она заменит." in words
        assert "+ 1 строка добавляется Соколова Анна Павловна, учитель математики Понедельник" in words
        assert "− 1 строка убирается Соколова Анна Павловна, учитель математики Четверг" in words
        assert "≠ 1 строка меняется" in words
        assert "Время 15:00–15:45 → 16:00–16:45 Форма Видеоконференция → Вебинар" in words
        assert "1 строка остаётся как есть" in words
        await step(office.head, new, "approve", order_number="13", order_date="2026-09-06")
        assert "заменён" in (await office.methodist.get(old)).words


async def test_two_heads_approve_at_once_and_the_second_is_told(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await step(office.methodist, path, "submit")
        await office.head.get(path)
        await office.deputy.get(path)
        first = await office.head.post(f"{path}/approve", order_number="12", order_date="2026-09-05")
        second = await office.deputy.post(f"{path}/approve", order_number="77", order_date="2026-09-05")
        assert (first.status, second.status) == (200, 409)
        assert "принял другой человек" in second.words
        assert "№ 12 от 05.09.2026" in second.words
    async with site.database.read() as db:
        assert (await schedule.version(db, 1)).order_number == "12"


async def test_of_two_who_change_a_line_the_second_sees_both_values_and_keeps_theirs(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await office.methodist.get(f"{path}/lines/1")
        await office.second.get(f"{path}/lines/1")
        mine = line(site, starts="10:00", ends="10:45", revision="1")
        assert (await office.methodist.post(f"{path}/lines/1", follow=False, **mine)).status == 303
        theirs = line(site, starts="17:00", ends="17:45", weekday="5", revision="1")
        told = await office.second.post(f"{path}/lines/1", **theirs)
        assert told.status == 409
        assert "Введённое вами не потеряно" in told.words
        assert "День недели Вторник Пятница Время 10:00–10:45 17:00–17:45" in told.words
        assert 'value="17:00"' in told.text
        assert 'name="revision" value="2"' in told.text
        saved = await office.second.post(f"{path}/lines/1", **theirs | {"revision": "2"})
        assert "Пятница, 17:00–17:45" in saved.words


async def test_a_line_removed_meanwhile_is_offered_as_a_new_one(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await office.methodist.get(f"{path}/lines/1")
        await office.methodist.post(f"{path}/lines/1/remove", revision="1")
        told = await office.second.post(f"{path}/lines/1", csrf=await token(office.second, path), **line(
            site, starts="17:00", ends="17:45", revision="1"
        ))  # fmt: skip
        assert (told.status, "добавится как новая" in told.words) == (409, True)
        assert f'action="{path}/lines/new"' in told.text
        assert 'value="17:00"' in told.text


async def token(browser: Browser, path: str) -> str:
    return (await browser.get(path)).form_token()


async def test_a_line_changed_meanwhile_is_not_removed(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        await office.second.get(f"{path}/lines/1")
        await office.methodist.get(f"{path}/lines/1")
        await office.methodist.post(f"{path}/lines/1", **line(site, starts="14:00", revision="1"))
        told = await office.second.post(f"{path}/lines/1/remove", revision="1")
        assert (told.status, "поэтому она не удалена" in told.words) == (409, True)
        assert 'value="14:00"' in told.text


async def test_the_title_changed_by_two_is_not_lost(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        for browser, title, status in ((office.methodist, "Первый", 200), (office.second, "Второй", 409)):
            await browser.get(path)
            page = await browser.post(f"{path}/edit", **VERSION | {"title": title, "revision": "1"})
            assert page.status == status
        assert "Сейчас в графике Первый" in page.words
        assert 'value="Второй"' in page.text


BAD_LINES = [
    ({"starts": "полдень"}, "Введите время, например 15:00."),
    ({"ends": "14:00"}, "Окончание должно быть позже начала."),
    ({"groups": ""}, "Выберите хотя бы одну группу."),
    ({"kind": "individual"}, "снимите отметки с групп"),
    (
        {"kind": "individual", "groups": "", "purpose": "attestation"},
        "проводятся только в групповой форме (п. 3.7 Порядка)",
    ),
    ({"valid_from": "2026-08-01"}, "Срок строки должен лежать внутри срока действия версии."),
    ({"valid_from": "32.09.2026"}, "Введите дату, например 01.09.2026."),
    ({"appointment_id": ""}, "Заполните это поле."),
    ({"form": "телефон"}, "Выберите одно из предложенных значений."),
    ({"subject_id": "999"}, "Выберите одно из предложенных значений."),
]


@pytest.mark.parametrize(("changes", "told"), BAD_LINES)
async def test_a_line_that_makes_no_sense_is_refused_beside_its_field(
    site: Site, changes: dict[str, str], told: str
) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        wished = {name: value for name, value in line(site, audience="both", **changes).items() if value}
        page = await office.methodist.post(f"{path}/lines/new", **wished)
        assert (page.status, told in page.words) == (422, True), page.words
        assert '<option value="both" selected>' in page.text
        assert 'aria-describedby="e-' in page.text
    async with site.database.read() as db:
        assert len(await schedule.lines(db, 1)) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": ""}, "Заполните это поле."),
        ({"valid_from": "вчера"}, "Введите дату, например 01.09.2026."),
        ({"valid_until": "2026-08-01"}, "Последний день раньше первого."),
        ({"valid_until": "2040-01-01"}, "Срок действия — не больше 800 дней."),
    ],
)
async def test_a_version_that_makes_no_sense_is_refused(
    site: Site, changes: dict[str, str], told: str
) -> None:
    async with open_office(site) as office:
        await office.methodist.get("/versions/new")
        page = await office.methodist.post("/versions/new", **VERSION | changes)
        assert (page.status, told in page.words) == (422, True), page.words
        assert 'value="2026-09-01"' in page.text or "valid_from" in changes


async def test_what_stands_in_the_way_and_what_is_doubtful_is_said_in_words(site: Site) -> None:
    async with open_office(site) as office:
        lines = (line(site), line(site, starts="15:30", ends="16:00", subject_id=""))
        path = await begin(office.methodist, site, *lines)
        page = await office.methodist.get(path)
        assert "Работник окажется в двух местах одновременно, впервые" in page.words
        assert "Группу 7А зовут на две консультации одновременно" in page.words
        refused = await step(office.methodist, path, "submit")
        assert (refused.status, "измените одну из строк" in refused.words) == (409, True)
        assert "черновик" in refused.words
        empty = await office.methodist.post("/versions/new", **VERSION)
        page = await office.methodist.get(empty.path)
        assert (
            "По предмету «Алгебра» нет консультаций в части срока изучения: 01.09.2026–31.05.2027"
            in page.words
        )
        refused = await office.methodist.post(f"{empty.path}/submit")
        assert (refused.status, "Добавьте хотя бы одну" in refused.words) == (409, True)


async def test_an_approved_version_resists_pages_and_statements(site: Site) -> None:
    async with open_office(site) as office:
        path = await approved(office, site)
        assert (await office.methodist.get(f"{path}/edit", follow=False)).status == 303
        assert (await office.methodist.get(f"{path}/lines/1", follow=False)).status == 303
        await office.methodist.get(path)
        for address, fields in (
            ("/edit", VERSION | {"revision": "1"}),
            ("/lines/new", line(site, weekday="5")),
            ("/lines/1", line(site, weekday="5", revision="1")),
            ("/submit", {}),
            ("/take-back", {}),
        ):
            page = await office.methodist.post(f"{path}{address}", **fields)
            assert (address, page.status) == (address, 409)
        removed = await office.methodist.post(f"{path}/lines/1/remove", revision="1")
        assert removed.status == 409
        for name, fields in (
            ("approve", {"order_number": "1", "order_date": "2026-09-05"}),
            ("return", {"remark": "?"}),
        ):
            assert (await step(office.head, path, name, **fields)).status == 409
    with pytest.raises(DBAPIError, match="final"):
        async with site.database.begin() as db:
            await db.execute(text("UPDATE schedule_version SET title = 'Другой', revision = 9"))
    async with site.database.read() as db:
        (kept,) = await schedule.lines(db, 1)
    assert (kept.weekday, kept.revision) == (2, 1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"weekday": "9"}, "Число должно быть не больше 7."),
        ({"valid_from": "0001-01-01"}, "Введите дату, например 01.09.2026."),
        ({"valid_until": "31.12.9999"}, "Введите дату, например 01.09.2026."),
        ({"revision": "9" * 30}, ""),
    ],
)
async def test_what_no_line_can_say_is_refused_by_its_form(
    site: Site, changes: dict[str, str], told: str
) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        page = await office.methodist.post(f"{path}/lines/1", **line(site, revision="1") | changes)
        assert (page.status, told in page.words) == (422, True), page.words


async def test_the_pages_ask_no_more_for_three_lines_than_for_one(site: Site) -> None:
    async with open_office(site) as office:
        one = await begin(office.methodist, site)
        three = await begin(
            office.methodist, site, line(site), line(site, weekday="3"), line(site, weekday="4")
        )
        counts = []
        await office.methodist.get("/versions")  # what is kept for every page is read once
        for path in (one, three):
            with Statements(site.database) as asked:
                assert (await office.methodist.get(path)).status == 200
            counts.append(asked.count)
        with Statements(site.database) as two_versions:
            await office.methodist.get("/versions")
        await begin(office.methodist, site)
        await office.methodist.get("/versions")
        with Statements(site.database) as three_versions:
            await office.methodist.get("/versions")
    assert counts[0] == counts[1] < 60
    assert two_versions.count == three_versions.count < 20


async def test_a_draft_is_deleted_by_who_began_it_and_by_nobody_unseen(site: Site) -> None:
    async with open_office(site) as office:
        path = await begin(office.methodist, site)
        assert "Удалить черновик" not in (await office.second.get(path)).text
        refused = await office.second.post(f"{path}/discard", seen="")
        assert (refused.status, "Этот черновик может удалить только тот" in refused.words) == (422, True)
        shown = await office.methodist.get(path)
        print_ = re.search(r'name="seen" value="([^"]+)"', shown.text)
        assert print_
        await office.second.get(f"{path}/lines/new")
        await office.second.post(f"{path}/lines/new", **line(site, weekday="4"))
        told = await office.methodist.post(f"{path}/discard", seen=print_[1])
        assert (told.status, "поэтому он не удалён" in told.words) == (409, True)
        print_ = re.search(r'name="seen" value="([^"]+)"', told.text)
        assert print_
        gone = await office.methodist.post(f"{path}/discard", seen=print_[1])
        assert (gone.path, "График на год" in gone.words) == ("/versions", False)
        assert (await office.methodist.get(path)).status == 404


async def test_an_approved_version_is_not_deleted(site: Site) -> None:
    async with open_office(site) as office:
        path = await approved(office, site)
        refused = await step(office.methodist, path, "discard", seen="")
        assert (refused.status, "Удалить черновик" in refused.text) == (409, False)
