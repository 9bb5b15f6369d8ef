"""Reading a session's chat."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from school.conversation.models import Message
from school.conversation.rules import excerpt
from school.db import Db
from school.files.models import StoredFile
from school.files.queries import FileRow
from school.people.models import Person
from school.people.rules import full_name


@dataclass(frozen=True)
class QuoteRow:
    """The beginning of the message that another replies to; empty when that one is hidden or only a file."""

    id: int
    author_name: str
    text: str


@dataclass(frozen=True)
class MessageRow:
    """One message; a hidden one has an empty body and no file here, the database keeps both."""

    id: int
    session_id: int
    author_id: int
    author_name: str
    client_id: str
    body: str
    sent_at: datetime
    hidden: bool
    quote: QuoteRow | None = None
    file: FileRow | None = None


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


async def with_file(db: Db, session_id: int, file_id: int) -> MessageRow | None:
    """Give the message of this session that carries a file, unless it is hidden; or None."""
    query = _messages().where(
        Message.session_id == session_id, Message.file_id == file_id, Message.hidden_at.is_(None)
    )
    return next(iter(await _read(db, query)), None)


async def file_in_sight(db: Db, session_id: int, file_id: int) -> FileRow | None:
    """Give a file that a message of this session carries and that is not hidden, or None."""
    message = await with_file(db, session_id, file_id)
    return None if message is None else message.file


async def size_of_files(db: Db, session_id: int) -> int:
    """Give how many bytes of files this session's messages carry."""
    query = select(func.sum(StoredFile.size)).join(Message, Message.file_id == StoredFile.id)
    return int(await db.scalar(query.where(Message.session_id == session_id)) or 0)


_Quoted = aliased(Message)
_Author = aliased(Person)


def _messages() -> Select[*tuple[Any, ...]]:
    return (
        select(
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
            _Quoted.id.label("quoted_id"),
            _Quoted.body.label("quoted_body"),
            _Quoted.hidden_at.label("quoted_hidden_at"),
            _Author.family_name.label("quoted_family_name"),
            _Author.given_name.label("quoted_given_name"),
            _Author.patronymic.label("quoted_patronymic"),
            StoredFile.id.label("file_id"),
            StoredFile.name.label("file_name"),
            StoredFile.media_type,
            StoredFile.size,
            StoredFile.sha256,
        )
        .join(Person, Person.id == Message.author_id)
        .outerjoin(_Quoted, _Quoted.id == Message.reply_to)
        .outerjoin(_Author, _Author.id == _Quoted.author_id)
        .outerjoin(StoredFile, StoredFile.id == Message.file_id)
    )


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
            quote=None if row.quoted_id is None else _quote(row),
            file=None if row.file_id is None or row.hidden_at else _file(row),
        )
        for row in await db.execute(query)
    ]


def _quote(row: Row[*tuple[Any, ...]]) -> QuoteRow:
    name = full_name(row.quoted_family_name, row.quoted_given_name, row.quoted_patronymic)
    return QuoteRow(row.quoted_id, name, "" if row.quoted_hidden_at else excerpt(row.quoted_body))


def _file(row: Row[*tuple[Any, ...]]) -> FileRow:
    return FileRow(row.file_id, row.file_name, row.media_type, row.size, row.sha256)
