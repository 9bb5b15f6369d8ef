"""Drawing and erasing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from school.board.errors import BoardFull
from school.board.models import BoardStroke
from school.board.queries import StrokeRow, row_of
from school.board.rules import STROKES_LIMIT, check_pen, check_points
from school.db import Db
from school.errors import NotFound
from school.sessions.models import Session


async def draw(
    db: Db,
    now: datetime,
    *,
    session_id: int,
    author_id: int,
    client_id: str,
    colour: str,
    width: int,
    points: Sequence[int],
) -> StrokeRow:
    """Store a stroke once, however often it is sent. Raises Invalid, BoardFull, NotFound."""
    check_pen(colour, width)
    # In the order of commits, as the chat's messages are.
    if await db.scalar(select(Session.id).where(Session.id == session_id).with_for_update()) is None:
        raise NotFound(subject="session", id=session_id)
    named = {"session_id": session_id, "author_id": author_id, "client_id": client_id}
    stored = await db.scalar(select(BoardStroke).filter_by(**named))
    if stored is not None:
        return row_of(stored)
    seen = select(func.count()).where(BoardStroke.session_id == session_id, BoardStroke.erased_at.is_(None))
    if (await db.scalar(seen) or 0) >= STROKES_LIMIT:
        raise BoardFull(limit=STROKES_LIMIT)
    stroke = BoardStroke(
        **named, colour=colour, width=width, points=check_points(points), drawn_at=now, erased_at=None
    )
    db.add(stroke)
    await db.flush()
    return row_of(stroke)


async def erase(db: Db, now: datetime, *, session_id: int, stroke_id: int, author_id: int | None) -> bool:
    """Take a stroke away; with `author_id`, only this person's own. False when none is in sight."""
    statement = update(BoardStroke).where(
        BoardStroke.id == stroke_id, BoardStroke.session_id == session_id, BoardStroke.erased_at.is_(None)
    )
    if author_id is not None:
        statement = statement.where(BoardStroke.author_id == author_id)
    return await db.scalar(statement.values(erased_at=now).returning(BoardStroke.id)) is not None


async def undo(db: Db, now: datetime, *, session_id: int, author_id: int) -> int | None:
    """Take away one's own last stroke in sight; gives its id, None when there is none."""
    mine = (
        BoardStroke.session_id == session_id,
        BoardStroke.author_id == author_id,
        BoardStroke.erased_at.is_(None),
    )
    last = select(func.max(BoardStroke.id)).where(*mine).scalar_subquery()
    statement = update(BoardStroke).where(*mine, BoardStroke.id == last).values(erased_at=now)
    undone: int | None = await db.scalar(statement.returning(BoardStroke.id))
    return undone


async def clear(db: Db, now: datetime, *, session_id: int) -> None:
    """Take everything away."""
    seen = (BoardStroke.session_id == session_id, BoardStroke.erased_at.is_(None))
    await db.execute(update(BoardStroke).where(*seen).values(erased_at=now))
