"""«Журнал»: what was done, by whom and when; nobody changes it, and the page can prove that (R34)."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from aiohttp import web

from school.audit import actions as audit_actions
from school.audit import queries as audit
from school.audit.queries import AuditRow, Wanted
from school.db import Db
from school.people import queries as people
from school.people.queries import PersonRow
from school.people.rules import Capability
from web import audit_words, errors
from web.access import Route, capability
from web.fields import day, number
from web.keys import DATABASE, READER
from web.reader import Reader
from web.reply import now, page, viewer
from web.when import midnight
from web.words import N_, Words

_PAGE = 50
_PEOPLE = ("person_id", "person_ids", "parent_id", "child_id", "host_id")
_REFUSALS = ("code", "outcome")
_HEAD = (
    N_("No."),
    N_("When (UTC)"),
    N_("Who did it"),
    N_("What"),
    N_("About what"),
    N_("Its number"),
    N_("Details"),
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins so


@dataclass(frozen=True, slots=True)
class Record:
    """One record as people read it; `who` is None for the system itself."""

    id: int
    at: datetime
    who: str | None
    what: str
    about: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What was typed, for the form; the days are the organisation's."""

    since: str
    until: str
    person: str
    action: str
    subject: str


async def records(request: web.Request) -> web.Response:
    reader = request[READER]
    filters, wanted = _filters(request)
    async with request.app[DATABASE].read() as db:
        rows = await audit.found(db, wanted, _PAGE + 1, number(request.query.get("before", "")))
        actors = await people.people(db, await audit.actors(db))
        actions, subjects = await audit.kinds(db)
        shown = await _described(db, rows[:_PAGE], reader)
        checked = "check" in request.query
        broken = await audit.first_broken(db) if checked else None
    return page(
        request,
        "audit/page.html",
        records=shown,
        filters=filters,
        older=rows[_PAGE - 1].id if len(rows) > _PAGE else None,
        people=sorted(((row.id, row.name) for row in actors.values()), key=lambda pair: pair[1]),
        actions=_named(actions, audit_words.ACTION, reader),
        subjects=_named(subjects, audit_words.SUBJECT, reader),
        checked=checked,
        broken=broken,
        query=_query(filters),
    )


async def export(request: web.Request) -> web.Response:
    """The chosen records as CSV (RFC 4180; UTF-8 with a mark, for spreadsheets); it is recorded itself."""
    reader = request[READER]
    _, wanted = _filters(request)
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(reader.words.gettext(name) for name in _HEAD)
    async with request.app[DATABASE].read() as db:
        names = {row.id: row.name for row in (await people.people(db, await audit.actors(db))).values()}
        count = 0
        async for row in audit.every(db, wanted):
            count += 1
            writer.writerow(_harmless(_csv_row(row, names, reader)))
    await _record_export(request, count)
    return web.Response(
        body=("\ufeff" + text.getvalue()).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="audit.csv"',
        },
    )


async def _record_export(request: web.Request, count: int) -> None:
    async with request.app[DATABASE].begin() as db:
        await audit_actions.record(
            db,
            now(request),
            actor_id=viewer(request).person_id,
            action="audit_exported",
            subject="audit",
            subject_id=None,
            detail={"records": count},
        )


def _filters(request: web.Request) -> tuple[Filters, Wanted]:
    """What the address asks for; a value that makes no sense filters nothing."""
    query, when = request.query, request[READER].when
    filters = Filters(
        *(query.get(name, "").strip() for name in ("since", "until", "person", "action", "subject"))
    )
    since, until = day(filters.since), day(filters.until)
    return filters, Wanted(
        since=midnight(since, when.school) if since else None,
        until=midnight(until + timedelta(days=1), when.school) if until else None,
        actor_id=number(filters.person),
        action=filters.action or None,
        subject=filters.subject or None,
    )


def _query(filters: Filters) -> dict[str, str]:
    given = (("since", filters.since), ("until", filters.until), ("person", filters.person))
    more = (("action", filters.action), ("subject", filters.subject))
    return {name: value for name, value in (*given, *more) if value}


def _named(codes: Iterable[str], words: dict[str, str], reader: Reader) -> list[tuple[str, str]]:
    named = [(code, reader.words.gettext(words.get(code, code))) for code in codes]
    return sorted(named, key=lambda pair: pair[1])


async def _described(db: Db, rows: list[AuditRow], reader: Reader) -> list[Record]:
    details: list[dict[str, Any]] = [json.loads(row.detail) for row in rows]
    ids = {row.actor_id for row in rows} | {row.subject_id for row in rows if row.subject == "person"}
    for detail in details:
        for named in (detail.get(name) for name in _PEOPLE):
            ids |= set(named) if isinstance(named, list) else {named}
    known = await people.people(db, [one for one in ids if isinstance(one, int)])
    return [_record(row, detail, known, reader) for row, detail in zip(rows, details, strict=True)]


def _record(row: AuditRow, detail: dict[str, object], known: dict[int, PersonRow], reader: Reader) -> Record:
    actor = known.get(row.actor_id) if row.actor_id is not None else None
    return Record(
        id=row.id,
        at=row.at,
        who=actor.short_name if actor else (None if row.actor_id is None else str(row.actor_id)),
        what=reader.words.gettext(audit_words.ACTION.get(row.action, row.action)),
        about=_about(row, known, reader),
        details=tuple(_detail(name, value, known, reader) for name, value in detail.items()),
    )


def _about(row: AuditRow, known: dict[int, PersonRow], reader: Reader) -> str:
    kind = reader.words.gettext(audit_words.SUBJECT.get(row.subject, row.subject))
    if row.subject_id is None:
        return kind
    if row.subject == "person" and row.subject_id in known:
        return known[row.subject_id].short_name
    return f"{kind} № {row.subject_id}"


def _detail(name: str, value: object, known: dict[int, PersonRow], reader: Reader) -> tuple[str, str]:
    words = reader.words.gettext(audit_words.DETAIL[name]) if name in audit_words.DETAIL else name
    parts = value if isinstance(value, list) else [value]
    return words, ", ".join(_value(name, part, known, reader.words) for part in parts)


def _value(name: str, value: object, known: dict[int, PersonRow], words: Words) -> str:
    """What people call it, where they call it otherwise than the record does."""
    if name in _PEOPLE and isinstance(value, int) and value in known:
        return known[value].short_name
    if isinstance(value, bool):
        return words.gettext(N_("yes") if value else N_("no"))
    if name in _REFUSALS and isinstance(value, str):
        title = errors.title_of(value)
    else:
        title = audit_words.VALUE[name].get(value) if name in audit_words.VALUE else None
    if title:
        return words.gettext(title)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _csv_row(row: AuditRow, names: dict[int, str], reader: Reader) -> list[str]:
    who = "" if row.actor_id is None else names.get(row.actor_id, str(row.actor_id))
    return [
        str(row.id),
        row.at.astimezone(UTC).isoformat(timespec="seconds"),
        who,
        reader.words.gettext(audit_words.ACTION.get(row.action, row.action)),
        reader.words.gettext(audit_words.SUBJECT.get(row.subject, row.subject)),
        "" if row.subject_id is None else str(row.subject_id),
        row.detail,
    ]


def _harmless(cells: list[str]) -> list[str]:
    """OWASP, CSV injection: an apostrophe keeps a spreadsheet from running a cell."""
    return [f"'{cell}" if cell.startswith(_DANGEROUS) else cell for cell in cells]


_READS = capability(Capability.READ_AUDIT)
ROUTES = (
    Route("audit", "GET", "/audit", records, _READS),
    Route("audit_csv", "GET", "/audit.csv", export, _READS),
)
