"""What pages show of one consultation: its name, its time on both clocks, what it is now."""

from dataclasses import dataclass
from datetime import datetime

from school.organisation.queries import OrganisationRow
from school.sessions import rules
from school.sessions.models import State
from school.sessions.queries import SessionRow
from web import labels
from web.reader import Reader
from web.words import Words


@dataclass(frozen=True, slots=True)
class Consultation:
    """`row` and the words that go with it for one reader at one moment."""

    row: SessionRow
    title: str
    means: str
    groups: str
    hours: str
    day: str
    state: State
    state_words: str
    moved_words: str
    """When it was meant to be and why it is not, or nothing."""

    @property
    def is_open(self) -> bool:
        return self.state in (State.OPEN, State.RUNNING)

    @property
    def is_settled(self) -> bool:
        """Nothing about it can change any more."""
        return self.state in (State.OVER, State.CANCELLED)


def describe(row: SessionRow, reader: Reader, settings: OrganisationRow) -> Consultation:
    when, words = reader.when, reader.words
    state = rules.state_of(row, settings, when.now)
    return Consultation(
        row=row,
        title=title(row, words),
        # An individual one without a subject says so in its title.
        means=labels.means(words, row.kind, row.form)
        if row.subject
        else words.gettext(labels.FORM[row.form]),
        groups=", ".join(row.group_names),
        hours=when.hours(row.starts_at, row.ends_at),
        day=when.day(row.starts_at),
        state=state,
        state_words=_state_words(row, state, reader, settings),
        moved_words=_moved_words(row, reader),
    )


def title(row: SessionRow, words: Words) -> str:
    """The subject, or what kind of consultation it is when it belongs to none."""
    return row.subject or words.gettext(labels.KIND[row.kind])


def _moved_words(row: SessionRow, reader: Reader) -> str:
    if row.moved_at is None:
        return ""
    when, words = reader.when, reader.words
    return words.gettext(
        "moved from %(moment)s: %(reason)s", moment=when.at(row.planned_at), reason=row.move_reason or "—"
    )


def _state_words(row: SessionRow, state: State, reader: Reader, settings: OrganisationRow) -> str:
    when, words = reader.when, reader.words
    match state:
        case State.PLANNED:
            return _opens(rules.opens_at(row, settings), row.starts_at, reader)
        case State.OPEN if when.now < row.starts_at:
            return words.gettext("open, begins at %(time)s", time=when.both_clocks(row.starts_at))
        case State.OPEN | State.RUNNING:
            return words.gettext("in progress")
        case State.OVER:
            return words.gettext("is over")
        case State.CANCELLED:
            return words.gettext("cancelled: %(reason)s", reason=row.cancel_reason or "—")


def _opens(opens_at: datetime, starts_at: datetime, reader: Reader) -> str:
    """The day is said with the start: the words repeat it only where midnight lies between the two."""
    when, words = reader.when, reader.words
    if opens_at.astimezone(when.own).date() == starts_at.astimezone(when.own).date():
        return words.gettext("opens at %(time)s", time=when.both_clocks(opens_at))
    return words.gettext("opens %(moment)s", moment=when.at(opens_at))
