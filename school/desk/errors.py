"""Refusals of what joins several features."""

from school.errors import Conflict


class NoActInForce(Conflict):
    """No local act is in force, so no schedule can be approved (R1): `on`."""

    code = "no_act_in_force"


class ChangeIsAnother(Conflict):
    """What was confirmed is no longer what would be done: `mark` of what would be."""

    code = "change_is_another"
