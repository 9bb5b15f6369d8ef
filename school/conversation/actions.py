"""Saying and hiding."""

from datetime import datetime

from sqlalchemy import insert, select, update

from school.audit.actions import record
from school.conversation.models import Message
from school.conversation.queries import MessageRow, own
from school.conversation.rules import check_body, check_client_id
from school.db import Db
from school.errors import NotFound
from school.sessions.models import Session


async def say(
    db: Db, now: datetime, *, session_id: int, author_id: int, client_id: str, body: str
) -> MessageRow:
    """Store a message once, however often it is sent, and give it as stored.

    Ids of a session grow in the order of commits, so nobody who has read up to one misses an earlier one.
    Raises Invalid for an empty or over-long body, NotFound for an unknown session.
    """
    body, client_id = check_body(body), check_client_id(client_id)
    # Without this lock PostgreSQL may commit a greater id before a smaller one.
    lock = select(Session.id).where(Session.id == session_id).with_for_update(key_share=True)
    if await db.scalar(lock) is None:
        raise NotFound(subject="session", id=session_id)
    stored = await own(db, session_id, author_id, client_id)
    if stored is not None:
        return stored
    values = {"author_id": author_id, "client_id": client_id, "body": body, "sent_at": now}
    await db.execute(insert(Message).values(session_id=session_id, **values))
    stored = await own(db, session_id, author_id, client_id)
    assert stored is not None  # noqa: S101 -- inserted one statement ago in this transaction
    return stored


async def hide(db: Db, now: datetime, *, message_id: int, by: int) -> bool:
    """Take a message out of sight; the text stays for the audit. False when it was hidden already."""
    statement = update(Message).where(Message.id == message_id, Message.hidden_at.is_(None))
    author_id = await db.scalar(statement.values(hidden_at=now, hidden_by=by).returning(Message.author_id))
    if author_id is None:
        if await db.scalar(select(Message.id).where(Message.id == message_id)) is None:
            raise NotFound(subject="message", id=message_id)
        return False
    detail = {"author_id": author_id}
    await record(
        db, now, actor_id=by, action="message_hidden", subject="message", subject_id=message_id, detail=detail
    )
    return True
