"""The attendance table: what the server counted, and the host's word on it (R57)."""

from datetime import datetime, timedelta

import pytest

from school.attendance import actions as attendance
from school.attendance import queries
from school.attendance.queries import MarkRow
from school.sessions.models import RoomRole
from tests.builders import NOW
from tests.web.site import Browser, Site
from tests.web.tables import rows

STARTS = NOW + timedelta(minutes=5)
HEAD = ["ФИО", "В качестве кого", "Вход", "Выход", "Минут", "Опоздание, мин", "Ушёл раньше, мин", "Доля",
        "Отметка ведущего"]  # fmt: skip


async def stay(
    site: Site, person: int, role: RoomRole, since: int, until: int, child: int | None = None
) -> None:
    """Somebody's stay, in minutes after the start."""

    def at(minutes: int) -> datetime:
        return STARTS + timedelta(minutes=minutes)

    async with site.database.begin() as db:
        presence = await attendance.joined(
            db, at(since), session_id=site.cast.session, person_id=person, role=role, child_id=child
        )
        await attendance.left(db, at(until), presence)


async def hold(site: Site) -> None:
    """The host was there throughout, the student came late and lost the network once; it is over."""
    await stay(site, site.cast.worker, RoomRole.HOST, -2, 45)
    await stay(site, site.cast.student, RoomRole.STUDENT, 5, 20)
    await stay(site, site.cast.student, RoomRole.STUDENT, 22, 42)
    site.clock.pass_by(hours=1)


async def mark(site: Site, person: int) -> MarkRow | None:
    async with site.database.read() as db:
        table = await queries.table(db, site.cast.session)
    return next(row.mark for row in table if row.person_id == person)


def path(site: Site) -> str:
    return f"/sessions/{site.cast.session}/attendance"


@pytest.mark.parametrize("reader", ["orlova", "sokolova"])
async def test_the_table_says_who_came_when_how_long_and_as_whom(
    site: Site, browser: Browser, reader: str
) -> None:
    await hold(site)
    await browser.become(reader)
    page = await browser.get(path(site))
    shown = [[cell.split(" Исправить")[0] for cell in row] for row in rows(page.text)]
    assert shown == [
        HEAD,
        ["Соколова Анна Павловна", "ведёт консультацию", "09:03", "09:50", "45", "—", "—", "100 %",
         "не подтверждено"],
        ["Иванов Пётр Андреевич", "обучающийся, 7А", "09:10", "09:47", "35", "5", "3", "78 %",
         "не подтверждено"],
        ["Иванова Мария Олеговна", "мама, Иванов Пётр, 7А", "не было", "—", "—", "—", "—",
         "не подтверждено"],
    ]  # fmt: skip
    assert "Пришли: 2 из 3" in page.words


async def test_the_host_corrects_minutes_with_a_reason(site: Site, browser: Browser) -> None:
    await hold(site)
    await browser.become("sokolova")
    await browser.get(path(site))
    parent = str(site.cast.parent)
    page = await browser.post(
        path(site), action="correct", person=parent, minutes="20", reason="была на связи по телефону"
    )
    assert "исправлено была на связи по телефону" in page.words
    kept = await mark(site, site.cast.parent)
    assert kept is not None
    assert (kept.attended, kept.minutes, kept.reason, kept.by) == (
        True,
        20,
        "была на связи по телефону",
        site.cast.worker,
    )


@pytest.mark.parametrize(
    ("minutes", "reason", "words"),
    [
        ("20", "", "Заполните это поле."),
        ("двадцать", "по телефону", "Введите целое число."),
        ("-1", "по телефону", "Число должно быть не меньше 0."),
    ],
)
async def test_a_correction_that_cannot_stand_keeps_what_was_typed(
    site: Site, browser: Browser, minutes: str, reason: str, words: str
) -> None:
    await hold(site)
    await browser.become("sokolova")
    await browser.get(path(site))
    student = str(site.cast.student)
    page = await browser.post(path(site), action="correct", person=student, minutes=minutes, reason=reason)
    assert page.status == 422
    assert words in page.words
    assert f'name="minutes" inputmode="numeric" required value="{minutes}"' in page.text
    assert await mark(site, site.cast.student) is None


async def test_confirming_leaves_what_was_corrected_alone(site: Site, browser: Browser) -> None:
    await hold(site)
    await browser.become("sokolova")
    await browser.get(path(site))
    student = str(site.cast.student)
    await browser.post(path(site), action="correct", person=student, minutes="40", reason="звук был")
    page = await browser.post(path(site), action="confirm")
    assert "Ведущий подтвердил всю таблицу." in page.words
    corrected, confirmed = await mark(site, site.cast.student), await mark(site, site.cast.parent)
    assert corrected is not None
    assert confirmed is not None
    assert (corrected.minutes, corrected.reason) == (40, "звук был")
    assert (confirmed.attended, confirmed.minutes, confirmed.reason) == (False, 0, None)


@pytest.mark.parametrize(("reader", "status"), [("orlova", 403), ("ivanov", 404), ("chuzhov", 404)])
async def test_nobody_but_the_host_marks(site: Site, browser: Browser, reader: str, status: int) -> None:
    await hold(site)
    await browser.become(reader)
    await browser.get("/today")
    student = str(site.cast.student)
    fields = {"action": "correct", "person": student, "minutes": "45", "reason": "так надо"}
    assert (await browser.post(path(site), **fields)).status == status
    assert await mark(site, site.cast.student) is None


async def test_an_administrator_reads_without_the_means_to_change(site: Site, browser: Browser) -> None:
    await hold(site)
    await browser.become("orlova")
    words = (await browser.get(path(site))).words
    assert "Исправить" not in words
    assert "Подтвердить таблицу" not in words


async def test_a_running_consultation_is_shown_and_cannot_be_confirmed_yet(
    site: Site, browser: Browser
) -> None:
    await stay(site, site.cast.worker, RoomRole.HOST, -2, 0)
    await browser.become("sokolova")
    page = await browser.get(path(site))
    assert "Консультация ещё не закончилась" in page.words
    assert "Подтвердить таблицу" not in page.words
    assert (await browser.post(path(site), action="confirm")).status == 409
