"""What is left out, and what counts as a reason; pure."""

from collections.abc import Iterable

from school.attestation.models import ChecklistItem
from school.errors import Invalid
from school.text import collapse

REASON_LIMIT = 500


def missing(ticked: Iterable[ChecklistItem]) -> tuple[ChecklistItem, ...]:
    """Give the items that were not gone through, in the order of cl. 3.8."""
    done = frozenset(ticked)
    return tuple(item for item in ChecklistItem if item not in done)


def check_reason(reason: str) -> str:
    """Give the reason in one line; raise Invalid when it is over 500 characters."""
    cleaned = collapse(reason)
    if len(cleaned) > REASON_LIMIT:
        raise Invalid(field="reason", reason="too_long", limit=REASON_LIMIT)
    return cleaned
