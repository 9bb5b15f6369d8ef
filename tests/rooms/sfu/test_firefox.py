"""Firefox and Chromium in one call: each shows and hears the other."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rooms.turn import Turn
from tests.rooms.sfu.browser_call import Person, meeting, own_address
from tests.rooms.sfu.firefox import FirefoxPage
from tests.rooms.turnserver import NAME, TurnServer, turnserver

LAYERS = [
    {"scaleResolutionDownBy": 4, "maxBitrate": 150_000},
    {"scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"scaleResolutionDownBy": 1, "maxBitrate": 1_700_000},
]


# How many relays a browser is given by a TURN server.
RELAYS = """
async (iceServers) => {
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
  connection.createDataChannel("any");
  let found = 0;
  const all = new Promise((done) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) done();
      else if (candidate.candidate) found += 1;
    };
  });
  await connection.setLocalDescription();
  await all;
  connection.close();
  return found;
}
"""


@pytest.mark.timeout(240)
async def test_firefox_and_chromium_show_and_hear_each_other(tmp_path: Path) -> None:
    async with meeting(tmp_path, address=own_address()) as call, call.in_firefox(tmp_path) as fox:
        chromium = await call.person()
        await shows_and_hears(fox, chromium)
        await shows_and_hears(chromium, fox)
        stats = await call.worker.stats()
        assert stats["internalErrors"] == 0


async def shows_and_hears(sender: Person, viewer: Person) -> None:
    voice = await sender.publish("audio")
    camera = await sender.publish("video", LAYERS)
    heard = await viewer.watch(voice["id"])
    shown = await viewer.watch(camera["id"], 640, 360)
    await viewer.until(shown, frames=20, width=320)
    sound = await viewer.until(heard, packets=60, sounded=48_000)
    assert sound["concealed"] < sound["sounded"] / 2


@pytest.mark.timeout(240)
async def test_firefox_comes_over_tcp_and_through_a_relay_where_no_datagram_comes_back(
    tmp_path: Path,
) -> None:
    here = own_address()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind((here, 0))
        nobody.setblocking(False)
        async with (
            turnserver(tmp_path, here) as turn,
            meeting(tmp_path, address=here) as call,
            call.in_firefox(tmp_path) as fox,
        ):
            chromium = await call.person()
            fox.udp_port = nobody.getsockname()[1]
            camera = await fox.publish("video", LAYERS)
            shown = await chromium.watch(camera["id"], 640, 360)
            await chromium.until(shown, frames=20)
            assert (await fox.way("send"))["protocol"] == "tcp"
            assert nobody.recv(2048)  # it did try
            fox.udp_port = None  # the relay itself goes by UDP
            fox.relays = Turn((turn.tcp,), turn.secret).servers(1, datetime.now(UTC))
            camera = await chromium.publish("video", LAYERS)
            await fox.until(await fox.watch(camera["id"], 640, 360), frames=20)
            assert (await fox.way("recv"))["relay"] == "tcp"
            assert (await call.worker.stats())["internalErrors"] == 0


@pytest.mark.timeout(240)
async def test_firefox_comes_through_turn_over_tls_to_a_name_whose_certificate_it_trusts(
    tmp_path: Path,
) -> None:
    here = own_address()
    async with (
        turnserver(tmp_path, here) as turn,
        meeting(tmp_path, address=here) as call,
        call.in_firefox(tmp_path) as fox,
    ):
        assert isinstance(fox.page, FirefoxPage)
        await fox.page.resolve(NAME, here)
        by_name = over_tls(turn, turn.tls_by(NAME))
        assert await fox.page.evaluate(RELAYS, by_name) == 0  # signed by nobody that it knows
        await fox.page.trust(turn.authority)
        assert await fox.page.evaluate(RELAYS, over_tls(turn, turn.tls)) == 0  # no name
        fox.relays = by_name
        chromium = await call.person()
        await shows_and_hears(fox, chromium)
        await shows_and_hears(chromium, fox)
        assert [(await fox.way(each))["relay"] for each in ("send", "recv")] == ["tls", "tls"]
        assert (await call.worker.stats())["internalErrors"] == 0


def over_tls(turn: TurnServer, url: str) -> list[dict[str, Any]]:
    return Turn((url,), turn.secret).servers(1, datetime.now(UTC))
