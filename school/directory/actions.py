"""Changing what is known of a person or a group; each change is in the audit."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, update

from school.audit.actions import record
from school.db import Db, unless_taken
from school.directory.queries import group
from school.directory.rules import leaves_at
from school.errors import Invalid
from school.people.actions import end_person, grant_role, revoke_role
from school.people.errors import GroupNameTaken, LoginTaken
from school.people.models import Appointment, Group, Membership, Person, Role
from school.people.queries import person
from school.people.queries import roles as held_roles
from school.people.rules import check_habits, check_login, check_name
from school.stamp import compare
from school.text import collapse, sort_key

EARLIEST_BIRTH = date(1900, 1, 1)


@dataclass(frozen=True)
class Particulars:
    """What can be changed of a person; None is "not known" or "as the organisation has it"."""

    family_name: str
    given_name: str
    patronymic: str = ""
    birth_date: date | None = None
    login: str | None = None
    locale: str | None = None
    zone: str | None = None


async def change_person(
    db: Db, now: datetime, *, by: int, person_id: int, particulars: Particulars, seen: str | None = None
) -> None:
    """Replace a person's particulars; `seen` is the stamp of the row that the form showed.

    Raises NotFound, Invalid, LoginTaken, ChangedMeanwhile.
    """
    name = check_name(particulars.family_name, particulars.given_name, particulars.patronymic)
    check_habits(particulars.locale, particulars.zone)
    check_birth_date(particulars.birth_date, now)
    login = None if particulars.login is None else check_login(particulars.login)
    await db.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    before = await person(db, person_id)
    compare(seen, before)
    values = {**vars(name), "birth_date": particulars.birth_date, "login": login}
    habits = {"locale": particulars.locale, "zone": particulars.zone}
    changed = update(Person).where(Person.id == person_id).values(**values, **habits)
    if not await unless_taken(db, changed):
        raise LoginTaken(login=login)
    after = await person(db, person_id)
    fields = sorted(field for field, value in vars(after).items() if getattr(before, field) != value)
    await record(
        db,
        now,
        actor_id=by,
        action="person_changed",
        subject="person",
        subject_id=person_id,
        detail={"fields": fields},
    )


def check_birth_date(birth_date: date | None, now: datetime) -> None:
    """Raise Invalid for a birth date that nobody alive has."""
    if birth_date is not None and birth_date > now.date():
        raise Invalid(field="birth_date", reason="in_future")
    if birth_date is not None and birth_date < EARLIEST_BIRTH:
        raise Invalid(field="birth_date", reason="too_early")


async def set_roles(
    db: Db, now: datetime, *, by: int, person_id: int, roles: frozenset[Role], seen: str | None = None
) -> None:
    """Give a person exactly these roles; `seen` is the stamp of the sorted values that the form showed.

    Raises NotFound, LastAdministrator, ChangedMeanwhile.
    """
    await db.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    held = (await held_roles(db, [person_id])).get(person_id, frozenset())
    compare(seen, sorted(role.value for role in held))
    for role in sorted(roles - held):
        await grant_role(db, now, by=by, person_id=person_id, role=role)
    for role in sorted(held - roles):
        await revoke_role(db, now, by=by, person_id=person_id, role=role)


async def dismiss(db: Db, now: datetime, *, by: int, person_id: int, last_day: date, zone: str) -> bool:
    """End a person's work or study; with a last day that has come, every way in is closed at once.

    Open appointments and memberships end with that day; what was stays. False when the person has left
    already. Raises LastAdministrator, NotFound.
    """
    await person(db, person_id)
    at = leaves_at(last_day, zone, now)
    if not await end_person(db, now, by=by, person_id=person_id, at=at):
        return False
    for table in (Appointment, Membership):
        running = (table.person_id == person_id, table.since <= last_day)
        later = or_(table.until.is_(None), table.until > last_day)
        await db.execute(update(table).where(*running, later).values(until=last_day))
    return True


async def take_back(db: Db, now: datetime, *, by: int, person_id: int) -> bool:
    """Undo a dismissal, or take somebody on again; sign-ins stay ended. False when nobody has left."""
    left = (Person.id == person_id, Person.ended_at.is_not(None))
    if await db.scalar(update(Person).where(*left).values(ended_at=None).returning(Person.id)) is None:
        return False
    await record(db, now, actor_id=by, action="person_taken_back", subject="person", subject_id=person_id)
    return True


async def change_group(
    db: Db, now: datetime, *, by: int, group_id: int, name: str, grade: int | None, seen: str | None = None
) -> None:
    """Give a group another name or grade. Raises Invalid, NotFound, GroupNameTaken, ChangedMeanwhile."""
    name = collapse(name)
    if not name:
        raise Invalid(field="name", reason="empty")
    await db.execute(select(Group.id).where(Group.id == group_id).with_for_update())
    compare(seen, await group(db, group_id))
    values = {"name": name, "grade": grade, "sort_key": sort_key(name)}
    if not await unless_taken(db, update(Group).where(Group.id == group_id).values(**values)):
        raise GroupNameTaken(name=name)
    await record(db, now, actor_id=by, action="group_changed", subject="group", subject_id=group_id)
