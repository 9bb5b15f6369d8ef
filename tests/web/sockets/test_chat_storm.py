"""A hundred people write at once while sockets fall: everybody ends with the same list (R46).

The clients speak Socket.IO by hand over plain WebSockets: a library's client would cost more than the
server. They do what the page does: send again under the same `client_id` until acknowledged, and after a
fall take the snapshot and ask for what is missing.
"""

import asyncio
import json
import logging
import os
import random
import time
from socket import SHUT_RDWR
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType

from school.conversation import queries as conversation
from school.db import Database
from school.schedule.models import Form
from tests import builders
from tests.web.sockets.line import Line, open_line

log = logging.getLogger("measured")

# A hundred thousand deliveries, both ends in one process: 40 s on two busy cores. STORM=5000 makes the whole
# storm of it, by hand: it takes five times that.
CLIENTS, MESSAGES, FALLS = 100, int(os.environ.get("STORM", "1000")), 0.05
EACH = MESSAGES // CLIENTS
SECONDS = 150 * MESSAGES // 1_000  # a guard
HISTORY = 200
PING, PONG = "2", "3"
PASSING = {"timeout", "flood"}  # the page asks again


class Client:
    """One person's page; `list_` is the conversation as it stands there, by id."""

    def __init__(self, http: ClientSession, address: str, ticket: str, seed: int) -> None:
        self.list: dict[int, str] = {}
        self.falls = 0
        self._http = http
        self._address = address
        self._ticket = ticket
        self._chance = random.Random(seed)
        self._asked = 0

    async def write(self, bodies: list[str]) -> None:
        """Say all this, in this order, whatever falls meanwhile."""
        rest = list(enumerate(bodies))
        while rest:
            async with self._http.ws_connect(self._address) as socket:
                await self._enter(socket)
                await self._say(socket, rest)

    async def catch_up(self, last: int) -> None:
        """Come in once more and stay until the last message is there."""
        async with self._http.ws_connect(self._address) as socket:
            await self._enter(socket)
            while last not in self.list:
                await self._hear(socket)

    async def _enter(self, socket: Any) -> None:
        await socket.receive()
        await socket.send_str("40" + json.dumps({"ticket": self._ticket, "version": 1}))
        while not (message := await socket.receive()).data.startswith("40{"):
            assert message.data == PING, message
            await socket.send_str(PONG)
        while (joined := await self._ask(socket, "join", {}))["status"] != "joined":
            await self._hear(socket)
        messages = joined["snapshot"]["messages"]
        known = max(self.list, default=0)
        self._merge(messages)
        while len(messages) >= HISTORY and known < messages[0]["id"]:
            missing = (await self._ask(socket, "chat.after", {"id": known}))["messages"]
            self._merge(missing)
            known = max((message["id"] for message in missing), default=messages[0]["id"])

    async def _say(self, socket: Any, rest: list[tuple[int, str]]) -> None:
        while rest:
            number, body = rest[0]
            said = {"client_id": f"{number}", "body": body}
            if self._chance.random() < FALLS:
                # The network falls with the message under way: stored or not, nobody here knows.
                self.falls += 1
                self._asked += 1
                await socket.send_str(f"42{self._asked}{json.dumps(['chat.send', said])}")
                socket.get_extra_info("socket").shutdown(SHUT_RDWR)
                return
            await self._ask(socket, "chat.send", said)
            rest.pop(0)

    async def _ask(self, socket: Any, event: str, payload: object) -> Any:
        while not (answer := await self._once(socket, event, payload))["ok"]:
            assert answer["code"] in PASSING, answer
        return answer["data"]

    async def _once(self, socket: Any, event: str, payload: object) -> Any:
        self._asked += 1
        number = self._asked
        await socket.send_str(f"42{number}{json.dumps([event, payload])}")
        while (answer := await self._hear(socket, number)) is None:
            pass
        return answer

    async def _hear(self, socket: Any, number: int = -1) -> Any:
        message = await socket.receive()
        assert message.type is WSMsgType.TEXT, message
        text = message.data
        if text == PING:
            await socket.send_str(PONG)
        elif text.startswith('42["chat.message"'):
            said = json.loads(text[2:])[1]
            self._merge([said])
        elif text.startswith(f"43{number}["):
            return json.loads(text[text.index("[") :])[0]
        return None

    def _merge(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            self.list[message["id"]] = message["body"]


async def people(line: Line) -> list[int]:
    """A hundred students of the group that the consultation is for."""
    house = line.house
    async with house.database.begin() as db:
        return [
            await builders.add_student(db, group_id=house.school.group, family_name=f"Ученик {number}")
            for number in range(CLIENTS)
        ]


@pytest.mark.timeout(SECONDS + 60)
async def test_a_hundred_writers_whose_sockets_fall_end_with_the_same_list(
    sqlite_database: Database,
) -> None:
    async with open_line(sqlite_database, form=Form.CHAT) as line, ClientSession() as http:
        house = line.house
        await line.enter(house.school.teacher)
        address = str(line.server.make_url("/socket.io/?EIO=4&transport=websocket"))
        clients = [
            Client(http, address, await house.ticket(person), seed=number)
            for number, person in enumerate(await people(line))
        ]
        ticking = asyncio.create_task(hurry(line))
        begun = time.monotonic()
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(
                *(
                    client.write([f"{number}:{count}" for count in range(EACH)])
                    for number, client in enumerate(clients)
                )
            )
            stored = await whole(sqlite_database, line)
            await asyncio.gather(*(client.catch_up(max(stored)) for client in clients))
        ticking.cancel()
        falls = sum(client.falls for client in clients)
        log.info("%d messages, %d falls: %.1f s", MESSAGES, falls, time.monotonic() - begun)
        assert len(stored) == MESSAGES
        assert len(set(stored.values())) == MESSAGES
        for number in range(CLIENTS):
            own = [body for body in stored.values() if body.startswith(f"{number}:")]
            assert own == [f"{number}:{count}" for count in range(EACH)]
        for client in clients:
            assert dict(sorted(client.list.items())) == stored
        assert falls > MESSAGES * FALLS / 2


async def hurry(line: Line) -> None:
    """A hundred people do not write fifty messages in a minute: their clock runs faster."""
    while True:
        line.house.clock.pass_(seconds=0.2)
        await asyncio.sleep(0.02)


async def whole(database: Database, line: Line) -> dict[int, str]:
    """The conversation as it is stored, in order."""
    stored: dict[int, str] = {}
    async with database.read() as db:
        while rows := await conversation.after(db, line.house.session, max(stored, default=0), HISTORY):
            stored.update((row.id, row.body) for row in rows)
    return stored
