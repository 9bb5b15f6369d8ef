"""The chat of one room: stored before it is acknowledged, pushed in the order of its ids (R46)."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

from rooms import views
from rooms.peer import Peer
from school.conversation import actions, queries
from school.conversation.queries import MessageRow
from school.db import Database, Db

# How many messages a person who comes in is given, and at most per request for more.
PAGE = 200


class Chat:
    """The last messages, kept in memory so that a snapshot is taken without waiting for the database."""

    def __init__(
        self, session_id: int, tail: Iterable[MessageRow], push: Callable[[str, object, Peer | None], None]
    ) -> None:
        self.session_id = session_id
        self._push = push
        self._tail = deque((view(row) for row in tail), maxlen=PAGE)
        self._one_at_a_time = asyncio.Lock()

    @property
    def tail(self) -> tuple[views.Message, ...]:
        """The last messages, oldest first."""
        return tuple(self._tail)

    async def say(
        self, database: Database, now: datetime, peer: Peer, *, client_id: str, body: str
    ) -> views.Message:
        """Store a message once, however often it is sent, and push it to everybody; gives it as stored.

        Raises NoRight, Invalid.
        """
        peer.require("write")
        # One at a time, so that what is committed first is pushed first.
        async with self._one_at_a_time:
            async with database.begin() as db:
                row = await actions.say(
                    db,
                    now,
                    session_id=self.session_id,
                    author_id=peer.id,
                    client_id=client_id,
                    body=body,
                )
            message = view(row)
            if not self._tail or message.id > self._tail[-1].id:
                self._tail.append(message)
                self._push("chat.message", message, None)
        return message


async def load(db: Db, session_id: int) -> list[MessageRow]:
    """Read what a room starts with."""
    return await queries.latest(db, session_id, PAGE)


async def after(db: Db, session_id: int, message_id: int) -> tuple[views.Message, ...]:
    """Give up to PAGE messages that follow one, oldest first."""
    return tuple(view(row) for row in await queries.after(db, session_id, message_id, PAGE))


def view(row: MessageRow) -> views.Message:
    """Show a stored message; the query has emptied the body of a hidden one already."""
    return views.Message(
        row.id, row.client_id, row.author_id, row.author_name, row.body, row.sent_at, row.hidden
    )
