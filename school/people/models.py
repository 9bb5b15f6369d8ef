"""Tables of people. Every `until` is the last day; None means open."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, choice


class Role(StrEnum):
    """What a person may be; one person may be several."""

    STUDENT = "student"
    LEGAL_REPRESENTATIVE = "legal_representative"
    PEDAGOGICAL_WORKER = "pedagogical_worker"
    OTHER_WORKER = "other_worker"
    METHODIST = "methodist"
    HEAD = "head"
    ADMINISTRATOR = "administrator"


class Relation(StrEnum):
    """What a legal representative is to the child."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"


class Category(StrEnum):
    """Which section of the schedule's annex a position belongs to."""

    PEDAGOGICAL = "pedagogical"
    OTHER = "other"


class Person(Base):
    """Somebody known by name; `ended_at` is when they were dismissed or left."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    identifier: Mapped[str] = mapped_column(unique=True)
    family_name: Mapped[str]
    given_name: Mapped[str]
    patronymic: Mapped[str]  # empty when there is none
    birth_date: Mapped[date | None]
    login: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    password_change_due: Mapped[bool] = mapped_column(default=False)  # somebody else chose the password
    search_key: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    locale: Mapped[str | None]
    zone: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PersonRole(Base):
    """A role that a person has now; the audit keeps what was."""

    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"), primary_key=True, index=True)


class Group(Base):
    """A class or a study group."""

    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    grade: Mapped[int | None]  # 1 to 11; None in adult education
    sort_key: Mapped[str] = mapped_column(index=True)


class Membership(Base):
    """A person's time in a group; at most one that is open for the same group."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("person_id", "group_id", "since"),
        Index(
            "uq_membership_open",
            "person_id",
            "group_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("until IS NULL OR until >= since", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("group.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class ParentLink(Base):
    """A legal representative and a child of theirs (R11)."""

    __tablename__ = "parent_link"
    __table_args__ = (
        UniqueConstraint("parent_id", "child_id"),
        CheckConstraint("parent_id <> child_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    child_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[Relation] = mapped_column(choice(Relation, "relation"))
    suspended_at: Mapped[datetime | None]
    adult_consent_at: Mapped[datetime | None]  # the adult child agrees that the rights go on


class Appointment(Base):
    """A person in a position; one person may hold several."""

    __tablename__ = "appointment"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[str]
    category: Mapped[Category] = mapped_column(choice(Category, "category"))
    since: Mapped[date]
    until: Mapped[date | None]


class SignIn(Base):
    """A sign-in kept by the server; only the SHA-256 of its token is stored."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str]
