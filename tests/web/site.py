"""A whole site in a test: the real edge on a real socket and database, and a browser without scripts."""

import re
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from rooms.registry import Registry
from school.db import Database
from school.links import actions as links
from school.links.rules import token
from school.organisation import queries as organisation
from school.people import actions as people
from school.people import queries
from school.people.models import Role
from school.people.passwords import hash_password
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions as sessions
from tests import builders
from web import application, keys
from web.cookies import SIGN_IN
from web.findings import Finding, Verdict
from web.options import Options

SECRET = b"a secret of tests, long enough to sign with"
PASSWORD = "Лето-2026-хорошее"
_HASH = hash_password(PASSWORD)


class Clock:
    """The time that the site believes in; a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass(frozen=True)
class Cast:
    """Ids of the people and things of the smallest school."""

    administrator: int
    worker: int
    student: int
    stranger: int
    parent: int
    group: int
    session: int


@dataclass
class Page:
    """What a browser got: status, headers and text."""

    status: int
    headers: Mapping[str, str]
    text: str
    path: str

    @property
    def words(self) -> str:
        """The text without tags, spaces collapsed."""
        bare = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(bare)).strip()

    def form_token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text) or re.search(
            r'data-csrf="([^"]+)"', self.text
        )
        assert found, "the page has no form token"
        return found[1]


class Browser:
    """Keeps cookies and the last page's form token, as a browser without scripts does."""

    def __init__(self, client: TestClient, site: "Site") -> None:
        self.client = client
        self.token = ""
        self._site = site

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        async with self.client.get(path, allow_redirects=follow, headers=_named(headers)) as response:
            return await self._page(response)

    async def post(self, path: str, *, follow: bool = True, csrf: str | None = None, **fields: str) -> Page:
        """Send a form with the last page's token (or `csrf`)."""
        data = {"csrf": self.token if csrf is None else csrf, **fields}
        async with self.client.post(path, data=data, allow_redirects=follow) as response:
            return await self._page(response)

    async def script_post(self, path: str, *, json: object = None, **headers: str) -> Page:
        """What the room's script sends: the token in a header, and JSON or no body."""
        given = {"X-CSRF-Token": self.token, **_named(headers)}
        async with self.client.post(path, headers=given, json=json, allow_redirects=False) as response:
            return await self._page(response)

    async def become(self, login: str) -> None:
        """Be signed in, without the form and its hash, which is slow by design."""
        token = await self._site.sign_in_of(login)
        self.client.session.cookie_jar.update_cookies({SIGN_IN: token}, self.client.make_url("/"))

    async def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        """Sign in as people do; what is answered is a page that was not followed."""
        await self.get("/sign-in")
        return await self.post("/sign-in", login=login, password=password, follow=False)

    def cookie(self, name: str) -> str | None:
        return next((one.value for one in self.client.session.cookie_jar if one.key == name), None)

    async def _page(self, response: ClientResponse) -> Page:
        page = Page(response.status, response.headers, await response.text(), response.url.path_qs)
        if 'name="csrf"' in page.text or "data-csrf=" in page.text:
            self.token = page.form_token()
        return page


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Site:
    """A running site, the clock it believes in, and who is in its school."""

    server: TestServer
    database: Database
    clock: Clock
    cast: Cast

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        async with TestClient(self.server, cookie_jar=CookieJar(unsafe=True)) as client:
            yield Browser(client, self)

    async def sign_in_of(self, login: str) -> str:
        """A new sign-in of the person with that login, as its cookie has it."""
        async with self.database.begin() as db:
            known = await queries.by_login(db, login)
            assert known is not None
            return await people.start_sign_in(
                db, self.clock(), person_id=known.person_id, user_agent="", lifetime=timedelta(days=30)
            )

    async def let_choose_password(self, person_id: int) -> None:
        """Give the person a password of the administrator's: nothing else opens until they choose one."""
        async with self.database.begin() as db:
            await people.set_password(
                db,
                self.clock(),
                by=self.cast.administrator,
                person_id=person_id,
                password_hash=_HASH,
                change_due=True,
            )

    async def link(
        self, person_id: int, *, child_id: int | None = None, session_id: int | None = None
    ) -> str:
        """The path of a personal link to the session of the cast, or to another."""
        async with self.database.begin() as db:
            row = await links.issue(
                db,
                self.clock(),
                session_id=session_id or self.cast.session,
                person_id=person_id,
                child_id=child_id,
                today=(await organisation.settings(db)).today(self.clock()),
            )
        return f"/r/{token(SECRET, row.id, row.generation)}"


async def _inspection() -> list[Finding]:
    """What a look at an installation may find; what is looked at has its own tests."""
    return [
        Finding(Verdict.GOOD, "The words of every language are there"),
        Finding(Verdict.BAD, "The clock is wrong: it shows %(time)s. Set the time.", {"time": "2001-01-01"}),
    ]


@asynccontextmanager
async def running(
    database: Database,
    *,
    public_url: str = "http://localhost:8080",
    embed_origins: tuple[str, ...] = (),
    metrics_token: str = "",
    **organisation_settings: bool,
) -> AsyncIterator[Site]:
    """Serve the edge with the smallest school in the database; media is not started."""
    clock = Clock(builders.NOW)
    cast = await _cast(database, organisation_settings)
    hasher = ThreadPoolExecutor(1)
    options = Options(
        public_url=public_url, secret=SECRET, embed_origins=embed_origins, metrics_token=metrics_token
    )
    app = application.create(options, database=database, clock=clock, hasher=hasher)
    app[keys.REGISTRY] = Registry(database, clock, SECRET, None)
    app[keys.INSPECTION] = _inspection
    server = TestServer(app)
    await server.start_server(access_log=None)
    try:
        yield Site(server, database, clock, cast)
    finally:
        await server.close()
        hasher.shutdown()


async def _cast(database: Database, settings: Mapping[str, bool]) -> Cast:
    async with database.begin() as db:
        await builders.add_organisation(db, **settings)
        administrator = await builders.add_person(
            db, Role.ADMINISTRATOR, family_name="Орлова", given_name="Вера", patronymic="", login="orlova"
        )
        worker, _ = await builders.add_worker(db, login="sokolova")
        group = await builders.add_group(db, name="7А")
        student = await builders.add_student(db, group_id=group, login="ivanov")
        other = await builders.add_group(db, name="8Б")
        stranger = await builders.add_student(
            db, group_id=other, family_name="Чужов", given_name="Олег", login="chuzhov"
        )
        parent = await builders.add_parent(db, student, login="ivanova")
        for person_id in (administrator, worker, student, stranger, parent):
            await people.set_password(db, builders.NOW, by=None, person_id=person_id, password_hash=_HASH)
        session = await sessions.add_one_off(
            db,
            builders.NOW,
            by=administrator,
            reason="Проверка",
            form=Form.VIDEOCONFERENCE,
            kind=Kind.GROUP,
            host_id=worker,
            starts_at=builders.NOW + timedelta(minutes=5),
            ends_at=builders.NOW + timedelta(minutes=50),
            audience=Audience.BOTH,
            subject_id=await builders.add_subject(db),
            group_ids=[group],
        )
    return Cast(administrator, worker, student, stranger, parent, group, session)
