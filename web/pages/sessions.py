"""One consultation: facts for those concerned, the topic for its host, links for those who hand them out."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, StringConstraints

from school.organisation import queries as organisation
from school.people.rules import Capability, can
from school.sessions import actions, rules
from school.sessions import queries as sessions
from school.sessions.errors import NotTheHost
from school.sessions.models import Scope, TopicBasis
from school.sessions.queries import SessionRow
from web import checklist, forms, history, labels
from web.access import Route, own
from web.consultation import describe
from web.forms import Form
from web.invitations import concerned, hands_out_links, invited
from web.keys import DATABASE, READER
from web.pages import quality
from web.reply import now, page, see_other, viewer


class Topic(BaseModel):
    """What the host decides about one consultation (cl. 3.5, 3.6)."""

    topic: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    basis: TopicBasis
    scope: Scope


async def session(request: web.Request) -> web.Response:
    return await show(request)


async def set_topic(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        row = await concerned(db, request, _session_id(request))
    if not rules.may_set_topic(row, viewer(request).person_id):
        raise NotTheHost(session_id=row.id)
    form = await forms.read(request, Topic)
    if form.given is None:
        return await show(request, topic=form, status=422)
    async with request.app[DATABASE].begin() as db:
        await actions.set_topic(
            db,
            now(request),
            session_id=row.id,
            by=viewer(request).person_id,
            topic=form.given.topic,
            basis=form.given.basis,
            scope=form.given.scope,
        )
    return see_other(request, "session", session=row.id)


async def show(
    request: web.Request,
    *,
    topic: Form[Topic] | None = None,
    omission: Form[Any] | None = None,
    status: int = 200,
) -> web.Response:
    """The page, with one of its forms as it was refused."""
    reader, who = request[READER], viewer(request)
    async with request.app[DATABASE].read() as db:
        settings = await organisation.settings(db)
        row = await concerned(db, request, _session_id(request))
        today = settings.today(reader.when.now)
        rights = await sessions.entitlements(db, row.id, who.person_id, today, reader.when.now)
        hands_out = hands_out_links(row, who)
        people = await invited(db, request, row.id) if hands_out else []
        ticks = await checklist.read(db, row, reader.words)
        reads_chat = await history.may_read(db, row.id, who.person_id, reader.when.now)
    may_read = row.host_id == who.person_id or can(who.roles, Capability.READ_ATTENDANCE)
    it = describe(row, reader, settings)
    return page(
        request,
        "sessions/page.html",
        status=status,
        it=it,
        basis=reader.words.gettext(labels.BASIS[row.topic_basis]) if row.topic_basis else None,
        scope=reader.words.gettext(labels.SCOPE[row.scope]) if row.scope else None,
        audience=reader.words.gettext(labels.AUDIENCE[row.audience]),
        purpose=reader.words.gettext(labels.PURPOSE[row.purpose]),
        invited=people,
        hands_out=hands_out and not it.is_settled,
        may_enter=bool(rights) and not it.is_settled,
        may_set_topic=rules.may_set_topic(row, who.person_id) and not it.is_settled,
        may_read_attendance=may_read,
        checklist=ticks if may_read else None,
        may_read_chat=reads_chat and it.is_settled,
        may_explain=row.host_id == who.person_id,
        omission=omission or Form(),
        may_read_quality=quality.may_read(row, who),
        may_change=can(who.roles, Capability.CHANGE_SESSIONS) and not it.is_settled,
        form=topic or _topic_form(row),
        bases=[(basis.value, reader.words.gettext(label)) for basis, label in labels.BASIS.items()],
        scopes=[(scope.value, reader.words.gettext(label)) for scope, label in labels.SCOPE.items()],
    )


def _topic_form(row: SessionRow) -> Form[Topic]:
    return Form[Topic](
        {
            "topic": row.topic or "",
            "basis": row.topic_basis.value if row.topic_basis else "",
            "scope": row.scope.value if row.scope else "",
        }
    )


def _session_id(request: web.Request) -> int:
    return int(request.match_info["session"])


_SEEN_BY = own(
    "those entitled to be in it, who were inside when it is over, the methodist, the head, the administrator"
)
_TOPIC_SET_BY = own("its host alone (cl. 3.5)")
ROUTES = (
    Route("session", "GET", r"/sessions/{session:\d{1,9}}", session, _SEEN_BY),
    Route("topic", "POST", r"/sessions/{session:\d{1,9}}/topic", set_topic, _TOPIC_SET_BY),
)
