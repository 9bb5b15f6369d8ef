"""The tree of refusals: codes and data, no words."""

from school.errors import Conflict, Forbidden, Invalid, NotFound, SchoolError


def test_a_refusal_keeps_its_data() -> None:
    refusal = NotFound(subject="person", id=7)
    assert (refusal.code, refusal.data) == ("not_found", {"subject": "person", "id": 7})
    assert str(refusal) == "not_found {'subject': 'person', 'id': 7}"


def test_an_invalid_value_names_its_field_and_reason() -> None:
    refusal = Invalid(field="zone", reason="unknown", value="Mars")
    assert (refusal.field, refusal.reason) == ("zone", "unknown")
    assert refusal.data == {"field": "zone", "reason": "unknown", "value": "Mars"}


def test_a_refusal_without_data_is_its_code() -> None:
    assert str(Forbidden()) == "forbidden"


def test_every_kind_has_a_code_of_its_own() -> None:
    kinds = [SchoolError, NotFound, Forbidden, Conflict, Invalid]
    assert len({kind.code for kind in kinds}) == len(kinds)
