"""Reading the calendar."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from school.calendar.models import Holiday, SchoolBreak, Term, Transfer
from school.calendar.rules import Calendar, Period
from school.db import Db
from school.organisation.models import Organisation


@dataclass(frozen=True)
class PeriodRow:
    """A term or a school break as stored; both days belong to it."""

    id: int
    name: str
    since: date
    until: date


async def terms(db: Db) -> list[PeriodRow]:
    """Give every term, the earliest first."""
    return await _periods(db, Term)


async def breaks(db: Db) -> list[PeriodRow]:
    """Give every school break, the earliest first."""
    return await _periods(db, SchoolBreak)


async def _periods(db: Db, table: type[Term] | type[SchoolBreak]) -> list[PeriodRow]:
    query = select(table.id, table.name, table.since, table.until).order_by(table.since)
    return [PeriodRow(*row) for row in await db.execute(query)]


async def calendar(db: Db) -> Calendar:
    """Give the whole calendar, as the rules take it."""
    terms = await db.execute(select(Term.name, Term.since, Term.until).order_by(Term.since))
    breaks = await db.execute(
        select(SchoolBreak.name, SchoolBreak.since, SchoolBreak.until).order_by(SchoolBreak.since)
    )
    days_off = await db.execute(select(Holiday.date, Holiday.name).order_by(Holiday.date))
    transfers = await db.execute(select(Transfer.date, Transfer.weekday).order_by(Transfer.date))
    return Calendar(
        terms=tuple(Period(*row) for row in terms),
        breaks=tuple(Period(*row) for row in breaks),
        holidays={row.date: row.name for row in days_off},
        transfers={row.date: row.weekday for row in transfers},
        parity_anchor=await db.scalar(select(Organisation.parity_anchor)),
    )
