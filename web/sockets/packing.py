"""Pushes as messages: what a hundred people are told at once is made once for each language."""

import msgspec

from web.sockets import wire
from web.sockets.outbox import Message
from web.words import Words

# A message of Engine.IO with an event of Socket.IO in it.
_EVENT = b"42"


class Packing:
    """The last push of each language is kept; the views that are pushed never change."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, object, Message]] = {}

    def pack(self, event: str, data: object, words: Words) -> Message:
        """The message of a push, shared by all who are told the same."""
        last = self._last.get(words.language)
        if last is not None and last[1] is data and last[0] == event:
            return last[2]
        made = Message(_EVENT + msgspec.json.encode([event, wire.encode(data, words)]))
        self._last[words.language] = (event, data, made)
        return made
