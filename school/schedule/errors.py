"""Refusals about the schedule."""

from school.errors import Conflict, Invalid


class WrongState(Conflict):
    """The version is not in the state this step needs: `version_id`, `state`, `needed`."""

    code = "schedule_wrong_state"


class EmptySchedule(Conflict):
    """A version without lines can't be submitted: `version_id`."""

    code = "schedule_empty"


class AttestationIsGroup(Invalid):
    """Attestation consultations are group only (cl. 3.7)."""

    code = "attestation_is_group"


class HostTwice(Conflict):
    """The same host would be in two places at a time (R38): `person_id`, `starts_at`, `ends_at`."""

    code = "host_twice"


class NotAnEmployee(Invalid):
    """Only active employees host (R12): `person_id`, `on`."""

    code = "not_an_employee"


class NoParityAnchor(Conflict):
    """A line asks for even or odd weeks, and the calendar doesn't say which are which."""

    code = "no_parity_anchor"
