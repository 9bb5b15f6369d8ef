"""The chat of one room: stored before it is acknowledged, pushed in the order of its ids (R46)."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from rooms import views
from rooms.peer import Peer
from school.conversation import actions, queries
from school.conversation.queries import MessageRow, QuoteRow
from school.db import Database, Db
from school.errors import Invalid
from school.files import actions as files
from school.files.queries import FileRow

# How many messages a person who comes in is given, and at most per request for more.
PAGE = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it was sent; `limit` is what the installation allows, in bytes."""

    name: str
    content: bytes
    limit: int


class Chat:
    """The last messages, kept in memory so that a snapshot is taken without waiting for the database.

    `peers` are those inside, by person; `hears(peer, said_at)` says who may read what was said when.
    """

    def __init__(
        self,
        session_id: int,
        tail: Iterable[MessageRow],
        *,
        peers: Mapping[int, Peer],
        hears: Callable[[Peer, datetime], bool],
    ) -> None:
        self.session_id = session_id
        self._peers = peers
        self._hears = hears
        self._tail = deque((view(row) for row in tail), maxlen=PAGE)
        self._one_at_a_time = asyncio.Lock()

    def tail(self, peer: Peer) -> tuple[views.Message, ...]:
        """The last messages that a person may read, oldest first."""
        return tuple(message for message in self._tail if self._hears(peer, message.sent_at))

    async def after(self, db: Db, peer: Peer, message_id: int) -> tuple[views.Message, ...]:
        """Give up to PAGE messages that follow one and that a person may read, oldest first."""
        rows = await queries.after(db, self.session_id, message_id, PAGE)
        return tuple(view(row) for row in rows if self._hears(peer, row.sent_at))

    async def say(
        self,
        database: Database,
        now: datetime,
        peer: Peer,
        *,
        client_id: str,
        body: str,
        reply_to: int | None = None,
        attachment: Attachment | None = None,
    ) -> views.Message:
        """Store a message once, however often it is sent, and push it to everybody; gives it as stored.

        Raises NoRight, Invalid (also for an answer to what the person may not read).
        """
        peer.require("write")
        # One at a time, so that what is committed first is pushed first.
        async with self._one_at_a_time:
            async with database.begin() as db:
                row = await queries.own(db, self.session_id, peer.id, client_id)
                if row is None:
                    await self._need_to_hear(db, peer, reply_to)
                    row = await actions.say(
                        db,
                        now,
                        session_id=self.session_id,
                        author_id=peer.id,
                        client_id=client_id,
                        body=body,
                        reply_to=reply_to,
                        file=await _keep(db, now, peer.id, attachment),
                    )
            message = view(row)
            if not self._tail or message.id > self._tail[-1].id:
                self._tail.append(message)
                self._tell(message)
        return message

    async def hide(self, database: Database, now: datetime, peer: Peer, message_id: int) -> None:
        """Take a message out of everybody's sight; the database keeps it. Raises NoRight, NotFound."""
        peer.require("moderate")
        async with self._one_at_a_time:
            async with database.begin() as db:
                await actions.hide(db, now, session_id=self.session_id, message_id=message_id, by=peer.id)
                (row,) = await queries.after(db, self.session_id, message_id - 1, 1)
            self._tail = deque((_without(message, row.id) for message in self._tail), maxlen=PAGE)
            self._tell(view(row))

    async def _need_to_hear(self, db: Db, peer: Peer, message_id: int | None) -> None:
        if message_id is None:
            return
        found = await queries.after(db, self.session_id, message_id - 1, 1)
        if not found or found[0].id != message_id or not self._hears(peer, found[0].sent_at):
            raise Invalid(field="reply_to", reason="unknown")

    def _tell(self, message: views.Message) -> None:
        for peer in list(self._peers.values()):
            if self._hears(peer, message.sent_at):
                peer.port.notify("chat.message", message)


async def load(db: Db, session_id: int) -> list[MessageRow]:
    """Read what a room starts with."""
    return await queries.latest(db, session_id, PAGE)


def view(row: MessageRow) -> views.Message:
    """Show a stored message; the query has emptied the body of a hidden one already."""
    return views.Message(
        id=row.id,
        client_id=row.client_id,
        author=row.author_id,
        author_name=row.author_name,
        body=row.body,
        sent_at=row.sent_at,
        hidden=row.hidden,
        quote=_quote(row.quote),
        file=file_view(row.file),
    )


def file_view(row: FileRow | None) -> views.File | None:
    """Show a stored file."""
    return None if row is None else views.File(row.id, row.name, row.media_type, row.size)


def _quote(row: QuoteRow | None) -> views.Quote | None:
    return None if row is None else views.Quote(row.id, row.author_name, row.text)


async def _keep(db: Db, now: datetime, by: int, attachment: Attachment | None) -> FileRow | None:
    if attachment is None:
        return None
    return await files.store(
        db, now, by=by, name=attachment.name, content=attachment.content, limit=attachment.limit
    )


def _without(message: views.Message, hidden_id: int) -> views.Message:
    """The message as it is after another, or itself, was hidden."""
    if message.id == hidden_id:
        return msgspec.structs.replace(message, body="", hidden=True, file=None)
    if message.quote is not None and message.quote.id == hidden_id:
        return msgspec.structs.replace(message, quote=msgspec.structs.replace(message.quote, text=""))
    return message
