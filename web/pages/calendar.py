"""The calendar: terms, breaks, holidays, transferred days, even and odd weeks (R36)."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, Field

from school.calendar import actions, rules
from school.calendar import queries as calendar
from school.calendar.queries import PeriodRow
from school.db import Db
from school.desk import queries as desk
from school.errors import ChangedMeanwhile, Invalid
from school.organisation import actions as settings_actions
from school.organisation import queries as organisation
from school.people.rules import Capability
from web import forms, labels
from web.access import Route, capability
from web.fields import Day, Id, Line, Weekday
from web.forms import Form
from web.keys import DATABASE, READER
from web.reply import now, page, see_other, viewer
from web.saving import saved
from web.words import N_

Year = Annotated[int, Field(ge=2000, le=2100)]


class PeriodForm(BaseModel):
    name: Line
    since: Day
    until: Day


class ChangedPeriod(PeriodForm):
    id: Id


class RemovedPeriod(BaseModel):
    id: Id


class HolidayForm(BaseModel):
    date: Day
    name: Line


class ChangedHoliday(HolidayForm):
    """`was` is the day that it stood on."""

    was: Day


class RemovedDay(BaseModel):
    date: Day


class TransferForm(BaseModel):
    date: Day
    weekday: Weekday


class ChangedTransfer(TransferForm):
    """`was` is the day that it stood on."""

    was: Day


class AnchorForm(BaseModel):
    anchor: Day | None = None


class OfferForm(BaseModel):
    """Which of a year's official holidays are kept; the others of them become ordinary days."""

    year: Year
    chosen: list[Day] = []


Change = Callable[[Db, web.Request, Any], Awaitable[object]]


async def add_term(db: Db, request: web.Request, given: PeriodForm) -> None:
    await actions.add_term(db, now(request), by=viewer(request).person_id, **given.model_dump())


async def change_term(db: Db, request: web.Request, given: ChangedPeriod) -> None:
    by = viewer(request).person_id
    _need(await actions.remove_term(db, now(request), by=by, term_id=given.id))
    await actions.add_term(db, now(request), by=by, **given.model_dump(exclude={"id"}))


async def remove_term(db: Db, request: web.Request, given: RemovedPeriod) -> None:
    await actions.remove_term(db, now(request), by=viewer(request).person_id, term_id=given.id)


async def add_break(db: Db, request: web.Request, given: PeriodForm) -> None:
    await actions.add_break(db, now(request), by=viewer(request).person_id, **given.model_dump())


async def change_break(db: Db, request: web.Request, given: ChangedPeriod) -> None:
    by = viewer(request).person_id
    _need(await actions.remove_break(db, now(request), by=by, break_id=given.id))
    await actions.add_break(db, now(request), by=by, **given.model_dump(exclude={"id"}))


async def remove_break(db: Db, request: web.Request, given: RemovedPeriod) -> None:
    await actions.remove_break(db, now(request), by=viewer(request).person_id, break_id=given.id)


async def add_holiday(db: Db, request: web.Request, given: HolidayForm) -> None:
    holidays = {given.date: given.name}
    await actions.keep_holidays(db, now(request), by=viewer(request).person_id, holidays=holidays)


async def change_holiday(db: Db, request: web.Request, given: ChangedHoliday) -> None:
    by, at = viewer(request).person_id, now(request)
    _need(await actions.remove_holiday(db, at, by=by, on=given.was))
    if not await actions.keep_holidays(db, at, by=by, holidays={given.date: given.name}):
        raise Invalid(field="date", reason="day_taken")


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


async def change_transfer(db: Db, request: web.Request, given: ChangedTransfer) -> None:
    by, at = viewer(request).person_id, now(request)
    _need(await actions.remove_transfer(db, at, by=by, on=given.was))
    if not await actions.transfer(db, at, by=by, on=given.date, weekday=given.weekday):
        raise Invalid(field="date", reason="day_taken")


def _need(was_there: bool) -> None:
    """Raise ChangedMeanwhile when somebody else has removed it."""
    if not was_there:
        raise ChangedMeanwhile


async def remove_transfer(db: Db, request: web.Request, given: RemovedDay) -> None:
    await actions.remove_transfer(db, now(request), by=viewer(request).person_id, on=given.date)


async def set_anchor(db: Db, request: web.Request, given: AnchorForm) -> None:
    await settings_actions.set_parity_anchor(
        db, now(request), by=viewer(request).person_id, anchor=given.anchor
    )


# One form of the page each, by the value of its button: what it holds, and what it does in one transaction.
CHANGES: Final[dict[str, tuple[type[BaseModel], Change]]] = {
    "add_term": (PeriodForm, add_term),
    "change_term": (ChangedPeriod, change_term),
    "remove_term": (RemovedPeriod, remove_term),
    "add_break": (PeriodForm, add_break),
    "change_break": (ChangedPeriod, change_break),
    "remove_break": (RemovedPeriod, remove_break),
    "add_holiday": (HolidayForm, add_holiday),
    "change_holiday": (ChangedHoliday, change_holiday),
    "remove_holiday": (RemovedDay, remove_holiday),
    "take_offer": (OfferForm, take_offer),
    "add_transfer": (TransferForm, add_transfer),
    "change_transfer": (ChangedTransfer, change_transfer),
    "remove_transfer": (RemovedDay, remove_transfer),
    "set_anchor": (AnchorForm, set_anchor),
}


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def save(request: web.Request) -> web.Response:
    """Do what the button says."""
    name = str((await forms.posted(request)).get("change", ""))
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
    gone = Form[Any]()
    edits = _edits(terms, breaks, kept)
    if form is not None:
        shown[name] = form
        row = (name, form.value("id") or form.value("was"))
        if row in edits:
            edits[row] = form
        elif name.startswith("change_"):
            gone.refuse("", words.gettext(_GONE))
    return page(
        request,
        "calendar/page.html",
        status=status,
        forms=shown,
        edits=edits,
        gone=gone,
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


def _edits(
    terms: Sequence[PeriodRow], breaks: Sequence[PeriodRow], kept: rules.Calendar
) -> dict[tuple[str, str], Form[Any]]:
    """The form in which each row is changed, by the form's name and the row's id or day."""
    periods = [("change_term", row) for row in terms] + [("change_break", row) for row in breaks]
    edits = {
        (change, str(row.id)): Form[Any](
            {
                "id": str(row.id),
                "name": row.name,
                "since": row.since.isoformat(),
                "until": row.until.isoformat(),
            }
        )
        for change, row in periods
    }
    for on, name in kept.holidays.items():
        day = on.isoformat()
        edits["change_holiday", day] = Form[Any]({"was": day, "date": day, "name": name})
    for on, weekday in kept.transfers.items():
        day = on.isoformat()
        edits["change_transfer", day] = Form[Any]({"was": day, "date": day, "weekday": str(weekday)})
    return edits


def _own_days(kept: rules.Calendar) -> dict[date, str]:
    """Days off that the organisation itself has named."""
    official = {on for year in {on.year for on in kept.holidays} for on in rules.official_holidays(year)}
    return {on: name for on, name in kept.holidays.items() if on not in official}


def _wanted_year(request: web.Request, today: date) -> int:
    text = request.query.get("year", "")
    return int(text) if re.fullmatch("20[0-9]{2}|2100", text) else today.year


_GONE = N_("Somebody else has removed this meanwhile. Add it anew if it is needed.")
_ACCESS = capability(Capability.MANAGE_CALENDAR)
ROUTES = (
    Route("calendar", "GET", "/settings/calendar", show, _ACCESS),
    Route("calendar", "POST", "/settings/calendar", save, _ACCESS),
)
