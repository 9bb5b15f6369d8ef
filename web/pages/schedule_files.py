"""The published schedule as files: the whole annex in three formats, coming consultations for a calendar."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from aiohttp import web

from school.errors import NotFound
from school.sessions import queries as sessions
from school.sessions.queries import SessionRow
from web import downloads, labels
from web.access import Handler, Route, public
from web.annex import Annex
from web.consultation import title
from web.exports import calendar as ics
from web.exports import document, paper, spreadsheet
from web.keys import DATABASE, OPTIONS, READER
from web.pages.schedule import Shown, found
from web.words import N_, Words

_NAME = N_("Consultation schedule")
_WEEK_BACK, _QUARTER_AHEAD = timedelta(days=7), timedelta(days=92)
_WRITERS: MappingProxyType[str, tuple[str, Callable[[Annex], bytes]]] = MappingProxyType(
    {
        "xlsx": (spreadsheet.MEDIA_TYPE, spreadsheet.spreadsheet),
        "docx": (document.MEDIA_TYPE, document.document),
        "pdf": (paper.MEDIA_TYPE, paper.paper),
    }
)


def whole(extension: str) -> Handler:
    """A handler that gives the whole annex in one format; the same one is written once."""
    media_type, write = _WRITERS[extension]

    async def give(request: web.Request) -> web.Response:
        shown = await _published(request, whole=True)
        content = await asyncio.to_thread(write, shown.annex)
        return downloads.made(_file_name(request, extension), media_type, content)

    return give


async def coming(request: web.Request) -> web.Response:
    """Consultations of the lines shown, from a week ago to three months ahead; cancelled ones say so."""
    shown, reader = await _published(request), request[READER]
    now = reader.when.now
    async with request.app[DATABASE].read() as db:
        rows = await sessions.between(db, now - _WEEK_BACK, now + _QUARTER_AHEAD)
    addresses = {slot.line_id: slot.address for slot in shown.annex.slots}
    site = urlsplit(request.app[OPTIONS].public_url).netloc
    events = [
        _event(row, addresses[row.line_id], reader.words, site)
        for row in rows
        if row.line_id is not None and row.line_id in addresses
    ]
    name = reader.words.gettext(_NAME)
    content = ics.calendar(name, events, now=now)
    return downloads.made(_file_name(request, "ics"), f"{ics.MEDIA_TYPE}; charset=utf-8", content)


async def _published(request: web.Request, *, whole: bool = False) -> Shown:
    shown = await found(request, whole=whole)
    if shown is None:
        raise NotFound(subject="schedule")
    return shown


def _event(row: SessionRow, address: str, words: Words, site: str) -> ics.Event:
    return ics.Event(
        uid=f"consultation-{row.id}@{site}",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        summary=f"{title(row, words)}, {row.host_name}",
        description=f"{labels.means(words, row.kind, row.form)}: {address}",
        url=address,
        cancelled=row.cancelled_at is not None,
    )


def _file_name(request: web.Request, extension: str) -> str:
    return f"{request[READER].words.gettext(_NAME)}.{extension}"


ROUTES = (
    Route("schedule_xlsx", "GET", "/schedule.xlsx", whole("xlsx"), public()),
    Route("schedule_docx", "GET", "/schedule.docx", whole("docx"), public()),
    Route("schedule_pdf", "GET", "/schedule.pdf", whole("pdf"), public()),
    Route("schedule_ics", "GET", "/schedule.ics", coming, public()),
)
