"""Refusals while a draft is edited."""

from school.errors import Conflict


class EditedMeanwhile(Conflict):
    """Somebody else has changed it since it was opened: `subject`, `id`, the `revision` it has now."""

    code = "edited_meanwhile"


class RemovedMeanwhile(Conflict):
    """Somebody else has removed the line since it was opened: `id`."""

    code = "removed_meanwhile"
