"""Keys for search and order that every database compares alike.

No database's `lower` or collation is used: SQLite's knows no Cyrillic, PostgreSQL's depends on the machine.
"""

import re
import unicodedata

_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"  # ё is ordered as е
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RANKS = {letter: f"{21 + rank}" for rank, letter in enumerate(_LATIN + _CYRILLIC)}
_GAP, _NUMBER, _FOREIGN, _TIE = "10", "11", "99", "00"
_LONGEST_NUMBER = 99


def storable(text: str) -> str:
    """Drop what a database refuses or nobody sees: control characters but white space, lone surrogates."""
    return "".join(
        letter for letter in text if letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cs"}
    )


def collapse(text: str) -> str:
    """Make storable, normalise (NFC), drop outer spaces and make inner runs of white space one space."""
    return " ".join(unicodedata.normalize("NFC", storable(text)).split())


def search_key(text: str) -> str:
    """Give the form in which texts are searched: casefolded, ё as е, single spaces."""
    return collapse(text).casefold().replace("ё", "е")


def search_words(text: str) -> list[str]:
    """Split what a person typed into the keys that must all occur."""
    return search_key(text).split()


def sort_key(text: str) -> str:
    """Give a string of digits whose order is the alphabet's, in any collation of any database.

    Order: gaps and punctuation, numbers by value, Latin, Cyrillic with ё as е, everything else by code point.
    Texts that differ by ё alone stand side by side, е first.
    """
    plain = collapse(text).casefold()
    parts = re.findall(r"[0-9]+|.", plain.replace("ё", "е"), re.DOTALL)
    ranks = [_rank(part) for part in parts]
    after = [*ranks, ""][1:]
    primary = "".join(
        rank for rank, following in zip(ranks, after, strict=True) if (rank, following) != (_GAP, _GAP)
    )
    if "ё" not in plain:
        return primary
    return primary + _TIE + "".join("2" if letter == "ё" else "1" for letter in plain if letter in "её")


def _rank(part: str) -> str:
    if part.isascii() and part.isdigit():
        number = part.lstrip("0")[:_LONGEST_NUMBER]
        return f"{_NUMBER}{len(number):02}{number}"
    if part in _RANKS:
        return _RANKS[part]
    if unicodedata.category(part)[0] in "PZSC":
        return _GAP
    base = unicodedata.normalize("NFKD", part)[0]
    return _RANKS.get(base, f"{_FOREIGN}{ord(part):07}")
