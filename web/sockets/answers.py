"""Acknowledgements: `{"ok": true, "data": …}` or `{"ok": false, "code": …, "data": …}`."""

from typing import Any

import msgspec

from rooms.errors import MediaUnavailable, Refused
from rooms.sfu.channel import SfuError
from school.errors import SchoolError
from web.sockets import wire
from web.words import Words

Answer = dict[str, Any]

# The worker ended while it was asked: it is being started again, and the push `media.lost` says so.
_WORKER_GONE = frozenset({"worker_died", "worker_not_started"})


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
    if isinstance(error, Refused):
        return refused(error.outcome, **error.data)
    if isinstance(error, SfuError) and error.code in _WORKER_GONE:
        return refused(MediaUnavailable.code)
    return refused(error.code, **error.data)
