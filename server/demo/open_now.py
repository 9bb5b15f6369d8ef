"""Rooms that are open whenever somebody looks: one of each form and an individual one.

They are recorded one-off sessions, added by the ordinary action with a reason (R19): a new one before the
last has ended, at night and on holidays too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from school.db import Db
from school.links import actions as links
from school.links import queries as link_queries
from school.organisation import queries as organisation
from school.people import queries as people
from school.schedule.errors import HostTwice
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions, queries
from school.sessions.models import Scope, TopicBasis
from school.sessions.queries import ExpectedRow, SessionRow
from school.sessions.rules import Addressee
from school.study import queries as study

REASON: Final = "Показ возможностей кабинета: консультация вне графика открыта по решению администратора"
LASTS: Final = timedelta(minutes=90)
_STEP: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Lead:
    """Who may lead, by login, and what."""

    login: str
    subject: str | None = None


@dataclass(frozen=True)
class Room:
    """One that is kept open. `leads` are tried in order: the first whose time is free leads."""

    form: Form
    leads: tuple[Lead, ...]
    groups: tuple[str, ...] = ()
    audience: Audience = Audience.BOTH
    family: tuple[str, str] | None = None
    """(student's login, parent's login) of an individual consultation."""
    topic: tuple[str, TopicBasis, Scope] | None = None
    """None: the worker sets it at the door."""

    @property
    def kind(self) -> Kind:
        return Kind.INDIVIDUAL if self.family else Kind.GROUP


ROOMS: Final = (
    Room(
        Form.VIDEOCONFERENCE,
        (Lead("andreeva.olga", "Русский язык"), Lead("ershova.irina", "Биология")),
        groups=("7А",),
    ),
    Room(
        Form.WEBINAR,
        (Lead("belov.sergey", "Математика"), Lead("grigorev.mikhail", "Физика")),
        groups=("9А", "11А"),
        topic=("Задачи с параметром: с чего начать", TopicBasis.PERFORMANCE, Scope.SINGLE_TOPIC),
    ),
    Room(
        Form.CHAT,
        (Lead("vasileva.tatyana", "Английский язык"), Lead("kim.anna", "Информатика")),
        groups=("5А", "6Б"),
        audience=Audience.STUDENTS,
    ),
    Room(
        Form.VIDEOCONFERENCE,
        (Lead("lebedev.anton"), Lead("morozova.svetlana")),
        family=("zaytsev.aleksandr", "zaytseva.natalya"),
        topic=("Как распределить силы перед экзаменами", TopicBasis.PARENT_REQUEST, Scope.OVERVIEW),
    ),
)


async def keep_open(db: Db, now: datetime, *, administrator: str) -> list[int]:
    """Add what is missing for every room to be open now and for a while.

    Gives the ids of the sessions added, to be invited to. `administrator` is the login of who adds them.
    """
    settings = await organisation.settings(db)
    by = await _person(db, administrator)
    # Two processes that look at once: the second waits here, and finds the rooms open.
    hosts = [await _person(db, lead.login) for room in ROOMS for lead in room.leads]
    await actions.lock_hosts(db, hosts)
    showing = [row for row in await queries.open_now(db, now, settings) if row.one_off_reason == REASON]
    added = []
    for room in ROOMS:
        ends = [row.ends_at for row in showing if (row.form, row.kind) == (room.form, room.kind)]
        if not ends:
            added += await _add(db, now, by, room, [_floor(now), now.replace(microsecond=0)])
        elif max(ends) - timedelta(minutes=settings.lobby_minutes) <= now:
            added += await _add(db, now, by, room, [max(ends)])
    return added


async def showing(db: Db, now: datetime) -> list[SessionRow]:
    """The rooms that are open now, the earliest of each first."""
    settings = await organisation.settings(db)
    return [row for row in await queries.open_now(db, now, settings) if row.one_off_reason == REASON]


async def uninvited(db: Db, now: datetime, session_id: int) -> list[ExpectedRow]:
    """Everybody expected who has no personal link yet."""
    today = (await organisation.settings(db)).today(now)
    made = {link.person_id for link in await link_queries.of_session(db, session_id)}
    return [row for row in await queries.expected(db, session_id, today, now) if row.person_id not in made]


async def invite(db: Db, now: datetime, who: ExpectedRow, *, administrator: str) -> None:
    """Give one person the link."""
    await links.issue(
        db,
        now,
        session_id=who.session_id,
        person_id=who.person_id,
        child_id=who.child_id,
        today=(await organisation.settings(db)).today(now),
        by=await _person(db, administrator),
    )


async def _add(db: Db, now: datetime, by: int, room: Room, starts: list[datetime]) -> list[int]:
    for lead, starts_at in _choices(room, starts):
        try:
            session_id = await _one_off(db, now, by, room, lead, starts_at)
        except HostTwice:
            continue
        if room.topic is not None:
            topic, basis, scope = room.topic
            host = await _person(db, lead.login)
            await actions.set_topic(
                db, now, session_id=session_id, by=host, topic=topic, basis=basis, scope=scope
            )
        return [session_id]
    return []


def _choices(room: Room, starts: list[datetime]) -> Iterator[tuple[Lead, datetime]]:
    for lead in room.leads:
        for starts_at in starts:
            yield lead, starts_at


async def _one_off(db: Db, now: datetime, by: int, room: Room, lead: Lead, starts_at: datetime) -> int:
    addressees = []
    if room.family:
        student, parent = [await _person(db, login) for login in room.family]
        addressees = [Addressee(student), Addressee(parent, student)]
    return await actions.add_one_off(
        db,
        now,
        by=by,
        reason=REASON,
        form=room.form,
        kind=room.kind,
        host_id=await _person(db, lead.login),
        starts_at=starts_at,
        ends_at=starts_at + LASTS,
        audience=room.audience,
        subject_id=await _subject(db, lead.subject),
        group_ids=[group.id for group in await people.groups(db) if group.name in room.groups],
        addressees=addressees,
    )


async def _subject(db: Db, name: str | None) -> int | None:
    return next((row.id for row in await study.subjects(db) if row.name == name), None)


async def _person(db: Db, login: str) -> int:
    found = await people.by_login(db, login)
    if found is None:
        raise LookupError(login)
    return found.person_id


def _floor(now: datetime) -> datetime:
    """The last five minutes mark: nobody plans a consultation for 14:53."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % _STEP
