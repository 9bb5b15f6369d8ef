"""Acknowledgements: `{"ok": true, "data": …}` or `{"ok": false, "code": …, "data": …}`."""

from typing import Any

import msgspec

from rooms.errors import Refused
from rooms.sfu.channel import SfuError
from school.errors import SchoolError
from web.sockets import wire
from web.words import Words

Answer = dict[str, Any]


def done(data: object, words: Words) -> Answer:
    """A request that was done, with what it gives."""
    if isinstance(data, dict):
        return {"ok": True, "data": {key: wire.encode(value, words) for key, value in data.items()}}
    return {"ok": True, "data": wire.encode(data, words)}


def refused(code: str, **data: object) -> Answer:
    """A request that was not done; the browser has words for the code."""
    return {"ok": False, "code": code, "data": msgspec.to_builtins(data, enc_hook=str)}


def of_error(error: SchoolError | SfuError) -> Answer:
    """The answer that tells an error; a refused entry is called by its outcome."""
    code = error.outcome if isinstance(error, Refused) else error.code
    return refused(code, **error.data)
