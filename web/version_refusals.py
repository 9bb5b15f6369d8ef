"""What a refused change of the schedule is called, beside which field."""

from typing import Final, TypeVar

from pydantic import BaseModel

from school.errors import Invalid, SchoolError
from web import saving
from web.forms import Form
from web.words import N_, Words

Model = TypeVar("Model", bound=BaseModel)

_REASONS: Final = {
    ("ends", "not_after_start"): N_("The end must be later than the start."),
    ("ends_at", "not_after_start"): N_("The end must be later than the start."),
    ("ends_at", "passed"): N_("This time has passed. Choose a later one."),
    ("ends_at", "too_long"): N_("A consultation lasts %(most_hours)s hours at most."),
    ("groups", "empty"): N_("Choose at least one group."),
    ("groups", "individual_has_no_groups"): N_(
        "An individual consultation is given to people, not to groups: take the groups off or choose a group"
        " consultation."
    ),
    ("valid_until", "before_start"): N_("The last day is before the first one. Swap or correct them."),
    ("valid_until", "too_long"): N_("The validity may last %(most_days)s days at most."),
    ("valid_until", "lines_outside"): N_(
        "Some lines have days of their own that would lie outside. Change those lines first."
    ),
    ("valid_from", "outside_version"): N_("The days of a line must lie inside the validity of the version."),
    ("kind", "attestation_is_group"): N_(
        "Consultations that prepare for interim attestation are held in groups only "
        "(cl. 3.7 of the Procedure). Choose a group consultation."
    ),
    ("appointment_id", "not_covered"): N_(
        "The worker is not in this position for the whole time. Shorten the validity or choose somebody else."
    ),
    ("host_id", "not_active"): N_("This worker is not employed on that day. Choose somebody else."),
    ("starts_at", "not_active"): N_("The worker is not employed on that day. Choose another day."),
    ("addressees", "one_family_only"): N_("Choose one student, one parent, or the two as one family."),
    ("addressees", "not_one_family"): N_("Choose one student, one parent, or the two as one family."),
    ("addressees", "not_a_parent"): N_("This parent has no rights for this child any more. Search again."),
    ("addressees", "not_a_student"): N_("This person is not a student any more. Search again."),
    ("addressees", "group_has_none"): N_("A group consultation is for groups. Choose an individual one."),
    ("addressees", "booked"): N_("This family is in the list already."),
    ("addressees", "not_active"): N_("This person has left. Choose somebody else."),
}
_BY_CODE: Final = {
    "schedule_empty": N_("There are no lines yet. Add at least one before submitting."),
    "host_twice": N_(
        "One worker would be in two places at a time. Look at what stands in the way and change a line."
    ),
    "no_parity_anchor": N_(
        "Some lines are for even or odd weeks, and the calendar does not say which week is odd. "
        "Ask the administrator to set it in the calendar."
    ),
    "no_act_in_force": N_(
        "No local act is in force, so no schedule can be approved (cl. 1). "
        "Ask the administrator to add the order."
    ),
    "not_an_employee": N_(
        "A worker of one of the lines is not employed for its whole time. Return the schedule with a remark."
    ),
    "schedule_wrong_state": N_(
        "Somebody else has taken this step or another one meanwhile. The page shows how it stands now."
    ),
    "edited_meanwhile": N_(
        "Somebody else has changed this while you were typing. Nothing of yours is lost: "
        "compare below and save once more if yours is right."
    ),
    "not_the_drafter": N_("Only whoever began this draft can delete it. Ask them."),
    "removed_meanwhile": N_(
        "Somebody else has removed this line while you were typing. Nothing of yours is lost: "
        "saving adds it as a new line."
    ),
    "change_is_another": N_(
        "Meanwhile something has changed. Nothing was done: look through what would change now."
    ),
    "session_over": N_("The consultation is over, it cannot be changed any more."),
    "session_cancelled": N_("The consultation was cancelled meanwhile."),
    "session_started": N_("The consultation is being held already: it can be cancelled, not moved."),
}
_CONFLICTS: Final = frozenset(_BY_CODE) - {"not_an_employee", "not_the_drafter"}


def explain(form: Form[Model], error: SchoolError, words: Words) -> bool:
    """Put the refusal's words into the form and its status; False when there are none for it."""
    data = {name: str(value) for name, value in error.data.items()}
    if isinstance(error, Invalid) and (error.field, error.reason) in _REASONS:
        form.refuse(error.field, words.gettext(_REASONS[error.field, error.reason], **data))
        return True
    if error.code in _BY_CODE:
        form.refuse("", words.gettext(_BY_CODE[error.code], **data))
        form.status = 409 if error.code in _CONFLICTS else 422
        return True
    return saving.explain(form, error, words)
