"""Refusals about the second factor."""

from school.errors import Conflict


class FactorIsOn(Conflict):
    """The person has a second factor already: `person_id`."""

    code = "factor_is_on"
