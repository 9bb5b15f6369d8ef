"""Ending sign-ins by themselves; each change is in the audit."""

from datetime import datetime

from sqlalchemy import update

from school.audit.actions import record
from school.db import Db
from school.people.models import SignIn
from school.people.tokens import token_hash


async def end_one(db: Db, now: datetime, *, by: int, person_id: int, sign_in_id: int) -> bool:
    """End one sign-in of a person; False when it is not theirs or has ended."""
    held = (SignIn.id == sign_in_id, SignIn.person_id == person_id, SignIn.revoked_at.is_(None))
    ended = await db.scalar(update(SignIn).where(*held).values(revoked_at=now).returning(SignIn.id))
    if ended is None:
        return False
    await _record(db, now, by, person_id, [ended])
    return True


async def end_all(db: Db, now: datetime, *, by: int, person_id: int, keep_token: str | None = None) -> int:
    """End every sign-in of a person but that of `keep_token`; give how many."""
    held = [SignIn.person_id == person_id, SignIn.revoked_at.is_(None), SignIn.expires_at > now]
    if keep_token is not None:
        held.append(SignIn.token_hash != token_hash(keep_token))
    ended = (await db.scalars(update(SignIn).where(*held).values(revoked_at=now).returning(SignIn.id))).all()
    if ended:
        await _record(db, now, by, person_id, sorted(ended))
    return len(ended)


async def _record(db: Db, now: datetime, by: int, person_id: int, sign_in_ids: list[int]) -> None:
    await record(
        db,
        now,
        actor_id=by,
        action="sign_ins_ended",
        subject="person",
        subject_id=person_id,
        detail={"sign_in_ids": sign_in_ids},
    )
