"""What is kept for the next page is thrown away by every change that it could show, and by no other."""

import gzip
from datetime import UTC, datetime, timedelta

from school.audit.actions import record
from school.db import Database, Db
from school.directory.actions import Particulars, change_person
from school.people import queries as people
from school.sessions import actions as sessions
from tests import builders
from tests.builders import NOW
from tests.web.office import Statements
from tests.web.site import Browser, Site
from tests.web.test_schedule_pages import publish
from web.pieces import Pieces
from web.shelf import Shelf


async def note(db: Db, action: str) -> None:
    await record(db, NOW, actor_id=None, action=action, subject="person", subject_id=None)


async def test_a_change_clears_the_shelf_and_a_sign_in_does_not(database: Database) -> None:
    shelf = Shelf()
    for action, stays in (("group_added", False), ("signed_in", True), ("person_changed", False)):
        async with database.read() as db:
            await shelf.refresh(db)
            shelf.put("page", "as it was", shelf.edition)
        async with database.begin() as db:
            await note(db, action)
            await note(db, "signed_out")
        async with database.read() as db:
            await shelf.refresh(db)
        assert (shelf.get("page") is not None) == stays, action


async def test_what_was_read_before_a_change_is_not_kept_after_it(sqlite_database: Database) -> None:
    shelf = Shelf()
    edition = shelf.edition
    async with sqlite_database.begin() as db:
        await note(db, "group_added")
    async with sqlite_database.read() as db:
        await shelf.refresh(db)
    shelf.put("page", "as it was", edition)
    assert shelf.get("page") is None


def test_whoever_asks_for_ever_new_pages_crowds_out_none_that_others_ask_for() -> None:
    shelf = Shelf()
    shelf.put("asked for", "by everybody", shelf.edition)
    shelf.put("asked for once", "by somebody", shelf.edition)
    for number in range(1000):
        shelf.put(number, "by one", shelf.edition)
        assert shelf.get("asked for") == "by everybody"
    assert shelf.get("asked for once") is None


def test_pieces_make_the_same_page_packed_and_plain() -> None:
    pieces = Pieces.of("<p>@</p>" + "Расписание " * 500 + "@ <b>@</b>", "@", NOW)
    for token in ("a", "wMj" * 20):
        plain = pieces.body(token, gzip=False)
        assert plain.decode() == f"<p>{token}</p>" + "Расписание " * 500 + f"{token} <b>{token}</b>"
        assert gzip.decompress(pieces.body(token, gzip=True)) == plain
    assert len(pieces.body("a", gzip=True)) < 200


async def test_the_public_page_is_kept_for_visitors_who_each_have_a_token_of_their_own(site: Site) -> None:
    await publish(site)
    async with site.browser() as one, site.browser() as other:
        pages = [await one.get("/schedule"), await other.get("/schedule")]
        with Statements(site.database) as statements:
            pages.append(await one.get("/schedule"))
        assert statements.count == 2  # BEGIN and the look at the audit
        assert len({page.form_token() for page in pages}) == 3
        assert len({page.words for page in pages}) == 1
        assert "Захарова Елена Михайловна" in pages[0].words
        plain = await one.get("/schedule", Accept_Encoding="identity")
        assert (plain.words, "Content-Encoding" in plain.headers) == (pages[0].words, False)
        # The form token of a kept page is the visitor's: the switch of language takes it.
        one.token = pages[2].form_token()
        english = await one.post("/language", language="en", back="/schedule")
        assert (english.status, "Consultation schedule" in english.words) == (200, True)
        assert (await one.post("/language", csrf=pages[1].form_token(), language="ru")).status == 403


async def test_a_kept_page_shows_what_has_changed_at_once(site: Site, browser: Browser) -> None:
    await publish(site)
    assert "Жуков Олег Ильич" in (await browser.get("/schedule")).words
    async with site.database.begin() as db:
        zhukov = next(
            row for row in (await people.people(db, range(1, 30))).values() if row.family_name == "Жуков"
        )
        named = Particulars(
            family_name="Жукович", given_name="Олег", patronymic="Ильич", birth_date=None, login=None
        )
        await change_person(
            db, NOW, by=site.cast.administrator, person_id=zhukov.id, particulars=named, seen=None
        )
    words = (await browser.get("/schedule")).words
    assert ("Жукович Олег Ильич" in words, "Жуков Олег" in words) == (True, False)


async def test_a_kept_page_drops_what_has_begun_and_names_the_next_day(site: Site, browser: Browser) -> None:
    await publish(site)
    day = datetime(2026, 9, 7, 20, tzinfo=UTC)
    async with site.database.begin() as db:
        await sessions.move(
            db,
            NOW,
            session_id=site.cast.session,
            by=site.cast.administrator,
            starts_at=day + timedelta(hours=2),
            ends_at=day + timedelta(hours=3),
            reason="Болезнь",
        )
    heading = "Изменения в ближайшие две недели"
    first = await browser.get("/schedule")
    assert (heading in first.words, "завтра, 01:00–02:00" in first.words) == (True, True)
    site.clock.now = day + timedelta(hours=1, minutes=30)
    assert "сегодня, 01:00–02:00" in (await browser.get("/schedule")).words
    site.clock.now = day + timedelta(hours=2, minutes=1)
    assert heading not in (await browser.get("/schedule")).words


async def test_today_shows_at_once_who_came_into_a_group_and_what_has_begun(
    site: Site, browser: Browser
) -> None:
    await browser.become("chuzhov")
    assert "Алгебра" not in (await browser.get("/today")).words
    async with site.database.begin() as db:
        await builders.people.add_member(
            db,
            NOW,
            by=None,
            person_id=site.cast.stranger,
            group_id=site.cast.group,
            since=builders.TODAY,
        )
    assert "Алгебра" in (await browser.get("/today")).words
    async with site.database.begin() as db:
        await sessions.mark_started(db, site.clock(), session_id=site.cast.session)
    assert "идёт" in (await browser.get("/today")).words
