"""The published schedule in the form of the order's annex, and the public address of each of its lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from school.db import Db
from school.desk import queries as desk
from school.errors import NotFound
from school.organisation import queries as organisation
from school.schedule import queries as schedule
from school.schedule.models import Form
from school.schedule.queries import PublicRow, PublicSchedule, PublicSlot
from school.sessions import queries as sessions
from school.sessions.queries import SessionRow
from web import labels, qr
from web.access import Route, public
from web.annex import Annex, Filter, annex, filtered, slot_words, weekday
from web.consultation import Consultation, describe
from web.keys import DATABASE, FRAMED, OPTIONS, READER, SHELF
from web.pieces import Pieces
from web.reader import Reader
from web.reply import of_pieces, page, see_other, url, visitors_page

_DAYS_OF_DEVIATIONS = 14


@dataclass(frozen=True, slots=True)
class Choices:
    """What the published schedule can be looked through by: values with their words."""

    workers: tuple[tuple[str, str], ...]
    weekdays: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, str], ...]
    subjects: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The published schedule as one reader asked for it."""

    published: PublicSchedule
    annex: Annex
    choices: Choices
    wanted: Filter


async def table(request: web.Request) -> web.Response:
    """The whole page; for visitors it is made once, until something in it changes or the next day begins."""
    reader, shelf = request[READER], request.app[SHELF]
    key = ("schedule", request.path_qs, reader.words.language, reader.look, reader.when.own.key)
    kept: Pieces | None = shelf.get(key) if reader.viewer is None else None
    if kept is not None and reader.when.now < kept.until:
        return of_pieces(request, kept)
    edition = shelf.edition
    shown = await found(request)
    if shown is None:
        return page(request, "schedule/empty.html")
    site = request.app[OPTIONS].public_url
    deviations = await _deviations(request)
    context: dict[str, Any] = {
        "shown": shown,
        "code": qr.picture(f"{site}{url(request, 'schedule')}"),
        "deviations": deviations,
    }
    if reader.viewer is not None:
        return page(request, "schedule/page.html", **context)
    until = min([reader.when.next_day, *(one.row.starts_at for one in deviations)])
    answer, made = visitors_page(request, "schedule/page.html", until, **context)
    shelf.put(key, made, edition)
    return answer


async def _deviations(request: web.Request) -> list[Consultation]:
    """What of the next two weeks is not as the table says; why is for those concerned."""
    reader = request[READER]
    when = reader.when
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        until = when.next_day + timedelta(days=_DAYS_OF_DEVIATIONS)
        found = await desk.deviations(db, when.now, until)
    return [describe(row, reader, settings) for row in found]


async def embed(request: web.Request) -> web.Response:
    """The same table for a page of the organisation's own site: no sections, no cookies, no scripts."""
    request[FRAMED] = True
    return page(request, "schedule/embed.html", shown=await found(request))


async def line(request: web.Request) -> web.Response:
    """What the public address of a line shows: when the next consultation is, and how to come in."""
    reader, key = request[READER], request.match_info["key"]
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        today = settings.today(reader.when.now)
        line_ids = await schedule.lines_by_key(db, key, today)
        if not line_ids:
            raise NotFound(subject="line", key=key)
        published = await schedule.public(db, today)
        coming = await sessions.next_of_lines(db, line_ids, reader.when.now)
        invited = await _is_invited(db, coming, reader, today)
    if coming and invited:
        return see_other(request, "room", session=coming.id)
    row, slot = _find(published, line_ids[0])
    return page(
        request,
        "schedule/line.html",
        row=row,
        slot=slot,
        shown=slot_words(slot, reader, "") if slot else None,
        audience=reader.words.gettext(labels.AUDIENCE[slot.audience]) if slot else None,
        zone=reader.when.zone_name(published.zone) if published else None,
        coming=describe(coming, reader, settings) if coming else None,
    )


async def found(request: web.Request, *, whole: bool = False) -> Shown | None:
    """The schedule in effect through the filters of the address (or `whole`); None when none is published."""
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        today = settings.today(reader.when.now)
        published = await schedule.public(db, today)
        act = await organisation.act_in_force(db, today)
    if published is None:
        return None
    choices = _choices(published, reader)
    wanted = Filter() if whole else _wanted(request, choices)
    chosen = filtered(published, wanted)
    return Shown(
        chosen, annex(chosen, act, settings, reader, request.app[OPTIONS].public_url), choices, wanted
    )


def _choices(published: PublicSchedule, reader: Reader) -> Choices:
    rows = [row for section in published.sections for row in section.rows]
    slots = [slot for row in rows for slot in row.slots]
    words = reader.words
    present = {slot.form for slot in slots}
    return Choices(
        workers=_pairs((row.person_id, row.name) for row in rows),
        weekdays=_pairs(
            (number, weekday(number, words.language)) for number in sorted({slot.weekday for slot in slots})
        ),
        forms=_pairs((form.value, words.gettext(labels.FORM[form])) for form in Form if form in present),
        subjects=_pairs((name, name) for name in sorted({slot.subject for slot in slots if slot.subject})),
    )


def _pairs(values: Iterable[tuple[object, str]]) -> tuple[tuple[str, str], ...]:
    """Each value once, in its first place: a worker with two positions is one worker."""
    return tuple(dict.fromkeys((str(value), words) for value, words in values))


def _wanted(request: web.Request, choices: Choices) -> Filter:
    """A value that the schedule does not offer (an old bookmark's) filters nothing."""

    def chosen(name: str, offered: tuple[tuple[str, str], ...]) -> str | None:
        value = request.query.get(name)
        return value if value in {one for one, _ in offered} else None

    worker, day = chosen("worker", choices.workers), chosen("weekday", choices.weekdays)
    form = chosen("form", choices.forms)
    return Filter(
        worker=int(worker) if worker else None,
        weekday=int(day) if day else None,
        form=Form(form) if form else None,
        subject=chosen("subject", choices.subjects),
    )


async def _is_invited(db: Db, coming: SessionRow | None, reader: Reader, today: date) -> bool:
    if coming is None or reader.viewer is None:
        return False
    return bool(await sessions.entitlements(db, coming.id, reader.viewer.person_id, today, reader.when.now))


def _find(published: PublicSchedule | None, line_id: int) -> tuple[PublicRow, PublicSlot] | tuple[None, None]:
    """The line in the schedule of today; a line of an older one is no longer in it."""
    for section in published.sections if published else ():
        for row in section.rows:
            for slot in row.slots:
                if slot.line_id == line_id:
                    return row, slot
    return None, None


ROUTES = (
    Route("schedule", "GET", "/schedule", table, public()),
    Route("schedule_embed", "GET", "/schedule/embed", embed, public()),
    Route("line", "GET", "/k/{key}", line, public()),
)
