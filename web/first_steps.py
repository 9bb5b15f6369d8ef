"""The path from an empty installation to the first consultation: what is done, what comes next."""

from dataclasses import dataclass
from datetime import date

from school.db import Db
from school.setup.queries import beginnings
from web.words import N_


@dataclass(frozen=True, slots=True)
class Step:
    """`label` and `hint` are message ids; `route` is where the step is taken."""

    route: str
    label: str
    hint: str
    done: bool


@dataclass(frozen=True, slots=True)
class Path:
    """The steps in their order."""

    steps: tuple[Step, ...]

    @property
    def next(self) -> Step | None:
        """The first step that is not done; None at the end of the path."""
        return next((step for step in self.steps if not step.done), None)


async def path(db: Db, on: date) -> Path:
    """What of the path is behind an organisation on a day."""
    there = await beginnings(db, on)
    return Path(
        (
            Step(
                "organisation",
                N_("Organisation and time zone"),
                N_("Names, zone, what students are called."),
                there.settings,
            ),
            Step(
                "acts",
                N_("Local act"),
                N_("The order that allows consultations: without it no schedule can be approved."),
                there.act,
            ),
            Step(
                "calendar", N_("Calendar"), N_("Terms, breaks, holidays, transferred days."), there.calendar
            ),
            Step(
                "study",
                N_("Programmes and subjects"),
                N_("What is studied, and from when to when."),
                there.subjects,
            ),
            Step(
                "people",
                N_("People and appointments"),
                N_("Everybody with their roles; workers with their positions."),
                there.appointments,
            ),
            Step("groups", N_("Groups"), N_("Classes and study groups, and who is in them."), there.groups),
            Step(
                "people", N_("Parents"), N_("Link parents and children on the page of either."), there.parents
            ),
            Step(
                "schedule",
                N_("Consultation schedule"),
                N_("The methodist drafts it, the head approves it, the methodist publishes it."),
                there.schedule,
            ),
        )
    )
