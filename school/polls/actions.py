"""Asking, answering, showing, closing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update

from school.db import Db
from school.errors import Invalid, NotFound
from school.polls.errors import PollClosed, PollGoesOn
from school.polls.models import Poll, PollAnswer, PollKind
from school.polls.rules import POLLS_LIMIT, check_choices, check_options, check_question, check_text
from school.sessions.models import Session


async def open_poll(
    db: Db,
    now: datetime,
    *,
    session_id: int,
    by: int,
    kind: PollKind,
    question: str,
    options: Sequence[str],
    shown: bool,
) -> int:
    """Ask everybody in a session; gives the poll's id. Raises Invalid, PollGoesOn, NotFound."""
    question, options = check_question(question), check_options(kind, options)
    # Two who open at once: the second finds the first one's poll.
    if await db.scalar(select(Session.id).where(Session.id == session_id).with_for_update()) is None:
        raise NotFound(subject="session", id=session_id)
    mine = Poll.session_id == session_id
    if await db.scalar(select(Poll.id).where(mine, Poll.closed_at.is_(None))) is not None:
        raise PollGoesOn
    if (await db.scalar(select(func.count()).where(mine)) or 0) >= POLLS_LIMIT:
        raise Invalid(field="question", reason="too_many", limit=POLLS_LIMIT)
    values = {"kind": kind, "question": question, "options": options, "shown": shown}
    statement = insert(Poll).values(session_id=session_id, opened_by=by, opened_at=now, **values)
    poll_id: int | None = await db.scalar(statement.returning(Poll.id))
    assert poll_id is not None  # noqa: S101 -- an INSERT returns its row
    return poll_id


async def choose(
    db: Db, now: datetime, *, session_id: int, poll_id: int, person_id: int, choices: Sequence[int]
) -> None:
    """Answer by the numbers of options, or change the answer while the poll is open.

    Raises PollClosed, Invalid.
    """
    poll = await _opened(db, session_id, poll_id)
    await _answer(db, now, poll_id, person_id, check_choices(poll.kind, poll.options, choices), "")


async def write(db: Db, now: datetime, *, session_id: int, poll_id: int, person_id: int, text: str) -> None:
    """Answer in words, or change them while the poll is open. Raises PollClosed, Invalid."""
    poll = await _opened(db, session_id, poll_id)
    await _answer(db, now, poll_id, person_id, [], check_text(poll.kind, text))


async def show(db: Db, *, session_id: int, poll_id: int, shown: bool) -> None:
    """Show everybody the results, or to those who lead only. Raises NotFound."""
    statement = update(Poll).where(Poll.id == poll_id, Poll.session_id == session_id).values(shown=shown)
    if await db.scalar(statement.returning(Poll.id)) is None:
        raise NotFound(subject="poll", id=poll_id)


async def close(db: Db, now: datetime, *, session_id: int, poll_id: int) -> bool:
    """Take no more answers; False when it was closed already, or is not this session's."""
    mine = (Poll.id == poll_id, Poll.session_id == session_id, Poll.closed_at.is_(None))
    statement = update(Poll).where(*mine).values(closed_at=now)
    return await db.scalar(statement.returning(Poll.id)) is not None


async def put_away(db: Db, now: datetime, *, session_id: int) -> None:
    """Take no more answers to any of a session's polls, and show none of them any more."""
    mine = (Poll.session_id == session_id, Poll.put_away_at.is_(None))
    closed = {"closed_at": func.coalesce(Poll.closed_at, now), "put_away_at": now}
    await db.execute(update(Poll).where(*mine).values(closed))


async def _opened(db: Db, session_id: int, poll_id: int) -> Poll:
    # Locked, so that nobody's answer is taken after the poll was closed.
    mine = (Poll.id == poll_id, Poll.session_id == session_id, Poll.closed_at.is_(None))
    query = select(Poll).where(*mine).with_for_update()
    poll = await db.scalar(query, execution_options={"populate_existing": True})
    if poll is None:
        raise PollClosed
    return poll


async def _answer(db: Db, now: datetime, poll_id: int, person_id: int, choices: list[int], text: str) -> None:
    named = {"poll_id": poll_id, "person_id": person_id}
    given = {"choices": choices, "text": text}
    change = update(PollAnswer).filter_by(**named).values(**given).returning(PollAnswer.person_id)
    if await db.scalar(change) is None:
        await db.execute(insert(PollAnswer).values(**named, **given, answered_at=now))
