"""Files in a room's chat: who may send and fetch them, and how they are handed out."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData

from rooms import admission, entry, floor, views
from rooms.room import FILE_BURST
from school.sessions import actions as sessions
from school.sessions.models import Scope, TopicBasis
from tests.rooms.house import Ear
from tests.web.site import SECRET, Browser, Site
from web import keys
from web.options import Options

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)
Json = dict[str, Any]


async def enter(site: Site, person: int) -> tuple[Ear, views.Snapshot]:
    """Inside, by a connection that only listens."""
    registry, ear = site.server.app[keys.REGISTRY], Ear()
    async with site.database.begin() as db:
        found = await admission.of_person(db, site.clock(), session_id=site.cast.session, person_id=person)
        ticket = await admission.give_ticket(db, site.clock(), SECRET, found)
    room, peer = await entry.connect(registry, ticket, ear)
    snapshot = await entry.join(registry, room, peer)
    assert isinstance(snapshot, views.Snapshot), snapshot
    return ear, snapshot


@pytest.fixture
async def lesson(site: Site) -> Ear:
    """The consultation goes on; gives what its host hears."""
    site.clock.pass_by(minutes=6)
    async with site.database.begin() as db:
        await sessions.set_topic(
            db,
            site.clock(),
            session_id=site.cast.session,
            by=site.cast.worker,
            topic="Квадратные уравнения",
            basis=TopicBasis.PERFORMANCE,
            scope=Scope.SINGLE_TOPIC,
        )
    ear, _ = await enter(site, site.cast.worker)
    return ear


async def send(
    browser: Browser,
    site: Site,
    *,
    name: str = "чертёж.png",
    content: bytes = PICTURE,
    token: str | None = None,
    **fields: str,
) -> tuple[int, Json]:
    form = FormData({"client_id": "c1", **fields}, quote_fields=False)
    form.add_field("file", content, filename=name)
    headers = {"X-CSRF-Token": browser.token if token is None else token}
    path = f"/room/{site.cast.session}/files"
    async with browser.client.post(path, data=form, headers=headers, allow_redirects=False) as response:
        return response.status, json.loads(await response.text())


async def sign_in(browser: Browser, site: Site, login: str = "ivanov") -> None:
    await browser.become(login)
    await browser.get("/schedule")


async def test_a_file_of_somebody_inside_reaches_everybody_and_is_fetched_safely(
    site: Site, browser: Browser, lesson: Ear
) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    status, sent = await send(browser, site, body="Вот чертёж")
    assert status == 200
    message = lesson.last("chat.message")
    assert isinstance(message, views.Message)
    assert (message.id, message.author, message.body) == (sent["id"], site.cast.student, "Вот чертёж")
    assert message.file == views.File(sent["file"]["id"], "чертёж.png", "image/png", len(PICTURE))

    path = f"/room/{site.cast.session}/files/{sent['file']['id']}"
    async with browser.client.get(path) as response:
        assert await response.read() == PICTURE
        assert response.headers["Content-Type"] == "image/png"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["Cache-Control"] == "private, max-age=3600"


async def test_a_file_sent_again_is_the_same_message(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    first, again = await send(browser, site), await send(browser, site)
    assert first == again
    assert lesson.names().count("chat.message") == 1


async def test_a_file_may_answer_a_message(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    _, first = await send(browser, site, body="Решение")
    await send(browser, site, client_id="c2", reply_to=str(first["id"]))
    message = lesson.last("chat.message")
    assert isinstance(message, views.Message)
    assert message.quote == views.Quote(first["id"], "Иванов Пётр Андреевич", "Решение")


async def test_who_is_entitled_but_not_inside_cannot_send(site: Site, browser: Browser, lesson: Ear) -> None:
    await sign_in(browser, site)
    assert await send(browser, site) == (400, {"code": "not_joined", "data": {}})
    assert lesson.names().count("chat.message") == 0


async def test_who_is_put_out_while_the_file_is_on_its_way_cannot_send(
    site: Site, browser: Browser, lesson: Ear
) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    registry = site.server.app[keys.REGISTRY]
    room = registry.rooms[site.cast.session]
    head, tail = (
        b'--b\r\nContent-Disposition: form-data; name="client_id"\r\n\r\nc1\r\n--b\r\n',
        b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PICTURE + b"\r\n--b--\r\n",
    )

    async def slowly() -> AsyncIterator[bytes]:
        yield head
        limits = room.limits(room.peers[site.cast.student])
        async with asyncio.timeout(10):
            while limits.files._at is None:  # noqa: ASYNC110 -- the request has got past the first look
                await asyncio.sleep(0.01)
        host, student = room.peers[site.cast.worker], site.cast.student
        await floor.remove(registry, room, host, student, may_return=True)
        yield tail

    headers = {"X-CSRF-Token": browser.token, "Content-Type": "multipart/form-data; boundary=b"}
    path = f"/room/{site.cast.session}/files"
    async with browser.client.post(path, data=slowly(), headers=headers) as response:
        assert (await response.json())["code"] == "not_joined"
    assert "chat.message" not in lesson.names()


async def test_who_may_not_write_cannot_send(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    registry = site.server.app[keys.REGISTRY]
    registry.rooms[site.cast.session].peers[site.cast.student].rights = admission.Rights()
    await sign_in(browser, site)
    status, refused = await send(browser, site)
    assert (status, refused["code"]) == (400, "no_right")


async def test_a_form_of_another_site_is_refused(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    assert await send(browser, site, token="forged") == (403, {"code": "form_expired", "data": {}})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("page.html", b"<script>alert(1)</script>", "file_type"),
        ("picture.svg", b"<svg onload='alert(1)'/>", "file_type"),
        ("run.exe", b"MZ" + bytes(10), "file_type"),
        ("picture.png", b"<html><script>", "not_as_named"),
        ("empty.png", b"", "empty"),
    ],
)
async def test_what_is_not_allowed_or_not_what_it_says_is_refused(
    site: Site, browser: Browser, lesson: Ear, name: str, content: bytes, reason: str
) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    status, refused = await send(browser, site, name=name, content=content)
    assert (status, refused["code"], refused["data"]["reason"]) == (422, "invalid", reason)
    assert lesson.names().count("chat.message") == 0


async def test_a_file_larger_than_the_setting_is_refused(
    site: Site, browser: Browser, lesson: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    options = site.server.app[keys.OPTIONS]
    smaller = Options(public_url=options.public_url, secret=options.secret, chat_file_limit=len(PICTURE) - 1)
    monkeypatch.setitem(site.server.app._state, keys.OPTIONS, smaller)  # a started application is frozen
    status, refused = await send(browser, site)
    assert (status, refused["data"]["reason"]) == (422, "too_large")


@pytest.mark.parametrize("fields", [{"client_id": ""}, {"client_id": "x" * 65}, {"reply_to": "many"}])
async def test_strange_fields_are_refused(
    site: Site, browser: Browser, lesson: Ear, fields: dict[str, str]
) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    status, refused = await send(browser, site, **fields)
    assert (status, refused["code"]) == (422, "invalid")


async def test_sending_too_fast_is_refused(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    for number in range(FILE_BURST):
        assert (await send(browser, site, client_id=f"c{number}"))[0] == 200
    status, refused = await send(browser, site, client_id="more")
    assert (status, refused["code"]) == (429, "flood")


async def test_a_file_is_nobody_elses(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    _, sent = await send(browser, site)
    path = f"/room/{site.cast.session}/files/{sent['file']['id']}"
    async with site.browser() as another:
        assert (await another.get(path)).status == 401
        await another.become("chuzhov")
        assert (await another.get(path)).status == 403
        await another.become("ivanova")
        async with another.client.get(path) as response:
            assert response.status == 200


async def test_a_hidden_file_is_handed_out_no_more(site: Site, browser: Browser, lesson: Ear) -> None:
    await enter(site, site.cast.student)
    await sign_in(browser, site)
    _, sent = await send(browser, site)
    room = site.server.app[keys.REGISTRY].rooms[site.cast.session]
    await room.chat.hide(site.database, site.clock(), room.peers[site.cast.worker], sent["id"])
    path = f"/room/{site.cast.session}/files/{sent['file']['id']}"
    assert (await browser.get(path)).status == 404


async def test_a_stored_file_that_no_message_carries_is_not_found(
    site: Site, browser: Browser, lesson: Ear
) -> None:
    await sign_in(browser, site)
    assert (await browser.get(f"/room/{site.cast.session}/files/1")).status == 404


async def test_the_bearer_of_a_link_sends_as_the_links_person(
    site: Site, browser: Browser, lesson: Ear
) -> None:
    await enter(site, site.cast.parent)
    path = await site.link(site.cast.parent, child_id=site.cast.student)
    await browser.get(path)
    await browser.post(path)
    form = FormData({"client_id": "c1"})
    form.add_field("file", PICTURE, filename="чертёж.png")
    headers = {"X-CSRF-Token": browser.token}
    address = f"/room/{site.cast.session}/files?by=link"
    async with browser.client.post(address, data=form, headers=headers) as response:
        assert response.status == 200
    message = lesson.last("chat.message")
    assert isinstance(message, views.Message)
    assert message.author == site.cast.parent
