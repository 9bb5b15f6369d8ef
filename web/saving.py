"""Saving a form: one transaction; a refusal of the school's becomes words beside its field."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiohttp import web
from pydantic import BaseModel

from school.db import Db
from school.errors import ChangedMeanwhile, Invalid, SchoolError
from web.forms import Form
from web.keys import DATABASE, READER
from web.words import N_, Words

Model = TypeVar("Model", bound=BaseModel)
Change = Callable[[Db, Model], Awaitable[object]]

_REASONS: Final = {
    "empty": N_("Fill in this field."),
    "too_long": N_("This is too long: at most %(limit)s characters."),
    "too_short": N_("This is too short: at least %(limit)s characters."),
    "malformed": N_("Use 3 to 100 letters, digits and the signs . _ - @ +"),
    "in_future": N_("This day is still to come. Check the year."),
    "too_early": N_("Nobody was born so long ago. Check the year."),
    "day_taken": N_("Something else stands on this day already. Choose another day."),
    "unknown": N_("Choose one of the offered values."),
    "out_of_range": N_("Type a number from %(low)s to %(high)s."),
    "before_since": N_("The last day is before the first one. Swap or correct them."),
    "no_birth_date": N_(
        "The child has no birth date: a parent's rights end on the 18th birthday."
        " Add the date to the child first."
    ),
    "same_person": N_("Nobody is their own parent. Choose another person."),
    "too_large": N_("The file is too large: at most %(megabytes)s MB."),
    "wrong_code": N_("This code does not fit. Check the clock of the telephone and type the next code."),
    "text_or_file": N_("Type the text or choose a file."),
    "file_type": N_("Files of this kind are not accepted. Choose one of: %(types)s."),
    "not_as_named": N_("What is inside is not a %(ending)s file. Save it again in the right format."),
}
_OTHERWISE = N_("This value does not fit here. Check what you typed.")
_BY_CODE: Final = {
    "login_taken": ("login", N_("Somebody has this login already. Choose another one.")),
    "group_name_taken": ("name", N_("There is a group of this name already. Choose another name.")),
    "already_member": ("", N_("This person is in the group already.")),
    "already_linked": ("", N_("These two are linked already: see the list above.")),
    "last_administrator": (
        "",
        N_(
            "This is the last administrator: without them nobody could look after Kabinet."
            " Name another one first."
        ),
    ),
    "programme_exists": ("name", N_("There is a programme of this name already.")),
    "subject_exists": ("name", N_("The programme has this subject from this day on already.")),
    "overlaps": ("since", N_("These days overlap with “%(name)s”. Correct the dates or remove it first.")),
    "changed_meanwhile": (
        "",
        N_(
            "Somebody else has changed this while you were typing. What you typed is still here: open this"
            " page in another tab, compare, and type anew there what is missing."
        ),
    ),
}


async def saved(request: web.Request, form: Form[Model], change: Change[Model]) -> bool:
    """Do the change in one transaction; False, with words in the form, when anything was refused.

    Refusals that no field can explain rise as they are.
    """
    if form.given is None:
        return False
    try:
        async with request.app[DATABASE].begin() as db:
            await change(db, form.given)
    except SchoolError as error:
        if not explain(form, error, request[READER].words):
            raise
        return False
    return True


def explain(form: Form[Model], error: SchoolError, words: Words) -> bool:
    """Put the refusal's words beside its field; False when there are none for it."""
    data = {name: str(value) for name, value in error.data.items() if name != "field"}
    if isinstance(error, Invalid):
        if error.reason == "too_large":
            data["megabytes"] = str(int(data["limit"]) // 2**20)
        form.refuse(error.field, words.gettext(_REASONS.get(error.reason, _OTHERWISE), **data))
        return True
    if error.code not in _BY_CODE:
        return False
    field, message = _BY_CODE[error.code]
    form.refuse(field, words.gettext(message, **data))
    if isinstance(error, ChangedMeanwhile):
        form.status = 409
    return True
