"""Settings of the organisation."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from school.db import Db
from school.organisation import actions
from school.organisation import queries as organisation
from school.organisation.models import StudentTerm
from school.organisation.queries import OrganisationRow
from school.organisation.rules import Settings
from school.people.rules import Capability
from school.stamp import stamp
from web import forms, labels, zones
from web.access import Route, capability
from web.fields import Line
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved

Minutes = Annotated[int, Field(ge=0, le=120)]
Places = Annotated[int, Field(ge=1, le=1000)]


class SettingsForm(BaseModel):
    name: Line
    short_name: Annotated[str, Field(min_length=1, max_length=60)]
    zone: str
    locale: Literal["ru", "en"]
    student_term: StudentTerm
    lobby_minutes: Minutes
    grace_minutes: Minutes
    warning_minutes: Minutes
    require_sign_in: bool = False
    webinar_places: Places
    videoconference_places: Places
    chat_places: Places
    seen: str = ""


async def show(request: web.Request) -> web.Response:
    async with request.app[DATABASE].read() as db:
        row = await organisation.settings(db)
    return _page(request, Form[SettingsForm](_typed(row)))


async def save(request: web.Request) -> web.Response:
    form = await forms.read(request, SettingsForm)

    async def change(db: Db, given: SettingsForm) -> None:
        settings = Settings(**given.model_dump(exclude={"seen"}))
        await actions.change_settings(
            db, now(request), by=viewer(request).person_id, settings=settings, seen=given.seen
        )

    if await saved(request, form, change):
        return see_other(request, "settings")
    return _page(request, form, status=form.status)


def _page(request: web.Request, form: Form[SettingsForm], *, status: int = 200) -> web.Response:
    words = request[READER].words
    russian, others = zones.choices(words.language)
    return page(
        request,
        "organisation/page.html",
        status=status,
        form=form,
        zones=russian,
        other_zones=others,
        terms=[(term.value, words.gettext(label)) for term, label in labels.STUDENT_TERM.items()],
        languages=labels.LANGUAGES,
    )


def _typed(row: OrganisationRow) -> dict[str, str]:
    """The stored settings as a form has them."""
    return {
        "name": row.name,
        "short_name": row.short_name,
        "zone": row.zone,
        "locale": row.locale,
        "student_term": row.student_term.value,
        "lobby_minutes": str(row.lobby_minutes),
        "grace_minutes": str(row.grace_minutes),
        "warning_minutes": str(row.warning_minutes),
        "require_sign_in": "1" if row.require_sign_in else "",
        "webinar_places": str(row.webinar_places),
        "videoconference_places": str(row.videoconference_places),
        "chat_places": str(row.chat_places),
        "seen": stamp(row),
    }


_ACCESS = capability(Capability.MANAGE_SETTINGS)
ROUTES = (
    Route("organisation", "GET", "/settings/organisation", show, _ACCESS),
    Route("organisation", "POST", "/settings/organisation", save, _ACCESS),
)
