"""A school with rooms in it and a clock that the test moves; people come with real tickets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from rooms import admission, entry, views
from rooms.admission import Admission
from rooms.doorman import Doorman
from rooms.peer import Peer
from rooms.registry import Registry
from rooms.room import Room
from rooms.sfu.channel import WorkerSettings
from rooms.turn import Turn
from school.attendance import queries as attendance_queries
from school.attendance.models import Presence
from school.attendance.queries import AttendanceRow
from school.db import Database
from school.links import actions as links
from school.schedule.models import Audience, Form
from school.sessions import actions as sessions
from school.sessions import queries as session_queries
from school.sessions.models import Scope, TopicBasis
from school.sessions.queries import SessionRow
from tests import consultations
from tests.builders import NOW, TODAY
from tests.consultations import School

SECRET = b"a secret of thirty-two bytes....."
START = NOW + timedelta(hours=1)
END = START + timedelta(minutes=45)
TURN = Turn(("turn:turn.school.ru?transport=udp", "turns:turn.school.ru:443?transport=tcp"), "shared")


@dataclass
class MovedClock:
    """The time is what the test says."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now


@dataclass
class Ear:
    """A port that remembers what it was told."""

    heard: list[tuple[str, object]] = field(default_factory=list)
    hung_up: bool = False

    def notify(self, event: str, data: object) -> None:
        self.heard.append((event, data))

    def hang_up(self) -> None:
        self.hung_up = True

    def names(self) -> list[str]:
        return [event for event, _ in self.heard]

    def last(self, event: str) -> object:
        return [data for name, data in self.heard if name == event][-1]


@dataclass
class Visit:
    """One connection of one person."""

    house: "House"
    room: Room
    peer: Peer
    ear: Ear

    async def join(self) -> views.Snapshot | views.Door:
        return await entry.join(self.house.registry, self.room, self.peer)

    async def enter(self) -> views.Snapshot:
        found = await self.join()
        assert isinstance(found, views.Snapshot), found
        return found

    async def knock(self) -> views.Door:
        found = await self.join()
        assert isinstance(found, views.Door), found
        return found

    async def drop(self) -> None:
        await entry.gone(self.house.registry, self.room, self.peer)


class House:
    """The school's rooms. `session` is the consultation that tests play in unless they say another."""

    def __init__(
        self, database: Database, school: School, session: int, worker: WorkerSettings | None = None
    ) -> None:
        self.database = database
        self.school = school
        self.session = session
        self.clock = MovedClock()
        self.registry = Registry(database, self.clock, SECRET, worker, turn=TURN)
        self.doorman = Doorman(self.registry)

    @classmethod
    async def build(
        cls,
        database: Database,
        *,
        form: Form = Form.VIDEOCONFERENCE,
        topic: bool = True,
        audience: Audience = Audience.BOTH,
        worker: WorkerSettings | None = None,
    ) -> "House":
        school = await consultations.open_school(database)
        async with database.begin() as db:
            session = await consultations.add_session(
                db, school, starts_at=START, form=form, audience=audience
            )
        house = cls(database, school, session, worker)
        if topic:
            await house.set_topic()
        return house

    async def set_topic(self) -> None:
        """As the worker does on a page, before coming."""
        async with self.database.begin() as db:
            await sessions.set_topic(
                db,
                self.clock.now,
                session_id=self.session,
                by=self.school.teacher,
                topic="Квадратные уравнения",
                basis=TopicBasis.PERFORMANCE,
                scope=Scope.SINGLE_TOPIC,
            )

    async def knock(self, person: int, *, session: int | None = None) -> Admission:
        """What comes of asking for a ticket after a sign-in."""
        async with self.database.read() as db:
            return await admission.of_person(
                db, self.clock.now, session_id=session or self.session, person_id=person
            )

    async def ticket(self, person: int) -> str:
        async with self.database.begin() as db:
            found = await admission.of_person(db, self.clock.now, session_id=self.session, person_id=person)
            return await admission.give_ticket(db, self.clock.now, SECRET, found)

    async def link(self, person: int, *, child: int | None = None) -> tuple[int, int]:
        async with self.database.begin() as db:
            row = await links.issue(
                db,
                self.clock.now,
                session_id=self.session,
                person_id=person,
                child_id=child,
                today=TODAY,
            )
        return row.id, row.generation

    async def link_ticket(self, person: int, *, child: int | None = None) -> str:
        link_id, generation = await self.link(person, child=child)
        async with self.database.begin() as db:
            found = await admission.of_link(db, self.clock.now, link_id, generation)
            return await admission.give_ticket(db, self.clock.now, SECRET, found)

    async def connect(self, person: int, ticket: str | None = None) -> Visit:
        ear = Ear()
        room, peer = await entry.connect(self.registry, ticket or await self.ticket(person), ear)
        return Visit(self, room, peer, ear)

    async def enter(self, person: int) -> Visit:
        visit = await self.connect(person)
        await visit.enter()
        return visit

    async def row(self) -> SessionRow:
        async with self.database.read() as db:
            return await session_queries.session(db, self.session)

    async def stays(self, person: int) -> list[Presence]:
        """The person's stays as they are stored, oldest first."""
        mine = (Presence.session_id == self.session, Presence.person_id == person)
        async with self.database.read() as db:
            return list(await db.scalars(select(Presence).where(*mine).order_by(Presence.id)))

    async def attendance(self, person: int) -> AttendanceRow:
        async with self.database.read() as db:
            rows = await attendance_queries.table(db, self.session)
        return next(row for row in rows if row.person_id == person)
