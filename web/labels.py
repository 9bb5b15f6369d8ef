"""What people call what the tables call `videoconference` or `parent_request`: message ids by value."""

from typing import Final

from school.attestation.models import ChecklistItem
from school.organisation.models import StudentTerm
from school.people.models import Category, Relation, Role
from school.schedule.models import Audience, Form, Kind, Parity, Purpose, Where
from school.sessions.models import RoomRole, Scope, TopicBasis
from school.study.models import SubjectType
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
CHECKLIST: Final = {
    ChecklistItem.BRIEFING: N_("Procedure of the attestation and rules for formatting papers"),
    ChecklistItem.HARDEST_TASKS: N_("Algorithms of the hardest tasks"),
    ChecklistItem.GRADING_CRITERIA: N_("Grading criteria"),
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

STUDENT_TERM: Final = {
    StudentTerm.STUDENT: N_("обучающийся (pupils and students)"),
    StudentTerm.LISTENER: N_("слушатель (listeners of courses)"),
}
SUBJECT_TYPE: Final = {
    SubjectType.SUBJECT: N_("subject of the curriculum"),
    SubjectType.COURSE: N_("course"),
    SubjectType.DISCIPLINE: N_("discipline"),
    SubjectType.MODULE: N_("module"),
}
CATEGORY: Final = {
    Category.PEDAGOGICAL: N_("Pedagogical workers"),
    Category.OTHER: N_("Other workers"),
}
WHERE: Final = {Where.OFFICIAL_SITE: N_("Official site"), Where.NOTICE_BOARD: N_("Notice board")}
WEEKDAY: Final = {
    1: N_("Monday"),
    2: N_("Tuesday"),
    3: N_("Wednesday"),
    4: N_("Thursday"),
    5: N_("Friday"),
    6: N_("Saturday"),
    7: N_("Sunday"),
}
LANGUAGES: Final = (("ru", "Русский"), ("en", "English"))


def means(words: Words, kind: Kind, form: Form) -> str:
    """«Вебинар», «Индивидуальная консультация (чат)»: the communication means without its address."""
    return words.gettext((FORM if kind is Kind.GROUP else INDIVIDUAL_FORM)[form])


def as_whom(
    words: Words, role: RoomRole, *, relation: str | None, child: str | None, group: str | None
) -> str:
    """«ученик, 7А», «мама, Петров Иван, 7А»: as whom a person takes part."""
    first = words.gettext(RELATION[Relation(relation)] if relation else ROOM_ROLE[role])
    return ", ".join(part for part in (first, child, group) if part)
