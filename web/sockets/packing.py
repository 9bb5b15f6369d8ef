"""Pushes as packets: what a hundred people are told at once is made once for each language."""

from typing import Any

from engineio import packet as engine_packet  # type: ignore[import-untyped]  # it has no types
from socketio import packet  # type: ignore[import-untyped]  # it has no types

from web.sockets import wire
from web.words import Words


class Packing:
    """The last push of each language is kept; the views that are pushed never change."""

    def __init__(self, packet_class: Any) -> None:
        self._packet_class = packet_class
        self._last: dict[str, tuple[str, object, Any]] = {}

    def pack(self, event: str, data: object, words: Words) -> Any:
        """The Engine.IO packet of a push, shared by all who are told the same."""
        name, pushed, made = self._last.get(words.language, (None, None, None))
        if made is None or name != event or pushed is not data:
            message = self._packet_class(packet.EVENT, data=[event, wire.encode(data, words)])
            made = engine_packet.Packet(engine_packet.MESSAGE, message.encode())
            self._last[words.language] = (event, data, made)
        return made
