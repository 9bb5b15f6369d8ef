"""Beginning, proving, using and switching off the second factor; each change is in the audit."""

from datetime import datetime

from sqlalchemy import delete, update

from school.audit.actions import record
from school.db import Db, insert_once
from school.errors import Invalid
from school.factors.errors import FactorIsOn
from school.factors.models import RecoveryCode, SecondFactor
from school.factors.queries import factor, is_on
from school.factors.rules import matching_step, new_recovery_codes, new_secret, recovery_hash


async def begin(db: Db, now: datetime, *, person_id: int) -> str:
    """Make a secret for the person's telephone; nothing is asked for until a code proves it is there.

    Raises FactorIsOn.
    """
    if await is_on(db, person_id):
        raise FactorIsOn(person_id=person_id)
    secret = new_secret()
    changed = update(SecondFactor).where(SecondFactor.person_id == person_id).values(secret=secret)
    if await db.scalar(changed.returning(SecondFactor.person_id)) is None:
        values = {"person_id": person_id, "secret": secret, "enabled_at": None, "last_step": 0}
        await insert_once(db, SecondFactor, key=("person_id",), returning="person_id", **values)
    await _record(db, now, person_id, "second_factor_begun", person_id)
    return secret


async def enable(db: Db, now: datetime, *, person_id: int, code: str) -> list[str]:
    """Switch on with a right code and give the recovery codes, which are kept as hashes only.

    Raises Invalid about `code`, FactorIsOn.
    """
    found = await factor(db, person_id)
    step = None if found is None else matching_step(found.secret, code, now)
    if step is None:
        raise Invalid(field="code", reason="wrong_code")
    pending = (SecondFactor.person_id == person_id, SecondFactor.enabled_at.is_(None))
    changed = update(SecondFactor).where(*pending).values(enabled_at=now, last_step=step)
    if await db.scalar(changed.returning(SecondFactor.person_id)) is None:
        raise FactorIsOn(person_id=person_id)
    codes = new_recovery_codes()
    db.add_all(RecoveryCode(person_id=person_id, code_hash=recovery_hash(one), used_at=None) for one in codes)
    await _record(db, now, person_id, "second_factor_enabled", person_id)
    return codes


async def check(db: Db, now: datetime, *, person_id: int, code: str) -> bool:
    """Say whether a code opens, and use it up: a code by time or a recovery code, each only once."""
    found = await factor(db, person_id)
    if found is None or found.enabled_at is None:
        return False
    step = matching_step(found.secret, code, now)
    if step is not None:
        later = (SecondFactor.person_id == person_id, SecondFactor.last_step < step)
        used = update(SecondFactor).where(*later).values(last_step=step).returning(SecondFactor.person_id)
        return await db.scalar(used) is not None
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    taken = update(RecoveryCode).where(*unused, RecoveryCode.code_hash == recovery_hash(code))
    if await db.scalar(taken.values(used_at=now).returning(RecoveryCode.id)) is None:
        return False
    await _record(db, now, person_id, "recovery_code_used", person_id)
    return True


async def disable(db: Db, now: datetime, *, by: int, person_id: int) -> bool:
    """Switch off, or forget what was begun; False when there is nothing."""
    await db.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    gone = delete(SecondFactor).where(SecondFactor.person_id == person_id).returning(SecondFactor.person_id)
    if await db.scalar(gone) is None:
        return False
    await _record(db, now, by, "second_factor_disabled", person_id)
    return True


async def _record(db: Db, now: datetime, by: int, action: str, person_id: int) -> None:
    await record(db, now, actor_id=by, action=action, subject="person", subject_id=person_id)
