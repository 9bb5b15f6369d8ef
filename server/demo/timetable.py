"""What the demo school teaches and when it consults: subjects, calendar, lines of its schedule. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = "Europe/Moscow"
ORDER_NUMBER: Final = "112-У"

ACT_NUMBER: Final = "10"
ACT_DATE: Final = date(2024, 1, 15)
ACT_TITLE: Final = (
    "Об утверждении порядка оказания учебно-методической помощи слушателям, обучающимся, родителям "
    "(законным представителям) обучающихся в том числе в форме индивидуальных консультаций, оказываемых "
    "дистанционно с использованием информационных и телекоммуникационных технологий"
)

SUBJECTS: Final[tuple[str, ...]] = (
    "Русский язык",
    "Литература",
    "Математика",
    "Английский язык",
    "Физика",
    "География",
    "Химия",
    "Биология",
    "История",
    "Обществознание",
    "Информатика",
)


def school_year(today: date) -> int:
    """The year in whose September the school year that is going on began."""
    return today.year if today.month >= 9 else today.year - 1


def first_day(year: int) -> date:
    return date(year, 9, 1)


def last_day(year: int) -> date:
    """The end of August: a demo started in summer still shows a schedule in force."""
    return date(year + 1, 8, 31)


def opened(year: int) -> datetime:
    """The morning in August on which the school's office writes everything down."""
    return datetime(year, 8, 25, 9, tzinfo=ZoneInfo(ZONE))


def terms(year: int) -> tuple[tuple[str, date, date], ...]:
    """(name, first day, last day) of the four quarters."""
    return (
        ("1-я четверть", date(year, 9, 1), date(year, 10, 25)),
        ("2-я четверть", date(year, 11, 3), date(year, 12, 29)),
        ("3-я четверть", date(year + 1, 1, 11), date(year + 1, 3, 24)),
        ("4-я четверть", date(year + 1, 4, 1), date(year + 1, 5, 26)),
    )


def breaks(year: int) -> tuple[tuple[str, date, date], ...]:
    """(name, first day, last day) of the school breaks between the quarters."""
    return (
        ("Осенние каникулы", date(year, 10, 26), date(year, 11, 2)),
        ("Зимние каникулы", date(year, 12, 30), date(year + 1, 1, 10)),
        ("Весенние каникулы", date(year + 1, 3, 25), date(year + 1, 3, 31)),
        ("Летние каникулы", date(year + 1, 5, 27), date(year + 1, 8, 31)),
    )


@dataclass(frozen=True)
class Slot:
    """One line of the schedule; ``worker`` is a surname, ``post`` the place in that worker's appointments."""

    worker: str
    weekday: int
    starts: time
    ends: time
    form: str
    subject: str | None = None
    groups: tuple[str, ...] = ()
    kind: str = "group"
    audience: str = "students"
    purpose: str = "current"
    parity: str = "every"
    post: int = 0


def _at(text: str) -> tuple[time, time]:
    starts, ends = text.split("-")
    return time.fromisoformat(starts), time.fromisoformat(ends)


def _group(
    worker: str, weekday: int, hours: str, form: str, subject: str, *groups: str, parity: str = "every"
) -> Slot:
    starts, ends = _at(hours)
    return Slot(worker, weekday, starts, ends, form, subject, groups, parity=parity)


def _meeting(
    worker: str, weekday: int, hours: str, form: str, *groups: str, audience: str, post: int = 0
) -> Slot:
    starts, ends = _at(hours)
    return Slot(worker, weekday, starts, ends, form, None, groups, audience=audience, post=post)


def _alone(
    worker: str, weekday: int, hours: str, *, audience: str = "students", parity: str = "every", post: int = 0
) -> Slot:
    starts, ends = _at(hours)
    return Slot(
        worker,
        weekday,
        starts,
        ends,
        "videoconference",
        kind="individual",
        audience=audience,
        parity=parity,
        post=post,
    )


LINES: Final[tuple[Slot, ...]] = (
    _group("Андреева", 1, "15:00-15:45", "videoconference", "Русский язык", "7А"),
    _group("Андреева", 3, "15:00-15:45", "webinar", "Литература", "9А", "11А"),
    _alone("Андреева", 5, "16:00-16:30"),
    _group("Белов", 1, "16:00-16:45", "webinar", "Математика", "9А", "11А"),
    _group("Белов", 3, "16:00-16:45", "videoconference", "Математика", "8Б"),
    _alone("Белов", 4, "17:00-17:30"),
    _group("Васильева", 2, "15:00-15:45", "chat", "Английский язык", "7А", "8Б"),
    _group("Васильева", 4, "15:00-15:45", "videoconference", "Английский язык", "5А", "6Б"),
    _group("Григорьев", 2, "16:00-16:45", "webinar", "Физика", "9А", "11А"),
    _group("Григорьев", 5, "15:00-15:45", "chat", "Физика", "7А", "8Б", parity="odd"),
    _group("Ёлкин", 3, "17:00-17:45", "videoconference", "География", "8Б", parity="even"),
    _group("Ершова", 2, "17:00-17:45", "webinar", "Химия", "11А"),
    _group("Ершова", 4, "16:00-16:45", "chat", "Биология", "6Б", "7А"),
    _group("Захарова", 1, "17:00-17:45", "videoconference", "Обществознание", "9А"),
    _group("Захарова", 4, "14:00-14:45", "webinar", "История", "5А", "6Б"),
    _meeting("Захарова", 3, "18:00-18:45", "webinar", "9А", "11А", audience="parents", post=1),
    _alone("Захарова", 5, "14:00-15:00", audience="both", post=1),
    _group("Ким", 2, "18:00-18:45", "videoconference", "Информатика", "8Б", "9А"),
    _group("Ким", 6, "10:00-10:45", "chat", "Информатика", "11А"),
    _alone("Лебедев", 1, "14:00-14:45", audience="both", parity="odd"),
    _alone("Лебедев", 3, "14:00-14:45", audience="parents"),
    _meeting("Лебедев", 6, "11:00-11:45", "webinar", "7А", audience="parents"),
    _alone("Морозова", 2, "14:00-14:45", audience="parents"),
    _group("Орлова", 3, "15:00-15:45", "videoconference", "Математика", "5А"),
    _group("Орлова", 5, "16:00-16:45", "chat", "Математика", "6Б", "7А"),
    _meeting("Назарова", 2, "13:00-13:45", "chat", "5А", "6Б", audience="students"),
    _meeting("Тихонов", 4, "18:00-18:45", "webinar", "5А", "6Б", "7А", audience="parents"),
    _alone("Тихонов", 1, "18:00-18:30", audience="parents"),
    _meeting("Фролова", 5, "17:00-17:45", "videoconference", "8Б", "9А", audience="both"),
    _alone("Широков", 4, "13:00-14:00", audience="both"),
)

#: topics that teachers have already set for their coming consultations; every other one is set at the door
TOPICS: Final[dict[str, tuple[str, str, str]]] = {
    "Математика": ("Дроби и проценты: разбор типичных ошибок", "performance", "single_topic"),
    "Физика": (
        "Как оформлять лабораторную работу и считать погрешность",
        "student_request",
        "single_topic",
    ),
    "Литература": ("Как писать итоговое сочинение", "parent_request", "overview"),
}
