"""Who may do what, whose rights are in force; no database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from school.errors import Invalid
from school.people.models import Role
from school.people.rules import (
    CAPABILITIES,
    Capability,
    Tenure,
    can,
    check_habits,
    check_login,
    check_name,
    check_password,
    full_name,
    in_tenure,
    is_active,
    is_minor,
    may_host,
    short_name,
)

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
TODAY = NOW.date()


def who_can(capability: Capability) -> set[Role]:
    return {role for role in Role if can([role], capability)}


def test_every_role_has_its_capabilities() -> None:
    assert set(CAPABILITIES) == set(Role)


def test_every_capability_is_somebodys() -> None:
    assert [capability for capability in Capability if not who_can(capability)] == []


def test_the_local_act_is_readable_by_every_role() -> None:
    assert who_can(Capability.READ_LOCAL_ACT) == set(Role)


@pytest.mark.parametrize(
    ("capability", "roles"),
    [
        (Capability.SET_TOPIC, {Role.PEDAGOGICAL_WORKER, Role.OTHER_WORKER}),
        (Capability.HOST_CONSULTATIONS, {Role.PEDAGOGICAL_WORKER, Role.OTHER_WORKER}),
        (Capability.APPROVE_SCHEDULE, {Role.HEAD}),
        (Capability.DRAFT_SCHEDULE, {Role.METHODIST}),
        (Capability.PUBLISH_SCHEDULE, {Role.METHODIST}),
        (Capability.GRANT_ROLES, {Role.ADMINISTRATOR}),
        (Capability.WATCH_LIVE, {Role.ADMINISTRATOR}),
        (Capability.READ_AUDIT, {Role.ADMINISTRATOR}),
        (Capability.READ_REPORTS, {Role.HEAD}),
        (Capability.HAND_IN_WORK, {Role.STUDENT}),
        (Capability.SEE_CHILDREN, {Role.LEGAL_REPRESENTATIVE}),
        (Capability.GRADE_AND_REVIEW, {Role.PEDAGOGICAL_WORKER}),
    ],
)
def test_a_capability_belongs_to_exactly_these_roles(capability: Capability, roles: set[Role]) -> None:
    assert who_can(capability) == roles


def test_several_roles_add_up() -> None:
    roles = {Role.OTHER_WORKER, Role.ADMINISTRATOR}
    assert can(roles, Capability.SET_TOPIC)
    assert can(roles, Capability.WATCH_LIVE)


def test_nobody_can_do_nothing() -> None:
    assert not any(can([], capability) for capability in Capability)


@pytest.mark.parametrize(
    ("birth_date", "today", "minor"),
    [
        (date(2008, 9, 1), date(2026, 8, 31), True),
        (date(2008, 9, 1), date(2026, 9, 1), False),
        (date(2008, 9, 1), date(2026, 9, 2), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2006, 2, 28), date(2024, 2, 29), False),
        (date(2006, 3, 1), date(2024, 2, 29), True),
    ],
)
def test_minority_ends_on_the_18th_birthday(birth_date: date, today: date, minor: bool) -> None:
    assert is_minor(birth_date, today) is minor


@pytest.mark.parametrize(
    ("since", "until", "inside"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(1), None, False),
        (date(2020, 1, 1), TODAY - timedelta(1), False),
    ],
)
def test_both_ends_of_a_tenure_belong_to_it(since: date, until: date | None, inside: bool) -> None:
    assert in_tenure(Tenure(since, until), TODAY) is inside


def test_only_active_employees_host() -> None:
    held, over = Tenure(date(2020, 9, 1), None), Tenure(date(2020, 9, 1), date(2021, 9, 1))
    assert may_host(ended_at=None, appointments=[over, held], on=TODAY, now=NOW)
    assert not may_host(ended_at=None, appointments=[over], on=TODAY, now=NOW)
    assert not may_host(ended_at=None, appointments=[], on=TODAY, now=NOW)
    assert not may_host(ended_at=NOW, appointments=[held], on=TODAY, now=NOW)


def test_a_person_is_active_until_the_instant_they_end() -> None:
    assert is_active(None, NOW)
    assert is_active(NOW + timedelta(seconds=1), NOW)
    assert not is_active(NOW, NOW)


@pytest.mark.parametrize(
    ("patronymic", "full", "short"),
    [("Сергеевич", "Петров Иван Сергеевич", "Петров И. С."), ("", "Петров Иван", "Петров И.")],
)
def test_a_name_is_written_with_and_without_patronymic(patronymic: str, full: str, short: str) -> None:
    assert full_name("Петров", "Иван", patronymic) == full
    assert short_name("Петров", "Иван", patronymic) == short


def test_a_name_is_cleaned_and_gets_its_keys() -> None:
    name = check_name("  Ёлкин ", "Пётр", "")
    assert (name.family_name, name.given_name, name.patronymic) == ("Ёлкин", "Пётр", "")
    assert name.search_key == "елкин петр"
    assert name.sort_key.isdigit()


@pytest.mark.parametrize(
    ("names", "field", "reason"),
    [
        (("", "Иван", ""), "family_name", "empty"),
        (("Петров", "  ", ""), "given_name", "empty"),
        (("П" * 101, "Иван", ""), "family_name", "too_long"),
        (("Петров", "Иван", "С" * 101), "patronymic", "too_long"),
    ],
)
def test_a_bad_name_is_refused(names: tuple[str, str, str], field: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_name(*names)
    assert (refusal.value.field, refusal.value.reason) == (field, reason)


@pytest.mark.parametrize("login", ["ivanov", "И.Иванов", "anna@school.ru", "a_b-c+1"])
def test_a_login_is_kept_casefolded(login: str) -> None:
    assert check_login(f" {login} ") == login.casefold()


@pytest.mark.parametrize("login", ["", "ab", "a b c", "x" * 101, "ivan/ov"])
def test_a_bad_login_is_refused(login: str) -> None:
    with pytest.raises(Invalid, match="login"):
        check_login(login)


@pytest.mark.parametrize(("password", "reason"), [("1234567", "too_short"), ("x" * 129, "too_long")])
def test_a_bad_password_is_refused(password: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_password(password)
    assert refusal.value.reason == reason
    assert password not in str(refusal.value)


def test_a_fair_password_is_taken_as_it_is() -> None:
    assert check_password("  восемь ") == "  восемь "


def test_an_unknown_language_or_zone_is_refused() -> None:
    check_habits("ru", "Asia/Yekaterinburg")
    check_habits(None, None)
    with pytest.raises(Invalid, match="locale"):
        check_habits("de", None)
    with pytest.raises(Invalid, match="zone"):
        check_habits(None, "Mars/Base")
