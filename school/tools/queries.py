"""Reading what is put up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from school.db import Db
from school.files import queries as files
from school.files.queries import FileRow
from school.tools.models import BoardFor, SessionTools


@dataclass(frozen=True)
class TimerRow:
    """Work from `started_at` to `ends_at`, then a break until `break_ends_at`, if there is one."""

    started_at: datetime
    ends_at: datetime
    break_ends_at: datetime | None


@dataclass(frozen=True)
class SlidesRow:
    """The document and the page, from 1, that everybody sees."""

    file: FileRow
    page: int


@dataclass(frozen=True)
class ToolsRow:
    """What is put up in a session; None is not put up."""

    timer: TimerRow | None = None
    slides: SlidesRow | None = None
    board_for: BoardFor | None = None


async def tools(db: Db, session_id: int) -> ToolsRow:
    """Give what is put up in a session."""
    row = await db.scalar(select(SessionTools).where(SessionTools.session_id == session_id))
    if row is None:
        return ToolsRow()
    timer = None
    if row.timer_started_at is not None and row.timer_ends_at is not None:
        timer = TimerRow(row.timer_started_at, row.timer_ends_at, row.break_ends_at)
    slides = None
    if row.slides_file_id is not None:
        found = await files.files(db, [row.slides_file_id])
        slides = SlidesRow(found[row.slides_file_id], row.slides_page)
    return ToolsRow(timer, slides, row.board_for)
