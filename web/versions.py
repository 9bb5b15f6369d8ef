"""What pages say of a version of the schedule: its state, its lines, what differs, what is doubtful."""

from dataclasses import dataclass
from typing import Final

from school.drafting.queries import Findings
from school.drafting.rules import Difference, NamedLine
from school.schedule.models import Parity, VersionState
from school.schedule.queries import VersionRow
from web import labels
from web.annex import validity, weekday
from web.reader import Reader
from web.words import N_

STATE: Final = {
    VersionState.DRAFT: N_("draft"),
    VersionState.SUBMITTED: N_("waits for approval"),
    VersionState.APPROVED: N_("approved"),
    VersionState.PUBLISHED: N_("published"),
    VersionState.SUPERSEDED: N_("superseded"),
}
LOOK: Final = {
    VersionState.DRAFT: "",
    VersionState.SUBMITTED: "warn",
    VersionState.APPROVED: "accent",
    VersionState.PUBLISHED: "good",
    VersionState.SUPERSEDED: "",
}
STEPS: Final = (
    ("drafted", N_("Drafted")),
    ("submitted", N_("Submitted")),
    ("returned", N_("Returned")),
    ("approved", N_("Approved")),
    ("published", N_("Published")),
    ("superseded", N_("Superseded")),
)
# What a line says, in the order of its form: the name of the field, its label, the fields of `Slot` in it.
SAID: Final = (
    ("worker", N_("Worker"), ("appointment_id",)),
    ("day", N_("Day of the week"), ("weekday",)),
    ("time", N_("Time"), ("starts", "ends")),
    ("weeks", N_("Weeks"), ("parity",)),
    ("validity", N_("Validity"), ("valid_from", "valid_until")),
    ("form", N_("Form"), ("form",)),
    ("kind", N_("Kind"), ("kind",)),
    ("purpose", N_("Purpose"), ("purpose",)),
    ("audience", N_("Who is invited"), ("audience",)),
    ("subject", N_("Subject"), ("subject_id",)),
    ("groups", N_("Groups"), ("group_ids",)),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A line in words; `whole` is it in one sentence."""

    line: NamedLine
    worker: str
    day: str
    time: str
    weeks: str
    validity: str
    form: str
    kind: str
    purpose: str
    audience: str
    subject: str
    groups: str

    @property
    def whole(self) -> str:
        parts = (self.worker, f"{self.day} {self.time}", self.weeks, self.subject, self.groups)
        return ", ".join(part for part in parts if part)

    @property
    def remarks(self) -> tuple[str, ...]:
        return tuple(part for part in (self.weeks, self.validity) if part)


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing about a line that is not what it was."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference in words; `changed` gives each line as it becomes, with what has turned."""

    added: tuple[Said, ...]
    removed: tuple[Said, ...]
    changed: tuple[tuple[Said, tuple[Turn, ...]], ...]
    same: int


def said(line: NamedLine, reader: Reader) -> Said:
    words, row = reader.words, line.row
    return Said(
        line=line,
        worker=f"{line.host_name}, {line.position}",
        day=weekday(row.weekday, words.language),
        time=f"{row.starts:%H:%M}–{row.ends:%H:%M}",
        weeks=words.gettext(labels.PARITY[row.parity]) if row.parity is not Parity.EVERY else "",
        validity=validity(row.valid_from, row.valid_until, reader),
        form=words.gettext(labels.FORM[row.form]),
        kind=words.gettext(labels.KIND[row.kind]),
        purpose=words.gettext(labels.PURPOSE[row.purpose]),
        audience=words.gettext(labels.AUDIENCE[row.audience]),
        subject=line.subject or "",
        groups=", ".join(line.group_names),
    )


def compared(found: Difference, reader: Reader) -> Compared:
    return Compared(
        added=tuple(said(line, reader) for line in found.added),
        removed=tuple(said(line, reader) for line in found.removed),
        changed=tuple(
            (
                said(one.after, reader),
                turns(said(one.before, reader), said(one.after, reader), one.fields, reader),
            )
            for one in found.changed
        ),
        same=found.same,
    )


def turns(before: Said, after: Said, fields: tuple[str, ...], reader: Reader) -> tuple[Turn, ...]:
    """What the differing fields of a `Slot` were and are."""
    nothing = reader.words.gettext("not set")
    every = {"weeks": reader.words.gettext("every week"), "validity": reader.words.gettext("the whole time")}
    return tuple(
        Turn(
            reader.words.gettext(label),
            getattr(before, name) or every.get(name, nothing),
            getattr(after, name) or every.get(name, nothing),
        )
        for name, label, held in SAID
        if set(held) & set(fields)
    )


def in_the_way(found: Findings, lines: dict[int, Said], reader: Reader) -> list[str]:
    """What has to be mended before the version can be approved (R12, R36, R38)."""
    words, when = reader.words, reader.when
    told = [
        words.gettext(
            "One worker would be in two places at a time, first %(day)s: %(first)s — %(second)s.",
            day=when.date(clash.second.starts_at.astimezone(when.school).date()),
            first=lines[clash.first.line_id].whole,
            second=lines[clash.second.line_id].whole,
        )
        for clash in found.clashes
        if clash.first.line_id in lines and clash.second.line_id in lines
    ]
    told += [
        words.gettext(
            "The worker is not in this position for the whole time of the line: %(line)s.",
            line=lines[line_id].whole,
        )
        for line_id in found.unemployed
    ]
    if found.parity_unknown:
        told.append(
            words.gettext(
                "Some lines are for even or odd weeks, and the calendar does not say which week is odd. "
                "Ask the administrator to set it in the calendar."
            )
        )
    return told


def doubtful(found: Findings, lines: dict[int, Said], groups: dict[int, str], reader: Reader) -> list[str]:
    """Warnings that stop nothing: a group called twice (R38), a subject without a slot (R23)."""
    words, when = reader.words, reader.when
    told = [
        words.gettext(
            "Group %(group)s is called to two consultations at a time, first %(day)s: "
            "%(first)s — %(second)s.",
            group=groups[two.group_id],
            day=when.date(two.starts_at.astimezone(when.school).date()),
            first=lines[two.line_ids[0]].whole,
            second=lines[two.line_ids[1]].whole,
        )
        for two in found.groups_twice
    ]
    told += [
        words.gettext(
            "“%(subject)s” has no consultation in a part of the time in which it is studied: "
            "%(days)s (cl. 3.5).",
            subject=row.name,
            days=", ".join(validity(first, last, reader) for first, last in row.gaps),
        )
        for row in found.uncovered
    ]
    return told


def period(row: VersionRow, reader: Reader) -> str:
    return validity(row.valid_from, row.valid_until, reader)
