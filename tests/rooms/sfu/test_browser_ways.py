"""Chromium where not every way is open: no UDP at all; IPv6 alone. What is sent is seen at the other end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from tests.rooms.sfu.browser_call import Meeting, Person, meeting, own_address
from tests.rooms.sfu.closed_network import OUTSIDE, NoNamespaces, closed_network

CAMERA = [{"maxBitrate": 600_000}]


@asynccontextmanager
async def without_udp(folder: Path) -> AsyncIterator[tuple[Meeting, Person, Person]]:
    """A meeting of two whose browser gets no datagram through.

    Where we may not make networks, the UDP candidate leads to a socket that answers nothing.
    """
    with ExitStack() as stack, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        nobody.setblocking(False)
        try:
            chromium = stack.enter_context(closed_network(folder))
        except NoNamespaces:
            async with meeting(folder) as call:
                people = await call.person(), await call.person()
                for person in people:
                    person.udp_port = nobody.getsockname()[1]
                yield call, *people
                assert nobody.recv(2048)  # they did try
        else:
            async with meeting(folder, chromium=chromium, address=OUTSIDE) as call:
                yield call, await call.person(), await call.person()


async def see_each_other(one: Person, other: Person) -> None:
    """Publish and watch both ways, until pictures have been decoded."""
    cameras = [await person.publish("video", CAMERA) for person in (one, other)]
    shown = [
        await person.watch(camera["id"], 640, 360)
        for person, camera in zip((other, one), cameras, strict=True)
    ]
    await asyncio.gather(other.until(shown[0], frames=20), one.until(shown[1], frames=20))


async def test_browsers_whose_udp_is_blocked_meet_over_tcp(tmp_path: Path) -> None:
    async with without_udp(tmp_path) as (call, teacher, student):
        await see_each_other(teacher, student)
        for person in (teacher, student):
            for direction in ("send", "recv"):
                assert (await person.way(direction))["protocol"] == "tcp"
        stats = await call.worker.stats()
        assert stats["internalErrors"] == 0
        assert stats["datagrams"]["tcp_accepted"] >= 4
        assert stats["datagrams"]["tcp_dropped"] == 0


async def test_browsers_meet_over_ipv6(tmp_path: Path) -> None:
    async with meeting(tmp_path, address="::1") as call:
        teacher, student = await call.person(), await call.person()
        await see_each_other(teacher, student)
        for person in (teacher, student):
            # TCP was to be had as well; UDP is preferred.
            way = await person.way("recv")
            assert (way["protocol"], way["address"], way["relay"]) == ("udp", "::1", "")


async def test_of_several_announced_addresses_browsers_take_one_that_leads_here(tmp_path: Path) -> None:
    # As behind NAT: the public address first, which leads nowhere from inside (RFC 5737: nobody has it).
    here = own_address()
    async with meeting(tmp_path, address="::", announced=["203.0.113.5", here]) as call:
        teacher, student = await call.person(), await call.person()
        await see_each_other(teacher, student)
        for person in (teacher, student):
            way = await person.way("recv")
            assert (way["protocol"], way["address"]) == ("udp", here)
