"""A webinar (R14, R45): who listens cannot publish, is given the floor, and it is taken back."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from school.db import Database
from school.schedule.models import Form
from tests.journeys import school, steps
from tests.journeys.people import DESKTOP, Person, Screen, on_every_screen
from tests.journeys.server import Kabinet
from tests.web.sockets.line import Browser as Client
from tests.web.sockets.test_media import publication

TICKET = """
async () => {
  const { ticketUrl, csrf } = document.querySelector("#room").dataset;
  const answer = await fetch(ticketUrl, { method: "POST", headers: { "X-CSRF-Token": csrf } });
  return (await answer.json()).ticket;
}
"""


@on_every_screen
@pytest.mark.timeout(180)
async def test_a_listener_cannot_publish_is_given_the_floor_and_loses_it(
    sqlite_database: Database, kabinet: Kabinet, browser: Browser, mine: Screen, theirs: Screen
) -> None:
    planned = await school.consultation(sqlite_database, form=Form.WEBINAR)
    await steps.set_topic(sqlite_database, planned)
    student_id = planned.students[0]
    host, student = await asyncio.gather(Person.sit_down(browser, mine), Person.sit_down(browser, theirs))
    await asyncio.gather(
        host.enter(kabinet.link(planned.links[planned.teacher_id])),
        student.enter(kabinet.link(planned.links[student_id])),
    )
    parent, snapshot = await hand_made(browser, kabinet, kabinet.link(planned.links[planned.parent_id]))
    await refused_to_publish(parent)
    await steps.moving(student.page)
    for name in ("Включить микрофон", "Включить камеру"):
        await expect(student.button(name)).to_have_count(0)

    await student.press("Поднять руку")
    hands = host.page.get_by_role("region", name="Подняли руку")
    await expect(hands.get_by_role("listitem")).to_contain_text("Иванов Пётр")
    await host.press(hands.get_by_role("button", name="Дать слово"))
    await expect(student.page.get_by_text("Вам дали слово").first).to_be_visible()
    await student.press("Включить камеру")
    await steps.moving(host.page)
    published = await parent.hear("producer.added", lambda made: made["peer"] == student_id)
    tile = host.page.get_by_role("figure", name="Иванов Пётр")
    await expect(tile.locator("video")).to_be_visible()

    await host.act("Иванов Пётр", "Забрать слово")
    await expect(student.page.get_by_text("Ведущий забрал слово").first).to_be_visible()
    await expect(student.button("Выключить камеру")).to_have_count(0)
    await expect(host.page.locator(f'.tile[data-peer="{student_id}"] video')).to_have_count(0)
    # The server has closed it: everybody is told, and nobody can have it any more.
    assert await parent.hear("producer.removed") == {"id": published["id"]}
    receiving = await parent.done("transport.create", direction="recv")
    wanted = {"transport": receiving["id"], "producer": published["id"]}
    assert (
        await parent.refused("consume", wanted | {"rtpCapabilities": snapshot["capabilities"]}) == "not_found"
    )
    await steps.moving(student.page)

    await student.press("Выйти")
    await student.page.get_by_role("heading", name="Вы вышли из комнаты").wait_for()
    await parent.close()


async def hand_made(browser: Browser, kabinet: Kabinet, address: str) -> tuple[Client, dict[str, object]]:
    """A listener whose program is not our page: inside, with what it was told on entering."""
    person = await Person.sit_down(browser, DESKTOP)
    await person.page.goto(address)
    await person.press("Войти")
    await person.page.locator("button.enter").wait_for()
    client = Client(kabinet.base_url)
    assert await client.connect({"ticket": await person.page.evaluate(TICKET), "version": 1}), client.refusal
    await person.page.context.close()
    return client, (await client.done("join"))["snapshot"]


async def refused_to_publish(client: Client) -> None:
    sending = await client.done("transport.create", direction="send")
    for source in ("microphone", "camera", "screen"):
        assert await client.refused("produce", publication(sending["id"], source)) == "no_right"
