"""Writing the demo school into an empty database, by the same actions that people use."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from school.calendar import actions as calendar
from school.calendar.rules import official_holidays
from school.db import Db
from school.desk import actions as desk
from school.organisation import actions as organisation
from school.organisation.rules import Settings
from school.people import actions as people
from school.people.models import Category, Relation, Role
from school.schedule import actions as schedule
from school.schedule.models import Audience, Form, Kind, Parity, Purpose, Where
from school.study import actions as study
from school.study.models import SubjectType
from server.demo import timetable
from server.demo.roster import GROUPS, Human, Parent, Roster, Worker, roster
from server.demo.timetable import LINES, SUBJECTS, Slot

NAME: Final = "Муниципальное бюджетное общеобразовательное учреждение «Гимназия № 7»"
SHORT_NAME: Final = "Гимназия № 7"
#: the same for everybody, so that trying the roles out is quick
PASSWORD: Final = "kabinet-demo"  # noqa: S105 -- the demo prints it on purpose
_ACT: Final = Path(__file__).parent / "act.ru.txt"
_HIRED: Final = date(2018, 9, 1)
_ORDER_DATE: Final = (8, 28)


class Founding:
    """Ids of what has been written so far; one object per seeding."""

    def __init__(self, db: Db, year: int, password_hash: str) -> None:
        self.db = db
        self.year = year
        self.now = timetable.opened(year)
        self.password_hash = password_hash
        self.administrator: int | None = None
        self.posts: dict[tuple[str, int], int] = {}
        self.groups: dict[str, int] = {}
        self.subjects: dict[str, int] = {}

    async def person(self, human: Human, *roles: Role) -> int:
        """A person with roles and the demo's password."""
        person_id = await people.add_person(
            self.db,
            self.now,
            by=self.administrator,
            family_name=human.family,
            given_name=human.given,
            patronymic=human.patronymic,
            birth_date=human.born,
            login=human.login,
            zone=human.zone,
        )
        for role in roles:
            await people.grant_role(self.db, self.now, by=self.administrator, person_id=person_id, role=role)
        await people.set_password(
            self.db, self.now, by=self.administrator, person_id=person_id, password_hash=self.password_hash
        )
        return person_id


async def found(db: Db, now: datetime, password_hash: str) -> None:
    """Write the whole school as its office would have in August. The database must be empty."""
    today = now.astimezone(ZoneInfo(timetable.ZONE)).date()
    year = timetable.school_year(today)
    founding, who = Founding(db, year, password_hash), roster(year)
    await _organisation(founding)
    founding.administrator = await founding.person(who.administrator, Role.ADMINISTRATOR)
    head, methodist = await _office(founding, who)
    await _calendar(founding)
    await _study(founding)
    for worker in who.workers:
        await _worker(founding, worker)
    await _families(founding, who, today)
    await _schedule(founding, head, methodist)


async def _organisation(founding: Founding) -> None:
    db, now = founding.db, founding.now
    settings = Settings(name=NAME, short_name=SHORT_NAME, zone=timetable.ZONE)
    await organisation.set_up(db, now, by=None, settings=settings)
    await organisation.set_parity_anchor(db, now, by=None, anchor=timetable.first_day(founding.year))
    await organisation.add_act(
        db,
        now,
        by=None,
        number=timetable.ACT_NUMBER,
        date=timetable.ACT_DATE,
        title=timetable.ACT_TITLE,
        text=_ACT.read_text(encoding="utf-8"),
        in_force_since=timetable.ACT_DATE,
    )


async def _office(founding: Founding, who: Roster) -> tuple[int, int]:
    head = await founding.person(who.head, Role.HEAD)
    methodist = await founding.person(who.methodist, Role.METHODIST)
    for person_id, position in ((head, "Директор"), (methodist, "Методист")):
        await people.appoint(
            founding.db,
            founding.now,
            by=founding.administrator,
            person_id=person_id,
            position=position,
            category=Category.OTHER,
            since=_HIRED,
        )
    return head, methodist


async def _calendar(founding: Founding) -> None:
    db, now, by = founding.db, founding.now, founding.administrator
    for name, since, until in timetable.terms(founding.year):
        await calendar.add_term(db, now, by=by, name=name, since=since, until=until)
    for name, since, until in timetable.breaks(founding.year):
        await calendar.add_break(db, now, by=by, name=name, since=since, until=until)
    for year in (founding.year, founding.year + 1):
        await calendar.keep_holidays(db, now, by=by, holidays=official_holidays(year))


async def _study(founding: Founding) -> None:
    db, now, by = founding.db, founding.now, founding.administrator
    programme = await study.add_programme(db, now, by=by, name="Основное и среднее общее образование")
    for name in SUBJECTS:
        founding.subjects[name] = await study.add_subject(
            db,
            now,
            by=by,
            programme_id=programme,
            name=name,
            subject_type=SubjectType.SUBJECT,
            since=timetable.first_day(founding.year),
            until=date(founding.year + 1, 5, 26),
        )
    for name, grade in GROUPS:
        founding.groups[name] = await people.add_group(db, now, by=by, name=name, grade=grade)


async def _worker(founding: Founding, worker: Worker) -> None:
    held = {post.category for post in worker.posts}
    roles = {"pedagogical": Role.PEDAGOGICAL_WORKER, "other": Role.OTHER_WORKER}
    person_id = await founding.person(worker.human, *(roles[category] for category in sorted(held)))
    for place, post in enumerate(worker.posts):
        founding.posts[worker.human.family, place] = await people.appoint(
            founding.db,
            founding.now,
            by=founding.administrator,
            person_id=person_id,
            position=post.position,
            category=Category(post.category),
            since=_HIRED,
        )


async def _families(founding: Founding, who: Roster, today: date) -> None:
    db, now, by = founding.db, founding.now, founding.administrator
    since = timetable.first_day(founding.year)
    children = []
    for student in who.students:
        person_id = await founding.person(student.human, Role.STUDENT)
        group_id = founding.groups[student.group]
        await people.add_member(db, now, by=by, person_id=person_id, group_id=group_id, since=since)
        children.append(person_id)
    for parent in who.parents:
        await _parent(founding, parent, children, today)


async def _parent(founding: Founding, parent: Parent, children: list[int], today: date) -> None:
    db, now = founding.db, founding.now
    parent_id = await founding.person(parent.human, Role.LEGAL_REPRESENTATIVE)
    for place in parent.children:
        child_id = children[place]
        link_id = await people.link_parent(
            db,
            now,
            by=founding.administrator,
            parent_id=parent_id,
            child_id=child_id,
            relation=Relation(parent.relation),
        )
        if parent.adult_consent:
            await people.consent_as_adult(db, now, child_id=child_id, link_id=link_id, today=today)


async def _schedule(founding: Founding, head: int, methodist: int) -> None:
    db, year = founding.db, founding.year
    drafted, ordered = founding.now, date(year, *_ORDER_DATE)
    approved = drafted + timedelta(days=3)
    version_id = await schedule.draft(
        db,
        drafted,
        by=methodist,
        title=f"График консультаций на {year}/{year + 1} учебный год",
        valid_from=timetable.first_day(year),
        valid_until=timetable.last_day(year),
    )
    for slot in LINES:
        await _line(founding, methodist, version_id, slot)
    await schedule.submit(db, drafted + timedelta(days=1), version_id=version_id, by=methodist)
    await desk.approve(
        db,
        approved,
        version_id=version_id,
        by=head,
        order_number=timetable.ORDER_NUMBER,
        order_date=ordered,
    )
    await _publish(db, approved + timedelta(hours=3), version_id, methodist, ordered)


async def _line(founding: Founding, methodist: int, version_id: int, slot: Slot) -> None:
    await schedule.add_line(
        founding.db,
        founding.now,
        by=methodist,
        version_id=version_id,
        appointment_id=founding.posts[slot.worker, slot.post],
        weekday=slot.weekday,
        starts=slot.starts,
        ends=slot.ends,
        form=Form(slot.form),
        kind=Kind(slot.kind),
        purpose=Purpose(slot.purpose),
        audience=Audience(slot.audience),
        parity=Parity(slot.parity),
        subject_id=founding.subjects[slot.subject] if slot.subject else None,
        group_ids=[founding.groups[name] for name in slot.groups],
    )


async def _publish(db: Db, now: datetime, version_id: int, methodist: int, on: date) -> None:
    await schedule.publish(db, now, version_id=version_id, by=methodist, where=Where.OFFICIAL_SITE, on=on)
    await schedule.publish_elsewhere(
        db, now, version_id=version_id, by=methodist, where=Where.NOTICE_BOARD, on=on
    )
