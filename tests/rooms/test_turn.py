"""TURN: credentials that coturn takes, for as long as they are good; browsers that have no other way."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rooms.turn import LIFETIME, Turn
from tests.rooms.sfu.browser_call import ARGUMENTS, meeting
from tests.rooms.turnserver import turnserver

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_credentials_name_the_person_and_their_end_and_are_signed() -> None:
    # The signature is what `openssl dgst -sha1 -hmac secret` says.
    made = Turn(("turn:turn.school.ru",), "secret").servers(7, NOW)
    assert made == [
        {
            "urls": ["turn:turn.school.ru"],
            "username": f"{int((NOW + LIFETIME).timestamp())}:7",
            "credential": "6hgFj2FwImk/XK2D4D/VMOsqFMs=",
        }
    ]


def test_without_turn_nothing_is_given() -> None:
    assert Turn().servers(7, NOW) == []


async def test_a_browser_that_may_only_relay_gets_through_over_udp_tcp_and_tls(tmp_path: Path) -> None:
    # Nobody knows who signed the certificate of this TURN server.
    arguments = [*ARGUMENTS, "--ignore-certificate-errors"]
    async with turnserver(tmp_path) as turn, meeting(tmp_path, arguments=arguments) as call:
        people = {"udp": await call.person(), "tcp": await call.person(), "tls": await call.person()}
        cameras = {}
        for how, person in people.items():
            person.relays = Turn((getattr(turn, how),), turn.secret).servers(1, datetime.now(UTC))
            cameras[how] = await person.publish("video", [{"maxBitrate": 400_000}])
        for how, seen in (("udp", "tls"), ("tcp", "udp"), ("tls", "tcp")):
            shown = await people[how].watch(cameras[seen]["id"], 640, 360)
            await people[how].until(shown, frames=10)
            for direction in ("send", "recv"):
                assert (await people[how].way(direction))["relay"] == how
        assert (await call.worker.stats())["internalErrors"] == 0


async def test_a_relay_that_is_restarted_takes_the_new_credentials_and_not_the_old_ones(
    tmp_path: Path,
) -> None:
    async with turnserver(tmp_path) as turn, meeting(tmp_path) as call:
        relay = Turn((turn.udp,), turn.secret)
        begun = datetime.now(UTC)
        ends = begun + timedelta(seconds=6)
        teacher, student = await call.person(), await call.person()
        camera = await teacher.publish("video", [{"maxBitrate": 400_000}])
        student.relays = relay.servers(1, ends - LIFETIME)
        shown = await student.watch(camera["id"], 640, 360)
        frames = (await student.until(shown, frames=10))["frames"]
        before = await student.way("recv")
        while datetime.now(UTC) < ends + timedelta(seconds=3):  # coturn's clock is not exact
            frames = (await student.until(shown, frames=frames + 5))["frames"]
        # What is begun goes on; nothing new can be begun with them.
        await student.restart("recv")
        frames = (await student.until(shown, frames=frames + 10))["frames"]
        assert (await student.way("recv"))["port"] == before["port"]
        student.relays = relay.servers(1, datetime.now(UTC))
        await student.restart("recv")
        async with asyncio.timeout(20):
            while (await student.way("recv"))["port"] == before["port"]:
                frames = (await student.until(shown, frames=frames + 1))["frames"]
        assert (await student.way("recv"))["relay"] == "udp"
