"""The check that stands at the head of an action: may this person do this now?"""

from datetime import datetime

from school.db import Db
from school.errors import Forbidden
from school.people.queries import viewer
from school.people.rules import Capability, can


async def require(db: Db, now: datetime, *, person_id: int, capability: Capability) -> None:
    """Raise Forbidden unless the person is active and one of their roles gives the capability."""
    if not await may(db, now, person_id=person_id, capability=capability):
        raise Forbidden(capability=capability.value, person_id=person_id)


async def may(db: Db, now: datetime, *, person_id: int, capability: Capability) -> bool:
    """Say whether the person is active and one of their roles gives the capability."""
    who = await viewer(db, person_id, now)
    return who is not None and can(who.roles, capability)
