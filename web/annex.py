"""The annex's table as words, in the one form that the pages and every download share (R22)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time

from babel.dates import get_day_names

from school.organisation.queries import ActRow, OrganisationRow
from school.schedule.models import Form, Parity
from school.schedule.queries import PublicRow, PublicSchedule, PublicSlot
from web import labels
from web.reader import Reader
from web.words import N_

# The first column of the order's annex has no title.
COLUMNS = (
    "",
    N_("Worker's full name"),
    N_("Position"),
    N_("Day of the week"),
    N_("Time"),
    N_("Means of communication"),
)
ORDER = N_(
    "Annex to the Procedure for methodological help, approved by order of %(organisation)s of %(date)s "
    "No. %(number)s"
)
TITLE = N_(
    "Schedule of methodological help to students and parents (legal representatives) of students, including "
    "individual consultations, given at a distance with the use of information and telecommunication "
    "technologies"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the slots stacked in a row, in the annex's three columns; `address` is the line's public one.

    The address is kept in two parts, so that a narrow column breaks it where it can still be read.
    """

    line_id: int
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


@dataclass(frozen=True, slots=True)
class Annex:
    """Everything that stands on the paper, in its order; `order` is empty without an act in force."""

    language: str
    order: str
    title: str
    facts: tuple[str, ...]
    columns: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def slots(self) -> Iterator[Slot]:
        return (slot for section in self.sections for row in section.rows for slot in row.slots)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a visitor looks for; None looks for anything."""

    worker: int | None = None
    weekday: int | None = None
    form: Form | None = None
    subject: str | None = None

    @property
    def is_set(self) -> bool:
        return any(one is not None for one in (self.worker, self.weekday, self.form, self.subject))

    def chooses(self, row: PublicRow, slot: PublicSlot) -> bool:
        return (
            self.worker in (None, row.person_id)
            and self.weekday in (None, slot.weekday)
            and self.form in (None, slot.form)
            and self.subject in (None, slot.subject)
        )


def filtered(published: PublicSchedule, wanted: Filter) -> PublicSchedule:
    """Only the lines looked for; rows keep the numbers that they have in the approved schedule."""
    first, second = (
        replace(section, rows=tuple(_chosen_rows(section.rows, wanted))) for section in published.sections
    )
    return replace(published, sections=(first, second))


def annex(
    published: PublicSchedule, act: ActRow | None, organisation: OrganisationRow, reader: Reader, site: str
) -> Annex:
    """`site` is the public address of this installation, which every line's own one begins with."""
    words, when = reader.words, reader.when
    approved = words.gettext(
        "Approved by order of %(date)s No. %(number)s.",
        date=when.short_date(published.order_date),
        number=published.order_number,
    )
    in_force = words.gettext(
        "In force from %(since)s to %(until)s.",
        since=when.short_date(published.valid_from),
        until=when.short_date(published.valid_until),
    )
    zone = words.gettext(
        "The time is that of the organisation: %(zone)s.", zone=when.zone_name(published.zone)
    )
    return Annex(
        language=words.language,
        order=_order(act, organisation, reader),
        title=words.gettext(TITLE),
        facts=(approved, in_force, zone),
        columns=tuple(words.gettext(name) if name else "" for name in COLUMNS),
        sections=tuple(
            Section(
                words.gettext(labels.CATEGORY[section.category]),
                tuple(_row(row, reader, site) for row in section.rows),
            )
            for section in published.sections
        ),
    )


def slot_words(slot: PublicSlot, reader: Reader, site: str) -> Slot:
    """One line in the annex's words."""
    return Slot(
        line_id=slot.line_id,
        weekday=weekday(slot.weekday, reader.words.language),
        time=f"{_clock(slot.starts)}–{_clock(slot.ends)}",
        remarks=_remarks(slot, reader),
        means=labels.means(reader.words, slot.kind, slot.form),
        site=site,
        path=f"/k/{slot.key}",
    )


def weekday(number: int, language: str) -> str:
    """«Понедельник» for 1: as it stands in a table."""
    return str(get_day_names("wide", "stand-alone", language)[number - 1]).capitalize()


def _order(act: ActRow | None, organisation: OrganisationRow, reader: Reader) -> str:
    if act is None:
        return ""
    return reader.words.gettext(
        ORDER, organisation=organisation.name, date=reader.when.short_date(act.date), number=act.number
    )


def _chosen_rows(rows: tuple[PublicRow, ...], wanted: Filter) -> Iterator[PublicRow]:
    for row in rows:
        slots = tuple(slot for slot in row.slots if wanted.chooses(row, slot))
        if slots:
            yield replace(row, slots=slots)


def _row(row: PublicRow, reader: Reader, site: str) -> Row:
    return Row(
        row.number, row.name, row.position, tuple(slot_words(slot, reader, site) for slot in row.slots)
    )


def _remarks(slot: PublicSlot, reader: Reader) -> tuple[str, ...]:
    """Parity and validity stand inside «Время»: the annex has no columns for them (R22)."""
    parity = reader.words.gettext(labels.PARITY[slot.parity]) if slot.parity is not Parity.EVERY else ""
    return tuple(part for part in (parity, validity(slot.valid_from, slot.valid_until, reader)) if part)


def validity(since: date | None, until: date | None, reader: Reader) -> str:
    """«01.09.2026–31.12.2026», «с 01.09.2026», «до 31.12.2026», or nothing."""
    words, when = reader.words, reader.when
    if since and until:
        return f"{when.short_date(since)}–{when.short_date(until)}"
    if since:
        return words.gettext("from %(day)s", day=when.short_date(since))
    return words.gettext("until %(day)s", day=when.short_date(until)) if until else ""


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
