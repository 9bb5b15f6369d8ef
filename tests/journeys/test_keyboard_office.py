"""The office by the keyboard alone: methodist, head and administrator fill in forms without a mouse (R65).

Nothing points or clicks, on a phone and on a desktop; what was refused is mended where the focus is.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, time

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import select

from school.db import Database
from school.directory import queries as directory
from school.people.models import Group
from school.schedule import queries
from school.schedule.models import Form, VersionState
from tests.journeys.test_accessibility import DESKTOP, PHONE, address, opened
from tests.journeys.test_keyboard_pages import FOCUSED, Keyboard, choose
from tests.web.forms import submitted
from tests.web.site import Site, running
from tests.web.test_access import add_the_rest

PATIENCE = 400  # seconds: a guard against hanging
MOST_TABS = 120  # a person's page has many fields


class Typist(Keyboard):
    """Fills forms in: fields are found by Tab and by how their labels begin."""

    def __init__(self, page: Page, site: Site) -> None:
        super().__init__(page)
        self.page = page
        self._site = site

    async def open(self, path: str) -> None:
        """Type the address."""
        await self.page.goto(address(self._site, path))

    async def to(self, tag: str, name: str) -> None:
        """Press Tab until that is focused; the focus is seen at every stop."""
        passed = []
        for _ in range(MOST_TABS):
            stop = await self.page.evaluate(FOCUSED)
            if stop is not None and stop["tag"] == tag and stop["name"].startswith(name):
                assert (stop["marked"], stop["inSight"]) == (True, True), stop["html"]
                return
            passed.append(stop and f"{stop['tag']} {stop['name']}")
            await self.press("Tab")
        raise AssertionError(f"Tab does not lead to {tag} {name!r}, but past: {passed}")

    async def fill(self, name: str, text: str, tag: str = "INPUT") -> None:
        await self.to(tag, name)
        await self.press("Control+A")
        await self.type(text)

    async def pick(self, name: str, value: str) -> None:
        await self.to("SELECT", name)
        await choose(self.page, self, value)

    async def moment(self, name: str, value: date | time) -> None:
        """Type a day or an hour into its parts, in whichever order this browser's language has them."""
        await self.to("INPUT", name)
        if isinstance(value, date):
            ways = [f"{value:%d%m%Y}", f"{value:%m%d%Y}"]
        else:
            ways = [f"{value:%H%M}", f"{value:%I%M}{'P' if value.hour > 11 else 'A'}"]
        wanted = value.isoformat() if isinstance(value, date) else f"{value:%H:%M}"
        for way in ways:
            await self.type(way)
            if await self.page.evaluate("document.activeElement.value") == wanted:
                return
            await self.press("Shift+Tab")
            await self.press("Shift+Tab")
        raise AssertionError(f"{name} does not take {value}")

    async def send(self, name: str, path: str, key: str = "Enter") -> None:
        """Go to the button and press it; the answer's path ends so."""
        await self.to("BUTTON", name)
        await self.go(key, path)


async def drafts(keys: Typist, site: Site) -> None:
    """The methodist: a version that is refused once, its line, its way to the head."""
    title = f"График {site.clock():%H%M}"
    await keys.open("/versions/new")
    await keys.fill("Название", title)
    await keys.moment("Действует с", date(2027, 6, 1))
    await keys.moment("Действует по", date(2027, 5, 1))
    await keys.send("Начать версию", "/versions/new")
    wrong = await keys.page.evaluate(FOCUSED)
    assert (wrong["tag"], wrong["name"]) == ("INPUT", "Действует по")
    await keys.moment("Действует по", date(2027, 6, 30))
    await keys.to("BUTTON", "Начать версию")
    async with keys.page.expect_navigation():
        await keys.press("Space")
    path = keys.page.url.removeprefix(address(site, ""))

    await keys.to("A", "Добавить строку")
    await keys.go("Enter", f"{path}/lines/new")
    await keys.pick("День недели", "4")
    await keys.moment("Начало", time(15))
    await keys.moment("Окончание", time(15, 45))
    await keys.pick("Форма", "webinar")
    await keys.to("INPUT", "7А")
    await keys.press("Space")
    await keys.send("Добавить строку", path)
    await keys.send("Передать", path)
    async with site.database.read() as db:
        version = (await queries.versions(db))[0]
        (line,) = await queries.lines(db, version.id)
    assert (version.title, version.state) == (title, VersionState.SUBMITTED)
    assert (line.weekday, line.starts, line.ends, line.form) == (4, time(15), time(15, 45), Form.WEBINAR)
    assert line.group_ids == (site.cast.group,)


async def decides(keys: Typist, site: Site) -> None:
    """The head: one version goes back with a remark, the next is approved."""
    async with site.database.begin() as db:
        first, second = await submitted(db, site), await submitted(db, site)
    await keys.open("/versions")
    await keys.to("A", "Посмотреть и решить")
    await keys.open(f"/versions/{first}")
    await keys.fill("Замечание", "Добавьте физику", "TEXTAREA")
    await keys.send("Вернуть", f"/versions/{first}", "Space")
    await keys.open(f"/versions/{second}")
    await keys.fill("Номер приказа", "120-о")
    await keys.moment("Дата приказа", date(2026, 9, 5))
    await keys.send("Утвердить", f"/versions/{second}")
    async with site.database.read() as db:
        found = [await queries.version(db, number) for number in (first, second)]
    assert [(one.state, one.remark, one.order_number) for one in found] == [
        (VersionState.DRAFT, "Добавьте физику", None),
        (VersionState.APPROVED, None, "120-о"),
    ]


async def administers(keys: Typist, site: Site) -> None:
    """The administrator: the organisation's name, a person with a position, a group, a parent's link."""
    mark = f"{site.clock():%H%M}"
    await keys.open("/settings/organisation")
    await keys.fill("Краткое наименование", f"Школа {mark}")
    await keys.send("Сохранить", "/settings")

    await keys.open("/people/new")
    await keys.fill("Фамилия", "Орехова")
    await keys.fill("Имя", f"Нина{mark}")
    await keys.to("INPUT", "Педагогический работник")
    await keys.press("Space")
    await keys.to("BUTTON", "Добавить")
    async with keys.page.expect_navigation():
        await keys.press("Enter")
    person = keys.page.url.removeprefix(address(site, ""))
    await keys.to("SUMMARY", "Назначить на должность")
    await keys.press("Space")
    await keys.fill("Должность", "учитель химии")
    await keys.send("Назначить", person)

    await keys.open("/groups")
    await keys.fill("Название", f"9{mark}")
    await keys.to("BUTTON", "Добавить")
    async with keys.page.expect_navigation():
        await keys.press("Enter")
    group = keys.page.url.removeprefix(address(site, ""))
    await keys.fill("ФИО", "чужов")
    await keys.go("Enter", f"{group}?find=%D1%87%D1%83%D0%B6%D0%BE%D0%B2")
    await keys.send("Включить", group)

    await keys.open(person)
    await keys.fill("Найти ребёнка или родителя по имени", "чужов")
    await keys.go("Enter", "?relative=%D1%87%D1%83%D0%B6%D0%BE%D0%B2")
    await keys.pick("Кто это", "child")
    await keys.send("Связать", person)
    async with site.database.read() as db:
        card = await directory.card(db, int(person.rsplit("/", 1)[1]))
        members = await directory.members_ever(db, int(group.rsplit("/", 1)[1]))
        assert await db.scalar(select(Group.name).where(Group.name == f"9{mark}"))
    assert [row.position for row in card.positions] == ["учитель химии"]
    assert [row.person_id for row in card.children] == [site.cast.stranger]
    assert [row.person_id for row in members] == [site.cast.stranger]


@pytest.fixture
async def site(sqlite_database: Database) -> AsyncIterator[Site]:
    async with running(sqlite_database) as one:
        await add_the_rest(one)
        yield one


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize(
    ("reader", "work"), [("methodist", drafts), ("head", decides), ("administrator", administers)]
)
async def test_the_office_works_without_a_mouse_on_a_phone_and_on_a_desktop(
    site: Site, browser: Browser, reader: str, work: Callable[[Typist, Site], Awaitable[None]]
) -> None:
    for size in (PHONE, DESKTOP):
        page = await opened(browser, site, reader, size, "light")
        await work(Typist(page, site), site)
        await page.context.close()
        site.clock.pass_by(minutes=1)
