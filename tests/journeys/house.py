"""A running server and people who each come to it over a way of their own, which can be cut."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.async_api import Browser, Page
from sqlalchemy import select

from school.attendance.models import Presence
from school.conversation.models import Message
from school.db import Database
from school.seats.models import Seat
from tests.journeys import relay, school, steps
from tests.journeys.browser import window
from tests.journeys.relay import Way
from tests.journeys.server import Kabinet, free_port, serving

ANNOUNCED = "127.0.1.1"


@dataclass
class House:
    """A running server and the way of each person to it."""

    planned: school.Consultation
    database: Database
    kabinet: Kabinet
    media_port: int
    stack: AsyncExitStack
    browser: Browser
    ways: int = 1

    async def way(self) -> Way:
        """A new way to the server."""
        self.ways += 1
        port = int(self.kabinet.base_url.rpartition(":")[2])
        return await self.stack.enter_async_context(relay.way(port, self.media_port, self.ways))

    async def window(self, way: Way, **options: Any) -> Page:
        """A browser window whose media goes over that way."""
        page = await window(self.browser, **options)
        await page.context.add_init_script(relay.OWN_ADDRESS % (ANNOUNCED, way.media_address))
        return page

    def link(self, person: int, way: Way) -> str:
        return self.kabinet.link(self.planned.links[person], base_url=way.base_url)

    async def come(self, person: int) -> tuple[Page, Way]:
        """A window of this person, inside the room over a way of their own."""
        way = await self.way()
        page = await self.window(way)
        await steps.enter(page, self.link(person, way))
        return page, way

    async def stays(self, person: int) -> list[Presence]:
        """The person's attendance, stay by stay."""
        async with self.database.read() as db:
            found = await db.scalars(
                select(Presence).where(Presence.person_id == person).order_by(Presence.joined_at)
            )
            return list(found)

    async def nothing_is_doubled(self) -> None:
        """One seat for each person, and no instant of anybody's attendance twice."""
        async with self.database.read() as db:
            seats = list(await db.scalars(select(Seat.person_id)))
        assert len(seats) == len(set(seats))
        for person in seats:
            for stay, later in pairwise(await self.stays(person)):
                assert stay.left_at is not None
                assert stay.left_at <= later.joined_at

    async def conversation(self) -> list[str]:
        """What was said, as it is stored."""
        async with self.database.read() as db:
            return list(await db.scalars(select(Message.body).order_by(Message.id)))


@asynccontextmanager
async def opened(
    database: Database, url: str, folder: Path, browser: Browser, *, students: int = 2
) -> AsyncIterator[House]:
    """A videoconference that is open now, with a topic."""
    planned = await school.consultation(database, students_expected=students)
    await steps.set_topic(database, planned)
    media_port = free_port()
    async with AsyncExitStack() as stack:
        kabinet = await stack.enter_async_context(serving(url, folder, more=media(media_port)))
        yield House(planned, database, kabinet, media_port, stack, browser)


def media(port: int) -> dict[str, str]:
    """The settings of a server whose media is found at that port of the announced address, by a way only."""
    return {
        "KABINET_MEDIA_HOST": "127.0.0.1",
        "KABINET_MEDIA_PORT": str(port),
        "KABINET_ANNOUNCED": ANNOUNCED,
    }


async def back(page: Page, begun: float) -> float:
    """Wait until the page is inside again and a picture moves; gives the seconds since `begun`."""
    await steps.inside(page)
    await steps.moving(page)
    return monotonic() - begun
