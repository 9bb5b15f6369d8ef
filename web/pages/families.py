"""Parents and children: linking them, suspending a parent's rights and giving them back (R11)."""

from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.directory import queries as directory
from school.errors import NotFound
from school.people import actions
from school.people.models import Relation, Role
from school.people.rules import Capability
from web import forms
from web.access import Route, capability
from web.fields import Id, Reason
from web.pages.person import card_page, person_id
from web.reply import now, see_other, viewer
from web.saving import saved


class LinkForm(BaseModel):
    """`other` is the child or the parent of the person whose card it is."""

    other: Id
    other_is: Literal["child", "parent"]
    relation: Relation


class StateForm(BaseModel):
    action: Literal["suspend", "restore"]
    reason: Reason


async def link(request: web.Request) -> web.Response:
    """Link; whoever becomes a parent gets that role too."""
    form = await forms.read(request, LinkForm)

    async def change(db: Db, given: LinkForm) -> None:
        by, at, this = viewer(request).person_id, now(request), person_id(request)
        parent_id, child_id = (this, given.other) if given.other_is == "child" else (given.other, this)
        await actions.link_parent(
            db, at, by=by, parent_id=parent_id, child_id=child_id, relation=given.relation
        )
        await actions.grant_role(db, at, by=by, person_id=parent_id, role=Role.LEGAL_REPRESENTATIVE)

    if await saved(request, form, change):
        return see_other(request, "person", person=person_id(request))
    return await card_page(request, {"link": form}, status=form.status)


async def set_state(request: web.Request) -> web.Response:
    form = await forms.read(request, StateForm)
    link_id = int(request.match_info["link"])

    async def change(db: Db, given: StateForm) -> None:
        card = await directory.card(db, person_id(request))
        if link_id not in {row.link_id for row in (*card.children, *card.parents)}:
            raise NotFound(subject="parent_link", id=link_id)
        act = actions.suspend_parent_link if given.action == "suspend" else actions.restore_parent_link
        await act(db, now(request), by=viewer(request).person_id, link_id=link_id, reason=given.reason)

    if await saved(request, form, change):
        return see_other(request, "person", person=person_id(request))
    return await card_page(request, {"suspend": form}, status=form.status)


_ACCESS = capability(Capability.MANAGE_PEOPLE)
ROUTES = (
    Route("person_link", "POST", r"/people/{person:\d{1,9}}/family", link, _ACCESS),
    Route("link_state", "POST", r"/people/{person:\d{1,9}}/family/{link:\d{1,9}}", set_state, _ACCESS),
)
