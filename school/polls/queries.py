"""Reading polls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from school.db import Db
from school.polls.models import Poll, PollAnswer, PollKind


@dataclass(frozen=True)
class AnswerRow:
    """One person's answer."""

    choices: tuple[int, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class PollRow:
    """A poll with its answers by person, in the order in which they were first given."""

    id: int
    kind: PollKind
    question: str
    options: tuple[str, ...]
    shown: bool
    closed_at: datetime | None
    answers: Mapping[int, AnswerRow] = field(default_factory=dict)


async def latest(db: Db, session_id: int) -> PollRow | None:
    """Give the session's last poll that was not put away, open or closed, or None."""
    mine = (Poll.session_id == session_id, Poll.put_away_at.is_(None))
    query = select(Poll).where(*mine).order_by(Poll.id.desc()).limit(1)
    poll = await db.scalar(query)
    return None if poll is None else await _with_answers(db, poll)


async def _with_answers(db: Db, poll: Poll) -> PollRow:
    query = select(PollAnswer.person_id, PollAnswer.choices, PollAnswer.text)
    rows = await db.execute(
        query.where(PollAnswer.poll_id == poll.id).order_by(PollAnswer.answered_at, PollAnswer.person_id)
    )
    return PollRow(
        id=poll.id,
        kind=poll.kind,
        question=poll.question,
        options=tuple(poll.options),
        shown=poll.shown,
        closed_at=poll.closed_at,
        answers={row.person_id: AnswerRow(tuple(row.choices), row.text) for row in rows},
    )
