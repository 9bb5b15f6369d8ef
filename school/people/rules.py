"""Who may do what, whose rights are in force, how names are written; pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import available_timezones

from school.errors import Invalid
from school.people.models import Role
from school.text import collapse, search_key, sort_key

ADULT_AGE = 18
LONGEST_NAME = 100
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
LOCALES = frozenset({"ru", "en"})
WORKER_ROLES = frozenset({Role.PEDAGOGICAL_WORKER, Role.OTHER_WORKER})


class Capability(StrEnum):
    """One thing that a role may be allowed to do."""

    READ_LOCAL_ACT = "read_local_act"
    SEE_OWN_DAY = "see_own_day"
    SEE_OWN_STUDY = "see_own_study"
    ATTEND_CONSULTATIONS = "attend_consultations"
    SEE_CHILDREN = "see_children"
    REQUEST_HELP = "request_help"
    READ_MATERIALS = "read_materials"
    HAND_IN_WORK = "hand_in_work"
    REVIEW_PEERS = "review_peers"
    CONSENT_AS_ADULT = "consent_as_adult"

    HOST_CONSULTATIONS = "host_consultations"
    SET_TOPIC = "set_topic"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    TICK_CHECKLIST = "tick_checklist"
    ANSWER_HELP_REQUESTS = "answer_help_requests"
    GRADE_AND_REVIEW = "grade_and_review"
    PUBLISH_MATERIALS = "publish_materials"
    SEE_OWN_FIGURES = "see_own_figures"

    DRAFT_SCHEDULE = "draft_schedule"
    SUBMIT_SCHEDULE = "submit_schedule"
    APPROVE_SCHEDULE = "approve_schedule"
    PUBLISH_SCHEDULE = "publish_schedule"
    PRINT_SCHEDULE = "print_schedule"

    SEE_DASHBOARD = "see_dashboard"
    READ_REPORTS = "read_reports"
    READ_ATTENDANCE = "read_attendance"

    MANAGE_PEOPLE = "manage_people"
    MANAGE_GROUPS = "manage_groups"
    GRANT_ROLES = "grant_roles"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_STUDY = "manage_study"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_LOCAL_ACTS = "manage_local_acts"
    CHANGE_SESSIONS = "change_sessions"  # one-off ones, cancelling, moving, substitution (R19, R39)
    ISSUE_LINKS = "issue_links"
    WATCH_LIVE = "watch_live"
    READ_AUDIT = "read_audit"


_EVERYBODY = frozenset({Capability.READ_LOCAL_ACT, Capability.SEE_OWN_DAY})
_HOST = _EVERYBODY | {
    Capability.HOST_CONSULTATIONS,
    Capability.SET_TOPIC,
    Capability.CONFIRM_ATTENDANCE,
    Capability.TICK_CHECKLIST,
    Capability.ANSWER_HELP_REQUESTS,
    Capability.PUBLISH_MATERIALS,
    Capability.READ_MATERIALS,
    Capability.SEE_OWN_FIGURES,
}

CAPABILITIES: Mapping[Role, frozenset[Capability]] = MappingProxyType(
    {
        Role.STUDENT: _EVERYBODY
        | {
            Capability.ATTEND_CONSULTATIONS,
            Capability.SEE_OWN_STUDY,
            Capability.REQUEST_HELP,
            Capability.READ_MATERIALS,
            Capability.HAND_IN_WORK,
            Capability.REVIEW_PEERS,
            Capability.CONSENT_AS_ADULT,
        },
        Role.LEGAL_REPRESENTATIVE: _EVERYBODY
        | {
            Capability.ATTEND_CONSULTATIONS,
            Capability.SEE_CHILDREN,
            Capability.REQUEST_HELP,
            Capability.READ_MATERIALS,
        },
        Role.PEDAGOGICAL_WORKER: _HOST | {Capability.GRADE_AND_REVIEW},
        Role.OTHER_WORKER: _HOST,
        Role.METHODIST: _EVERYBODY
        | {
            Capability.DRAFT_SCHEDULE,
            Capability.SUBMIT_SCHEDULE,
            Capability.PUBLISH_SCHEDULE,
            Capability.PRINT_SCHEDULE,
            Capability.MANAGE_STUDY,
            Capability.ISSUE_LINKS,
        },
        Role.HEAD: _EVERYBODY
        | {
            Capability.APPROVE_SCHEDULE,
            Capability.PRINT_SCHEDULE,
            Capability.SEE_DASHBOARD,
            Capability.READ_REPORTS,
            Capability.READ_ATTENDANCE,
        },
        # The topic is the worker's alone (cl. 3.5), approval the head's (cl. 3.4).
        Role.ADMINISTRATOR: _EVERYBODY
        | {
            Capability.MANAGE_PEOPLE,
            Capability.MANAGE_GROUPS,
            Capability.GRANT_ROLES,
            Capability.MANAGE_CALENDAR,
            Capability.MANAGE_STUDY,
            Capability.MANAGE_SETTINGS,
            Capability.MANAGE_LOCAL_ACTS,
            Capability.CHANGE_SESSIONS,
            Capability.ISSUE_LINKS,
            Capability.WATCH_LIVE,
            Capability.READ_ATTENDANCE,
            Capability.READ_AUDIT,
        },
    }
)


@dataclass(frozen=True)
class Viewer:
    """What a request knows of the person who asks."""

    person_id: int
    name: str
    short_name: str
    roles: frozenset[Role]
    locale: str | None
    zone: str | None
    password_change_due: bool = False


@dataclass(frozen=True)
class Tenure:
    """The days of an appointment or a membership; `until` is the last one, None means open."""

    since: date
    until: date | None


def can(roles: Iterable[Role], capability: Capability) -> bool:
    """Say whether any of the roles gives the capability."""
    return any(capability in CAPABILITIES[role] for role in roles)


def is_minor(birth_date: date, today: date) -> bool:
    """Say whether somebody is younger than 18; who was born on 29 February comes of age on 1 March."""
    return birth_date > latest_adult_birth(today)


def latest_adult_birth(today: date) -> date:
    """Give the birth date of those who come of age today; who was born later is a minor."""
    year = today.year - ADULT_AGE
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def in_tenure(tenure: Tenure, on: date) -> bool:
    """Say whether a day lies inside; both ends belong to it."""
    return tenure.since <= on and (tenure.until is None or on <= tenure.until)


def is_active(ended_at: datetime | None, now: datetime) -> bool:
    """Say whether a person has not been dismissed or left by now."""
    return ended_at is None or ended_at > now


def may_host(*, ended_at: datetime | None, appointments: Iterable[Tenure], on: date, now: datetime) -> bool:
    """Only active employees host: not dismissed, and in some position on the day (R12)."""
    return is_active(ended_at, now) and any(in_tenure(tenure, on) for tenure in appointments)


def full_name(family_name: str, given_name: str, patronymic: str) -> str:
    """Write a name in the official order: Петров Иван Сергеевич."""
    return " ".join(part for part in (family_name, given_name, patronymic) if part)


def short_name(family_name: str, given_name: str, patronymic: str) -> str:
    """Write a name with initials: Петров И. С."""
    initials = " ".join(f"{part[0]}." for part in (given_name, patronymic) if part)
    return f"{family_name} {initials}".strip()


@dataclass(frozen=True)
class Name:
    """A checked name with its keys."""

    family_name: str
    given_name: str
    patronymic: str
    search_key: str
    sort_key: str


def check_name(family_name: str, given_name: str, patronymic: str) -> Name:
    """Clean a name; raise Invalid when the family or given name is empty or one is over 100 characters."""
    parts = {
        "family_name": collapse(family_name),
        "given_name": collapse(given_name),
        "patronymic": collapse(patronymic),
    }
    for field, part in parts.items():
        if not part and field != "patronymic":
            raise Invalid(field=field, reason="empty")
        if len(part) > LONGEST_NAME:
            raise Invalid(field=field, reason="too_long", limit=LONGEST_NAME)
    whole = full_name(*parts.values())
    return Name(**parts, search_key=search_key(whole), sort_key=sort_key(whole))


def clean_login(login: str) -> str:
    """Give the form in which a login is stored and looked up."""
    return collapse(login).casefold()


def check_login(login: str) -> str:
    """Clean a login; raise Invalid unless it is 3 to 100 letters, digits and . _ - @ +."""
    cleaned = clean_login(login)
    if not re.fullmatch(r"[\w.@+-]{3,100}", cleaned):
        raise Invalid(field="login", reason="malformed")
    return cleaned


def check_password(password: str) -> str:
    """Give the password back; raise Invalid unless it has 8 to 128 characters."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(field="password", reason="too_short", limit=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid(field="password", reason="too_long", limit=LONGEST_PASSWORD)
    return password


def check_habits(locale: str | None, zone: str | None) -> None:
    """Raise Invalid for a language we do not speak or an unknown IANA zone."""
    if locale is not None and locale not in LOCALES:
        raise Invalid(field="locale", reason="unknown", value=locale)
    if zone is not None and zone not in available_timezones():
        raise Invalid(field="zone", reason="unknown", value=zone)
