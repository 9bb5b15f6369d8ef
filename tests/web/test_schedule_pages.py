"""The published schedule stands as the order's annex wants it (R22); its lines' public addresses lead on."""

from datetime import date, time, timedelta

from sqlalchemy import select

from school.db import Db
from school.desk import actions as desk
from school.drafting import actions as drafting
from school.organisation import actions as organisation
from school.people import actions as people
from school.people.models import Category, PersonRole, Role
from school.schedule import actions as schedule
from school.schedule import queries
from school.schedule.models import Audience, Form, Kind, Parity, Where
from school.schedule.rules import Slot
from school.sessions import queries as sessions
from tests import builders
from tests.builders import NOW, YEAR_ENDS, YEAR_STARTS
from tests.web.site import Browser, Site
from tests.web.tables import rows

TITLE = (
    "График оказания учебно-методической помощи обучающимся, родителям (законным представителям) "
    "обучающихся, в том числе в форме индивидуальных консультаций, оказываемых дистанционно с использованием "
    "информационных и телекоммуникационных технологий"
)
HEAD = ["", "ФИО работника", "Должность", "День недели", "Время", "Средство коммуникации"]


async def _appointments(db: Db) -> tuple[int, int, int, int]:
    """Захарова's as a teacher and as a deputy head, Ёлкин's, Жуков's."""
    zaharova, teaches = await builders.add_worker(
        db, family_name="Захарова", given_name="Елена", patronymic="Михайловна", position="учитель истории"
    )
    leads = await people.appoint(
        db,
        NOW,
        by=None,
        person_id=zaharova,
        position="заместитель директора",
        category=Category.OTHER,
        since=date(2020, 9, 1),
    )
    _, yolkin = await builders.add_worker(
        db, family_name="Ёлкин", given_name="Павел", patronymic="Романович", position="учитель географии"
    )
    _, zhukov = await builders.add_worker(
        db, family_name="Жуков", given_name="Олег", patronymic="Ильич", position="учитель физики"
    )
    return teaches, leads, yolkin, zhukov


async def publish(site: Site) -> dict[str, str]:
    """Three workers, one of whom teaches and is a deputy head too; gives public keys by «worker weekday»."""
    async with site.database.begin() as db:
        await builders.add_act(db)
        await organisation.set_parity_anchor(db, NOW, by=None, anchor=YEAR_STARTS)
        by = await builders.add_person(db, Role.METHODIST, family_name="Лисина")
        await builders.add_person(db, Role.HEAD, family_name="Зимина")
        teaches, leads, yolkin, zhukov = await _appointments(db)
        version = await schedule.draft(
            db, NOW, by=by, title="График", valid_from=YEAR_STARTS, valid_until=YEAR_ENDS
        )

        async def line(appointment: int, weekday: int, hour: int, form: Form, **more: object) -> None:
            given = {"kind": Kind.GROUP, "group_ids": [site.cast.group], "audience": Audience.STUDENTS} | more
            await schedule.add_line(
                db,
                NOW,
                by=by,
                version_id=version,
                appointment_id=appointment,
                weekday=weekday,
                starts=time(hour),
                ends=time(hour, 45),
                form=form,
                **given,  # type: ignore[arg-type]  # passed on by name
            )

        # Added against the order in which they have to stand.
        await line(zhukov, 5, 9, Form.CHAT)
        await line(leads, 4, 18, Form.WEBINAR, audience=Audience.PARENTS)
        await line(teaches, 3, 12, Form.CHAT, parity=Parity.EVEN)
        await line(teaches, 1, 15, Form.WEBINAR)
        await line(teaches, 1, 8, Form.VIDEOCONFERENCE, kind=Kind.INDIVIDUAL, group_ids=[])
        await line(yolkin, 2, 10, Form.VIDEOCONFERENCE, valid_from=date(2026, 10, 1))
        await approve_and_publish(db, version)
    async with site.database.read() as db:
        published = await queries.public(db, YEAR_STARTS)
    assert published is not None
    return {
        f"{row.name.split()[0]} {slot.weekday} {slot.starts:%H}": slot.key
        for section in published.sections
        for row in section.rows
        for slot in row.slots
    }


async def who(db: Db, role: Role) -> int:
    """The first person of a role."""
    found = await db.scalar(select(PersonRole.person_id).where(PersonRole.role == role).limit(1))
    assert found is not None
    return found


async def approve_and_publish(db: Db, version_id: int) -> None:
    methodist, head, today = await who(db, Role.METHODIST), await who(db, Role.HEAD), NOW.date()
    await schedule.submit(db, NOW, version_id=version_id, by=methodist)
    await desk.approve(db, NOW, version_id=version_id, by=head, order_number="112-У", order_date=today)
    await schedule.publish(db, NOW, version_id=version_id, by=methodist, where=Where.OFFICIAL_SITE, on=today)


async def test_the_table_is_the_annex_word_for_word(site: Site, browser: Browser) -> None:
    keys = await publish(site)

    def means(words: str, place: str) -> str:
        return f"{words}: http://localhost:8080/k/{keys[place]}"

    page = await browser.get("/schedule")
    individual = "Индивидуальная консультация (видеоконференция)"
    assert page.status == 200
    assert TITLE in page.words
    assert rows(page.text) == [
        HEAD,
        ["Педагогические работники"],
        ["1", "Ёлкин Павел Романович", "учитель географии", "Вторник", "10:00–10:45 / с 01.10.2026",
         means("Видеоконференция", "Ёлкин 2 10")],
        ["2", "Жуков Олег Ильич", "учитель физики", "Пятница", "09:00–09:45", means("Чат", "Жуков 5 09")],
        ["3", "Захарова Елена Михайловна", "учитель истории", "Понедельник", "08:00–08:45",
         means(individual, "Захарова 1 08")],
        ["Понедельник", "15:00–15:45", means("Вебинар", "Захарова 1 15")],
        ["Среда", "12:00–12:45 / чётные недели", means("Чат", "Захарова 3 12")],
        ["Иные работники"],
        ["1", "Захарова Елена Михайловна", "заместитель директора", "Четверг", "18:00–18:45",
         means("Вебинар", "Захарова 4 18")],
    ]  # fmt: skip


async def test_zone_validity_and_both_orders_stand_above_the_table(site: Site, browser: Browser) -> None:
    await publish(site)
    words = (await browser.get("/schedule")).words
    assert "от 01.09.2026 № 115-о" in words
    assert "График утверждён приказом от 07.09.2026 № 112-У." in words
    assert "Действует с 01.09.2026 по 31.05.2027." in words
    assert "МСК" in words


async def test_no_personal_link_is_ever_in_the_schedule(site: Site, browser: Browser) -> None:
    await publish(site)
    await site.link(site.cast.student)
    assert "/r/" not in (await browser.get("/schedule")).text


async def test_without_a_published_schedule_the_page_says_what_will_happen(browser: Browser) -> None:
    page = await browser.get("/schedule")
    assert page.status == 200
    assert "График консультаций ещё не опубликован." in page.words
    assert rows(page.text) == []


async def test_a_public_address_tells_a_visitor_when_it_is_and_asks_to_sign_in(
    site: Site, browser: Browser
) -> None:
    keys = await publish(site)
    page = await browser.get(f"/k/{keys['Захарова 1 15']}")
    assert page.status == 200
    assert "сегодня, 15:00–15:45" in page.words
    assert "учитель истории" in page.words
    assert f'href="/sign-in?next=%2Fk%2F{keys["Захарова 1 15"]}"' in page.text


async def test_a_public_address_leads_those_invited_into_the_room(site: Site, browser: Browser) -> None:
    keys = await publish(site)
    await browser.become("ivanov")
    page = await browser.get(f"/k/{keys['Захарова 1 15']}", follow=False)
    async with site.database.read() as db:
        lines = await queries.lines_by_key(db, keys["Захарова 1 15"], NOW.date())
        session = await sessions.next_of_lines(db, lines, NOW)
    assert session is not None
    assert (page.status, page.headers["Location"]) == (303, f"/room/{session.id}")


async def test_a_public_address_lets_nobody_else_in(site: Site, browser: Browser) -> None:
    keys = await publish(site)
    await browser.become("chuzhov")
    page = await browser.get(f"/k/{keys['Захарова 1 15']}", follow=False)
    assert page.status == 200
    assert "Вас нет среди приглашённых на эту консультацию." in page.words


async def test_a_printed_address_leads_to_the_line_of_the_new_version_and_says_when_it_has_ended(
    site: Site, browser: Browser
) -> None:
    keys = await publish(site)
    async with site.database.begin() as db:
        old, by = await queries.in_effect(db, NOW.date()), {"by": await who(db, Role.METHODIST)}
        assert old is not None
        new = await drafting.copy(
            db, NOW, **by, source_id=old.id, title="С октября", valid_from=date(2026, 10, 1),
            valid_until=YEAR_ENDS,
        )  # fmt: skip
        lines = {line.key: line for line in await queries.lines(db, new)}
        kept, ended = lines[keys["Захарова 1 15"]], lines[keys["Жуков 5 09"]]
        edit = {**by, "version_id": new, "revision": 1}
        later = Slot(**vars(kept.slot) | {"starts": time(17), "ends": time(18)})
        await drafting.change_line(db, NOW, **edit, line_id=kept.id, slot=later)
        await drafting.remove_line(db, NOW, **edit, line_id=ended.id)
        await approve_and_publish(db, new)
    before = await browser.get(f"/k/{kept.key}")
    site.clock.now = NOW + timedelta(days=30)
    after, gone = await browser.get(f"/k/{kept.key}"), await browser.get(f"/k/{ended.key}")
    assert ("15:00–15:45" in before.words, "17:00–18:00" in after.words) == (True, True)
    assert (gone.status, "Этой строки больше нет в графике." in gone.words) == (200, True)


async def test_an_unknown_public_address_does_not_exist(browser: Browser) -> None:
    assert (await browser.get("/k/abcdefgh")).status == 404
