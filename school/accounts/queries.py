"""Reading a person's sign-ins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from school.db import Db
from school.people.models import Person, SignIn
from school.people.tokens import token_hash


@dataclass(frozen=True)
class OpenSignIn:
    """A sign-in that is in force; `is_this` marks the browser that asks."""

    id: int
    created_at: datetime
    expires_at: datetime
    user_agent: str
    is_this: bool


async def sign_ins(db: Db, person_id: int, now: datetime, *, token: str | None = None) -> list[OpenSignIn]:
    """Give a person's sign-ins in force, the newest first; `token` is that of the browser that asks."""
    columns = (SignIn.id, SignIn.created_at, SignIn.expires_at, SignIn.user_agent, SignIn.token_hash)
    held = (SignIn.person_id == person_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
    query = select(*columns).where(*held).order_by(SignIn.created_at.desc(), SignIn.id.desc())
    this = token_hash(token) if token else ""
    return [
        OpenSignIn(row.id, row.created_at, row.expires_at, row.user_agent, row.token_hash == this)
        for row in await db.execute(query)
    ]


async def password_hash(db: Db, person_id: int) -> str | None:
    """Give the hash that a person's present password is compared with."""
    found: str | None = await db.scalar(select(Person.password_hash).where(Person.id == person_id))
    return found
