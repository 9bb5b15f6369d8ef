"""The entries of the side bar (bottom bar on a phone): by role, at most six, only pages that exist."""

from dataclasses import dataclass

from school.people.models import Role
from school.people.rules import Viewer
from web.addresses import Addresses
from web.words import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """`label` is a message id; `icon` names a symbol of `parts/icons.html`."""

    route: str
    label: str
    icon: str


_TODAY = Entry("today", N_("Today"), "today")
_SCHEDULE = Entry("schedule", N_("Published schedule"), "schedule")
_LIVE = Entry("live", N_("Now"), "live")
_ACT = Entry("act", N_("Order"), "act")
_PEOPLE = Entry("people", N_("People"), "people")
_GROUPS = Entry("groups", N_("Groups"), "groups")
_SETTINGS = Entry("settings", N_("Settings"), "settings")
_OVERVIEW = Entry("overview", N_("Dashboard"), "overview")
_AUDIT = Entry("audit", N_("Audit"), "audit")
_SYSTEM = Entry("system", N_("System check"), "system")
_MY = Entry("my", N_("My data"), "person")
_WEEK = Entry("week", N_("Timetable"), "week")
_MY_WEEK = Entry("week", N_("My timetable"), "week")
_VERSIONS = Entry("versions", N_("Schedule: versions"), "drafting")
_APPROVAL = Entry("versions", N_("To be approved"), "drafting")

_BY_ROLE: dict[Role, tuple[Entry, ...]] = {
    Role.ADMINISTRATOR: (_LIVE, _PEOPLE, _GROUPS, _SETTINGS, _AUDIT, _SYSTEM),
    Role.HEAD: (_OVERVIEW, _APPROVAL, _TODAY, _WEEK, _SCHEDULE, _ACT),
    Role.METHODIST: (_VERSIONS, _TODAY, _WEEK, _SCHEDULE, _ACT),
    Role.PEDAGOGICAL_WORKER: (_TODAY, _MY_WEEK, _SCHEDULE, _MY, _ACT),
    Role.OTHER_WORKER: (_TODAY, _MY_WEEK, _SCHEDULE, _MY, _ACT),
    Role.LEGAL_REPRESENTATIVE: (_TODAY, _WEEK, _SCHEDULE, _MY, _ACT),
    Role.STUDENT: (_TODAY, _WEEK, _SCHEDULE, _MY, _ACT),
}
_VISITOR = (Entry("schedule", N_("Consultation schedule"), "schedule"),)
_MOST = 6


def entries(viewer: Viewer | None, addresses: Addresses) -> tuple[Entry, ...]:
    """The roles' entries joined in the order of the table, each once."""
    if viewer is None:
        wanted: tuple[Entry, ...] = _VISITOR
    else:
        wanted = tuple(entry for role, row in _BY_ROLE.items() if role in viewer.roles for entry in row)
    by_route: dict[str, Entry] = {}
    for entry in wanted:
        if entry.route in addresses:
            by_route.setdefault(entry.route, entry)
    return tuple(by_route.values())[:_MOST]
