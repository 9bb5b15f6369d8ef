"""Refusals about study."""

from school.errors import Conflict


class ProgrammeExists(Conflict):
    """There is a programme of this name: `name`."""

    code = "programme_exists"


class SubjectExists(Conflict):
    """The programme has this subject from this day on: `name`, `since`."""

    code = "subject_exists"
