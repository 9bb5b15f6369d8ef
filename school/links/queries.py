"""Reading links."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from school.db import INT64, Db, fetch
from school.links.models import Link


@dataclass(frozen=True)
class LinkRow:
    """One personal link; `child_id` says for which child a parent comes."""

    id: int
    session_id: int
    person_id: int
    child_id: int | None
    generation: int
    issued_at: datetime
    revoked_at: datetime | None


ROW: tuple[Any, ...] = (
    Link.id,
    Link.session_id,
    Link.person_id,
    Link.child_id,
    Link.generation,
    Link.issued_at,
    Link.revoked_at,
)
_ONE = select(*ROW).where(Link.id == bindparam("link", type_=INT64))


async def link(db: Db, link_id: int) -> LinkRow | None:
    """Give a link, or None."""
    for row in await fetch(db, _ONE, link=link_id):
        return LinkRow(*row)
    return None


async def of_session(db: Db, session_id: int) -> list[LinkRow]:
    """Give every link of a session in the order of issue."""
    query = select(*ROW).where(Link.session_id == session_id).order_by(Link.id)
    return [LinkRow(*row) for row in await db.execute(query)]
