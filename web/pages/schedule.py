"""The published schedule in the form of the order's annex, and the public address of each of its lines."""

from dataclasses import dataclass
from datetime import date, time

from aiohttp import web
from babel.dates import get_day_names

from school.db import Db
from school.errors import NotFound
from school.organisation import queries as organisation
from school.people.models import Category
from school.schedule import queries as schedule
from school.schedule.models import Parity
from school.schedule.queries import PublicRow, PublicSchedule, PublicSlot
from school.sessions import queries as sessions
from school.sessions.queries import SessionRow
from web import labels
from web.access import Route, public
from web.consultation import describe
from web.keys import DATABASE, OPTIONS, READER
from web.reader import Reader
from web.reply import page, see_other
from web.words import N_

SECTION = {
    Category.PEDAGOGICAL: N_("Pedagogical workers"),
    Category.OTHER: N_("Other workers"),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the slots stacked in a row, in the annex's three columns; `address` is the line's public one.

    The address is kept in two parts, so that a narrow column breaks it where it can still be read.
    """

    weekday: str
    time: str
    remarks: tuple[str, ...]
    means: str
    site: str
    path: str

    @property
    def address(self) -> str:
        return self.site + self.path


@dataclass(frozen=True, slots=True)
class Row:
    """A worker in one position."""

    number: int
    name: str
    position: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    rows: tuple[Row, ...]


async def table(request: web.Request) -> web.Response:
    reader = request[READER]
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(reader.when.now)
        published = await schedule.public(db, today)
        act = await organisation.act_in_force(db, today)
    if published is None:
        return page(request, "schedule/empty.html")
    return page(
        request,
        "schedule/page.html",
        published=published,
        act=act,
        sections=_sections(published, reader, request.app[OPTIONS].public_url),
        zone=reader.when.zone_name(published.zone),
    )


async def line(request: web.Request) -> web.Response:
    """What the public address of a line shows: when the next consultation is, and how to come in."""
    reader, key = request[READER], request.match_info["key"]
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        line_id = await schedule.line_by_key(db, key)
        if line_id is None:
            raise NotFound(subject="line", key=key)
        today = settings.today(reader.when.now)
        published = await schedule.public(db, today)
        coming = await sessions.next_of_line(db, line_id, reader.when.now)
        invited = await _is_invited(db, coming, reader, today)
    if coming and invited:
        return see_other(request, "room", session=coming.id)
    row, slot = _find(published, line_id)
    return page(
        request,
        "schedule/line.html",
        row=row,
        slot=slot,
        shown=_slot(slot, reader, "") if slot else None,
        audience=reader.words.gettext(labels.AUDIENCE[slot.audience]) if slot else None,
        zone=reader.when.zone_name(published.zone) if published else None,
        coming=describe(coming, reader, settings) if coming else None,
    )


async def _is_invited(db: Db, coming: SessionRow | None, reader: Reader, today: date) -> bool:
    if coming is None or reader.viewer is None:
        return False
    return bool(await sessions.entitlements(db, coming.id, reader.viewer.person_id, today))


def _find(published: PublicSchedule | None, line_id: int) -> tuple[PublicRow, PublicSlot] | tuple[None, None]:
    """The line in the schedule of today; a line of an older one is no longer in it."""
    for section in published.sections if published else ():
        for row in section.rows:
            for slot in row.slots:
                if slot.line_id == line_id:
                    return row, slot
    return None, None


def _sections(published: PublicSchedule, reader: Reader, site: str) -> tuple[Section, ...]:
    return tuple(
        Section(
            reader.words.gettext(SECTION[section.category]),
            tuple(_row(row, reader, site) for row in section.rows),
        )
        for section in published.sections
    )


def _row(row: PublicRow, reader: Reader, site: str) -> Row:
    return Row(row.number, row.name, row.position, tuple(_slot(slot, reader, site) for slot in row.slots))


def _slot(slot: PublicSlot, reader: Reader, site: str) -> Slot:
    return Slot(
        weekday=weekday(slot.weekday, reader.words.language),
        time=f"{_clock(slot.starts)}–{_clock(slot.ends)}",
        remarks=_remarks(slot, reader),
        means=labels.means(reader.words, slot.kind, slot.form),
        site=site,
        path=f"/k/{slot.key}",
    )


def _remarks(slot: PublicSlot, reader: Reader) -> tuple[str, ...]:
    """Parity and validity stand inside «Время»: the annex has no columns for them (R22)."""
    parity = [reader.words.gettext(labels.PARITY[slot.parity])] if slot.parity is not Parity.EVERY else []
    return (*parity, *_validity(slot.valid_from, slot.valid_until, reader))


def _validity(since: date | None, until: date | None, reader: Reader) -> list[str]:
    words, when = reader.words, reader.when
    if since and until:
        return [f"{when.short_date(since)}–{when.short_date(until)}"]
    if since:
        return [words.gettext("from %(day)s", day=when.short_date(since))]
    if until:
        return [words.gettext("until %(day)s", day=when.short_date(until))]
    return []


def weekday(number: int, language: str) -> str:
    """«Понедельник» for 1: as it stands in a table."""
    return str(get_day_names("wide", "stand-alone", language)[number - 1]).capitalize()


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


ROUTES = (
    Route("schedule", "GET", "/schedule", table, public()),
    Route("line", "GET", "/k/{key}", line, public()),
)
