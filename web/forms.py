"""A form as it was typed: checked by pydantic, shown again with its words when something is wrong."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, get_origin

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy
from pydantic import BaseModel, ValidationError

from web.keys import READER
from web.words import N_, Words

Model = TypeVar("Model", bound=BaseModel)

_REASONS = {
    "missing": N_("Fill in this field."),
    "string_too_short": N_("Fill in this field."),
    "string_too_long": N_("This is too long: at most %(max_length)s characters."),
    "int_parsing": N_("Type a whole number."),
    "greater_than_equal": N_("The number must be %(ge)s or more."),
    "less_than_equal": N_("The number must be %(le)s or less."),
    "enum": N_("Choose one of the offered values."),
    "literal_error": N_("Choose one of the offered values."),
    "day": N_("Type a date, such as 01.09.2026."),
    "clock": N_("Type a time, such as 15:00."),
}
_OTHERWISE = N_("This value does not fit here. Check what you typed.")


@dataclass(slots=True)
class Form(Generic[Model]):
    """`given` is what was accepted, or None with `errors` by field; `value(name)` is what was typed."""

    values: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    given: Model | None = None
    status: int = 422
    """Of the answer that shows the form again."""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def has(self, name: str, value: object) -> bool:
        """Whether a field that may have several values has this one."""
        return str(value) in self.lists.get(name, ())

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def refuse(self, name: str, words: str) -> None:
        """A rule further in refused the field; "" is the form as a whole."""
        self.errors[name] = words


async def posted(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    """The fields as they came; raises HTTPBadRequest for a body that is no form.

    What is wrong may be the name of its charset, the bytes in it, the boundary of its parts, their headers
    or, as a RuntimeError, the name of their encoding.
    """
    try:
        return await request.post()
    except (LookupError, ValueError, RuntimeError, HttpProcessingError) as error:
        raise web.HTTPBadRequest from error


async def read(request: web.Request, model: type[Model]) -> Form[Model]:
    """The posted fields, stripped, but for passwords. A template must not show a password again."""
    fields = await posted(request)
    values = {
        name: value if "password" in name else value.strip()
        for name, value in fields.items()
        if isinstance(value, str) and name != "csrf"
    }
    lists = {name: [str(value) for value in fields.getall(name, [])] for name in _list_fields(model)}
    form = Form[Model](values, lists)
    try:
        form.given = model.model_validate({name: value for name, value in values.items() if value} | lists)
    except ValidationError as error:
        form.errors = _words(error, request[READER].words)
    return form


def _list_fields(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if get_origin(field.annotation) is list]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it: nothing of it is checked yet."""

    name: str
    content: bytes


async def file(request: web.Request, name: str = "file") -> Upload | None:
    """The chosen file of a multipart form, or None; its size is bounded by the route's `max_body`."""
    sent = (await posted(request)).get(name)
    if not isinstance(sent, web.FileField) or not sent.filename:
        return None
    with sent.file:
        return Upload(sent.filename, await asyncio.to_thread(sent.file.read))


def _words(error: ValidationError, words: Words) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in error.errors():
        name = str(line["loc"][0]) if line["loc"] else ""
        fields = {key: value for key, value in line.get("ctx", {}).items() if isinstance(value, str | int)}
        found.setdefault(name, words.gettext(_REASONS.get(line["type"], _OTHERWISE), **fields))
    return found
