"""Who works and studies in the demo school: the same people for the same school year, every time.

Pure: nothing here touches the database. ``school.py`` writes what this file describes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from server.demo.names import BOYS, FAMILIES, FATHERS, GIRLS, MOTHERS, login_of

Relation = Literal["mother", "father", "guardian"]
Category = Literal["pedagogical", "other"]

GROUPS: Final[tuple[tuple[str, int], ...]] = (
    ("5А", 5),
    ("6Б", 6),
    ("7А", 7),
    ("8Б", 8),
    ("9А", 9),
    ("11А", 11),
)
STUDENTS_PER_GROUP: Final = 15
#: every fourth family has not signed up as parents yet, as in a real school
FAMILIES_WITHOUT_PARENTS: Final = 4
FAR_AWAY: Final = "Asia/Yekaterinburg"


@dataclass(frozen=True)
class Human:
    family: str
    given: str
    patronymic: str
    born: date
    login: str = ""
    zone: str | None = None

    @property
    def full(self) -> str:
        return f"{self.family} {self.given} {self.patronymic}"


@dataclass(frozen=True)
class Post:
    position: str
    category: Category


@dataclass(frozen=True)
class Worker:
    human: Human
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class Student:
    human: Human
    group: str


@dataclass(frozen=True)
class Parent:
    human: Human
    relation: Relation
    children: tuple[int, ...]
    """Places of the children in ``Roster.students``."""
    adult_consent: bool = False


@dataclass(frozen=True)
class Roster:
    head: Human
    methodist: Human
    administrator: Human
    workers: tuple[Worker, ...]
    students: tuple[Student, ...]
    parents: tuple[Parent, ...]


def _worker(name: str, *posts: tuple[str, Category], born: int) -> Worker:
    family, given, patronymic = name.split()
    # The month and the day only have to differ from person to person.
    birthday = date(born, 1 + len(name) % 12, 1 + len(given) * 3)
    return Worker(Human(family, given, patronymic, birthday), tuple(Post(*post) for post in posts))


WORKERS: Final[tuple[Worker, ...]] = (
    _worker("Андреева Ольга Викторовна", ("Учитель русского языка и литературы", "pedagogical"), born=1978),
    _worker("Белов Сергей Николаевич", ("Учитель математики", "pedagogical"), born=1971),
    _worker("Васильева Татьяна Петровна", ("Учитель английского языка", "pedagogical"), born=1989),
    _worker("Григорьев Михаил Андреевич", ("Учитель физики", "pedagogical"), born=1982),
    _worker("Ёлкин Павел Романович", ("Учитель географии", "pedagogical"), born=1991),
    _worker("Ершова Ирина Александровна", ("Учитель химии и биологии", "pedagogical"), born=1975),
    _worker(
        "Захарова Елена Михайловна",
        ("Учитель истории и обществознания", "pedagogical"),
        ("Заместитель директора по учебно-воспитательной работе", "other"),
        born=1973,
    ),
    _worker("Ким Анна Валерьевна", ("Учитель информатики", "pedagogical"), born=1993),
    _worker("Лебедев Антон Игоревич", ("Педагог-психолог", "pedagogical"), born=1986),
    _worker("Морозова Светлана Юрьевна", ("Социальный педагог", "pedagogical"), born=1980),
    _worker("Орлова Галина Фёдоровна", ("Учитель математики", "pedagogical"), born=1968),
    _worker("Назарова Людмила Борисовна", ("Заведующая библиотекой", "other"), born=1966),
    _worker(
        "Тихонов Олег Владимирович", ("Заместитель директора по воспитательной работе", "other"), born=1977
    ),
    _worker(
        "Фролова Юлия Константиновна", ("Руководитель центра дополнительного образования", "other"), born=1984
    ),
    _worker("Широков Денис Геннадьевич", ("Инженер-программист", "other"), born=1990),
)
HEAD: Final = Human("Королёв", "Виктор", "Степанович", date(1964, 3, 18))
METHODIST: Final = Human("Павлова", "Вера", "Ильинична", date(1979, 11, 2))
ADMINISTRATOR: Final = Human("Чернов", "Артём", "Олегович", date(1992, 6, 24))


def roster(school_year: int) -> Roster:
    """The people of the school year that begins in September of ``school_year``, each with a login."""
    students = _students(school_year)
    parents = _parents(students, school_year)
    return _with_logins(Roster(HEAD, METHODIST, ADMINISTRATOR, WORKERS, students, parents))


def _students(school_year: int) -> tuple[Student, ...]:
    made = [_student(number, school_year) for number in range(len(GROUPS) * STUDENTS_PER_GROUP)]
    petrov = made[PETROV]
    made[PETROV] = replace(
        petrov, human=replace(petrov.human, family="Петров", given="Иван", patronymic="Алексеевич")
    )
    for place, given in ((SOKOLOVA, "Полина"), (SOKOLOV, "Максим")):
        patronymic = "Денисовна" if place == SOKOLOVA else "Денисович"
        family = "Соколова" if place == SOKOLOVA else "Соколов"
        made[place] = replace(
            made[place], human=replace(made[place].human, family=family, given=given, patronymic=patronymic)
        )
    return tuple(made)


#: 7А, the student of the interface's examples, with both parents
PETROV: Final = 2 * STUDENTS_PER_GROUP + 2
#: sister in 5А and brother in 9А, with one mother
SOKOLOVA: Final = 0 * STUDENTS_PER_GROUP + 4
SOKOLOV: Final = 4 * STUDENTS_PER_GROUP + 6
#: the last two of 11А are of age: one lets the parent take part further, the other does not (cl. 3.1)
ADULT_WITH_CONSENT: Final = len(GROUPS) * STUDENTS_PER_GROUP - 1
ADULT_WITHOUT_CONSENT: Final = len(GROUPS) * STUDENTS_PER_GROUP - 2


def _student(number: int, school_year: int) -> Student:
    group, grade = GROUPS[number // STUDENTS_PER_GROUP]
    boy = number % 2 == 0
    # Steps that share no factor with the tables' lengths, so that neighbours never look alike.
    family = FAMILIES[number * 7 % len(FAMILIES)][0 if boy else 1]
    given = (BOYS if boy else GIRLS)[(number * 5 + number // 9) % len(BOYS)]
    patronymic = _father(number)[1 if boy else 2]
    return Student(Human(family, given, patronymic, _birthday(number, grade, school_year)), group)


def _father(number: int) -> tuple[str, str, str]:
    return FATHERS[(number * 8 + number // 15) % len(FATHERS)]


def _birthday(number: int, grade: int, school_year: int) -> date:
    if number in {ADULT_WITH_CONSENT, ADULT_WITHOUT_CONSENT}:
        return date(school_year - 18, 3, 3 + number % 9)
    return date(school_year - 6 - grade, 1 + number * 5 % 12, 1 + number * 11 % 28)


def _parents(students: tuple[Student, ...], school_year: int) -> tuple[Parent, ...]:
    petrova = Human("Петрова", "Мария", "Сергеевна", date(1985, 4, 12))
    petrov = Human("Петров", "Алексей", "Дмитриевич", date(1983, 9, 30), zone=FAR_AWAY)
    sokolova = Human("Соколова", "Наталья", "Игоревна", date(1986, 1, 21))
    named = [
        Parent(petrova, "mother", (PETROV,)),
        Parent(petrov, "father", (PETROV,)),
        Parent(sokolova, "mother", (SOKOLOVA, SOKOLOV)),
    ]
    written = {PETROV, SOKOLOVA, SOKOLOV}
    others = (place for place in range(len(students)) if place not in written)
    return tuple(named) + tuple(
        _parent(place, students[place], school_year)
        for place in others
        if place % FAMILIES_WITHOUT_PARENTS != 0 or place >= ADULT_WITHOUT_CONSENT
    )


def _parent(place: int, student: Student, school_year: int) -> Parent:
    child = student.human
    masculine, feminine = next(pair for pair in FAMILIES if child.family in pair)
    own_patronymic = FATHERS[(place * 3 + 5) % len(FATHERS)]
    born = date(school_year - 37 - place % 12, 1 + place % 12, 1 + place * 3 % 28)
    consent = place == ADULT_WITH_CONSENT
    if place % 5 == 1:
        human = Human(masculine, _father(place)[0], own_patronymic[1], born)
        return Parent(human, "father", (place,), adult_consent=consent)
    human = Human(feminine, MOTHERS[place * 4 % len(MOTHERS)], own_patronymic[2], born)
    return Parent(human, "guardian" if place == 53 else "mother", (place,), adult_consent=consent)


def _with_logins(people: Roster) -> Roster:
    taken: set[str] = set()

    def named(human: Human) -> Human:
        return replace(human, login=_free(login_of(human.family, human.given), taken))

    return Roster(
        head=named(people.head),
        methodist=named(people.methodist),
        administrator=named(people.administrator),
        workers=tuple(replace(worker, human=named(worker.human)) for worker in people.workers),
        students=tuple(replace(student, human=named(student.human)) for student in people.students),
        parents=tuple(replace(parent, human=named(parent.human)) for parent in people.parents),
    )


def _free(login: str, taken: set[str]) -> str:
    found = next(name for name in _candidates(login) if name not in taken)
    taken.add(found)
    return found


def _candidates(login: str) -> Iterable[str]:
    yield login
    for number in range(2, 100):
        yield f"{login}{number}"
