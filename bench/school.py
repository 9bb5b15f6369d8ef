"""A school with one webinar that is open now, and a personal link for each who is expected."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.visitor import Visitor
from school.db import Database
from school.links import actions as links
from school.migrations import upgrade
from school.organisation import actions as organisation
from school.organisation.rules import Settings
from school.people.models import Role
from school.schedule.models import Form, Kind
from school.sessions import actions as sessions
from school.sessions.models import Scope, TopicBasis
from tests import builders
from tests.journeys.server import Kabinet, serving


@dataclass(frozen=True)
class Webinar:
    """The ids of the links: who leads, and the students."""

    teacher: int
    students: list[int]


@dataclass
class Running:
    """The server with its webinar."""

    kabinet: Kabinet
    webinar: Webinar

    def teacher(self) -> Visitor:
        """Who leads and publishes."""
        return Visitor(self.kabinet.base_url, self.kabinet.link(self.webinar.teacher), publishes=True)

    def student(self, number: int) -> Visitor:
        """The student with that number, again and again."""
        link = self.webinar.students[number % len(self.webinar.students)]
        return Visitor(self.kabinet.base_url, self.kabinet.link(link))


async def build(database: Database, students: int, length: timedelta) -> Webinar:
    """One group, one webinar that began a minute ago; its topic is set by the teacher."""
    now = datetime.now(UTC)
    async with database.begin() as db:
        settings = Settings(
            name="Школа", short_name="Школа", zone="Europe/Moscow", webinar_places=students + 10
        )
        await organisation.set_up(db, now, by=None, settings=settings)
        administrator = await builders.add_person(db, Role.ADMINISTRATOR)
        teacher, _ = await builders.add_worker(db)
        group = await builders.add_group(db, name="7А")
        for number in range(students):
            await builders.add_student(db, group_id=group, family_name=f"Ученик{number}")
        session = await sessions.add_one_off(
            db,
            now,
            by=administrator,
            reason="Замер",
            form=Form.WEBINAR,
            kind=Kind.GROUP,
            host_id=teacher,
            group_ids=[group],
            starts_at=now - timedelta(minutes=1),
            ends_at=now + length,
        )
        await sessions.set_topic(
            db,
            now,
            session_id=session,
            by=teacher,
            topic="Дроби",
            basis=TopicBasis.PERFORMANCE,
            scope=Scope.SINGLE_TOPIC,
        )
        made = await links.issue_all(db, now, session_id=session, today=now.date())
    host = next(link.id for link in made if link.person_id == teacher)
    return Webinar(host, [link.id for link in made if link.person_id != teacher])


@asynccontextmanager
async def running(
    folder: Path, students: int, length: timedelta = timedelta(hours=1)
) -> AsyncIterator[Running]:
    """The server as people run it, on SQLite in this folder."""
    address = f"sqlite:///{folder / 'kabinet.sqlite'}"
    await upgrade(address)
    database = Database.open(address)
    webinar = await build(database, students, length)
    await database.close()
    async with serving(address, folder) as kabinet:
        yield Running(kabinet, webinar)
