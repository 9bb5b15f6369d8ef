"""What may be asked and answered; pure."""

from collections.abc import Sequence

from school.errors import Invalid
from school.polls.models import PollKind
from school.text import collapse

QUESTION_LIMIT = 300
OPTION_LIMIT = 120
TEXT_LIMIT = 300
FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
POLLS_LIMIT = 100  # of one session
YES_NO = ("yes", "no")  # told by number; the words are the reader's

_WITH_OPTIONS = (PollKind.SINGLE, PollKind.MULTIPLE)


def check_question(question: str) -> str:
    """Give the question in one line; raise Invalid when it is empty or over 300 characters."""
    return _line("question", question, QUESTION_LIMIT)


def check_options(kind: PollKind, options: Sequence[str]) -> list[str]:
    """Give the options: 2 to 10 different ones where the kind has them, none where not. Raise Invalid."""
    if kind not in _WITH_OPTIONS:
        if options:
            raise Invalid(field="options", reason="not_of_this_kind")
        return []
    cleaned = [_line("options", option, OPTION_LIMIT) for option in options]
    if not FEWEST_OPTIONS <= len(cleaned) <= MOST_OPTIONS:
        raise Invalid(field="options", reason="count", least=FEWEST_OPTIONS, most=MOST_OPTIONS)
    if len({option.casefold() for option in cleaned}) < len(cleaned):
        raise Invalid(field="options", reason="twice")
    return cleaned


def check_choices(kind: PollKind, options: Sequence[str], choices: Sequence[int]) -> list[int]:
    """Give the chosen numbers, ascending; raise Invalid when they don't fit the question."""
    count = len(YES_NO) if kind is PollKind.YES_NO else len(options)
    chosen = sorted(set(choices))
    if kind is PollKind.OPEN or not chosen or not all(0 <= number < count for number in chosen):
        raise Invalid(field="choices", reason="no_such_option")
    if kind is not PollKind.MULTIPLE and len(chosen) > 1:
        raise Invalid(field="choices", reason="one_only")
    return chosen


def check_text(kind: PollKind, text: str) -> str:
    """Give the words of an answer; raise Invalid when none are wanted, or they are empty or too long."""
    if kind is not PollKind.OPEN:
        raise Invalid(field="text", reason="not_of_this_kind")
    return _line("text", text, TEXT_LIMIT)


def _line(field: str, text: str, limit: int) -> str:
    cleaned = collapse(text)
    if not cleaned:
        raise Invalid(field=field, reason="empty")
    if len(cleaned) > limit:
        raise Invalid(field=field, reason="too_long", limit=limit)
    return cleaned
