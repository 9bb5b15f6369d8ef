"""What tests need to exist, made through the real actions; every argument has a believable default."""

from datetime import UTC, date, datetime
from itertools import count

from school.db import Db
from school.organisation import actions as organisation_actions
from school.organisation.rules import Settings
from school.people import actions as people
from school.people.models import Category, Relation, Role
from school.study import actions as study
from school.study.models import SubjectType

NOW = datetime(2026, 9, 7, 6, 0, tzinfo=UTC)  # a Monday, 9:00 in Moscow
TODAY = date(2026, 9, 7)
YEAR_STARTS, YEAR_ENDS = date(2026, 9, 1), date(2027, 5, 31)
MINOR_BORN = date(2013, 4, 12)

_numbers = count(1)


async def add_organisation(db: Db, *, zone: str = "Europe/Moscow", require_sign_in: bool = False) -> None:
    """Set the organisation up, as a school in Moscow."""
    settings = Settings(
        name="Школа № 7 города Светлогорска",
        short_name="Школа № 7",
        zone=zone,
        require_sign_in=require_sign_in,
    )
    await organisation_actions.set_up(db, NOW, by=None, settings=settings)


async def add_act(db: Db, *, since: date = YEAR_STARTS, until: date | None = None) -> int:
    """Add a local act in force (R1)."""
    return await organisation_actions.add_act(
        db,
        NOW,
        by=None,
        number="115-о",
        date=since,
        title="Об учебно-методической помощи",
        text="Утвердить порядок.",
        in_force_since=since,
        in_force_until=until,
    )


async def add_person(
    db: Db,
    *roles: Role,
    family_name: str = "Петров",
    given_name: str = "Иван",
    patronymic: str = "Сергеевич",
    birth_date: date | None = None,
    login: str | None = None,
) -> int:
    """Add a person with roles and give their id."""
    person_id = await people.add_person(
        db,
        NOW,
        by=None,
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        birth_date=birth_date,
        login=login,
    )
    for role in roles:
        await people.grant_role(db, NOW, by=None, person_id=person_id, role=role)
    return person_id


async def add_worker(
    db: Db,
    *,
    position: str = "учитель математики",
    category: Category = Category.PEDAGOGICAL,
    family_name: str = "Соколова",
    given_name: str = "Анна",
    patronymic: str = "Павловна",
    login: str | None = None,
) -> tuple[int, int]:
    """Add a worker in a position; give the ids of the person and of the appointment."""
    role = Role.PEDAGOGICAL_WORKER if category is Category.PEDAGOGICAL else Role.OTHER_WORKER
    person_id = await add_person(
        db, role, family_name=family_name, given_name=given_name, patronymic=patronymic, login=login
    )
    appointment_id = await people.appoint(
        db,
        NOW,
        by=None,
        person_id=person_id,
        position=position,
        category=category,
        since=date(2020, 9, 1),
    )
    return person_id, appointment_id


async def add_group(db: Db, *, name: str | None = None, grade: int | None = 7) -> int:
    """Add a group, of a name that nobody has yet."""
    name = name or f"{grade}Г{next(_numbers)}"
    return await people.add_group(db, NOW, by=None, name=name, grade=grade)


async def add_student(
    db: Db,
    *,
    group_id: int | None = None,
    family_name: str = "Иванов",
    given_name: str = "Пётр",
    patronymic: str = "Андреевич",
    birth_date: date = MINOR_BORN,
    login: str | None = None,
) -> int:
    """Add a student, in a group if one is given."""
    person_id = await add_person(
        db,
        Role.STUDENT,
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        birth_date=birth_date,
        login=login,
    )
    if group_id is not None:
        await people.add_member(db, NOW, by=None, person_id=person_id, group_id=group_id, since=YEAR_STARTS)
    return person_id


async def add_parent(
    db: Db,
    *children: int,
    relation: Relation = Relation.MOTHER,
    family_name: str = "Иванова",
    given_name: str = "Мария",
    patronymic: str = "Олеговна",
    login: str | None = None,
) -> int:
    """Add a legal representative of the children."""
    person_id = await add_person(
        db,
        Role.LEGAL_REPRESENTATIVE,
        family_name=family_name,
        given_name=given_name,
        patronymic=patronymic,
        login=login,
    )
    for child_id in children:
        await people.link_parent(db, NOW, by=None, parent_id=person_id, child_id=child_id, relation=relation)
    return person_id


async def add_subject(db: Db, *, name: str | None = None) -> int:
    """Add a subject of a programme, studied the whole year."""
    number = next(_numbers)
    programme_id = await study.add_programme(db, NOW, by=None, name=f"Основное общее образование {number}")
    return await study.add_subject(
        db,
        NOW,
        by=None,
        programme_id=programme_id,
        name=name or "Алгебра",
        subject_type=SubjectType.SUBJECT,
        since=YEAR_STARTS,
        until=YEAR_ENDS,
    )
