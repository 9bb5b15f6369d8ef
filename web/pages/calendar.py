"""The calendar: terms, breaks, holidays, transferred days, even and odd weeks (R36)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, Field

from school.calendar import actions, rules
from school.calendar import queries as calendar
from school.db import Db
from school.desk import queries as desk
from school.organisation import actions as settings_actions
from school.organisation import queries as organisation
from school.people.rules import Capability
from web import forms, labels
from web.access import Route, capability
from web.fields import Day, Id, Line
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved

Weekday = Annotated[int, Field(ge=1, le=7)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class PeriodForm(BaseModel):
    name: Line
    since: Day
    until: Day


class RemovedPeriod(BaseModel):
    id: Id


class HolidayForm(BaseModel):
    date: Day
    name: Line


class RemovedDay(BaseModel):
    date: Day


class TransferForm(BaseModel):
    date: Day
    weekday: Weekday


class AnchorForm(BaseModel):
    anchor: Day | None = None


class OfferForm(BaseModel):
    """Which of a year's official holidays are kept; the others of them become ordinary days."""

    year: Year
    chosen: list[Day] = []


Change = Callable[[Db, web.Request, Any], Awaitable[object]]


async def add_term(db: Db, request: web.Request, given: PeriodForm) -> None:
    await actions.add_term(db, now(request), by=viewer(request).person_id, **given.model_dump())


async def remove_term(db: Db, request: web.Request, given: RemovedPeriod) -> None:
    await actions.remove_term(db, now(request), by=viewer(request).person_id, term_id=given.id)


async def add_break(db: Db, request: web.Request, given: PeriodForm) -> None:
    await actions.add_break(db, now(request), by=viewer(request).person_id, **given.model_dump())


async def remove_break(db: Db, request: web.Request, given: RemovedPeriod) -> None:
    await actions.remove_break(db, now(request), by=viewer(request).person_id, break_id=given.id)


async def add_holiday(db: Db, request: web.Request, given: HolidayForm) -> None:
    holidays = {given.date: given.name}
    await actions.keep_holidays(db, now(request), by=viewer(request).person_id, holidays=holidays)


async def remove_holiday(db: Db, request: web.Request, given: RemovedDay) -> None:
    await actions.remove_holiday(db, now(request), by=viewer(request).person_id, on=given.date)


async def take_offer(db: Db, request: web.Request, given: OfferForm) -> None:
    """Keep the chosen ones of a year's official holidays, drop the others of them."""
    by, at = viewer(request).person_id, now(request)
    kept = await calendar.calendar(db)
    offered = rules.official_holidays(given.year)
    chosen = set(given.chosen)
    wanted = {on: name for on, name in offered.items() if on in chosen}
    await actions.keep_holidays(db, at, by=by, holidays=wanted)
    for on in offered:
        if on not in chosen and on in kept.holidays:
            await actions.remove_holiday(db, at, by=by, on=on)


async def add_transfer(db: Db, request: web.Request, given: TransferForm) -> None:
    by = viewer(request).person_id
    await actions.remove_transfer(db, now(request), by=by, on=given.date)
    await actions.transfer(db, now(request), by=by, on=given.date, weekday=given.weekday)


async def remove_transfer(db: Db, request: web.Request, given: RemovedDay) -> None:
    await actions.remove_transfer(db, now(request), by=viewer(request).person_id, on=given.date)


async def set_anchor(db: Db, request: web.Request, given: AnchorForm) -> None:
    await settings_actions.set_parity_anchor(
        db, now(request), by=viewer(request).person_id, anchor=given.anchor
    )


# One form of the page each, by the value of its button: what it holds, and what it does in one transaction.
CHANGES: Final[dict[str, tuple[type[BaseModel], Change]]] = {
    "add_term": (PeriodForm, add_term),
    "remove_term": (RemovedPeriod, remove_term),
    "add_break": (PeriodForm, add_break),
    "remove_break": (RemovedPeriod, remove_break),
    "add_holiday": (HolidayForm, add_holiday),
    "remove_holiday": (RemovedDay, remove_holiday),
    "take_offer": (OfferForm, take_offer),
    "add_transfer": (TransferForm, add_transfer),
    "remove_transfer": (RemovedDay, remove_transfer),
    "set_anchor": (AnchorForm, set_anchor),
}


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def save(request: web.Request) -> web.Response:
    """Do what the button says."""
    name = str((await request.post()).get("change", ""))
    if name not in CHANGES:
        raise web.HTTPBadRequest
    model, change = CHANGES[name]
    form = await forms.read(request, model)

    async def do(db: Db, given: BaseModel) -> None:
        await change(db, request, given)

    if await saved(request, form, do):
        return see_other(request, "calendar", **_year_of(form))
    return await _page(request, name, form, status=form.status)


def _year_of(form: Form[Any]) -> dict[str, int]:
    return {"year": form.given.year} if isinstance(form.given, OfferForm) else {}


async def _page(
    request: web.Request, name: str = "", form: Form[Any] | None = None, *, status: int = 200
) -> web.Response:
    words = request[READER].words
    async with request.app[DATABASE].read() as db:
        kept = await calendar.calendar(db)
        terms, breaks = await calendar.terms(db), await calendar.breaks(db)
        settings = await organisation.settings(db)
        behind = await desk.calendar_has_changed(db, now(request))
    today = settings.today(request[READER].when.now)
    year = _wanted_year(request, today)
    shown = {change: Form[Any]() for change in CHANGES}
    shown["set_anchor"] = Form({"anchor": kept.parity_anchor.isoformat() if kept.parity_anchor else ""})
    if form is not None:
        shown[name] = form
    return page(
        request,
        "calendar/page.html",
        status=status,
        forms=shown,
        behind=behind,
        terms=terms,
        breaks=breaks,
        calendar=kept,
        own_days=_own_days(kept),
        year=year,
        offered=rules.official_holidays(year, words.language),
        weekdays=[(day, words.gettext(label)) for day, label in labels.WEEKDAY.items()],
        parity=rules.week_parity(today, kept.parity_anchor) if kept.parity_anchor else None,
    )


def _own_days(kept: rules.Calendar) -> dict[date, str]:
    """Days off that the organisation itself has named."""
    official = {on for year in {on.year for on in kept.holidays} for on in rules.official_holidays(year)}
    return {on: name for on, name in kept.holidays.items() if on not in official}


def _wanted_year(request: web.Request, today: date) -> int:
    text = request.query.get("year", "")
    return int(text) if text.isdecimal() and 2000 <= int(text) <= 2100 else today.year


_ACCESS = capability(Capability.MANAGE_CALENDAR)
ROUTES = (
    Route("calendar", "GET", "/settings/calendar", show, _ACCESS),
    Route("calendar", "POST", "/settings/calendar", save, _ACCESS),
)
