"""The language switch and the version for the visually impaired: both are kept in cookies."""

from enum import StrEnum

from aiohttp import web
from pydantic import BaseModel

from school.errors import Invalid
from web import cookies, forms
from web.access import Route, public
from web.back import own_path
from web.identity import look
from web.keys import OPTIONS
from web.reader import Look, Scheme, TextSize


class Language(StrEnum):
    RUSSIAN = "ru"
    ENGLISH = "en"


class LanguageChoice(BaseModel):
    language: Language
    back: str = "/"


class LookChoice(BaseModel):
    """`scheme` "off" brings the ordinary version back; a size alone keeps the scheme."""

    scheme: Scheme | None = None
    size: TextSize | None = None
    off: bool = False
    back: str = "/"


async def choose_language(request: web.Request) -> web.Response:
    choice = (await forms.read(request, LanguageChoice)).given
    if choice is None:
        raise Invalid(field="choice", reason="unknown")
    return _back(request, choice.back, cookies.LANGUAGE, choice.language.value)


async def choose_look(request: web.Request) -> web.Response:
    choice = (await forms.read(request, LookChoice)).given
    if choice is None:
        raise Invalid(field="choice", reason="unknown")
    chosen = Look() if choice.off else _changed(look(request.cookies.get(cookies.LOOK, "")), choice)
    text = " ".join(part.value for part in (chosen.size, chosen.scheme) if part)
    return _back(request, choice.back, cookies.LOOK, text)


def _changed(old: Look, choice: LookChoice) -> Look:
    """The first step into this version also makes letters larger: that is what most come for."""
    if choice.scheme is not None and old.scheme is None and choice.size is None:
        return Look(TextSize.LARGE, choice.scheme)
    scheme = choice.scheme or old.scheme
    return Look(choice.size or old.size, scheme)


def _back(request: web.Request, back: str, cookie: str, value: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": own_path(back)})
    cookies.put(response, cookie, value, https=request.app[OPTIONS].https, lifetime=cookies.YEAR)
    return response


ROUTES = (
    Route("language", "POST", "/language", choose_language, public()),
    Route("look", "POST", "/look", choose_look, public()),
)
