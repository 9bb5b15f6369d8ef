"""The school that a journey needs: a teacher, students, a parent, one consultation that is open now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from school.db import Database
from school.links import actions as links
from school.organisation import actions as organisation
from school.organisation.rules import Settings
from school.people import actions as people
from school.people.models import Role
from school.people.passwords import hash_password
from school.schedule.models import Audience, Form, Kind
from school.sessions import actions as sessions
from tests import builders

PASSWORD = "Расписание-2026"
STUDENTS = (("Иванов", "Пётр", "Андреевич"), ("Ёлкина", "Яна", "Львовна"), ("Абрамов", "Иван", ""))


@dataclass(frozen=True)
class Consultation:
    """One open consultation; the links are ids by person."""

    session_id: int
    teacher_id: int
    students: tuple[int, ...]
    parent_id: int
    administrator_id: int
    links: dict[int, int]


async def consultation(
    database: Database,
    *,
    form: Form = Form.VIDEOCONFERENCE,
    students_expected: int = 2,
) -> Consultation:
    """A one-off session of one group that began a minute ago, without a topic; the room closes at its end."""
    now = datetime.now(UTC)
    async with database.begin() as db:
        settings = Settings(
            name="Школа № 7 города Светлогорска",
            short_name="Школа № 7",
            zone="Europe/Moscow",
            grace_minutes=0,
        )
        if not await organisation.set_up(db, now, by=None, settings=settings):
            # A server that runs already has put defaults there.
            await organisation.change_settings(db, now, by=None, settings=settings)
        administrator = await builders.add_person(
            db,
            Role.ADMINISTRATOR,
            family_name="Орлова",
            given_name="Вера",
            patronymic="Ильинична",
            login="orlova",
        )
        teacher, _ = await builders.add_worker(db, login="sokolova")
        group = await builders.add_group(db, name="7А")
        students = [
            await builders.add_student(
                db, group_id=group, family_name=family_name, given_name=given_name, patronymic=patronymic
            )
            for family_name, given_name, patronymic in STUDENTS[:students_expected]
        ]
        parent = await builders.add_parent(db, students[0])
        for person in (administrator, teacher):
            await people.set_password(
                db, now, by=None, person_id=person, password_hash=hash_password(PASSWORD)
            )
        session = await sessions.add_one_off(
            db,
            now,
            by=administrator,
            reason="Просьба родителей перед контрольной",
            form=form,
            kind=Kind.GROUP,
            audience=Audience.BOTH,
            host_id=teacher,
            group_ids=[group],
            starts_at=now - timedelta(minutes=1),
            ends_at=now + timedelta(hours=1),
        )
        links_of = {
            person: (
                await links.issue(
                    db, now, session_id=session, person_id=person, child_id=child, today=now.date()
                )
            ).id
            for person, child in [(teacher, None), *((one, None) for one in students), (parent, students[0])]
        }
    return Consultation(session, teacher, tuple(students), parent, administrator, links_of)
