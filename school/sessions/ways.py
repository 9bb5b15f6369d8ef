"""The ways into a session as one statement: who is entitled, as whom, for which child (R11, R15)."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    cast,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from school.db import INT64, UtcDateTime
from school.people.models import Group, Membership, ParentLink, Person
from school.people.queries import in_force, is_here, rights_in_force
from school.schedule.models import Audience
from school.sessions.models import RoomRole, Session, SessionAddressee, SessionGroup


def ways(
    today: date, where: tuple[ColumnElement[bool], ...], person_id: int | BindParameter[int] | None
) -> Select[tuple[Any, ...]]:
    """Give the statement whose rows are those entitled to the sessions, or one person's rows of them.

    Executed with `now`: who has left by then is not entitled.
    """
    rights = union_all(*_rights(today, where, person_id)).subquery("rights")
    child = aliased(Person)
    return (
        select(
            rights.c.session_id,
            rights.c.person_id,
            rights.c.role,
            rights.c.child_id,
            rights.c.relation,
            Group.name.label("group_name"),
            Person.family_name,
            Person.given_name,
            Person.patronymic,
            Person.sort_key,
            child.family_name.label("child_family"),
            child.given_name.label("child_given"),
        )
        .join(Person, Person.id == rights.c.person_id)
        .outerjoin(child, child.id == rights.c.child_id)
        .outerjoin(Group, Group.id == rights.c.group_id)
        .where(is_here(bindparam("now", type_=UtcDateTime())))
        .order_by(Group.sort_key, Group.id)
    )


def _columns(
    role: RoomRole,
    person: SQLColumnExpression[int],
    child: SQLColumnExpression[int] | None = None,
    group: SQLColumnExpression[int] | None = None,
) -> tuple[ColumnElement[Any], ...]:
    # PostgreSQL settles the types of a union two branches at a time, so every NULL says its own.
    nobody, nothing = cast(null(), INT64), cast(null(), String)
    return (
        Session.id.label("session_id"),
        person.label("person_id"),
        literal(role.value, String).label("role"),
        (nobody if child is None else child).label("child_id"),
        (nothing if child is None else cast(ParentLink.relation, String)).label("relation"),
        (nobody if group is None else group).label("group_id"),
    )


def _person(
    column: SQLColumnExpression[int], person_id: int | BindParameter[int] | None
) -> ColumnElement[bool]:
    return true() if person_id is None else column == person_id


def _rights(
    today: date, where: tuple[ColumnElement[bool], ...], person_id: int | BindParameter[int] | None
) -> list[Select[tuple[Any, ...]]]:
    """Give the five ways into a session as selects of the same columns, to be united."""
    member = in_force(Membership, today)
    students = Session.audience.in_([Audience.STUDENTS, Audience.BOTH])
    parents = Session.audience.in_([Audience.PARENTS, Audience.BOTH])
    in_group = (
        select(*_columns(RoomRole.STUDENT, Membership.person_id, group=SessionGroup.group_id))
        .join(SessionGroup, SessionGroup.session_id == Session.id)
        .join(Membership, and_(Membership.group_id == SessionGroup.group_id, member))
        .where(students, _person(Membership.person_id, person_id))
    )
    of_group = (
        select(*_columns(RoomRole.PARENT, ParentLink.parent_id, ParentLink.child_id, SessionGroup.group_id))
        .join(SessionGroup, SessionGroup.session_id == Session.id)
        .join(Membership, and_(Membership.group_id == SessionGroup.group_id, member))
        .join(ParentLink, ParentLink.child_id == Membership.person_id)
        .join(Person, Person.id == ParentLink.child_id)
        .where(parents, rights_in_force(today), _person(ParentLink.parent_id, person_id))
    )
    addressed = (
        select(*_columns(RoomRole.STUDENT, SessionAddressee.person_id, group=Membership.group_id))
        .join(SessionAddressee, SessionAddressee.session_id == Session.id)
        .outerjoin(Membership, and_(Membership.person_id == SessionAddressee.person_id, member))
        .where(SessionAddressee.child_id.is_(None), _person(SessionAddressee.person_id, person_id))
    )
    of_addressed = (
        select(*_columns(RoomRole.PARENT, ParentLink.parent_id, ParentLink.child_id, Membership.group_id))
        .join(SessionAddressee, SessionAddressee.session_id == Session.id)
        .join(
            ParentLink,
            and_(
                ParentLink.parent_id == SessionAddressee.person_id,
                ParentLink.child_id == SessionAddressee.child_id,
            ),
        )
        .join(Person, Person.id == ParentLink.child_id)
        .outerjoin(Membership, and_(Membership.person_id == ParentLink.child_id, member))
        .where(rights_in_force(today), _person(ParentLink.parent_id, person_id))
    )
    host = select(*_columns(RoomRole.HOST, Session.host_id)).where(_person(Session.host_id, person_id))
    return [part.where(*where) for part in (host, in_group, addressed, of_group, of_addressed)]
