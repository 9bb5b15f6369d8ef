"""Reading the organisation's settings and local acts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from school.db import Db, fetch
from school.errors import NotFound
from school.organisation.errors import NotSetUp
from school.organisation.models import LocalAct, Organisation, StudentTerm


@dataclass(frozen=True)
class OrganisationRow:
    """The settings; minutes are whole, `zone` is an IANA name."""

    name: str
    short_name: str
    zone: str
    locale: str
    student_term: StudentTerm
    lobby_minutes: int
    grace_minutes: int
    warning_minutes: int
    require_sign_in: bool
    parity_anchor: dt.date | None
    webinar_places: int
    videoconference_places: int
    chat_places: int

    def today(self, now: dt.datetime) -> dt.date:
        """Give the day it is in the organisation."""
        return now.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class ActRow:
    """One local act; `in_force_until` is its last day."""

    id: int
    number: str
    date: dt.date
    title: str
    text: str
    in_force_since: dt.date
    in_force_until: dt.date | None
    file_id: int | None = None  # of school.files


_SETTINGS: tuple[InstrumentedAttribute[Any], ...] = (
    Organisation.name,
    Organisation.short_name,
    Organisation.zone,
    Organisation.locale,
    Organisation.student_term,
    Organisation.lobby_minutes,
    Organisation.grace_minutes,
    Organisation.warning_minutes,
    Organisation.require_sign_in,
    Organisation.parity_anchor,
    Organisation.webinar_places,
    Organisation.videoconference_places,
    Organisation.chat_places,
)
_ACT: tuple[InstrumentedAttribute[Any], ...] = (
    LocalAct.id,
    LocalAct.number,
    LocalAct.date,
    LocalAct.title,
    LocalAct.text,
    LocalAct.in_force_since,
    LocalAct.in_force_until,
    LocalAct.file_id,
)


# Asked at nearly every request.
_SETTINGS_QUERY = select(*_SETTINGS)


async def settings(db: Db) -> OrganisationRow:
    """Give the settings; raises NotSetUp before there are any."""
    for row in await fetch(db, _SETTINGS_QUERY):
        return OrganisationRow(*row)
    raise NotSetUp


async def acts(db: Db) -> list[ActRow]:
    """Give every local act, the newest first."""
    query = select(*_ACT).order_by(LocalAct.in_force_since.desc(), LocalAct.id.desc())
    return [ActRow(*row) for row in await db.execute(query)]


async def act(db: Db, act_id: int) -> ActRow:
    """Give one local act; raises NotFound."""
    row = (await db.execute(select(*_ACT).where(LocalAct.id == act_id))).one_or_none()
    if row is None:
        raise NotFound(subject="local_act", id=act_id)
    return ActRow(*row)


async def act_in_force(db: Db, on: dt.date) -> ActRow | None:
    """Give the act in force on a day, the latest if there are several (R1)."""
    ends_later = or_(LocalAct.in_force_until.is_(None), LocalAct.in_force_until >= on)
    query = select(*_ACT).where(LocalAct.in_force_since <= on, ends_later)
    query = query.order_by(LocalAct.in_force_since.desc(), LocalAct.id.desc()).limit(1)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else ActRow(*row)
