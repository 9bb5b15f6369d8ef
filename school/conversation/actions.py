"""Saying and hiding."""

from datetime import datetime

from sqlalchemy import insert, select, update

from school.audit.actions import record
from school.conversation.models import Message
from school.conversation.queries import MessageRow, own, size_of_files
from school.conversation.rules import FILES_LIMIT, check_body, check_client_id
from school.db import Db
from school.errors import Invalid, NotFound
from school.files.queries import FileRow
from school.sessions.models import Session


async def say(
    db: Db,
    now: datetime,
    *,
    session_id: int,
    author_id: int,
    client_id: str,
    body: str,
    reply_to: int | None = None,
    file: FileRow | None = None,
) -> MessageRow:
    """Store a message once, however often it is sent, and give it as stored.

    Ids of a session grow in the order of commits, so nobody who has read up to one misses an earlier one.
    Raises Invalid for an empty or over-long body, a reply to a message of no or another session, and files
    that are too much for one session; NotFound for an unknown session.
    """
    body, client_id = check_body(body, with_file=file is not None), check_client_id(client_id)
    # Without this lock PostgreSQL may commit a greater id before a smaller one.
    lock = select(Session.id).where(Session.id == session_id).with_for_update(key_share=True)
    if await db.scalar(lock) is None:
        raise NotFound(subject="session", id=session_id)
    stored = await own(db, session_id, author_id, client_id)
    if stored is not None:
        return stored
    if reply_to is not None:
        quoted = select(Message.id).where(Message.id == reply_to, Message.session_id == session_id)
        if await db.scalar(quoted) is None:
            raise Invalid(field="reply_to", reason="unknown")
    if file is not None and await size_of_files(db, session_id) + file.size > FILES_LIMIT:
        raise Invalid(field="file", reason="session_full", limit=FILES_LIMIT)
    values = {"author_id": author_id, "client_id": client_id, "body": body, "sent_at": now}
    values |= {"reply_to": reply_to, "file_id": None if file is None else file.id}
    await db.execute(insert(Message).values(session_id=session_id, **values))
    stored = await own(db, session_id, author_id, client_id)
    assert stored is not None  # noqa: S101 -- inserted one statement ago in this transaction
    return stored


async def hide(db: Db, now: datetime, *, session_id: int, message_id: int, by: int) -> bool:
    """Take a message of this session out of sight; the text stays for the audit.

    False when it was hidden already. Raises NotFound.
    """
    named = (Message.id == message_id, Message.session_id == session_id)
    statement = update(Message).where(*named, Message.hidden_at.is_(None))
    author_id = await db.scalar(statement.values(hidden_at=now, hidden_by=by).returning(Message.author_id))
    if author_id is None:
        if await db.scalar(select(Message.id).where(*named)) is None:
            raise NotFound(subject="message", id=message_id)
        return False
    detail = {"author_id": author_id}
    await record(
        db, now, actor_id=by, action="message_hidden", subject="message", subject_id=message_id, detail=detail
    )
    return True
