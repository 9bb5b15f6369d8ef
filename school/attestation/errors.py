"""Refusals about the checklist."""

from school.errors import Conflict


class NotForAttestation(Conflict):
    """Only a consultation before an attestation has the checklist."""

    code = "not_for_attestation"


class ChecklistIncomplete(Conflict):
    """Items are left out (`missing`), and nobody has said why (R31)."""

    code = "checklist_incomplete"


class NothingToExplain(Conflict):
    """The session goes on, or nothing of its checklist was left out."""

    code = "nothing_to_explain"
