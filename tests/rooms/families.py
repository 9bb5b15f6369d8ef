"""An individual session for several families, who are received one after another."""

from datetime import timedelta

from rooms import lobby
from school.db import Db
from school.schedule.models import Form, Kind
from school.sessions import actions as sessions
from school.sessions.rules import Addressee
from tests import builders
from tests.rooms.house import START, House, Visit

HOUR = timedelta(hours=1)


async def receive(db: Db, house: House, family: list[Addressee]) -> int:
    """An individual session, in an hour, for one family; gives its id."""
    return await sessions.add_one_off(
        db,
        START,
        by=house.school.administrator,
        reason="Приём родителей",
        form=Form.VIDEOCONFERENCE,
        kind=Kind.INDIVIDUAL,
        host_id=house.school.teacher,
        starts_at=START + HOUR,
        ends_at=START + 2 * HOUR,
        addressees=family,
    )


class Line:
    """Three families: a student, a student with his mother, a father."""

    def __init__(self, house: House, first: int, second: tuple[int, int], third: int) -> None:
        self.house = house
        self.first, self.second, self.third = first, second, third

    @classmethod
    async def build(cls, house: House) -> "Line":
        school = house.school
        async with house.database.begin() as db:
            first = await builders.add_student(db, group_id=school.group, family_name="Абрамов")
            child = await builders.add_student(db, group_id=school.group, family_name="Яковлев")
            third = await builders.add_parent(db, child, family_name="Яковлев")
            house.session = await receive(db, house, [Addressee(first)])
            for family in (
                [Addressee(school.student), Addressee(school.parent, school.student)],
                [Addressee(third, child)],
            ):
                await sessions.book(
                    db, START, session_id=house.session, by=school.administrator, addressees=family
                )
        house.clock.now = START + HOUR
        await house.set_topic()
        return cls(house, first, (school.student, school.parent), third)


async def queue(house: House, *people: int) -> list[Visit]:
    """They come one after another, a second apart, and knock."""
    visits = []
    for person in people:
        visit = await house.connect(person)
        await visit.join()
        house.clock.pass_(seconds=1)
        visits.append(visit)
    return visits


async def opened(line: Line) -> tuple[Visit, Visit]:
    """The host, and the first family in conversation with them."""
    house = line.house
    (first,) = await queue(house, line.first)
    teacher = await house.enter(house.school.teacher)
    await lobby.next_family(house.registry, teacher.room, teacher.peer, None)
    await first.enter()
    return teacher, first
