"""Chat: each message once, in order, nothing lost (R46)."""

import asyncio

import pytest
from sqlalchemy import select

from school.audit.queries import latest as latest_audit
from school.conversation import actions, queries
from school.conversation.models import Message
from school.conversation.queries import MessageRow, QuoteRow
from school.db import Database, Db
from school.errors import Invalid, NotFound
from school.files import actions as files
from school.files.queries import FileRow
from tests.builders import NOW
from tests.consultations import School, add_session, open_school
from tests.races import race, winners

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
async def school(database: Database) -> School:
    return await open_school(database)


@pytest.fixture
async def session_id(database: Database, school: School) -> int:
    async with database.begin() as db:
        return await add_session(db, school)


async def say(
    db: Db, session_id: int, author: int, client_id: str, body: str = "Здравствуйте!"
) -> MessageRow:
    return await actions.say(db, NOW, session_id=session_id, author_id=author, client_id=client_id, body=body)


async def test_a_message_is_given_as_stored(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        said = await say(db, session_id, school.student, "a-1", "  2 < 3\nда  ")
    assert said == MessageRow(
        id=said.id,
        session_id=session_id,
        author_id=school.student,
        author_name="Иванов Пётр Андреевич",
        client_id="a-1",
        body="2 < 3\nда",
        sent_at=NOW,
        hidden=False,
    )


async def test_a_message_sent_again_is_the_first_one(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        first = await say(db, session_id, school.student, "a-1", "Раз")
    async with database.begin() as db:
        assert await say(db, session_id, school.student, "a-1", "Два") == first
        assert (await say(db, session_id, school.teacher, "a-1")).id != first.id
        assert len(await queries.after(db, session_id, 0, 10)) == 2


@pytest.mark.parametrize("body", ["", " \n ", "x" * 4001, "\x00\ud800"])
async def test_a_body_that_says_nothing_or_too_much_is_refused(
    database: Database, school: School, session_id: int, body: str
) -> None:
    async with database.begin() as db:
        with pytest.raises(Invalid):
            await say(db, session_id, school.student, "a-1", body)
        assert await queries.after(db, session_id, 0, 10) == []
        assert await say(db, session_id, school.student, "a-1", "x" * 4000)


@pytest.mark.parametrize("client_id", ["", "x" * 65, "ы", "a\n"])
async def test_a_strange_client_id_is_refused(
    database: Database, school: School, session_id: int, client_id: str
) -> None:
    async with database.begin() as db:
        with pytest.raises(Invalid):
            await say(db, session_id, school.student, client_id)


async def test_an_unknown_session_is_not_found(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        with pytest.raises(NotFound):
            await say(db, session_id + 1, school.student, "a-1")


async def test_a_page_follows_a_message(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        said = [(await say(db, session_id, school.student, f"a-{number}")).id for number in range(5)]
        await say(db, other, school.student, "elsewhere")
        assert [row.id for row in await queries.after(db, session_id, said[1], 2)] == said[2:4]
        assert [row.id for row in await queries.after(db, session_id, said[4], 2)] == []
        assert [row.id for row in await queries.latest(db, session_id, 3)] == said[2:]


async def test_a_hidden_message_shows_no_text_and_keeps_it(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        said = await say(db, session_id, school.student, "a-1", "Грубость")
        assert await actions.hide(db, NOW, session_id=session_id, message_id=said.id, by=school.teacher)
        assert not await actions.hide(db, NOW, session_id=session_id, message_id=said.id, by=school.teacher)
        (shown,) = await queries.after(db, session_id, 0, 10)
        assert (shown.hidden, shown.body) == (True, "")
        assert await db.scalar(select(Message.body)) == "Грубость"
        with pytest.raises(NotFound):
            await actions.hide(db, NOW, session_id=session_id, message_id=said.id + 1, by=school.teacher)
    async with database.read() as db:
        (row, *_) = await latest_audit(db, 1)
    assert (row.action, row.actor_id, row.subject_id) == ("message_hidden", school.teacher, said.id)


async def test_50_senders_of_one_message_store_one(
    database: Database, school: School, session_id: int
) -> None:
    async def run(db: Db, _: int) -> int:
        return (await say(db, session_id, school.student, "a-1")).id

    results = winners(await race(database, run))
    assert (len(results), len(set(results))) == (50, 1)


async def test_of_50_who_hide_one_counts(database: Database, school: School, session_id: int) -> None:
    async with database.begin() as db:
        said = await say(db, session_id, school.student, "a-1")

    async def run(db: Db, _: int) -> bool:
        return await actions.hide(db, NOW, session_id=session_id, message_id=said.id, by=school.teacher)

    assert len(winners(await race(database, run))) == 1


async def test_a_reader_who_follows_misses_nothing_of_50_writers(
    database: Database, school: School, session_id: int
) -> None:
    async def run(db: Db, number: int) -> int:
        return (await say(db, session_id, school.student, f"a-{number}")).id

    async def follow() -> list[int]:
        seen: list[int] = []
        while len(seen) < 50:
            async with database.read() as db:
                rows = await queries.after(db, session_id, seen[-1] if seen else 0, 7)
            seen += [row.id for row in rows]
        return seen

    reader = asyncio.create_task(follow())
    written = winners(await race(database, run))
    assert sorted(written) == await asyncio.wait_for(reader, 30)


async def add_picture(db: Db, by: int, content: bytes = PICTURE) -> FileRow:
    return await files.store(db, NOW, by=by, name="чертёж.png", content=content)


async def test_a_reply_quotes_the_beginning_of_what_it_answers(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        asked = await say(db, session_id, school.student, "a-1", "Почему\nкорня два? " + "я" * 200)
        answered = await actions.say(
            db,
            NOW,
            session_id=session_id,
            author_id=school.teacher,
            client_id="b-1",
            body="Потому что",
            reply_to=asked.id,
        )
    assert answered.quote is not None
    assert (answered.quote.id, answered.quote.author_name) == (asked.id, "Иванов Пётр Андреевич")
    assert answered.quote.text.startswith("Почему корня два? яяя")
    assert len(answered.quote.text) == 160


async def test_a_reply_to_another_sessions_message_is_refused(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        elsewhere = await say(db, other, school.student, "a-1")
        for unknown in (elsewhere.id, elsewhere.id + 100):
            with pytest.raises(Invalid) as refused:
                await actions.say(
                    db,
                    NOW,
                    session_id=session_id,
                    author_id=school.student,
                    client_id="a-2",
                    body="Да",
                    reply_to=unknown,
                )
            assert refused.value.field == "reply_to"


async def test_a_file_is_a_message_that_needs_no_words(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        picture = await add_picture(db, school.student)
        said = await actions.say(
            db,
            NOW,
            session_id=session_id,
            author_id=school.student,
            client_id="a-1",
            body=" ",
            file=picture,
        )
        assert (said.body, said.file) == ("", picture)
        assert await queries.file_in_sight(db, session_id, picture.id) == picture
        assert await queries.size_of_files(db, session_id) == len(PICTURE)
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        assert await queries.file_in_sight(db, other, picture.id) is None


async def test_what_is_hidden_is_neither_quoted_nor_handed_out(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        picture = await add_picture(db, school.student)
        said = await actions.say(
            db,
            NOW,
            session_id=session_id,
            author_id=school.student,
            client_id="a-1",
            body="Грубость",
            file=picture,
        )
        await actions.say(
            db,
            NOW,
            session_id=session_id,
            author_id=school.teacher,
            client_id="b-1",
            body="Так не пишут",
            reply_to=said.id,
        )
        await actions.hide(db, NOW, session_id=session_id, message_id=said.id, by=school.teacher)
        hidden, reply = await queries.after(db, session_id, 0, 10)
        assert (hidden.body, hidden.file) == ("", None)
        assert reply.quote == QuoteRow(said.id, "Иванов Пётр Андреевич", "")
        assert await queries.file_in_sight(db, session_id, picture.id) is None


async def test_a_message_of_another_session_cannot_be_hidden(
    database: Database, school: School, session_id: int
) -> None:
    async with database.begin() as db:
        said = await say(db, session_id, school.student, "a-1")
        other = await add_session(db, school, starts_at=NOW.replace(hour=15))
        with pytest.raises(NotFound):
            await actions.hide(db, NOW, session_id=other, message_id=said.id, by=school.teacher)


async def test_a_session_keeps_only_so_much(
    database: Database, school: School, session_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "FILES_LIMIT", 2 * len(PICTURE))
    async with database.begin() as db:
        for number in range(2):
            picture = await add_picture(db, school.student)
            await actions.say(
                db,
                NOW,
                session_id=session_id,
                author_id=school.student,
                client_id=f"a-{number}",
                body="",
                file=picture,
            )
        with pytest.raises(Invalid) as refused:
            await actions.say(
                db,
                NOW,
                session_id=session_id,
                author_id=school.student,
                client_id="a-3",
                body="",
                file=await add_picture(db, school.student),
            )
    assert refused.value.data["reason"] == "session_full"
