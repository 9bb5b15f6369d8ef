"""Reading whether a person has a second factor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from school.db import Db
from school.factors.models import RecoveryCode, SecondFactor


@dataclass(frozen=True)
class FactorRow:
    """A person's second factor; the secret is for its owner's eyes only, before it is on."""

    secret: str
    enabled_at: datetime | None
    recovery_left: int


async def factor(db: Db, person_id: int) -> FactorRow | None:
    """Give the second factor, begun or on; None when there is none."""
    left = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    query = select(SecondFactor.secret, SecondFactor.enabled_at, left.scalar_subquery())
    row = (await db.execute(query.where(SecondFactor.person_id == person_id))).one_or_none()
    return None if row is None else FactorRow(*row)


async def is_on(db: Db, person_id: int) -> bool:
    """Say whether signing in needs a code."""
    held = (SecondFactor.person_id == person_id, SecondFactor.enabled_at.is_not(None))
    return await db.scalar(select(SecondFactor.person_id).where(*held)) is not None
