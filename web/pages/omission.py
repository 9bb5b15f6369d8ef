"""Why something of the checklist was left out, written after the time had ended the session (R31)."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, StringConstraints

from school.attestation import actions
from school.attestation.rules import REASON_LIMIT
from school.sessions.errors import NotTheHost
from web import forms
from web.access import Route, own
from web.invitations import concerned
from web.keys import DATABASE
from web.pages import sessions
from web.reply import now, see_other, viewer


class Omission(BaseModel):
    """The host's reason."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=REASON_LIMIT)]


async def explain(request: web.Request) -> web.Response:
    """Keep the reason; one that is written already stays."""
    session_id, who = int(request.match_info["session"]), viewer(request)
    async with request.app[DATABASE].read() as db:
        row = await concerned(db, request, session_id)
    if row.host_id != who.person_id:
        raise NotTheHost(session_id=row.id)
    form = await forms.read(request, Omission)
    if form.given is None:
        return await sessions.show(request, omission=form, status=422)
    async with request.app[DATABASE].begin() as db:
        await actions.explain_omissions(
            db, now(request), session_id=row.id, by=who.person_id, reason=form.given.reason
        )
    return see_other(request, "session", session=row.id)


ROUTES = (
    Route(
        "omission",
        "POST",
        r"/sessions/{session:\d{1,9}}/omission",
        explain,
        own("its host alone (R31)"),
    ),
)
