"""Putting up and taking down."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from school.db import Db
from school.errors import Invalid, NotFound
from school.sessions.models import Session
from school.tools.errors import NoSlides
from school.tools.models import BoardFor, SessionTools
from school.tools.rules import BREAK_MINUTES, MOST_PAGES, TIMER_MINUTES


async def start_timer(db: Db, now: datetime, *, session_id: int, minutes: int, break_minutes: int) -> None:
    """Count this many minutes from now, then a break if it has any. Raises Invalid, NotFound."""
    if not 1 <= minutes <= TIMER_MINUTES:
        raise Invalid(field="minutes", reason="out_of_range", limit=TIMER_MINUTES)
    if not 0 <= break_minutes <= BREAK_MINUTES:
        raise Invalid(field="break_minutes", reason="out_of_range", limit=BREAK_MINUTES)
    ends_at = now + timedelta(minutes=minutes)
    break_ends_at = ends_at + timedelta(minutes=break_minutes) if break_minutes else None
    await _put(db, session_id, timer_started_at=now, timer_ends_at=ends_at, break_ends_at=break_ends_at)


async def stop_timer(db: Db, *, session_id: int) -> None:
    """Count no more. Raises NotFound."""
    await _put(db, session_id, timer_started_at=None, timer_ends_at=None, break_ends_at=None)


async def show_slides(db: Db, *, session_id: int, file_id: int) -> None:
    """Show the first page of a document; who calls has made sure that it is this session's.

    Raises NotFound.
    """
    await _put(db, session_id, slides_file_id=file_id, slides_page=1)


async def turn(db: Db, *, session_id: int, page: int) -> None:
    """Show another page. Raises Invalid, NoSlides."""
    if not 1 <= page <= MOST_PAGES:
        raise Invalid(field="page", reason="out_of_range", limit=MOST_PAGES)
    mine = (SessionTools.session_id == session_id, SessionTools.slides_file_id.is_not(None))
    statement = update(SessionTools).where(*mine).values(slides_page=page)
    if await db.scalar(statement.returning(SessionTools.session_id)) is None:
        raise NoSlides


async def hide_slides(db: Db, *, session_id: int) -> None:
    """Show no document. Raises NotFound."""
    await _put(db, session_id, slides_file_id=None)


async def show_board(db: Db, *, session_id: int, board_for: BoardFor | None) -> None:
    """Put the whiteboard up for these to draw on, or away; its strokes stay. Raises NotFound."""
    await _put(db, session_id, board_for=board_for)


async def put_away(db: Db, *, session_id: int) -> None:
    """Take everything down. Raises NotFound."""
    timer = {"timer_started_at": None, "timer_ends_at": None, "break_ends_at": None}
    await _put(db, session_id, **timer, slides_file_id=None, board_for=None)


async def _put(db: Db, session_id: int, **values: object) -> None:
    # Two first ones at once: the second waits for the first one's row.
    if await db.scalar(select(Session.id).where(Session.id == session_id).with_for_update()) is None:
        raise NotFound(subject="session", id=session_id)
    mine = update(SessionTools).where(SessionTools.session_id == session_id).values(**values)
    if await db.scalar(mine.returning(SessionTools.session_id)) is None:
        await db.execute(insert(SessionTools).values({"slides_page": 1, **values, "session_id": session_id}))
