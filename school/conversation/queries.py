"""Reading a session's chat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from school.conversation.models import Message
from school.db import Db
from school.people.models import Person
from school.people.rules import full_name


@dataclass(frozen=True)
class MessageRow:
    """One message; a hidden one has an empty body here, the database keeps the text."""

    id: int
    session_id: int
    author_id: int
    author_name: str
    client_id: str
    body: str
    sent_at: datetime
    hidden: bool


async def after(db: Db, session_id: int, message_id: int, limit: int) -> list[MessageRow]:
    """Give up to `limit` messages that follow one, oldest first; 0 stands before the first."""
    query = _messages().where(Message.session_id == session_id, Message.id > message_id)
    return await _read(db, query.order_by(Message.id).limit(limit))


async def latest(db: Db, session_id: int, limit: int) -> list[MessageRow]:
    """Give the last `limit` messages, oldest first."""
    query = _messages().where(Message.session_id == session_id).order_by(Message.id.desc()).limit(limit)
    return (await _read(db, query))[::-1]


async def own(db: Db, session_id: int, author_id: int, client_id: str) -> MessageRow | None:
    """Give the message that the browser knows as `client_id`, or None."""
    query = _messages().where(
        Message.session_id == session_id, Message.author_id == author_id, Message.client_id == client_id
    )
    return next(iter(await _read(db, query)), None)


def _messages() -> Select[*tuple[Any, ...]]:
    return select(
        Message.id,
        Message.session_id,
        Message.author_id,
        Message.client_id,
        Message.body,
        Message.sent_at,
        Message.hidden_at,
        Person.family_name,
        Person.given_name,
        Person.patronymic,
    ).join(Person, Person.id == Message.author_id)


async def _read(db: Db, query: Select[*tuple[Any, ...]]) -> list[MessageRow]:
    return [
        MessageRow(
            id=row.id,
            session_id=row.session_id,
            author_id=row.author_id,
            author_name=full_name(row.family_name, row.given_name, row.patronymic),
            client_id=row.client_id,
            body="" if row.hidden_at else row.body,
            sent_at=row.sent_at,
            hidden=row.hidden_at is not None,
        )
        for row in await db.execute(query)
    ]
