"""Reading the board."""

from dataclasses import dataclass

from sqlalchemy import select

from school.board.models import BoardStroke
from school.db import Db


@dataclass(frozen=True)
class StrokeRow:
    """One stroke that can be seen."""

    id: int
    author_id: int
    client_id: str
    colour: str
    width: int
    points: tuple[int, ...]


async def strokes(db: Db, session_id: int, after: int, limit: int) -> list[StrokeRow]:
    """Give up to `limit` strokes in sight that follow one, in their order; 0 stands before the first."""
    query = (
        select(BoardStroke)
        .where(BoardStroke.session_id == session_id, BoardStroke.id > after, BoardStroke.erased_at.is_(None))
        .order_by(BoardStroke.id)
        .limit(limit)
    )
    return [row_of(stroke) for stroke in await db.scalars(query)]


def row_of(stroke: BoardStroke) -> StrokeRow:
    """Make a frozen row."""
    return StrokeRow(
        stroke.id, stroke.author_id, stroke.client_id, stroke.colour, stroke.width, tuple(stroke.points)
    )
