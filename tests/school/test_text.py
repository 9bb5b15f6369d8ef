"""Keys for search and order, alike on every database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from school.db import Database
from school.people import queries
from school.people.models import Person
from school.text import collapse, search_key, search_words, sort_key, storable
from tests.builders import add_person

ALPHABETICAL = [
    "Smith",
    "Абрамов",
    "Ежов",
    "Елкин",
    "Ёлкин",
    "Ёлкина",
    "Ершов",
    "Жук",
    "Йод",
    "Римская",
    "Римский-Корсаков",
    "Римскийа",
    "Ян",
]
MIXED = sorted(ALPHABETICAL, key=len)


def test_the_alphabet_is_the_russian_one() -> None:
    assert sorted(MIXED, key=sort_key) == ALPHABETICAL


def test_a_hyphen_orders_as_a_space() -> None:
    assert sort_key("Римский-Корсаков") == sort_key("Римский Корсаков")


def test_yo_stands_right_after_ye_and_before_anything_longer() -> None:
    assert sorted(["Семёна", "Семен", "Семена", "Семён"], key=sort_key) == [
        "Семен",
        "Семён",
        "Семена",
        "Семёна",
    ]


def test_numbers_are_ordered_by_value() -> None:
    names = ["10А", "7Б", "11А", "7А", "1", "07В"]
    assert sorted(names, key=sort_key) == ["1", "7А", "7Б", "07В", "10А", "11А"]


def test_case_spaces_and_composition_do_not_matter() -> None:
    assert sort_key("  ИВАНОВ   Пётр ") == sort_key("иванов пе\u0308тр")
    assert search_key("  ИВАНОВ   Пётр ") == "иванов петр"


def test_words_are_what_must_occur() -> None:
    assert search_words(" Пётр  ИВАНОВ ") == ["петр", "иванов"]
    assert search_words("   ") == []


def test_foreign_letters_are_ordered_by_their_base() -> None:
    assert sorted(["Özil", "Pauli", "Novak"], key=sort_key) == ["Novak", "Özil", "Pauli"]


@given(st.text())
def test_a_sort_key_is_digits_whatever_the_text(anything: str) -> None:
    key = sort_key(anything)
    assert key == "" or (key.isascii() and key.isdigit())


def test_what_a_database_refuses_is_dropped() -> None:
    assert storable("Ива\x00нов\ud800\n\tПётр\x1b") == "Иванов\n\tПётр"
    assert collapse("Ива\x00нов\r\nПётр") == "Иванов Пётр"


@given(st.text(st.characters(codec=None, categories=None)))
def test_what_is_storable_can_be_sent_to_any_database(anything: str) -> None:
    kept = storable(anything)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept


@given(st.text())
def test_collapsing_twice_changes_nothing(anything: str) -> None:
    assert collapse(collapse(anything)) == collapse(anything)


async def _add(database: Database, names: list[str]) -> None:
    async with database.begin() as db:
        for name in names:
            await add_person(db, family_name=name, given_name="Анна", patronymic="")


async def test_the_database_orders_names_as_the_alphabet_does(database: Database) -> None:
    await _add(database, MIXED)
    async with database.read() as db:
        found = [row.family_name for row in await queries.search(db, "")]
    assert found == ALPHABETICAL


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ЁЛКИН", ["Елкин", "Ёлкин", "Ёлкина"]),
        ("елкин анна", ["Елкин", "Ёлкин", "Ёлкина"]),
        ("анна ЁЛ", ["Елкин", "Ёлкин", "Ёлкина"]),
        ("smi", ["Smith"]),
        ("корсаков", ["Римский-Корсаков"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("пётр", []),
    ],
)
async def test_search_finds_alike_on_both_databases(
    database: Database, typed: str, expected: list[str]
) -> None:
    await _add(database, ALPHABETICAL)
    async with database.read() as db:
        assert [row.family_name for row in await queries.search(db, typed)] == expected


async def test_search_gives_no_more_than_asked_for(sqlite_database: Database) -> None:
    await _add(sqlite_database, ALPHABETICAL)
    async with sqlite_database.read() as db:
        assert [row.family_name for row in await queries.search(db, "", limit=2)] == ["Smith", "Абрамов"]


async def test_no_collation_of_postgresql_changes_the_order(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    await _add(database, ALPHABETICAL)
    async with database.read() as db:
        by_key = list(await db.scalars(select(Person.id).order_by(Person.sort_key.collate("C"), Person.id)))
        query = text(
            "SELECT collname FROM pg_collation WHERE collname IN ('ru-x-icu', 'en-x-icu', 'lt-x-icu')"
        )
        for collation in await db.scalars(query):
            order = Person.sort_key.collate(collation)
            assert list(await db.scalars(select(Person.id).order_by(order, Person.id))) == by_key
    await database.close()
