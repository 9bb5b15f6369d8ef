"""Who was at a consultation: what the server counted, and its host's word on it (R57)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, Field, StringConstraints

from school.attendance import actions
from school.attendance import queries as attendance
from school.attendance.queries import AttendanceRow
from school.db import Db
from school.errors import NotFound
from school.organisation import queries as organisation
from school.people.rules import Capability, Viewer, can
from school.quality import queries as quality
from school.quality.rules import Summary
from school.sessions import queries as sessions
from school.sessions import rules
from school.sessions.errors import NotTheHost
from school.sessions.queries import SessionRow
from web import call_words, checklist, forms, labels
from web.access import Route, own
from web.consultation import describe
from web.forms import Form
from web.keys import DATABASE, READER
from web.pages.quality import may_read as may_read_quality
from web.reader import Reader
from web.reply import now, page, see_other, viewer


class Correction(BaseModel):
    """The host's own count for one person; 0 minutes means absent."""

    person: Annotated[int, Field(ge=1, le=2**31 - 1)]  # the width of ids in PostgreSQL
    minutes: Annotated[int, Field(ge=0, le=24 * 60)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=actions.REASON_LIMIT)]


class Word(BaseModel):
    """Which of the page's two forms was sent."""

    action: Literal["confirm", "correct"]


@dataclass(frozen=True, slots=True)
class Call:
    """How somebody's connection was, in one word; `minutes` says more."""

    word: str
    look: str
    minutes: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person's row and the words that go with it."""

    row: AttendanceRow
    about: str
    percent: int | None
    """Share of the consultation, after the host's correction if there is one."""
    call: Call | None

    @property
    def minutes(self) -> int:
        if self.row.mark is not None:
            return self.row.mark.minutes
        return self.row.summary.minutes if self.row.summary else 0


async def table(request: web.Request) -> web.Response:
    return await _show(request, Form[Correction]())


async def mark(request: web.Request) -> web.Response:
    """Confirm everybody who has no word yet, or correct one person: the host's word, nobody else's (R57)."""
    async with request.app[DATABASE].read() as db:
        session = await _readable(db, _session_id(request), viewer(request))
    if session.host_id != viewer(request).person_id:
        raise NotTheHost(session_id=session.id)
    word = await forms.read(request, Word)
    if word.given is not None and word.given.action == "confirm":
        async with request.app[DATABASE].begin() as db:
            await actions.confirm(db, now(request), session_id=session.id, by=viewer(request).person_id)
        return _back(request)
    form = await forms.read(request, Correction)
    if form.given is None:
        return await _show(request, form, status=422)
    async with request.app[DATABASE].begin() as db:
        await actions.correct(
            db,
            now(request),
            session_id=_session_id(request),
            person_id=form.given.person,
            by=viewer(request).person_id,
            minutes=form.given.minutes,
            reason=form.given.reason,
        )
    return _back(request)


async def _show(request: web.Request, form: Form[Correction], *, status: int = 200) -> web.Response:
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        session = await _readable(db, _session_id(request), who)
        rows = await attendance.table(db, session.id)
        ticks = await checklist.read(db, session, reader.words)
        calls = await quality.by_person(db, session.id)
    over = rules.is_over(session, settings, reader.when.now)
    lines = [_line(row, session, calls.get(row.person_id), reader) for row in rows]
    return page(
        request,
        "attendance/page.html",
        status=status,
        it=describe(session, reader, settings),
        lines=lines,
        checklist=ticks,
        came=sum(1 for line in lines if line.row.summary),
        form=form,
        may_mark=over and session.host_id == who.person_id and session.cancelled_at is None,
        unmarked=sum(1 for line in lines if line.row.mark is None),
        over=over,
        has_calls=bool(calls),
        may_read_quality=may_read_quality(session, who),
    )


async def _readable(db: Db, session_id: int, who: Viewer) -> SessionRow:
    """The session, for its host, the head and the administrator; for anybody else it does not exist."""
    session = await sessions.session(db, session_id)
    if session.host_id != who.person_id and not can(who.roles, Capability.READ_ATTENDANCE):
        raise NotFound(subject="session", id=session_id)
    return session


def _line(row: AttendanceRow, session: SessionRow, call: Summary | None, reader: Reader) -> Line:
    return Line(
        row=row,
        about=labels.as_whom(
            reader.words, row.role, relation=row.relation, child=row.child_name, group=row.group_name
        ),
        percent=_percent(row, session),
        call=None if call is None else _call(call, reader),
    )


def _call(found: Summary, reader: Reader) -> Call:
    word = reader.words.gettext(call_words.GRADE[found.grade])
    return Call(word, call_words.LOOK[found.grade], call_words.minutes(found, reader))


def _percent(row: AttendanceRow, session: SessionRow) -> int | None:
    if row.mark is None:
        return round(row.summary.share * 100) if row.summary else None
    ended = min(session.ended_at or session.ends_at, session.ends_at)
    length = (ended - session.starts_at).total_seconds() / 60
    return min(100, round(row.mark.minutes / length * 100)) if length > 0 else None


def _session_id(request: web.Request) -> int:
    return int(request.match_info["session"])


def _back(request: web.Request) -> web.Response:
    return see_other(request, "attendance", session=_session_id(request))


_ROW = own("reading: its host, the head, the administrator; marking: its host alone")
ROUTES = (
    Route("attendance", "GET", r"/sessions/{session:\d{1,9}}/attendance", table, _ROW),
    Route("attendance", "POST", r"/sessions/{session:\d{1,9}}/attendance", mark, _ROW),
)
