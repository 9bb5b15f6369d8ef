"""A small school with a schedule or a session in it, made through the real actions."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from school.db import Database, Db
from school.desk.actions import approve
from school.people.models import Role
from school.schedule import actions as schedule
from school.schedule.models import Audience, Form, Kind, Where
from school.sessions import actions as sessions
from tests import builders
from tests.builders import NOW, YEAR_ENDS, YEAR_STARTS


@dataclass(frozen=True)
class School:
    """Ids of those who take part; the student is in the group, the parent is the student's mother."""

    administrator: int
    methodist: int
    head: int
    teacher: int
    appointment: int
    group: int
    subject: int
    student: int
    parent: int


async def open_school(database: Database, *, zone: str = "Europe/Moscow") -> School:
    """Set up a school with an act in force."""
    async with database.begin() as db:
        await builders.add_organisation(db, zone=zone)
        await builders.add_act(db)
        teacher, appointment = await builders.add_worker(db)
        group = await builders.add_group(db, name="7А")
        student = await builders.add_student(db, group_id=group)
        return School(
            administrator=await builders.add_person(db, Role.ADMINISTRATOR, family_name="Админов"),
            methodist=await builders.add_person(db, Role.METHODIST, family_name="Методистова"),
            head=await builders.add_person(db, Role.HEAD, family_name="Директоров"),
            teacher=teacher,
            appointment=appointment,
            group=group,
            subject=await builders.add_subject(db),
            student=student,
            parent=await builders.add_parent(db, student),
        )


async def add_draft(
    db: Db, school: School, *, valid_from: date = YEAR_STARTS, valid_until: date = YEAR_ENDS
) -> int:
    """Begin a version of the schedule."""
    return await schedule.draft(
        db,
        NOW,
        by=school.methodist,
        title="График консультаций",
        valid_from=valid_from,
        valid_until=valid_until,
    )


async def add_line(
    db: Db,
    school: School,
    version_id: int,
    *,
    weekday: int = 2,
    starts: time = time(15),
    ends: time = time(15, 45),
    form: Form = Form.VIDEOCONFERENCE,
    audience: Audience = Audience.STUDENTS,
    appointment: int | None = None,
) -> int:
    """Add a group line of the teacher's."""
    return await schedule.add_line(
        db,
        NOW,
        by=school.methodist,
        version_id=version_id,
        appointment_id=appointment or school.appointment,
        weekday=weekday,
        starts=starts,
        ends=ends,
        form=form,
        kind=Kind.GROUP,
        audience=audience,
        subject_id=school.subject,
        group_ids=[school.group],
    )


async def add_submitted(db: Db, school: School, **line: time | int) -> int:
    """Add a version with one line that waits for the head."""
    version_id = await add_draft(db, school)
    await add_line(db, school, version_id, **line)  # type: ignore[arg-type]  # passed on by name
    await schedule.submit(db, NOW, version_id=version_id, by=school.methodist)
    return version_id


async def approve_version(db: Db, school: School, version_id: int, *, now: datetime = NOW) -> int:
    """Approve a version and give how many sessions were written."""
    return await approve(
        db, now, version_id=version_id, by=school.head, order_number="7-о", order_date=now.date()
    )


async def publish_version(db: Db, school: School, version_id: int, *, now: datetime = NOW) -> None:
    """Publish a version on the official site."""
    await schedule.publish(
        db, now, version_id=version_id, by=school.methodist, where=Where.OFFICIAL_SITE, on=now.date()
    )


async def add_session(
    db: Db,
    school: School,
    *,
    starts_at: datetime = NOW + timedelta(hours=1),
    minutes: int = 45,
    form: Form = Form.VIDEOCONFERENCE,
    audience: Audience = Audience.BOTH,
    host: int | None = None,
    now: datetime = NOW,
) -> int:
    """Add a one-off session for the group."""
    return await sessions.add_one_off(
        db,
        now,
        by=school.administrator,
        reason="Замена заболевшего учителя",
        form=form,
        kind=Kind.GROUP,
        host_id=host or school.teacher,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        audience=audience,
        subject_id=school.subject,
        group_ids=[school.group],
    )
