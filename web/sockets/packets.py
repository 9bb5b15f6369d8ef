"""Socket.IO packets as this server takes them: no attachments, and events that are what they should be.

python-socketio trusts the shape of what it decodes, and raises deep inside its loop when it is another.
Here whatever is malformed becomes an event that no handler knows, and is refused and counted like any
other.
"""

import json
from typing import Any, ClassVar

import msgspec
from socketio import packet  # type: ignore[import-untyped]  # it has no types

MALFORMED = "malformed"
_LONGEST_NAME = 40


class SafeJson:
    """JSON as python-socketio wants it.

    Nesting too deep is a ValueError like any other mistake. Half of a surrogate pair, which a browser's texts
    may hold and no database and no answer takes, becomes a question mark.
    """

    @staticmethod
    def dumps(data: object, **_: Any) -> str:
        return msgspec.json.encode(data).decode()

    @staticmethod
    def loads(text: str, **options: Any) -> Any:
        """Raises ValueError."""
        try:
            loaded = json.loads(text, **options)
            return _whole(loaded) if "\\u" in text else loaded
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_whole(part) for part in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(part) for name, part in value.items()}
    return value


class StrictPacket(packet.Packet):  # type: ignore[misc]  # python-socketio is untyped
    """A packet whose decoding never fails."""

    uses_binary_events: ClassVar[bool] = False

    def __init__(self, *args: Any, encoded_packet: object = None, **kwargs: Any) -> None:
        super().__init__(*args, encoded_packet=encoded_packet, **kwargs)
        if encoded_packet is not None and not encoded_packet:
            self._spoil()

    def decode(self, encoded_packet: object) -> int:
        """Fill the packet in; the number of attachments that follow is always 0."""
        try:
            attachments = super().decode(encoded_packet) if isinstance(encoded_packet, str) else 1
        except ValueError:
            attachments = 1
        if attachments or not _is_sound(self.packet_type, self.namespace, self.data):
            self._spoil()
        return 0

    def _spoil(self) -> None:
        self.packet_type, self.data, self.namespace = packet.EVENT, [MALFORMED], None


def _is_sound(kind: int, namespace: object, data: object) -> bool:
    if namespace not in (None, "/"):
        return False
    return kind in (packet.CONNECT, packet.DISCONNECT) or (kind == packet.EVENT and _is_event(data))


def _is_event(data: object) -> bool:
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        return False
    # `connect` and `disconnect` are the library's own events; a browser has packets for them.
    return len(data[0]) <= _LONGEST_NAME and data[0] not in ("connect", "disconnect", "*")
