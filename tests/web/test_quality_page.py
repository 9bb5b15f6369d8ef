"""«Качество связи»: what was seen, in words and drawn; whose fault it was; who may read it."""

import re
from datetime import timedelta

import pytest

from school.audit import queries as audit
from school.audit.queries import Wanted
from school.quality import actions
from school.quality.rules import Seen, Way
from school.quality.served import Served
from school.sessions.models import RoomRole
from tests.quality import GOOD, SENT, seen, sent
from tests.web.office import Statements
from tests.web.site import Browser, Site
from tests.web.tables import rows
from tests.web.test_attendance_page import STARTS, stay

LOST_UP = seen(up_lost=720)
LOST_DOWN = seen(down_lost=1_440, frozen_ms=9_000)


def path(site: Site) -> str:
    return f"/sessions/{site.cast.session}/quality"


async def keep(site: Site, person: int, minutes: dict[int, Seen]) -> None:
    """What a browser reported, by minutes after the start."""
    at = {(site.cast.session, person, STARTS + timedelta(minutes=one)): own for one, own in minutes.items()}
    async with site.database.begin() as db:
        await actions.keep(db, at)


async def keep_served(site: Site, person: int, minutes: dict[int, Served]) -> None:
    """What the server saw, by minutes after the start."""
    at = {(site.cast.session, person, STARTS + timedelta(minutes=one)): own for one, own in minutes.items()}
    async with site.database.begin() as db:
        await actions.keep_served(db, at)


async def bad_call(site: Site) -> None:
    """The host's packets were lost for seven minutes of thirty; the student came by TCP and was away once."""
    cast = site.cast
    await stay(site, cast.worker, RoomRole.HOST, 0, 30)
    await stay(site, cast.student, RoomRole.STUDENT, 0, 20)
    await stay(site, cast.student, RoomRole.STUDENT, 23, 30)
    await keep(site, cast.worker, {one: LOST_UP if 5 <= one < 12 else GOOD for one in range(30)})
    by_tcp = {one: seen(way=Way.TCP) for one in range(30) if not 20 <= one < 23}
    await keep(site, cast.student, by_tcp | dict.fromkeys(range(5, 12), seen(way=Way.TCP, down_lost=1_440)))
    site.clock.pass_by(hours=1)


@pytest.mark.parametrize("reader", ["orlova", "sokolova"])
async def test_a_bad_call_is_explained_in_sentences(site: Site, browser: Browser, reader: str) -> None:
    await bad_call(site)
    await browser.become(reader)
    page = await browser.get(path(site))
    for said in (
        "09:10–09:17 Соколова Анна Павловна: по пути от этого участника к серверу терялось до 12 % пакетов. "
        "Дело в его собственном подключении",
        "09:05–09:35 Иванов Пётр Андреевич: вход по TCP: в сети этого участника закрыт UDP.",
        "09:25–09:28 Иванов Пётр Андреевич: связь с комнатой пропадала",
        "Соколова Анна Павловна с перебоями",
    ):
        assert said in page.words
    assert "по пути к этому участнику" not in page.words
    assert "помехи были у всех сразу" not in page.words


async def test_what_the_server_knows_is_explained_too_with_what_to_do(site: Site, browser: Browser) -> None:
    cast = site.cast
    await keep(site, cast.worker, {one: GOOD if one != 8 else seen(frozen_ms=9_000) for one in range(12)})
    await keep_served(site, cast.worker, {8: sent(late_ms=640), 10: sent(restarts=1)})
    await keep_served(site, cast.student, {3: sent(held=1, limit_kbit=280), 4: SENT, 5: SENT})
    await browser.become("orlova")
    page = await browser.get(path(site))
    for said in (
        "09:13 сервер не успевал: звук и видео задерживались до 0,6 с, потому что ему было "
        "слишком много работы. Посмотрите, чем ещё он был занят в это время.",
        "09:15 медиапроцесс сервера завершился и был запущен заново: звук и видео пропадали "
        "на несколько секунд. Причина — в журнале сервера",
        "09:08 Иванов Пётр Андреевич: линия к этому участнику пропускала не больше 0,28 Мбит/с, "
        "и сервер придерживал видео, чтобы сохранить звук. Помогает другая сеть",
        "09:08–09:11 Иванов Пётр Андреевич: сервер передавал звук и видео, но браузер ничего не сообщал",
        "Браузер ничего не сообщил; показатели — от сервера.",
    ):
        assert said in page.words
    assert "у всех сразу" not in page.words
    figures = await browser.get(f"{path(site)}?person={cast.student}")
    assert [row[0] for row in rows(figures.text)[1::2]] == ["09:08", "09:09", "09:10"]


async def test_minutes_are_drawn_higher_the_worse_and_said_in_text(site: Site, browser: Browser) -> None:
    await keep(site, site.cast.student, {0: GOOD, 1: GOOD, 2: seen(round_trip_ms=700), 5: seen(up_lost=900)})
    await browser.become("orlova")
    page = await browser.get(path(site))
    bars = re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" class="(\w+)"', page.text)
    assert bars == [
        ("0", "18", "20", "6", "good"),
        ("20", "10", "10", "14", "warn"),
        ("50", "0", "10", "24", "bad"),
    ]
    assert 'viewBox="0 0 60 24"' in page.text
    words = "2 мин. хорошо, 1 мин. с перебоями, 1 мин. плохо: 09:07 с перебоями; 09:10 плохая"
    assert words in page.words
    assert "Chrome · UDP" in page.words


async def test_the_figures_of_one_person_are_shown_on_demand(site: Site, browser: Browser) -> None:
    bad = seen(
        up_lost=330, down_lost=0, round_trip_ms=None, height=0, screen=True, starved=1, frozen_ms=1_234
    )
    await keep(site, site.cast.student, {0: GOOD, 1: bad})
    await keep(site, site.cast.worker, {0: GOOD})
    narrow = sent(resent=240, lost_per_mille=17, limit_kbit=342, smaller=1, held=2)
    late = sent(came=5_700, missing=300, late_ms=300, restarts=1)
    await keep_served(site, site.cast.student, {1: narrow, 2: late})
    await browser.become("sokolova")
    assert "<table" not in (await browser.get(path(site))).text
    page = await browser.get(f"{path(site)}?person={site.cast.student}")
    assert rows(page.text)[1:] == [
        ["09:05", "хорошая", "0 %", "0,1 %", "40 мс", "—", "0,1 %", "720p", "UDP", ""],
        ["09:06", "с перебоями", "5,5 %", "0 %", "—", "1,2 с", "0,1 %", "—", "UDP",
         "видео придержано, показывал экран"],
        ["Сервер: отправлено пакетов: 12 000; из них повторно: 2 %; потеряно: 1,7 %; туда и обратно: 35 мс; "
         "линия пропускала 0,34 Мбит/с; видео уменьшено: 1; видео придержано: 2; принято пакетов: 6 000"],
        ["09:07", *["—"] * 8, ""],
        ["Сервер: отправлено пакетов: 12 000; туда и обратно: 35 мс; принято пакетов: 5 700; "
         "потеряно по пути сюда: 5 %; сервер опаздывал на 300 мс; запущен заново: 1"],
    ]  # fmt: skip
    for nobody in ("0", "x", str(site.cast.parent), "9" * 40):
        assert "<table" not in (await browser.get(f"{path(site)}?person={nobody}")).text


async def test_nothing_reported_is_said_and_what_to_expect(site: Site, browser: Browser) -> None:
    await browser.become("orlova")
    page = await browser.get(path(site))
    assert "Об этой консультации браузеры ничего не сообщили." in page.words
    assert "Сведения хранятся 90 дней." in page.words
    assert "Браузеры ещё не сообщили ни об одной консультации." in (await browser.get("/quality")).words


@pytest.mark.parametrize(("reader", "status"), [("ivanov", 404), ("ivanova", 404), ("chuzhov", 404)])
async def test_nobody_else_reads_it_and_who_tries_is_in_the_audit(
    site: Site, browser: Browser, reader: str, status: int
) -> None:
    await bad_call(site)
    await browser.become(reader)
    assert (await browser.get(path(site))).status == status
    assert (await browser.get("/quality")).status == 403
    async with site.database.read() as db:
        kept = await audit.found(db, Wanted(action="access_refused"), 10, None)
    assert [path(site) in row.detail or "/quality" in row.detail for row in kept] == [True, True]


async def test_the_list_tells_every_consultation_in_a_word(site: Site, browser: Browser) -> None:
    await bad_call(site)
    await browser.become("orlova")
    page = await browser.get("/quality")
    assert [row[2:] for row in rows(page.text)][1:] == [
        ["Соколова Анна Павловна", "2", "с перебоями 43 мин. хорошо, 14 мин. плохо"]
    ]
    assert f'href="{path(site)}"' in page.text
    for way_there in ("/live", "/system"):
        assert 'href="/quality"' in (await browser.get(way_there)).text
    assert f'href="{path(site)}"' in (await browser.get(f"/sessions/{site.cast.session}")).text


async def test_the_attendance_table_has_a_word_for_each_who_reported(site: Site, browser: Browser) -> None:
    await stay(site, site.cast.worker, RoomRole.HOST, 0, 45)
    await browser.become("sokolova")
    attendance = f"/sessions/{site.cast.session}/attendance"
    assert "Связь" not in rows((await browser.get(attendance)).text)[0]
    await keep(site, site.cast.worker, {0: GOOD, 1: LOST_UP, 2: GOOD, 3: GOOD, 4: GOOD})
    page = await browser.get(attendance)
    found = {row[0]: row[-2] for row in rows(page.text)}
    assert found == {
        "ФИО": "Связь",
        "Соколова Анна Павловна": "с перебоями 4 мин. хорошо, 1 мин. плохо",
        "Иванов Пётр Андреевич": "—",
        "Иванова Мария Олеговна": "—",
    }
    assert f'href="{path(site)}"' in page.text


async def test_one_minute_and_an_hour_of_three_cost_the_same_statements_and_little_text(
    site: Site, browser: Browser
) -> None:
    await browser.become("orlova")
    await keep(site, site.cast.worker, {0: GOOD})
    await browser.get(path(site))
    with Statements(site.database) as few:
        await browser.get(path(site))
    changing = {one: (GOOD, LOST_DOWN)[one % 2] for one in range(60)}
    for person in (site.cast.worker, site.cast.student, site.cast.parent):
        await keep(site, person, changing)
    with Statements(site.database) as many:
        page = await browser.get(path(site))
    assert many.count == few.count
    assert len(page.text) < 60_000
