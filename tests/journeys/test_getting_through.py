"""Networks that let little through: one gets in over TCP, another over TURN and TLS, and all see all."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from school.db import Database
from tests.journeys import relay, school, steps
from tests.journeys.browser import chromium, window
from tests.journeys.server import free_port, serving
from tests.rooms.sfu.relay import Relay
from tests.rooms.turnserver import turnserver

WORKER = "127.0.0.1"
ANNOUNCED = "127.0.1.1"  # nobody is there: each browser is led another way
TCP_ONLY = "127.0.1.2"

# As in a network that lets nothing through but TLS to a web server's port.
RELAYS_ONLY = """
(() => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(options) { super({ ...options, iceTransportPolicy: "relay" }); }
  };
})();
"""

# Of every connection the chosen pair's protocol, or how the TURN server is spoken to.
WAYS = """
async () => {
  const found = [];
  for (const connection of window.connections) {
    if (connection.connectionState !== "connected") continue;
    const report = await connection.getStats();
    const { selectedCandidatePairId } = [...report.values()].find((each) => each.type === "transport");
    const { protocol, relayProtocol } = report.get(report.get(selectedCandidatePairId).localCandidateId);
    found.push(relayProtocol ?? protocol);
  }
  return found;
}
"""


@asynccontextmanager
async def tcp_alone(media_port: int) -> AsyncIterator[None]:
    """At `TCP_ONLY` the media port passes TCP on to the worker, and swallows UDP."""
    way = relay.Way(media_port, Relay((WORKER, media_port), seed=1), TCP_ONLY)
    server = await asyncio.start_server(way.serve, TCP_ONLY, media_port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind((TCP_ONLY, media_port))
        nobody.setblocking(False)
        yield
        assert nobody.recv(2048)  # UDP was tried
    server.close()
    await way.close()


async def led(page: Page, address: str) -> Page:
    """Lead what the page sends to the announced address another way."""
    await page.context.add_init_script(relay.OWN_ADDRESS % (ANNOUNCED, address))
    return page


async def sees(page: Page, people: int) -> None:
    """Wait until that many others' pictures are there, and move."""
    await expect(page.locator(".tile video")).to_have_count(people + 1, timeout=steps.PATIENCE * 1000)
    await steps.moving(page)


@pytest.mark.timeout(180)
async def test_one_is_let_through_by_tcp_and_one_by_turn_over_tls_and_they_meet(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path
) -> None:
    planned = await school.consultation(sqlite_database)
    await steps.set_topic(sqlite_database, planned)
    port, media_port = free_port(), free_port()
    async with AsyncExitStack() as stack:
        folder = tmp_path / "turn"
        folder.mkdir()
        turn = await stack.enter_async_context(turnserver(folder))
        settings = {
            "KABINET_MEDIA_HOST": WORKER,
            "KABINET_MEDIA_PORT": str(media_port),
            "KABINET_ANNOUNCED": ANNOUNCED,
            "KABINET_TURN_URLS": turn.tls,
            "KABINET_TURN_SECRET": turn.secret,
        }
        kabinet = await stack.enter_async_context(serving(sqlite_url, tmp_path, port, settings))
        await stack.enter_async_context(tcp_alone(media_port))
        # Nobody knows who signed the TURN server's certificate.
        browser = await stack.enter_async_context(chromium(tmp_path, more=["--ignore-certificate-errors"]))
        teacher = await led(await window(browser), WORKER)
        by_tcp = await led(await window(browser), TCP_ONLY)
        by_turn = await led(await window(browser), WORKER)
        await by_turn.context.add_init_script(RELAYS_ONLY)

        await steps.check_devices(by_turn, kabinet.link(planned.links[planned.students[1]]))
        await expect(by_turn.get_by_text("Связь хорошая")).to_be_visible(timeout=steps.PATIENCE * 1000)
        await by_turn.get_by_role("button", name="Войти", exact=True).click()
        await steps.enter(teacher, kabinet.link(planned.links[planned.teacher_id]))
        await steps.enter(by_tcp, kabinet.link(planned.links[planned.students[0]]))
        await steps.inside(by_turn)
        for page in (teacher, by_tcp, by_turn):
            await sees(page, 2)
        assert await ways(teacher) == {"udp"}
        assert await ways(by_tcp) == {"tcp"}
        assert await ways(by_turn) == {"tls"}


async def ways(page: Page) -> set[Any]:
    return set(await page.evaluate(WAYS))
