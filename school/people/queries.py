"""Reading people, groups and appointments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from school.db import Db, UtcDateTime
from school.errors import NotFound
from school.people.models import (
    Appointment,
    Category,
    Group,
    Membership,
    ParentLink,
    Person,
    PersonRole,
    Relation,
    Role,
    SignIn,
)
from school.people.rules import (
    Tenure,
    Viewer,
    clean_login,
    full_name,
    is_active,
    latest_adult_birth,
    may_host,
    short_name,
)
from school.people.tokens import token_hash
from school.text import search_words


@dataclass(frozen=True)
class PersonRow:
    """One person."""

    id: int
    identifier: str
    family_name: str
    given_name: str
    patronymic: str
    birth_date: date | None
    login: str | None
    locale: str | None
    zone: str | None
    ended_at: datetime | None
    password_change_due: bool = False

    @property
    def name(self) -> str:
        """Петров Иван Сергеевич."""
        return full_name(self.family_name, self.given_name, self.patronymic)

    @property
    def short_name(self) -> str:
        """Петров И. С."""
        return short_name(self.family_name, self.given_name, self.patronymic)


@dataclass(frozen=True)
class CredentialRow:
    """What signing in compares with."""

    person_id: int
    password_hash: str | None
    ended_at: datetime | None


@dataclass(frozen=True)
class RelativeRow:
    """A child of a parent, or a parent of a child, whose link is in force."""

    link_id: int
    person_id: int
    name: str
    short_name: str
    birth_date: date | None
    relation: Relation


ChildRow = RelativeRow
ParentRow = RelativeRow


@dataclass(frozen=True)
class GroupRow:
    """One group."""

    id: int
    name: str
    grade: int | None


@dataclass(frozen=True)
class AppointmentRow:
    """One person in one position."""

    id: int
    person_id: int
    name: str
    short_name: str
    position: str
    category: Category
    since: date
    until: date | None


PERSON: tuple[InstrumentedAttribute[Any], ...] = (
    Person.id,
    Person.identifier,
    Person.family_name,
    Person.given_name,
    Person.patronymic,
    Person.birth_date,
    Person.login,
    Person.locale,
    Person.zone,
    Person.ended_at,
    Person.password_change_due,
)
# A row for each role of whoever holds the sign-in; made once: every page asks.
_BY_TOKEN = (
    select(*PERSON, PersonRole.role)
    .join(SignIn, SignIn.person_id == Person.id)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(
        SignIn.token_hash == bindparam("hash"),
        SignIn.revoked_at.is_(None),
        SignIn.expires_at > bindparam("now", type_=UtcDateTime()),
    )
)


def in_force(table: type[Membership] | type[Appointment], on: date) -> ColumnElement[bool]:
    """Condition: a membership or an appointment covers the day."""
    return and_(table.since <= on, or_(table.until.is_(None), table.until >= on))


def is_here(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Condition on Person: what `rules.is_active` decides; a last day to come is no leaving yet."""
    return or_(Person.ended_at.is_(None), Person.ended_at > now)


def rights_in_force(today: date) -> ColumnElement[bool]:
    """Condition on ParentLink joined with the child's Person: what `directory.rules.link_state` says too."""
    return and_(
        ParentLink.suspended_at.is_(None),
        or_(Person.birth_date > latest_adult_birth(today), ParentLink.adult_consent_at.is_not(None)),
    )


async def person(db: Db, person_id: int) -> PersonRow:
    """Give one person; raises NotFound."""
    row = (await db.execute(select(*PERSON).where(Person.id == person_id))).one_or_none()
    if row is None:
        raise NotFound(subject="person", id=person_id)
    return PersonRow(*row)


async def people(db: Db, person_ids: Iterable[int]) -> dict[int, PersonRow]:
    """Give many people at once, by id."""
    rows = await _people(db, select(*PERSON).where(Person.id.in_(list(person_ids))))
    return {row.id: row for row in rows}


async def search(db: Db, text: str, limit: int = 50) -> list[PersonRow]:
    """Find people whose name has every word of the text in it, alphabetically; no words find everybody."""
    query = select(*PERSON).order_by(Person.sort_key, Person.id).limit(limit)
    for word in search_words(text):
        query = query.where(Person.search_key.contains(word, autoescape=True))
    return await _people(db, query)


async def by_login(db: Db, login: str) -> CredentialRow | None:
    """Give what a login is checked against."""
    query = select(Person.id, Person.password_hash, Person.ended_at).where(Person.login == clean_login(login))
    row = (await db.execute(query)).one_or_none()
    return None if row is None else CredentialRow(*row)


async def left(db: Db, person_ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Give those of many people who have been dismissed or have left by now."""
    query = select(Person.id).where(Person.id.in_(list(person_ids)), Person.ended_at <= now)
    return frozenset(await db.scalars(query))


async def with_role(db: Db, role: Role) -> list[PersonRow]:
    """Give everybody who has a role, alphabetically, those who have left too."""
    query = select(*PERSON).join(PersonRole, PersonRole.person_id == Person.id).where(PersonRole.role == role)
    return await _people(db, query.order_by(Person.sort_key, Person.id))


async def roles(db: Db, person_ids: Iterable[int]) -> dict[int, frozenset[Role]]:
    """Give the roles of many people; who has none is not in the answer."""
    query = select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(list(person_ids)))
    found: dict[int, set[Role]] = {}
    for person_id, role in await db.execute(query):
        found.setdefault(person_id, set()).add(role)
    return {person_id: frozenset(held) for person_id, held in found.items()}


async def viewer(db: Db, person_id: int, now: datetime) -> Viewer | None:
    """Give a person as one who asks; None when there is no such person or they have left."""
    row = (await db.execute(select(*PERSON).where(Person.id == person_id))).one_or_none()
    if row is None or not is_active(row.ended_at, now):
        return None
    one = PersonRow(*row)
    held = (await roles(db, [person_id])).get(person_id, frozenset())
    return Viewer(one.id, one.name, one.short_name, held, one.locale, one.zone, one.password_change_due)


async def viewer_by_token(db: Db, token: str, now: datetime) -> Viewer | None:
    """Give who asks with this sign-in; None when it is unknown, over or revoked, or the person has left."""
    rows = (await db.execute(_BY_TOKEN, {"hash": token_hash(token), "now": now})).all()
    if not rows or not is_active(rows[0].ended_at, now):
        return None
    one = PersonRow(*rows[0][: len(PERSON)])
    held = frozenset(row.role for row in rows if row.role is not None)
    return Viewer(one.id, one.name, one.short_name, held, one.locale, one.zone, one.password_change_due)


async def children(db: Db, parent_id: int, today: date) -> list[ChildRow]:
    """Give the children for whom a parent's rights are in force, alphabetically."""
    query = _relatives(Person.id == ParentLink.child_id).where(ParentLink.parent_id == parent_id)
    return await _relative_rows(db, query.where(rights_in_force(today)))


async def parents(db: Db, child_id: int, today: date) -> list[ParentRow]:
    """Give the parents whose rights are in force for a child, alphabetically."""
    child = select(ParentLink.id).join(Person, Person.id == ParentLink.child_id).where(rights_in_force(today))
    query = _relatives(Person.id == ParentLink.parent_id).where(ParentLink.child_id == child_id)
    return await _relative_rows(db, query.where(ParentLink.id.in_(child)))


async def groups(db: Db) -> list[GroupRow]:
    """Give every group: by grade, then by name."""
    query = select(Group.id, Group.name, Group.grade).order_by(Group.sort_key, Group.id)
    return [GroupRow(*row) for row in await db.execute(query)]


async def groups_of(db: Db, person_id: int, today: date) -> list[GroupRow]:
    """Give the groups a person is in today."""
    here = select(Membership.group_id).where(Membership.person_id == person_id, in_force(Membership, today))
    query = select(Group.id, Group.name, Group.grade).where(Group.id.in_(here))
    return [GroupRow(*row) for row in await db.execute(query.order_by(Group.sort_key, Group.id))]


async def members(db: Db, group_id: int, today: date) -> list[PersonRow]:
    """Give who is in a group today, alphabetically."""
    here = select(Membership.person_id).where(Membership.group_id == group_id, in_force(Membership, today))
    return await _people(db, select(*PERSON).where(Person.id.in_(here)).order_by(Person.sort_key, Person.id))


async def appointments(db: Db, on: date, *, person_id: int | None = None) -> list[AppointmentRow]:
    """Give the appointments that cover a day, of everybody or of one, by the workers' names."""
    query = _appointments().where(in_force(Appointment, on))
    if person_id is not None:
        query = query.where(Appointment.person_id == person_id)
    return [_appointment_row(*row) for row in await db.execute(query)]


async def appointment(db: Db, appointment_id: int) -> AppointmentRow:
    """Give one appointment; raises NotFound."""
    row = (await db.execute(_appointments().where(Appointment.id == appointment_id))).one_or_none()
    if row is None:
        raise NotFound(subject="appointment", id=appointment_id)
    return _appointment_row(*row)


async def is_active_employee(db: Db, person_id: int, on: date, now: datetime) -> bool:
    """Say whether a person may host on a day (R12)."""
    one = await person(db, person_id)
    held = await appointments(db, on, person_id=person_id)
    tenures = [Tenure(row.since, row.until) for row in held]
    return may_host(ended_at=one.ended_at, appointments=tenures, on=on, now=now)


async def _people(db: Db, query: Select[*tuple[Any, ...]]) -> list[PersonRow]:
    return [PersonRow(*row) for row in await db.execute(query)]


def _relatives(join: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (ParentLink.id, Person.id, Person.family_name, Person.given_name, Person.patronymic)
    query = select(*columns, Person.birth_date, ParentLink.relation).join(Person, join)
    return query.order_by(Person.sort_key, Person.id)


async def _relative_rows(db: Db, query: Select[*tuple[Any, ...]]) -> list[RelativeRow]:
    rows = []
    for link_id, person_id, family, given, patronymic, birth_date, relation in await db.execute(query):
        names = (full_name(family, given, patronymic), short_name(family, given, patronymic))
        rows.append(RelativeRow(link_id, person_id, *names, birth_date, relation))
    return rows


def _appointments() -> Select[*tuple[Any, ...]]:
    names = (Person.family_name, Person.given_name, Person.patronymic)
    held = (Appointment.position, Appointment.category, Appointment.since, Appointment.until)
    query = select(Appointment.id, Appointment.person_id, *names, *held)
    query = query.join(Person, Person.id == Appointment.person_id)
    return query.order_by(Person.sort_key, Person.id, Appointment.id)


def _appointment_row(
    id_: int, person_id: int, family: str, given: str, patronymic: str, *held: Any
) -> AppointmentRow:
    names = (full_name(family, given, patronymic), short_name(family, given, patronymic))
    return AppointmentRow(id_, person_id, *names, *held)
