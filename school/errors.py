"""Typed refusals: a code and data. Words for them exist in `web` only."""

from typing import ClassVar


class SchoolError(Exception):
    """A refusal that a person can be told about; `code` names it, `data` holds what the words need."""

    code: ClassVar[str] = "refused"

    def __init__(self, **data: object) -> None:
        """Keep the data; it must be plain (numbers, strings, dates), never secrets."""
        super().__init__(self.code, data)
        self.data = data

    def __str__(self) -> str:
        """Show the code and data for the log."""
        return f"{self.code} {self.data}" if self.data else self.code


class NotFound(SchoolError):  # noqa: N818 -- the name says what happened, as all refusals here do
    """The thing named does not exist, or does not exist for the one who asks."""

    code = "not_found"


class Forbidden(SchoolError):  # noqa: N818 -- as above
    """The person may not do this."""

    code = "forbidden"


class Conflict(SchoolError):  # noqa: N818 -- as above
    """The state has changed, or a unique thing exists already."""

    code = "conflict"


class ChangedMeanwhile(Conflict):
    """What the form was made from is not what is stored any more: somebody else was first."""

    code = "changed_meanwhile"


class Invalid(SchoolError):  # noqa: N818 -- as above
    """A value is wrong: `field` names it, `reason` is a short code."""

    code = "invalid"

    def __init__(self, *, field: str, reason: str, **data: object) -> None:
        """Keep which field is wrong and why."""
        super().__init__(field=field, reason=reason, **data)
        self.field = field
        self.reason = reason
