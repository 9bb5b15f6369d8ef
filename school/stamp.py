"""A short print of what a form was made from: a later save can tell whether somebody else was first."""

import hashlib

from school.errors import ChangedMeanwhile

_LENGTH = 16


def stamp(*facts: object) -> str:
    """Give a print of values whose `repr` says all of them: rows, enums, dates, numbers, texts."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:_LENGTH]


def compare(seen: str | None, *facts: object) -> None:
    """Raise ChangedMeanwhile unless `seen` is the print of these facts; None asks for no comparison.

    To be called in the writing transaction, after the row was locked.
    """
    if seen is not None and seen != stamp(*facts):
        raise ChangedMeanwhile
