"""`rooms/sfu/CLOSING.md`, line by line."""

import os
import signal
from typing import Any

from rooms.sfu.channel import ConsumerClosed, Notification, ProducerClosed, TransportState
from tests.rooms.sfu.calls import Caller, running_worker
from tests.rooms.sfu.media import audio_parameters
from tests.rooms.sfu.peer import Peer, dtls_parameters


class Family:
    """A publisher of two tracks and a viewer who publishes one, each consuming the other's."""

    def __init__(self, caller: Caller, capabilities: dict[str, Any], up: Peer, down: Peer) -> None:
        self.caller = caller
        self.worker = caller.worker
        self.capabilities = capabilities
        self.up = up
        self.down = down

    @classmethod
    async def gather(cls, caller: Caller) -> "Family":
        capabilities = await caller.worker.create_router("room")
        up, down = await caller.join("room", "up"), await caller.join("room", "down")
        made = cls(caller, capabilities, up, down)
        await made.worker.produce("up", "p1", "audio", audio_parameters(ssrc=1, mid="0"), False)
        await made.worker.produce("up", "p2", "audio", audio_parameters(ssrc=2, mid="1"), False)
        await made.worker.produce("down", "q", "audio", audio_parameters(ssrc=3, mid="0"), False)
        await made.worker.consume("down", "c1", "p1", capabilities)
        await made.worker.consume("down", "c2", "p2", capabilities)
        await made.worker.consume("up", "d", "q", capabilities)
        caller.told.clear()
        return made

    async def told(self) -> list[Notification]:
        """What was told since; an answered request comes after what was told before it."""
        await self.worker.stats()
        told = list(self.caller.told)
        self.caller.told.clear()
        return told

    async def names(self) -> dict[str, tuple[set[str], set[str]]]:
        """What is left: transport → producers, consumers."""
        rooms = (await self.worker.stats())["routers"]
        return {
            name: (set(one["producers"]), set(one["consumers"]))
            for room in rooms.values()
            for name, one in room.items()
        }


WHOLE = {"up": ({"p1", "p2"}, {"d"}), "down": ({"q"}, {"c1", "c2"})}
UPS_END = [ConsumerClosed("c1"), ProducerClosed("p1"), ConsumerClosed("c2"), ProducerClosed("p2")]


async def test_a_consumer_closes_alone_and_in_silence() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        assert await family.names() == WHOLE
        await family.worker.close_consumer("c1")
        assert await family.told() == []
        assert await family.names() == WHOLE | {"down": ({"q"}, {"c2"})}


async def test_a_producer_takes_its_consumers_along_and_they_are_told() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        await family.worker.close_producer("p1")
        assert await family.told() == [ConsumerClosed("c1")]
        assert await family.names() == {"up": ({"p2"}, {"d"}), "down": ({"q"}, {"c2"})}


async def test_a_transport_takes_everything_on_it_along_and_tells_its_browser() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        await family.worker.close_transport("up")
        assert await family.told() == UPS_END
        await family.up.until(lambda: family.up.closed_by_server)
        assert not family.down.closed_by_server
        assert await family.names() == {"down": ({"q"}, set())}
        assert (await family.worker.stats())["known"] == {"addresses": 1, "ufrags": 1, "connections": 0}


async def test_a_router_takes_its_transports_along() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        await family.worker.close_router("room")
        assert await family.told() == [*UPS_END, ProducerClosed("q")]
        await family.up.until(lambda: family.up.closed_by_server and family.down.closed_by_server)
        stats = await family.worker.stats()
        assert (stats["routers"], stats["transports"]) == ({}, {})
        assert stats["known"] == {"addresses": 0, "ufrags": 0, "connections": 0}


async def test_a_browser_that_says_goodbye_is_as_good_as_a_closed_transport() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        family.up.say_goodbye()
        await caller.until(lambda: ProducerClosed("p2") in caller.told)
        assert await family.told() == [TransportState("up", "closed"), *UPS_END]
        assert await family.names() == {"down": ({"q"}, set())}


async def test_a_failed_handshake_closes_the_transport() -> None:
    async with running_worker() as caller:
        await caller.worker.create_router("room")
        parameters = await caller.worker.create_transport("room", "a")
        forged = dtls_parameters()
        forged["fingerprints"][0]["value"] = ":".join(["00"] * 32)
        await caller.worker.connect_transport("a", forged)
        peer = Peer(parameters)
        caller.peers.append(peer)
        await peer.connect()
        await caller.until_state("a", "failed")
        stats = await caller.worker.stats()
        assert (stats["transports"], stats["known"]) == ({}, {"addresses": 0, "ufrags": 0, "connections": 0})


async def test_names_are_free_again_and_closing_twice_is_no_error() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        for _ in range(2):
            await family.worker.close_consumer("c1")
            await family.worker.close_producer("p1")
            await family.worker.close_transport("up")
        await caller.join("room", "up")
        await family.worker.produce("up", "p1", "audio", audio_parameters(ssrc=1), False)
        await family.worker.consume("down", "c1", "p1", family.capabilities)
        assert await family.names() == {"up": ({"p1"}, set()), "down": ({"q"}, {"c1"})}


async def test_a_worker_that_is_closed_tells_its_browsers() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        await family.worker.close()
        await family.up.until(lambda: family.up.closed_by_server and family.down.closed_by_server)
        assert caller.told == []
        assert caller.deaths == 0


async def test_a_worker_that_is_terminated_tells_its_browsers() -> None:
    async with running_worker() as caller:
        family = await Family.gather(caller)
        os.kill(family.worker.pid, signal.SIGTERM)
        await family.up.until(lambda: family.up.closed_by_server and family.down.closed_by_server)
        await caller.until(lambda: caller.deaths == 1)
