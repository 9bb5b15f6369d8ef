"""What somebody signed in was refused is kept: what they asked for and why not (R34)."""

import time

from aiohttp import web

from school.audit.actions import record
from school.errors import Forbidden, NotFound, SchoolError
from web import errors
from web.keys import DATABASE, LIMITS, READER
from web.reply import now


async def keep(request: web.Request, error: SchoolError, *, path: str) -> None:
    """Record a refused page, but not a flood of the same person's. `path` has no key in it."""
    viewer = request[READER].viewer
    if viewer is None or not isinstance(error, Forbidden | NotFound):
        return
    if request.app[LIMITS].refusals_kept.wait(str(viewer.person_id), time.monotonic()):
        return
    async with request.app[DATABASE].begin() as db:
        await record(
            db,
            now(request),
            actor_id=viewer.person_id,
            action="access_refused",
            subject="page",
            subject_id=None,
            detail={"method": request.method, "path": path[:200], "code": errors.code_of(error)},
        )
