"""Refusals about people."""

from school.errors import Conflict, Forbidden


class LoginTaken(Conflict):
    """Somebody has this login: `login`."""

    code = "login_taken"


class IdentifierTaken(Conflict):
    """Somebody has this identifier: `identifier`."""

    code = "identifier_taken"


class GroupNameTaken(Conflict):
    """There is a group of this name: `name`."""

    code = "group_name_taken"


class AlreadyMember(Conflict):
    """The person is in the group: `person_id`, `group_id`."""

    code = "already_member"


class AlreadyLinked(Conflict):
    """This parent and child are linked: `parent_id`, `child_id`."""

    code = "already_linked"


class LastAdministrator(Conflict):
    """Without this person nobody could administer: `person_id`."""

    code = "last_administrator"


class PersonEnded(Forbidden):
    """The person was dismissed or has left: `person_id`."""

    code = "person_ended"


class ChildIsMinor(Conflict):
    """Only a child who has come of age can consent: `child_id`."""

    code = "child_is_minor"
