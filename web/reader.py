"""Who reads the page: the person, the language, the zones and the look."""

from dataclasses import dataclass
from enum import StrEnum

from school.organisation.queries import OrganisationRow
from school.people.rules import Viewer
from web.when import Times
from web.words import Words


class TextSize(StrEnum):
    NORMAL = "normal"
    LARGE = "large"
    HUGE = "huge"


class Scheme(StrEnum):
    """Colour schemes of the version for the visually impaired (ГОСТ Р 52872-2019)."""

    BLACK_ON_WHITE = "black-on-white"
    WHITE_ON_BLACK = "white-on-black"
    BLUE_ON_SKY = "blue-on-sky"


@dataclass(frozen=True, slots=True)
class Look:
    """The version for the visually impaired: off unless a scheme is chosen."""

    size: TextSize = TextSize.NORMAL
    scheme: Scheme | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Made once per request; `organisation` is None only while there is none or the database is unreachable.

    `sign_in` is the raw token of the sign-in cookie; it leaves the process only in that cookie.
    """

    viewer: Viewer | None
    words: Words
    when: Times
    organisation: OrganisationRow | None
    look: Look
    csrf: str
    sign_in: str | None = None
