"""Families as an individual consultation addresses them: the choices of a form, and what was chosen (R15)."""

from dataclasses import dataclass

from school.desk.queries import Family
from school.sessions.rules import Addressee
from web import labels
from web.words import Words


@dataclass(frozen=True, slots=True)
class Option:
    """One way to address a family: the value of its radio button, and its words."""

    value: str
    label: str


def options(family: Family, words: Words) -> list[Option]:
    """The student, each parent, each parent with the student (R15)."""
    found = [Option(f"s:{family.student_id}", family.name)]
    for parent in family.parents:
        relation = words.gettext(labels.RELATION[parent.relation])
        about = {"parent": parent.name, "relation": relation, "student": family.name}
        ids = f"{parent.person_id}:{family.student_id}"
        found.append(Option(f"p:{ids}", words.gettext("%(parent)s (%(relation)s, %(student)s)", **about)))
        both = words.gettext("%(student)s and %(parent)s (%(relation)s) together", **about)
        found.append(Option(f"f:{ids}", both))
    return found


def addressees(chosen: str) -> list[Addressee]:
    """`s:student`, `p:parent:child` or `f:parent:child` for both; the action checks who is entitled."""
    kind, *ids = chosen.split(":")
    numbers = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 10]
    match kind, numbers:
        case "s", [student]:
            return [Addressee(student)]
        case "p", [parent, child]:
            return [Addressee(parent, child)]
        case "f", [parent, child]:
            return [Addressee(child), Addressee(parent, child)]
    return []
