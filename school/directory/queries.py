"""Finding people, and all that is known of one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from school.db import Db
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
)
from school.people.queries import PERSON, GroupRow, PersonRow, in_force, is_here, person, roles
from school.people.rules import full_name
from school.text import search_words


class Presence(StrEnum):
    """Which people a list shows: those who are here, those who have left, or everybody."""

    HERE = "here"
    LEFT = "left"
    ALL = "all"


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; every word of `text` occurs in the name or is the login."""

    text: str = ""
    role: Role | None = None
    group_id: int | None = None
    presence: Presence = Presence.HERE


@dataclass(frozen=True)
class ListedRow:
    """One person in a list, with what tells them from their namesakes."""

    person: PersonRow
    roles: frozenset[Role]
    groups: tuple[str, ...]
    positions: tuple[str, ...]


@dataclass(frozen=True)
class MembershipRow:
    """A person's time in a group; `until` is its last day."""

    group_id: int
    group_name: str
    person_id: int
    name: str
    since: date
    until: date | None


@dataclass(frozen=True)
class HeldPosition:
    """An appointment of one person, past and future ones too."""

    id: int
    position: str
    category: Category
    since: date
    until: date | None


@dataclass(frozen=True)
class FamilyRow:
    """A parent link seen from one of the two: `name` is the other's, `birth_date` the child's."""

    link_id: int
    person_id: int
    name: str
    relation: Relation
    birth_date: date | None
    suspended_at: datetime | None
    adult_consent_at: datetime | None


@dataclass(frozen=True)
class Card:
    """All that the administrator sees of one person."""

    person: PersonRow
    roles: frozenset[Role]
    memberships: list[MembershipRow]
    positions: list[HeldPosition]
    children: list[FamilyRow]
    parents: list[FamilyRow]


async def find(
    db: Db, wanted: Wanted, now: datetime, today: date, *, limit: int, offset: int = 0
) -> list[ListedRow]:
    """Give the people wanted, alphabetically, in four statements whatever their number."""
    query = select(*PERSON).where(*_conditions(wanted, now, today))
    query = query.order_by(Person.sort_key, Person.id).limit(limit).offset(offset)
    found = [PersonRow(*row) for row in await db.execute(query)]
    ids = [row.id for row in found]
    held = await roles(db, ids)
    groups = await _group_names(db, ids, today)
    positions = await _positions_now(db, ids, today)
    return [
        ListedRow(
            row,
            held.get(row.id, frozenset()),
            tuple(groups.get(row.id, ())),
            tuple(positions.get(row.id, ())),
        )
        for row in found
    ]


async def count(db: Db, wanted: Wanted, now: datetime, today: date) -> int:
    """Give how many people are wanted."""
    query = select(func.count()).select_from(Person).where(*_conditions(wanted, now, today))
    return int(await db.scalar(query) or 0)


def _conditions(wanted: Wanted, now: datetime, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for word in search_words(wanted.text):
        named = Person.search_key.contains(word, autoescape=True)
        conditions.append(or_(named, Person.login == word, Person.identifier == word.upper()))
    if wanted.role is not None:
        held = (PersonRole.person_id == Person.id, PersonRole.role == wanted.role)
        conditions.append(exists().where(*held))
    if wanted.group_id is not None:
        here = (Membership.person_id == Person.id, Membership.group_id == wanted.group_id)
        conditions.append(exists().where(*here, in_force(Membership, today)))
    if wanted.presence is Presence.HERE:
        conditions.append(is_here(now))
    elif wanted.presence is Presence.LEFT:
        conditions.append(Person.ended_at <= now)
    return conditions


async def _group_names(db: Db, person_ids: list[int], today: date) -> dict[int, list[str]]:
    query = select(Membership.person_id, Group.name).join(Group, Group.id == Membership.group_id)
    query = query.where(Membership.person_id.in_(person_ids), in_force(Membership, today))
    return _listed((row[0], row[1]) for row in await db.execute(query.order_by(Group.sort_key)))


async def _positions_now(db: Db, person_ids: list[int], today: date) -> dict[int, list[str]]:
    query = select(Appointment.person_id, Appointment.position).where(
        Appointment.person_id.in_(person_ids), in_force(Appointment, today)
    )
    return _listed((row[0], row[1]) for row in await db.execute(query.order_by(Appointment.id)))


def _listed(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for person_id, name in pairs:
        found.setdefault(person_id, []).append(name)
    return found


async def card(db: Db, person_id: int) -> Card:
    """Give all that is known of one person, what is over included; raises NotFound."""
    one = await person(db, person_id)
    held = await roles(db, [person_id])
    return Card(
        person=one,
        roles=held.get(person_id, frozenset()),
        memberships=await _memberships(db, Membership.person_id == person_id),
        positions=await _positions(db, person_id),
        children=await _family(db, ParentLink.child_id, ParentLink.parent_id == person_id, None),
        parents=await _family(db, ParentLink.parent_id, ParentLink.child_id == person_id, one.birth_date),
    )


async def group(db: Db, group_id: int) -> GroupRow:
    """Give one group; raises NotFound."""
    query = select(Group.id, Group.name, Group.grade).where(Group.id == group_id)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        raise NotFound(subject="group", id=group_id)
    return GroupRow(*row)


async def members_ever(db: Db, group_id: int) -> list[MembershipRow]:
    """Give everybody who is, was or will be in a group, alphabetically."""
    return await _memberships(db, Membership.group_id == group_id)


async def group_sizes(db: Db, today: date) -> dict[int, int]:
    """Give how many people each group has today; one without is not in the answer."""
    query = select(Membership.group_id, func.count()).where(in_force(Membership, today))
    return {row[0]: row[1] for row in await db.execute(query.group_by(Membership.group_id))}


async def _memberships(db: Db, where: ColumnElement[bool]) -> list[MembershipRow]:
    names = (Person.family_name, Person.given_name, Person.patronymic)
    query = select(Group.id, Group.name, Person.id, *names, Membership.since, Membership.until)
    query = query.join(Group, Group.id == Membership.group_id).join(Person, Person.id == Membership.person_id)
    rows = await db.execute(query.where(where).order_by(Person.sort_key, Person.id, Membership.since.desc()))
    return [
        MembershipRow(group_id, group_name, person_id, full_name(*names_), since, until)
        for group_id, group_name, person_id, *names_, since, until in rows
    ]


async def _positions(db: Db, person_id: int) -> list[HeldPosition]:
    columns = (
        Appointment.id,
        Appointment.position,
        Appointment.category,
        Appointment.since,
        Appointment.until,
    )
    query = select(*columns).where(Appointment.person_id == person_id)
    return [HeldPosition(*row) for row in await db.execute(query.order_by(Appointment.since, Appointment.id))]


async def _family(
    db: Db, other: InstrumentedAttribute[int], where: ColumnElement[bool], child_born: date | None
) -> list[FamilyRow]:
    names = (Person.family_name, Person.given_name, Person.patronymic)
    link = (ParentLink.relation, ParentLink.suspended_at, ParentLink.adult_consent_at)
    query = select(ParentLink.id, Person.id, *names, Person.birth_date, *link).join(
        Person, Person.id == other
    )
    found = await db.execute(query.where(where).order_by(Person.sort_key, Person.id))
    return [
        FamilyRow(
            link_id=link_id,
            person_id=person_id,
            name=full_name(*names_),
            relation=relation,
            birth_date=child_born or born,
            suspended_at=suspended_at,
            adult_consent_at=consent_at,
        )
        for link_id, person_id, *names_, born, relation, suspended_at, consent_at in found
    ]
