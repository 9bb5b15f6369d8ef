"""Issuing, revoking and renewing links; each is audited, the token never is."""

from datetime import date, datetime

from sqlalchemy import select, update

from school.audit.actions import record
from school.db import Db, insert_missing, insert_once
from school.errors import NotFound
from school.links.errors import NotEntitled
from school.links.models import Link
from school.links.queries import ROW, LinkRow, of_session
from school.sessions.queries import entitlements, expected


async def issue(
    db: Db,
    now: datetime,
    *,
    session_id: int,
    person_id: int,
    child_id: int | None,
    today: date,
    by: int | None = None,
) -> LinkRow:
    """Give the person's link to the session, made now or before, revoked or not.

    `today` is the local date whose memberships count. Raises NotEntitled unless the person may be in this
    session, as the host, as a student, or as a parent of exactly this child.
    """
    rights = await entitlements(db, session_id, person_id, today, now)
    if not any(right.child_id == child_id for right in rights):
        raise NotEntitled(session_id=session_id, person_id=person_id)
    made = await insert_once(
        db,
        Link,
        key=("session_id", "person_id"),
        returning="id",
        session_id=session_id,
        person_id=person_id,
        child_id=child_id,
        generation=1,
        issued_at=now,
    )
    query = select(*ROW).where(Link.session_id == session_id, Link.person_id == person_id)
    row = LinkRow(*(await db.execute(query)).one())
    if made is not None:
        await _record(db, now, by, "link_issued", row)
    return row


async def issue_all(
    db: Db, now: datetime, *, session_id: int, today: date, by: int | None = None
) -> list[LinkRow]:
    """Give everybody expected in the session their link, in a few statements; give all the session's links.

    A parent of several children in it gets the link of the child first by name.
    """
    rows = [
        {
            "session_id": session_id,
            "person_id": row.person_id,
            "child_id": row.child_id,
            "generation": 1,
            "issued_at": now,
        }
        for row in await expected(db, session_id, today, now)
    ]
    made = set(await insert_missing(db, Link, rows, key=("session_id", "person_id"), returning="id"))
    links = await of_session(db, session_id)
    for link in links:
        if link.id in made:
            await _record(db, now, by, "link_issued", link)
    return links


async def revoke(db: Db, now: datetime, *, link_id: int, by: int) -> bool:
    """Make the link useless; False when it was revoked already. Raises NotFound."""
    statement = update(Link).where(Link.id == link_id, Link.revoked_at.is_(None)).values(revoked_at=now)
    row = (await db.execute(statement.returning(*ROW))).one_or_none()
    if row is None:
        await _need(db, link_id)
        return False
    await _record(db, now, by, "link_revoked", LinkRow(*row))
    return True


async def reissue(db: Db, now: datetime, *, link_id: int, generation: int, by: int) -> LinkRow:
    """Make a new generation in place of `generation`, which stops working; of many at once, one is made.

    Gives the link as it then is. Raises NotFound.
    """
    statement = update(Link).where(Link.id == link_id, Link.generation == generation)
    statement = statement.values(generation=Link.generation + 1, revoked_at=None, issued_at=now)
    row = (await db.execute(statement.returning(*ROW))).one_or_none()
    if row is None:
        return await _need(db, link_id)
    await _record(db, now, by, "link_reissued", LinkRow(*row))
    return LinkRow(*row)


async def _need(db: Db, link_id: int) -> LinkRow:
    row = (await db.execute(select(*ROW).where(Link.id == link_id))).one_or_none()
    if row is None:
        raise NotFound(subject="link", id=link_id)
    return LinkRow(*row)


async def _record(db: Db, now: datetime, by: int | None, action: str, row: LinkRow) -> None:
    detail = {"session_id": row.session_id, "person_id": row.person_id, "generation": row.generation}
    await record(db, now, actor_id=by, action=action, subject="link", subject_id=row.id, detail=detail)
