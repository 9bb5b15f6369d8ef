"""Refusals while a draft is edited."""

from school.errors import Conflict, Forbidden


class EditedMeanwhile(Conflict):
    """Somebody else has changed it since it was opened: `subject`, `id`, the `revision` it has now."""

    code = "edited_meanwhile"


class RemovedMeanwhile(Conflict):
    """Somebody else has removed the line since it was opened: `id`."""

    code = "removed_meanwhile"


class NotTheDrafter(Forbidden):
    """Only whoever began a draft deletes it, while they draft: `version_id`, `drafted_by`."""

    code = "not_the_drafter"
