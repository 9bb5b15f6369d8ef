"""Groups and who is in them."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from school.db import Db
from school.directory import actions as changing
from school.directory import queries as directory
from school.directory.queries import Wanted
from school.errors import Invalid
from school.organisation import queries as organisation
from school.people import actions
from school.people import queries as people
from school.people.models import Role
from school.people.rules import Capability
from school.stamp import stamp
from web import forms, labels
from web.access import Route, capability
from web.fields import Day, Id
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved

_MOST_FOUND = 20

Grade = Annotated[int, Field(ge=1, le=11)]


class GroupForm(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    grade: Grade | None = None
    seen: str = ""


class MemberForm(BaseModel):
    person: Id
    since: Day


class LastDay(BaseModel):
    person: Id
    until: Day


async def show_all(request: web.Request) -> web.Response:
    return await _list_page(request, Form[GroupForm]())


async def add(request: web.Request) -> web.Response:
    form = await forms.read(request, GroupForm)
    made: list[int] = []

    async def change(db: Db, given: GroupForm) -> None:
        by = viewer(request).person_id
        made.append(await actions.add_group(db, now(request), by=by, name=given.name, grade=given.grade))

    if await saved(request, form, change):
        return see_other(request, "group", group=made[0])
    return await _list_page(request, form, status=form.status)


async def _list_page(request: web.Request, form: Form[GroupForm], *, status: int = 200) -> web.Response:
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(request[READER].when.now)
        groups, sizes = await people.groups(db), await directory.group_sizes(db, today)
    return page(request, "groups/page.html", status=status, form=form, groups=groups, sizes=sizes)


async def show(request: web.Request) -> web.Response:
    return await _group_page(request)


async def edit(request: web.Request) -> web.Response:
    form = await forms.read(request, GroupForm)

    async def change(db: Db, given: GroupForm) -> None:
        by, at = viewer(request).person_id, now(request)
        await changing.change_group(db, at, by=by, group_id=_group_id(request), **given.model_dump())

    if await saved(request, form, change):
        return _back(request)
    return await _group_page(request, name_form=form, status=form.status)


async def add_member(request: web.Request) -> web.Response:
    form = await forms.read(request, MemberForm)

    async def change(db: Db, given: MemberForm) -> None:
        by, at = viewer(request).person_id, now(request)
        await actions.add_member(
            db, at, by=by, person_id=given.person, group_id=_group_id(request), since=given.since
        )

    if await saved(request, form, change):
        return _back(request)
    return await _group_page(request, member_form=form, status=form.status)


async def end_member(request: web.Request) -> web.Response:
    form = await forms.read(request, LastDay)

    async def change(db: Db, given: LastDay) -> None:
        by, at = viewer(request).person_id, now(request)
        if not await actions.end_membership(
            db, at, by=by, person_id=given.person, group_id=_group_id(request), until=given.until
        ):
            raise Invalid(field="until", reason="before_since")

    if await saved(request, form, change):
        return _back(request)
    return await _group_page(request, end_form=form, status=form.status)


async def _group_page(
    request: web.Request,
    *,
    name_form: Form[GroupForm] | None = None,
    member_form: Form[MemberForm] | None = None,
    end_form: Form[LastDay] | None = None,
    status: int = 200,
) -> web.Response:
    at = request[READER].when.now
    sought = request.query.get("find", "")[:200].strip()
    async with request.app[DATABASE].read() as db:
        today = (await organisation.settings(db)).today(at)
        group = await directory.group(db, _group_id(request))
        members = await directory.members_ever(db, group.id)
        wanted = Wanted(text=sought)
        found = await directory.find(db, wanted, at, today, limit=_MOST_FOUND) if sought else []
    inside = [row for row in members if row.until is None or row.until >= today]
    typed = {"name": group.name, "grade": str(group.grade or ""), "seen": stamp(group)}
    return page(
        request,
        "groups/group.html",
        status=status,
        group=group,
        members=inside,
        former=[row for row in members if row not in inside],
        inside={row.person_id for row in inside if row.until is None},
        sought=sought,
        found=found,
        name_form=name_form or Form[GroupForm](typed),
        member_form=member_form or Form[MemberForm]({"since": today.isoformat()}),
        end_form=end_form or Form[LastDay]({"until": today.isoformat()}),
        roles=labels.ROLE,
        student=Role.STUDENT,
        today=today,
    )


def _group_id(request: web.Request) -> int:
    return int(request.match_info["group"])


def _back(request: web.Request) -> web.Response:
    return see_other(request, "group", group=_group_id(request))


_PATH = r"/groups/{group:\d{1,9}}"
_ACCESS = capability(Capability.MANAGE_GROUPS)
ROUTES = (
    Route("groups", "GET", "/groups", show_all, _ACCESS),
    Route("groups", "POST", "/groups", add, _ACCESS),
    Route("group", "GET", _PATH, show, _ACCESS),
    Route("group", "POST", _PATH, edit, _ACCESS),
    Route("member_add", "POST", rf"{_PATH}/members", add_member, _ACCESS),
    Route("member_end", "POST", rf"{_PATH}/members/end", end_member, _ACCESS),
)
