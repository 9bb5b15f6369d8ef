"""From `create-admin` on an empty database to a held consultation and its attendance, in a browser."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.browser import window
from tests.journeys.server import ROOT, Kabinet, serving
from tests.journeys.test_consultation import enter_by_link

PASSWORD = "Первое-сентября-2026"
PATIENCE = 30_000  # milliseconds: a guard against hanging
TIME_TO_APPROVE = timedelta(seconds=25)  # many times what it takes: an hour that has passed is not written
# One of them has the middle of the day at any moment: a consultation does not go over midnight.
ZONES = ("Europe/Moscow", "Asia/Kamchatka", "Asia/Yekaterinburg", "Europe/Kaliningrad", "Asia/Vladivostok")
OTHERS = ("America/New_York", "America/Los_Angeles", "Atlantic/Azores", "Pacific/Honolulu")


def zone_of_daytime(now: datetime) -> ZoneInfo:
    return next(zone for zone in map(ZoneInfo, (*ZONES, *OTHERS)) if 6 <= now.astimezone(zone).hour <= 20)


async def create_administrator(database_url: str, folder: Path, zone: str) -> None:
    """The one command that an installation needs."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KABINET_")}
    environment |= {"KABINET_DATABASE": database_url, "KABINET_FOLDER": str(folder)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "create-admin", "--login", "orlova", "--family-name", "Орлова",
        "--given-name", "Вера", "--organisation", "Школа № 7 города Светлогорска",
        "--short-name", "Школа № 7", "--zone", zone, "--password-stdin",
        cwd=ROOT, env=environment, stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await process.communicate(f"{PASSWORD}\n".encode())
    assert process.returncode == 0


class Office:
    """Somebody of the staff at their computer."""

    def __init__(self, page: Page, kabinet: Kabinet) -> None:
        self.page = page
        self.base = kabinet.base_url

    async def open(self, path: str) -> None:
        answer = await self.page.goto(f"{self.base}{path}")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    async def follow(self, name: str) -> None:
        await self.page.get_by_role("link", name=name, exact=True).first.click()

    async def fill(self, **fields: str) -> None:
        """By the fields' names in the page's main form; selects take values."""
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]:visible").first
            if await field.evaluate("field => field.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)

    async def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button; the page that answers must not be a refusal."""
        async with self.page.expect_navigation() as answered:
            await self.page.get_by_role("button", name=name).first.click()
        answer = await answered.value
        assert answer is not None
        assert answer.ok, f"{name}: {answer.status}: {await self.page.locator('main').inner_text()}"

    async def sees(self, words: str) -> None:
        await expect(self.page.locator("main").get_by_text(words).first).to_be_visible()

    async def sign_in(self, login: str, password: str) -> None:
        await self.open("/sign-in")
        await self.page.get_by_label("Логин").fill(login)
        await self.page.get_by_label("Пароль").fill(password)
        await self.press("Войти")


async def set_up(office: Office, today: datetime) -> None:
    """The path that the settings show, step by step: act, calendar, study."""
    year = f"{today.year}"
    first, last = today - timedelta(days=30), today + timedelta(days=30)
    await office.open("/settings")
    await office.follow("Перейти к следующему шагу")
    await office.open("/settings/organisation")
    await office.fill(grace_minutes="0")
    await office.press("Сохранить")

    await office.open("/settings/acts")
    await office.fill(number="115-о", date=day(first), title="Об учебно-методической помощи")
    await office.fill(text="Утвердить порядок.", in_force_since=day(first))
    await office.press("Добавить акт")
    await office.sees("Об учебно-методической помощи")

    await office.open("/settings/calendar")
    await office.press(f"Сохранить праздники {year} года")
    await office.page.get_by_text("Добавить учебный период").first.click()
    await office.fill(name="II четверть", since=day(first), until=day(last))
    await office.press("Добавить учебный период")
    await office.sees("II четверть")
    await teach_today(office, today)

    await office.open("/settings/study")
    await office.fill(name="Основное общее образование")
    await office.press("Добавить программу")
    await office.fill(name="Алгебра", since=day(first), until=day(last))
    await office.press("Добавить предмет")
    await office.sees("Алгебра")


async def teach_today(office: Office, today: datetime) -> None:
    """Should today be a holiday, it is taught all the same: as the weekday that it is."""
    await office.page.get_by_text("Перенести день").first.click()
    await office.fill(date=day(today), weekday=str(today.isoweekday()))
    await office.press("Перенести день")


async def add_person(office: Office, name: str, *roles: str, login: str = "", born: str = "") -> str:
    """Add somebody and give the path of their page."""
    family, given, patronymic = name.split()
    await office.open("/people/new")
    await office.fill(family_name=family, given_name=given, patronymic=patronymic, login=login)
    if born:
        await office.fill(birth_date=born)
    for role in roles:
        await office.page.get_by_label(role, exact=True).check()
    await office.press("Добавить")
    await office.sees(name)
    return office.page.url.removeprefix(office.base)


async def give_password(office: Office, person: str) -> str:
    await office.open(person)
    await office.page.locator("summary", has_text="Выдать одноразовый пароль").click()
    await office.press("Выдать одноразовый пароль")
    return await office.page.locator("code.lead").inner_text()


async def add_people(office: Office, today: datetime) -> dict[str, str]:
    """Everybody whom one consultation needs; gives one-time passwords by login."""
    passwords = {}
    for name, role, login in (
        ("Лисина Ольга Петровна", "Методист", "lisina"),
        ("Зимина Нина Олеговна", "Руководитель", "zimina"),
        ("Соколова Анна Павловна", "Педагогический работник", "sokolova"),
    ):
        person = await add_person(office, name, role, login=login)
        if login == "sokolova":
            await office.page.locator("summary", has_text="Назначить на должность").click()
            await office.fill(position="учитель математики", since=day(today - timedelta(days=30)))
            await office.press("Назначить")
            await office.sees("учитель математики")
        passwords[login] = await give_password(office, person)
    await add_person(
        office, "Иванов Пётр Андреевич", "Обучающийся", born=day(today.replace(year=today.year - 13))
    )
    parent = await add_person(office, "Иванова Мария Олеговна", "Родитель (законный представитель)")

    await office.open("/groups")
    await office.fill(name="7А", grade="7")
    await office.press("Добавить группу")
    await office.fill(find="Иванов Петр")
    await office.press("Найти")
    await office.fill(since=day(today - timedelta(days=30)))
    await office.press(re.compile("Включить.+Иванов Пётр"))

    await office.open(parent)
    await office.fill(relative="иванов петр")
    await office.press("Найти")
    await office.fill(other_is="child", relation="mother")
    await office.press(re.compile("Связать.+Иванов Пётр"))
    await office.sees("Иванов Пётр Андреевич")
    return passwords


async def first_sign_in(office: Office, login: str, given: str) -> None:
    """The one-time password opens nothing but the change of password; then the day begins."""
    await office.sign_in(login, given)
    await office.fill(old_password=given, password=PASSWORD, password_again=PASSWORD)
    await office.press("Сменить пароль")
    assert office.page.url == f"{office.base}/today"


async def draft(office: Office, today: datetime) -> tuple[str, datetime]:
    """A version with one line that begins as soon as it can be approved; gives its path and its start."""
    await office.open("/versions/new")
    await office.fill(
        title="График на четверть", valid_from=day(today), valid_until=day(today + timedelta(days=30))
    )
    await office.press("Начать версию")
    version = re.sub(r"^https?://[^/]+", "", office.page.url)
    await office.follow("Добавить строку")
    soonest = datetime.now(today.tzinfo) + TIME_TO_APPROVE
    starts = soonest.replace(second=0, microsecond=0) + timedelta(minutes=1)
    await office.fill(
        weekday=str(starts.isoweekday()),
        starts=f"{starts:%H:%M}",
        ends=f"{starts + timedelta(minutes=30):%H:%M}",
        form="videoconference",
        kind="group",
        audience="both",
    )
    await office.page.locator("[name=appointment_id]").select_option(index=0)
    await office.page.locator("[name=subject_id]").select_option(label="Алгебра")
    await office.page.get_by_label("7А").check()
    await office.press("Добавить строку")
    await office.press("Передать")
    return version, starts


async def publish(methodist: Office, head: Office, version: str, today: datetime) -> None:
    await head.open("/versions")
    await head.follow("График на четверть")
    await head.fill(order_number="120-о", order_date=day(today))
    await head.press("Утвердить")
    await methodist.open(version)
    await methodist.fill(on=day(today))
    await methodist.press("Записать")


async def links(office: Office, day_: datetime) -> dict[str, str]:
    """The methodist finds the consultation and hands its links out; gives addresses by first name."""
    await office.open("/week")
    await office.page.locator("main a[href*='/sessions/']").first.click()
    await office.press("Подготовить ссылки")
    text = await office.page.locator("textarea[readonly]").input_value()
    return {line.split()[0]: line.rsplit(": ", 1)[1] for line in text.splitlines() if line}


def day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


@asynccontextmanager
async def office(browser: Browser, kabinet: Kabinet) -> AsyncIterator[Office]:
    page = await window(browser)
    yield Office(page, kabinet)
    await page.context.close()


@pytest.mark.timeout(420)
async def test_a_school_that_begins_with_nothing_holds_its_first_consultation(
    sqlite_url: str, browser: Browser, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    zone = zone_of_daytime(now)
    today = now.astimezone(zone)
    await create_administrator(sqlite_url, tmp_path, zone.key)
    async with serving(sqlite_url, tmp_path) as kabinet:
        async with office(browser, kabinet) as administrator:
            await administrator.sign_in("orlova", PASSWORD)
            await set_up(administrator, today)
            passwords = await add_people(administrator, today)

        async with office(browser, kabinet) as methodist, office(browser, kabinet) as head:
            await first_sign_in(methodist, "lisina", passwords["lisina"])
            await first_sign_in(head, "zimina", passwords["zimina"])
            version, starts = await draft(methodist, today)
            await publish(methodist, head, version, today)
            await methodist.open("/schedule")
            await methodist.sees("Соколова Анна Павловна")
            addresses = await links(methodist, today)

        teacher, student = await window(browser), await window(browser)
        async with office(browser, kabinet) as worker, office(browser, kabinet) as head:
            await first_sign_in(worker, "sokolova", passwords["sokolova"])
            await held(teacher, student, addresses, starts)
            await worker.open("/today")
            await worker.follow("Посещаемость")
            rows = worker.page.get_by_role("row")
            await expect(rows.filter(has_text="Иванов Пётр Андреевич")).to_contain_text("100 %")
            await expect(rows.filter(has_text="Иванова Мария Олеговна")).to_contain_text("не было")
            await head.sign_in("zimina", PASSWORD)
            await head.open("/overview")
            await expect(head.page.locator(".figure").filter(has_text="проведено").first).to_contain_text("1")


async def has_begun(starts: datetime) -> None:
    """The clock alone says when a consultation begins: wait for that moment."""
    await asyncio.sleep(max(0.0, (starts - datetime.now(UTC)).total_seconds()) + 2)


async def held(teacher: Page, student: Page, addresses: dict[str, str], starts: datetime) -> None:
    """The student waits, the teacher opens the door with a topic, they stay past the start, it is ended."""
    await enter_by_link(student, addresses["Иванов"])
    await enter_by_link(teacher, addresses["Соколова"])
    await teacher.get_by_label("Тема", exact=True).fill("Квадратные уравнения")
    await teacher.get_by_role("button", name="Открыть дверь").click()
    await expect(student.get_by_role("toolbar", name="Управление")).to_be_visible(timeout=PATIENCE)
    await has_begun(starts)
    await teacher.get_by_role("button", name="Выйти").click()
    await teacher.get_by_role("button", name="Завершить для всех").click()
    for page, words in ((teacher, "Консультация завершена"), (student, "Ведущий завершил консультацию")):
        await expect(page.get_by_role("heading", name=words)).to_be_visible(timeout=PATIENCE)
