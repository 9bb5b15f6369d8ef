"""The catalogues: every word of the code is there, and in Russian."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from web.words import LOCALE_FOLDER, load

ROOT = Path(__file__).parent.parent.parent
FIELDS = re.compile(r"%\((\w+)\)[sd]")


def catalogue(language: str) -> Catalog:
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def written() -> set[str]:
    """The first form of every message in the code and the templates."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(ROOT), methods, options, directory_filter=lambda path: not _hidden(path))
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def _hidden(path: str) -> bool:
    return Path(path).name in {"static", "node_modules", "tests", "bench", "docs"} or "/." in path


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_message_of_the_code_is_in_the_catalogue(language: str, written: set[str]) -> None:
    listed = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue(language)}
    assert written - listed == set()
    assert listed - written - {""} == set()


def test_the_russian_catalogue_is_complete() -> None:
    empty = [
        message.id
        for message in catalogue("ru")
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert empty == []
    assert [message.id for message in catalogue("ru") if message.id and message.fuzzy] == []


def test_translations_use_only_fields_that_the_message_has() -> None:
    for message in catalogue("ru"):
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        known = {field for text in ids for field in FIELDS.findall(text)} | (
            {"num"} if len(ids) > 1 else set()
        )
        strings = (message.string,) if isinstance(message.string, str) else message.string
        for text in strings:
            assert set(FIELDS.findall(text)) <= known, message.id


def test_both_languages_are_compiled() -> None:
    words = load()
    assert words["ru"].gettext("Sign in") == "Войти"
    assert words["en"].gettext("Sign in") == "Sign in"
    assert words["ru"].ngettext("%(num)d hour", "%(num)d hours", 22) == "22 часа"
    assert words["en"].ngettext("%(num)d hour", "%(num)d hours", 22) == "22 hours"
