"""The reader's language: gettext catalogues with English message ids."""

from dataclasses import dataclass
from pathlib import Path

from babel.support import NullTranslations, Translations

LANGUAGES = ("ru", "en")
DEFAULT_LANGUAGE = "ru"
LOCALE_FOLDER = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `_` and `ngettext` as gettext has them, with named `%(name)s` fields filled in."""

    language: str
    translations: NullTranslations

    def gettext(self, message: str, **fields: object) -> str:
        text = str(self.translations.ugettext(message))
        return text % fields if fields else text

    def ngettext(self, singular: str, plural: str, number: int, **fields: object) -> str:
        text = str(self.translations.ungettext(singular, plural, number))
        return text % {"num": number, **fields}


def load(folder: Path = LOCALE_FOLDER) -> dict[str, Words]:
    """Every language; one whose catalogue is not compiled speaks English."""
    return {
        language: Words(language, Translations.load(str(folder), [language], domain="messages"))
        for language in LANGUAGES
    }


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a message for the catalogue where it is written down before a reader is known."""
    return message
