"""The chat of a consultation whose room is closed: read, its files fetched, by those it was for (R46)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from school.attendance import actions as attendance
from school.conversation import actions as conversation
from school.conversation.actions import hide
from school.db import Db
from school.files import actions as files
from school.people import actions as people
from school.people import queries
from school.people.models import ParentLink
from school.seats import actions as seats
from school.seats import queries as seat_queries
from school.sessions import actions as sessions
from school.sessions.models import EndReason, RoomRole, Session
from tests import builders
from tests.builders import NOW
from tests.web.site import _HASH, Browser, Site

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(40)


async def said(db: Db, site: Site, author: int, body: str, *, file: bool = False, number: int = 0) -> int:
    kept = None
    if file:
        kept = await files.store(db, NOW, by=author, name="чертёж.png", content=PICTURE, limit=10**6)
    message = await conversation.say(
        db,
        NOW + timedelta(minutes=10, seconds=number),
        session_id=site.cast.session,
        author_id=author,
        client_id=f"{author}.{number}",
        body=body,
        file=kept,
    )
    return message.id


@pytest.fixture
async def over(site: Site) -> str:
    """The path of a consultation that is over, with a question, a file and a message taken out of sight."""
    return await hold(site)


async def hold(site: Site) -> str:
    cast = site.cast
    async with site.database.begin() as db:
        await sessions.mark_started(db, NOW, session_id=cast.session)
        await said(db, site, cast.student, "Как решить?")
        await said(db, site, cast.worker, "Вот чертёж", file=True, number=1)
        rude = await said(db, site, cast.student, "Грубость", number=2)
        await hide(db, NOW, session_id=cast.session, message_id=rude, by=cast.worker)
        await sessions.end(db, NOW, session_id=cast.session, by=None, reason=EndReason.TIME)
    site.clock.pass_by(hours=2)
    return f"/sessions/{cast.session}"


def file_of(text: str) -> str:
    found = re.search(r'href="(/sessions/\d+/files/\d+)"', text)
    assert found
    return found[1]


@pytest.mark.parametrize("login", ["sokolova", "ivanov", "ivanova"])
async def test_host_and_participants_read_it_and_fetch_its_files(
    browser: Browser, over: str, login: str
) -> None:
    await browser.become(login)
    assert f'href="{over}/chat"' in (await browser.get(over)).text
    page = await browser.get(f"{over}/chat")
    assert "Как решить?" in page.words
    assert "Ведущий скрыл это сообщение." in page.words
    assert "Грубость" not in page.text
    async with browser.client.get(file_of(page.text)) as response:
        assert await response.read() == PICTURE
        assert response.headers["Content-Disposition"].startswith("attachment;")


async def test_nobody_else_reads_it_or_fetches_its_files(site: Site, browser: Browser, over: str) -> None:
    await browser.become("ivanov")
    file = file_of((await browser.get(f"{over}/chat")).text)
    for login in ("chuzhov", "orlova"):
        await browser.become(login)
        assert (await browser.get(f"{over}/chat")).status == 404
        assert (await browser.get(file)).status == 404
    async with site.browser() as visitor:
        assert (await visitor.get(f"{over}/chat", follow=False)).status == 303


async def test_who_was_removed_for_good_reads_nothing(site: Site, browser: Browser, over: str) -> None:
    named = {"session_id": site.cast.session, "person_id": site.cast.student}
    async with site.database.begin() as db:
        await seats.take(db, NOW, **named, role=RoomRole.STUDENT, child_id=None)
        seat = await seat_queries.of_person(db, site.cast.session, site.cast.student)
        assert seat is not None
        await seats.remove(db, NOW, seat_id=seat.id, by=site.cast.worker, may_return=False)
    await browser.become("ivanov")
    assert f"{over}/chat" not in (await browser.get(over)).text
    assert (await browser.get(f"{over}/chat")).status == 404


async def come(db: Db, site: Site, person: int, role: RoomRole, *, child: int | None = None) -> int:
    """The seat of somebody who was inside from the beginning and left after a quarter of an hour."""
    named = {"session_id": site.cast.session, "person_id": person, "role": role, "child_id": child}
    seat = await seats.take(db, NOW, **named)
    stay = await attendance.joined(db, NOW, **named)
    await attendance.left(db, NOW + timedelta(minutes=15), stay)
    return seat.id


async def leave_the_group(db: Db, site: Site, student: int) -> None:
    yesterday = builders.TODAY - timedelta(days=1)
    group = site.cast.group
    assert await people.end_membership(db, NOW, by=None, person_id=student, group_id=group, until=yesterday)


async def test_who_was_inside_and_is_of_another_group_now_reads_what_there_was_until_they_left(
    site: Site, browser: Browser, over: str
) -> None:
    async with site.database.begin() as db:
        await come(db, site, site.cast.student, RoomRole.STUDENT)
        await come(db, site, site.cast.parent, RoomRole.PARENT, child=site.cast.student)
        await said(db, site, site.cast.worker, "Когда он ушёл", number=20 * 60)
        absent = await builders.add_student(db, group_id=site.cast.group, family_name="Ежов", login="ezhov")
        await people.set_password(db, NOW, by=None, person_id=absent, password_hash=_HASH)
    await browser.become("ezhov")
    assert "Когда он ушёл" in (await browser.get(f"{over}/chat")).words
    async with site.database.begin() as db:
        for student in (site.cast.student, absent):
            await leave_the_group(db, site, student)

    for login in ("ivanov", "ivanova"):
        await browser.become(login)
        assert f'href="{over}"' in (await browser.get("/week")).text
        assert f'href="{over}/chat"' in (await browser.get(over)).text
        page = await browser.get(f"{over}/chat")
        assert ("Как решить?" in page.words, "Когда он ушёл" in page.words) == (True, False)
        async with browser.client.get(file_of(page.text)) as response:
            assert await response.read() == PICTURE
        assert (await browser.get(f"{over}/attendance")).status == 404
    file = file_of(page.text)
    await browser.become("ezhov")
    assert f'href="{over}"' not in (await browser.get("/week")).text
    for address in (over, f"{over}/chat", file):
        assert (await browser.get(address)).status == 404


async def test_who_was_inside_reads_nothing_while_it_goes_on_without_them(
    site: Site, browser: Browser
) -> None:
    async with site.database.begin() as db:
        await sessions.mark_started(db, NOW, session_id=site.cast.session)
        await said(db, site, site.cast.worker, "Здравствуйте")
        await come(db, site, site.cast.student, RoomRole.STUDENT)
    await browser.become("ivanov")
    assert "Здравствуйте" in (await browser.get(f"/sessions/{site.cast.session}/chat")).words
    async with site.database.begin() as db:
        await leave_the_group(db, site, site.cast.student)
    assert (await browser.get(f"/sessions/{site.cast.session}/chat")).status == 404


async def test_a_parent_whose_rights_have_ended_reads_nothing_any_more(
    site: Site, browser: Browser, over: str
) -> None:
    async with site.database.begin() as db:
        await come(db, site, site.cast.parent, RoomRole.PARENT, child=site.cast.student)
    await browser.become("ivanova")
    assert (await browser.get(f"{over}/chat")).status == 200
    async with site.database.begin() as db:
        [link] = await db.scalars(select(ParentLink.id))
        await people.suspend_parent_link(db, NOW, by=site.cast.administrator, link_id=link, reason="Суд")
    assert f'href="{over}"' not in (await browser.get("/week")).text
    for address in (over, f"{over}/chat"):
        assert (await browser.get(address)).status == 404


async def test_who_led_it_before_another_reads_until_then_as_long_as_they_work_here(
    site: Site, browser: Browser, over: str
) -> None:
    async with site.database.begin() as db:
        await come(db, site, site.cast.worker, RoomRole.HOST)
        await said(db, site, site.cast.student, "Уже без вас", number=20 * 60)
        other, _ = await builders.add_worker(db, family_name="Громов", login="gromov")
        await db.execute(update(Session).values(host_id=other))
    await browser.become("sokolova")
    page = await browser.get(f"{over}/chat")
    assert ("Как решить?" in page.words, "Уже без вас" in page.words) == (True, False)
    async with site.database.begin() as db:
        yesterday = builders.TODAY - timedelta(days=1)
        [held] = await queries.appointments(db, builders.TODAY, person_id=site.cast.worker)
        await people.end_appointment(db, NOW, by=None, appointment_id=held.id, until=yesterday)
    assert (await browser.get(f"{over}/chat")).status == 404


async def test_who_was_removed_for_good_and_is_of_another_group_reads_nothing(
    site: Site, browser: Browser, over: str
) -> None:
    async with site.database.begin() as db:
        seat = await come(db, site, site.cast.student, RoomRole.STUDENT)
        await leave_the_group(db, site, site.cast.student)
    await browser.become("ivanov")
    assert (await browser.get(f"{over}/chat")).status == 200
    async with site.database.begin() as db:
        await seats.remove(db, NOW, seat_id=seat, by=site.cast.worker, may_return=False)
    for address in (over, f"{over}/chat"):
        assert (await browser.get(address)).status == 404


async def test_an_address_from_the_room_leads_there_and_a_link_is_told_where_to_ask(
    site: Site, browser: Browser
) -> None:
    path = await site.link(site.cast.student)
    async with site.browser() as bearer:
        await bearer.get(path)
        await bearer.post(path)
        over = await hold(site)
        await browser.become("ivanov")
        kept = file_of((await browser.get(f"{over}/chat")).text)
        in_the_room = kept.replace("/sessions/", "/room/")
        answer = await browser.get(in_the_room, follow=False)
        assert (answer.status, answer.headers["Location"]) == (303, kept)
        told = await bearer.get(in_the_room)
        assert told.status == 410
        assert "попросите их у работника, который её вёл" in told.words


async def test_a_long_one_is_read_page_by_page(site: Site, browser: Browser, over: str) -> None:
    async with site.database.begin() as db:
        for number in range(200):
            await said(db, site, site.cast.worker, f"Слово {number}", number=number + 10)
    await browser.become("ivanov")
    first = await browser.get(f"{over}/chat")
    assert ("Слово 196" in first.words, "Слово 197" in first.words) == (True, False)
    further = re.search(r'href="([^"]+/chat\?after=\d+)"', first.text)
    assert further
    second = await browser.get(further[1])
    assert ("Слово 197" in second.words, "Слово 199" in second.words) == (True, True)
    for nonsense in ("x", "-1", "9" * 30, "²"):
        assert (await browser.get(f"{over}/chat?after={nonsense}")).status == 200
