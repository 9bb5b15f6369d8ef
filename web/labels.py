"""What people call what the tables call `videoconference` or `parent_request`: message ids by value."""

from typing import Final

from school.people.models import Relation, Role
from school.schedule.models import Audience, Form, Kind, Parity, Purpose
from school.sessions.models import RoomRole, Scope, TopicBasis
from web.words import N_, Words

FORM: Final = {
    Form.WEBINAR: N_("Webinar"),
    Form.VIDEOCONFERENCE: N_("Videoconference"),
    Form.CHAT: N_("Chat"),
}
INDIVIDUAL_FORM: Final = {
    Form.WEBINAR: N_("Individual consultation (webinar)"),
    Form.VIDEOCONFERENCE: N_("Individual consultation (videoconference)"),
    Form.CHAT: N_("Individual consultation (chat)"),
}
KIND: Final = {Kind.GROUP: N_("Group consultation"), Kind.INDIVIDUAL: N_("Individual consultation")}
PURPOSE: Final = {
    Purpose.CURRENT: N_("Current consultation"),
    Purpose.ATTESTATION: N_("Preparation for interim attestation"),
}
AUDIENCE: Final = {
    Audience.STUDENTS: N_("students"),
    Audience.PARENTS: N_("parents"),
    Audience.BOTH: N_("students and parents"),
}
PARITY: Final = {Parity.EVERY: "", Parity.EVEN: N_("even weeks"), Parity.ODD: N_("odd weeks")}
BASIS: Final = {
    TopicBasis.PERFORMANCE: N_("Analysis of academic performance"),
    TopicBasis.STUDENT_REQUEST: N_("A student's request"),
    TopicBasis.PARENT_REQUEST: N_("A parent's request"),
}
SCOPE: Final = {Scope.OVERVIEW: N_("Overview"), Scope.SINGLE_TOPIC: N_("A single topic")}
ROOM_ROLE: Final = {
    RoomRole.HOST: N_("leads the consultation"),
    RoomRole.COHOST: N_("helps to lead"),
    RoomRole.STUDENT: N_("student"),
    RoomRole.PARENT: N_("parent"),
}
RELATION: Final = {
    Relation.MOTHER: N_("mother"),
    Relation.FATHER: N_("father"),
    Relation.GUARDIAN: N_("guardian"),
}
ROLE: Final = {
    Role.STUDENT: N_("Student"),
    Role.LEGAL_REPRESENTATIVE: N_("Parent"),
    Role.PEDAGOGICAL_WORKER: N_("Pedagogical worker"),
    Role.OTHER_WORKER: N_("Other worker"),
    Role.METHODIST: N_("Methodist"),
    Role.HEAD: N_("Head"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


def means(words: Words, kind: Kind, form: Form) -> str:
    """«Вебинар», «Индивидуальная консультация (чат)»: the communication means without its address."""
    return words.gettext((FORM if kind is Kind.GROUP else INDIVIDUAL_FORM)[form])


def as_whom(
    words: Words, role: RoomRole, *, relation: str | None, child: str | None, group: str | None
) -> str:
    """«ученик, 7А», «мама, Петров Иван, 7А»: as whom a person takes part."""
    first = words.gettext(RELATION[Relation(relation)] if relation else ROOM_ROLE[role])
    return ", ".join(part for part in (first, child, group) if part)
