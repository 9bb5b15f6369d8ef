"""/metrics: who may read it, what it tells, and that it names nobody."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rooms import entry
from rooms.errors import BadTicket
from school.db import Database
from tests.quality import seen
from tests.rooms.house import Ear
from tests.web.site import Browser, Site, running
from web import keys
from web.routes import ROUTES

TOKEN = "a token of tests that nobody guesses"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def watched(sqlite_database: Database) -> AsyncIterator[Site]:
    async with running(sqlite_database, metrics_token=TOKEN) as site:
        yield site


async def figures(browser: Browser) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels in the order of their names."""
    page = await browser.get("/metrics", **KNOWN)
    assert page.status == 200
    return {
        (
            sample.name.removeprefix("kabinet_"),
            *(value for _, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


async def test_without_a_token_in_the_configuration_there_is_no_such_page(browser: Browser) -> None:
    for given in ({}, KNOWN, {"Authorization": "Bearer "}):
        assert (await browser.get("/metrics", **given)).status == 404


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": "Bearer \u0442\u043e\u043a\u0435\u043d"},
    ],
)
async def test_who_does_not_know_the_token_is_told_nothing(watched: Site, given: dict[str, str]) -> None:
    async with watched.browser() as browser:
        page = await browser.get("/metrics", **given)
        assert (page.status, page.text) == (401, "")
        assert page.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_that_is_no_text_is_refused_too(watched: Site) -> None:
    reader, writer = await asyncio.open_connection(watched.server.host, watched.server.port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"401"
    writer.close()
    await writer.wait_closed()


async def test_a_sign_in_is_no_token(watched: Site) -> None:
    async with watched.browser() as browser:
        await browser.become("orlova")
        assert (await browser.get("/metrics")).status == 401


async def test_requests_are_counted_by_route_and_status_never_by_path(watched: Site) -> None:
    link = await watched.link(watched.cast.student)
    async with watched.browser() as browser:
        await browser.get("/schedule")
        await browser.get(link)
        await browser.sign_in("orlova")
        for number in range(20):
            assert (await browser.get(f"/nothing/{number}")).status == 404
        await browser.get(f"/sessions/{watched.cast.session}")
        found = await figures(browser)
        text = (await browser.get("/metrics", **KNOWN)).text
    requests = {key[1:]: count for key, count in found.items() if key[0] == "http_requests_total"}
    assert requests["GET", "schedule", "200"] == 1
    assert requests["GET", "session", "200"] == 1
    assert requests["GET", "unknown", "404"] == 20
    assert requests["POST", "sign_in", "303"] == 1
    assert {route for _, route, _ in requests} <= {route.name for route in ROUTES} | {
        "unknown",
        "static",
        "socket",
    }
    assert found["http_request_seconds_count", "session"] == 1
    assert found["http_request_seconds_bucket", "+Inf", "session"] == 1
    for secret in (link.rpartition("/")[2], TOKEN, "Орлова", "orlova", "Иванов", "/nothing/"):
        assert secret not in text


async def test_rooms_people_refusals_and_the_process_are_told(watched: Site) -> None:
    registry = watched.server.app[keys.REGISTRY]
    with pytest.raises(BadTicket):
        await entry.connect(registry, "no ticket", Ear())
    room = await registry.open(watched.cast.session)
    lossy = seen(up_lost=600, frozen_ms=1_500)
    registry.minutes.add(room.id, watched.cast.student, lossy, watched.clock())
    async with watched.browser() as browser:
        found = await figures(browser)
    assert found["joins_refused_total", "bad_ticket"] == 1
    assert found["rooms", room.session.form.value] == 1
    assert found["reported_packets_lost_total", "up"] / found["reported_packets_total", "up"] == 0.1
    assert found["reported_frozen_seconds_total",] == 1.5
    assert found["worker_up", "0"] == 0
    assert found["worker_deaths_total", "0"] == 0
    assert found["database_faults_total",] == 0
    assert found["cpu_seconds_total", "server"] > 0


async def test_several_who_ask_at_once_share_one_answer(watched: Site) -> None:
    async with watched.browser() as browser:
        first, second = await asyncio.gather(figures(browser), figures(browser))
    assert first == second
