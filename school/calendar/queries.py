"""Reading the calendar."""

from sqlalchemy import select

from school.calendar.models import Holiday, SchoolBreak, Term, Transfer
from school.calendar.rules import Calendar, Period
from school.db import Db
from school.organisation.models import Organisation


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
