"""Changing people, roles, groups, families and sign-ins; each change is in the audit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from school.audit.actions import record
from school.audit.rules import Json
from school.db import Db, insert_once
from school.errors import Invalid, NotFound
from school.people.errors import (
    AlreadyLinked,
    AlreadyMember,
    ChildIsMinor,
    GroupNameTaken,
    IdentifierTaken,
    LastAdministrator,
    LoginTaken,
    PersonEnded,
)
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
from school.people.queries import is_here, person
from school.people.rules import check_habits, check_login, check_name, is_active, is_minor
from school.people.tokens import new_identifier, new_token, token_hash
from school.text import collapse, sort_key, storable

LONGEST_USER_AGENT = 300


async def add_person(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    family_name: str,
    given_name: str,
    patronymic: str = "",
    birth_date: date | None = None,
    login: str | None = None,
    identifier: str | None = None,
    locale: str | None = None,
    zone: str | None = None,
) -> int:
    """Add a person and give their id; the identifier is made up unless the organisation has its own.

    Raises Invalid, LoginTaken, IdentifierTaken.
    """
    name = check_name(family_name, given_name, patronymic)
    check_habits(locale, zone)
    if birth_date is not None and birth_date > now.date():
        raise Invalid(field="birth_date", reason="in_future")
    login = None if login is None else check_login(login)
    identifier = collapse(identifier or "") or new_identifier()
    values = {
        "birth_date": birth_date,
        "login": login,
        "identifier": identifier,
        "locale": locale,
        "zone": zone,
    }
    person_id: int | None = await insert_once(
        db, Person, key=(), returning="id", **vars(name), **values, created_at=now
    )
    if person_id is None:
        raise await _taken(db, login, identifier)
    await _record(db, now, by, "person_added", person_id)
    return person_id


async def _taken(db: Db, login: str | None, identifier: str) -> LoginTaken | IdentifierTaken:
    if login is not None and await db.scalar(select(Person.id).where(Person.login == login)):
        return LoginTaken(login=login)
    return IdentifierTaken(identifier=identifier)


async def grant_role(db: Db, now: datetime, *, by: int | None, person_id: int, role: Role) -> bool:
    """Give a role; False when the person has it. Raises NotFound."""
    await need_person(db, person_id)
    granted = await insert_once(
        db, PersonRole, key=("person_id", "role"), returning="person_id", person_id=person_id, role=role
    )
    if granted is None:
        return False
    await _record(db, now, by, "role_granted", person_id, role=role.value)
    return True


async def revoke_role(db: Db, now: datetime, *, by: int | None, person_id: int, role: Role) -> bool:
    """Take a role away; False when the person has none. Raises LastAdministrator."""
    if role is Role.ADMINISTRATOR:
        await _keep_an_administrator(db, now, person_id)
    held = (PersonRole.person_id == person_id, PersonRole.role == role)
    gone = await db.scalar(delete(PersonRole).where(*held).returning(PersonRole.person_id))
    if gone is None:
        return False
    await _record(db, now, by, "role_revoked", person_id, role=role.value)
    return True


async def end_person(
    db: Db, now: datetime, *, by: int | None, person_id: int, at: datetime | None = None
) -> bool:
    """Dismiss a person, now or at a later instant: every sign-in ends then, and there are no new ones.

    False when the person has left already. Raises LastAdministrator.
    """
    await _keep_an_administrator(db, now, person_id)
    at = max(at or now, now)
    still_here = (Person.id == person_id, is_here(now))
    ended = await db.scalar(update(Person).where(*still_here).values(ended_at=at).returning(Person.id))
    if ended is None:
        return False
    if at > now:
        await _record(db, now, by, "person_ends", person_id, at=at.isoformat())
        return True
    open_ones = (SignIn.person_id == person_id, SignIn.revoked_at.is_(None))
    await db.execute(update(SignIn).where(*open_ones).values(revoked_at=now))
    await _record(db, now, by, "person_ended", person_id)
    return True


async def _keep_an_administrator(db: Db, now: datetime, person_id: int) -> None:
    # The rows are locked: of two administrators who dismiss each other at once, one is refused.
    query = select(PersonRole.person_id).join(Person, Person.id == PersonRole.person_id)
    query = query.where(PersonRole.role == Role.ADMINISTRATOR, is_here(now))
    holders = (await db.scalars(query.order_by(PersonRole.person_id).with_for_update())).all()
    if list(holders) == [person_id]:
        raise LastAdministrator(person_id=person_id)


async def add_group(db: Db, now: datetime, *, by: int | None, name: str, grade: int | None = None) -> int:
    """Add a group and give its id. Raises Invalid, GroupNameTaken."""
    name = collapse(name)
    if not name:
        raise Invalid(field="name", reason="empty")
    group_id: int | None = await insert_once(
        db, Group, key=("name",), returning="id", name=name, grade=grade, sort_key=sort_key(name)
    )
    if group_id is None:
        raise GroupNameTaken(name=name)
    await record(db, now, actor_id=by, action="group_added", subject="group", subject_id=group_id)
    return group_id


async def add_member(
    db: Db, now: datetime, *, by: int | None, person_id: int, group_id: int, since: date
) -> int:
    """Put a person into a group from a day on; give the membership's id. Raises NotFound, AlreadyMember."""
    await need_person(db, person_id)
    if await db.get(Group, group_id) is None:
        raise NotFound(subject="group", id=group_id)
    membership: int | None = await insert_once(
        db, Membership, key=(), returning="id", person_id=person_id, group_id=group_id, since=since
    )
    if membership is None:
        raise AlreadyMember(person_id=person_id, group_id=group_id)
    await _record(db, now, by, "member_added", person_id, group_id=group_id, since=since.isoformat())
    return membership


async def end_membership(
    db: Db, now: datetime, *, by: int | None, person_id: int, group_id: int, until: date
) -> bool:
    """End a person's open time in a group, `until` being the last day; False when there is none."""
    here = (Membership.person_id == person_id, Membership.group_id == group_id, Membership.until.is_(None))
    ended = update(Membership).where(*here, Membership.since <= until).values(until=until)
    if await db.scalar(ended.returning(Membership.id)) is None:
        return False
    await _record(db, now, by, "member_removed", person_id, group_id=group_id, until=until.isoformat())
    return True


async def appoint(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    person_id: int,
    position: str,
    category: Category,
    since: date,
    until: date | None = None,
) -> int:
    """Appoint a person to a position and give the appointment's id. Raises NotFound, Invalid."""
    await need_person(db, person_id)
    position = collapse(position)
    if not position:
        raise Invalid(field="position", reason="empty")
    if until is not None and until < since:
        raise Invalid(field="until", reason="before_since")
    row = Appointment(person_id=person_id, position=position, category=category, since=since, until=until)
    db.add(row)
    await db.flush()
    await _record(db, now, by, "appointed", person_id, appointment_id=row.id, position=position)
    return row.id


async def end_appointment(db: Db, now: datetime, *, by: int | None, appointment_id: int, until: date) -> bool:
    """End an open appointment, `until` being its last day; False when it is not open."""
    held = (Appointment.id == appointment_id, Appointment.until.is_(None), Appointment.since <= until)
    ended = update(Appointment).where(*held).values(until=until).returning(Appointment.person_id)
    person_id = await db.scalar(ended)
    if person_id is None:
        return False
    last_day = until.isoformat()
    await _record(db, now, by, "appointment_ended", person_id, appointment_id=appointment_id, until=last_day)
    return True


async def set_habits(db: Db, now: datetime, *, person_id: int, locale: str | None, zone: str | None) -> None:
    """Keep a person's own language and zone; None is the organisation's. Raises Invalid, NotFound."""
    check_habits(locale, zone)
    changed = update(Person).where(Person.id == person_id).values(locale=locale, zone=zone)
    if await db.scalar(changed.returning(Person.id)) is None:
        raise NotFound(subject="person", id=person_id)
    await _record(db, now, person_id, "habits_set", person_id)


async def link_parent(
    db: Db, now: datetime, *, by: int | None, parent_id: int, child_id: int, relation: Relation
) -> int:
    """Link a legal representative and a child and give the link's id (R11).

    Raises NotFound, AlreadyLinked, Invalid (a child needs a birth date: the rights end with it).
    """
    await need_person(db, parent_id)
    child = await db.get(Person, child_id)
    if child is None:
        raise NotFound(subject="person", id=child_id)
    if child.birth_date is None:
        raise Invalid(field="child_id", reason="no_birth_date")
    if parent_id == child_id:
        raise Invalid(field="child_id", reason="same_person")
    pair = {"parent_id": parent_id, "child_id": child_id}
    link: int | None = await insert_once(
        db, ParentLink, key=("parent_id", "child_id"), returning="id", **pair, relation=relation
    )
    if link is None:
        raise AlreadyLinked(**pair)
    await _record(db, now, by, "parent_linked", child_id, parent_id=parent_id, relation=relation.value)
    return link


async def suspend_parent_link(db: Db, now: datetime, *, by: int | None, link_id: int, reason: str) -> bool:
    """Suspend a parent's rights; False when they are suspended already, or there is no such link."""
    held = (ParentLink.id == link_id, ParentLink.suspended_at.is_(None))
    return await _set_link(db, now, by, "parent_link_suspended", held, {"suspended_at": now}, reason=reason)


async def restore_parent_link(db: Db, now: datetime, *, by: int | None, link_id: int, reason: str) -> bool:
    """End a suspension; False when there is none."""
    held = (ParentLink.id == link_id, ParentLink.suspended_at.is_not(None))
    return await _set_link(db, now, by, "parent_link_restored", held, {"suspended_at": None}, reason=reason)


async def consent_as_adult(db: Db, now: datetime, *, child_id: int, link_id: int, today: date) -> bool:
    """The child who has come of age lets a parent's rights go on; False when done before, or not their link.

    Raises ChildIsMinor, NotFound.
    """
    birth_date = (await person(db, child_id)).birth_date
    if birth_date is None or is_minor(birth_date, today):
        raise ChildIsMinor(child_id=child_id)
    held = (ParentLink.id == link_id, ParentLink.child_id == child_id, ParentLink.adult_consent_at.is_(None))
    return await _set_link(db, now, child_id, "adult_consented", held, {"adult_consent_at": now})


async def withdraw_adult_consent(db: Db, now: datetime, *, child_id: int, link_id: int) -> bool:
    """The adult child takes the consent back; False when there is none."""
    held = (
        ParentLink.id == link_id,
        ParentLink.child_id == child_id,
        ParentLink.adult_consent_at.is_not(None),
    )
    return await _set_link(db, now, child_id, "adult_consent_withdrawn", held, {"adult_consent_at": None})


async def _set_link(
    db: Db,
    now: datetime,
    by: int | None,
    action: str,
    held: Sequence[ColumnElement[bool]],
    values: Mapping[str, datetime | None],
    **detail: Json,
) -> bool:
    changed = update(ParentLink).where(*held).values(**values)
    row = (await db.execute(changed.returning(ParentLink.parent_id, ParentLink.child_id))).one_or_none()
    if row is None:
        return False
    await _record(db, now, by, action, row.child_id, parent_id=row.parent_id, **detail)
    return True


async def set_password(
    db: Db,
    now: datetime,
    *,
    by: int | None,
    person_id: int,
    password_hash: str,
    keep_token: str | None = None,
    change_due: bool = False,
) -> None:
    """Keep a new password's hash (`passwords.hash_password`) and end every sign-in but `keep_token`'s.

    `change_due`: the person has to choose another one at the next sign-in. Raises NotFound.
    """
    values = {"password_hash": password_hash, "password_change_due": change_due}
    changed = update(Person).where(Person.id == person_id).values(**values)
    if await db.scalar(changed.returning(Person.id)) is None:
        raise NotFound(subject="person", id=person_id)
    others = [SignIn.person_id == person_id, SignIn.revoked_at.is_(None)]
    if keep_token is not None:
        others.append(SignIn.token_hash != token_hash(keep_token))
    await db.execute(update(SignIn).where(*others).values(revoked_at=now))
    await _record(db, now, by, "password_set", person_id)


async def start_sign_in(
    db: Db,
    now: datetime,
    *,
    person_id: int,
    user_agent: str,
    lifetime: timedelta,
) -> str:
    """Sign a person in for `lifetime`, and give the raw token, which is kept nowhere else.

    Raises PersonEnded.
    """
    if not is_active((await person(db, person_id)).ended_at, now):
        raise PersonEnded(person_id=person_id)
    token = new_token()
    row = SignIn(
        person_id=person_id,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + lifetime,
        user_agent=storable(user_agent)[:LONGEST_USER_AGENT],
    )
    db.add(row)
    await db.flush()
    await _record(db, now, person_id, "signed_in", person_id, sign_in_id=row.id)
    return token


async def end_sign_in(db: Db, now: datetime, *, token: str) -> bool:
    """Sign out; False when the token is unknown or its sign-in has ended already."""
    held = (SignIn.token_hash == token_hash(token), SignIn.revoked_at.is_(None), SignIn.expires_at > now)
    changed = update(SignIn).where(*held).values(revoked_at=now)
    row = (await db.execute(changed.returning(SignIn.id, SignIn.person_id))).one_or_none()
    if row is None:
        return False
    await _record(db, now, row.person_id, "signed_out", row.person_id, sign_in_id=row.id)
    return True


async def need_person(db: Db, person_id: int) -> None:
    """Raise NotFound unless the person exists."""
    if await db.scalar(select(Person.id).where(Person.id == person_id)) is None:
        raise NotFound(subject="person", id=person_id)


async def _record(db: Db, now: datetime, by: int | None, action: str, person_id: int, **detail: Json) -> None:
    await record(db, now, actor_id=by, action=action, subject="person", subject_id=person_id, detail=detail)
